"""Figure: reliability diagrams, accuracy against confidence."""

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes

from m2m_results.blocks import Block, Method, Trial
from m2m_results.figures import style
from m2m_results.figures.style import Drawn, Picture, Skipped
from m2m_results.study import Array

NAME = "reliability"
BINS = 15


def fill_bins(trial: Trial) -> Array | None:
    """(samples, correct predictions, sum of confidences) per bin of the largest softmax probability.

    None if there are no logits or one is not finite.
    """
    stored = trial.record.logits(trial.select)
    if stored is None or len(stored) == 0 or not np.isfinite(stored).all():
        return None
    logits, labels = stored.astype(np.float64), trial.record.labels()
    confidence = 1 / np.exp(logits - logits.max(axis=1, keepdims=True)).sum(axis=1)
    right = logits.argmax(axis=1) == labels
    place = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    return np.array([np.bincount(place, weights, BINS) for weights in (None, right, confidence)])


def average_bins(bins: Array) -> tuple[Array, Array]:
    """Mean confidence and accuracy of the bins that have samples, in %."""
    samples, right, confidence = bins[:, bins[0] > 0]
    return 100 * confidence / samples, 100 * right / samples


def draw_method(axes: Axes, method: Method, binned: list[Array]) -> None:
    """Draws the diagonal, a thin line per seed, and a thick line for all samples of a method."""
    axes.plot([0, 100], [0, 100], color=style.GREY, linestyle=":", linewidth=1.2)
    for bins in binned if len(binned) > 1 else []:
        axes.plot(*average_bins(bins), **style.thin(method.index))
    axes.plot(*average_bins(np.sum(binned, axis=0)), **style.look(method.index) | {"linestyle": "-"})
    axes.set_title(f"{style.heading(method)}\nECE {method.mean('ece'):.1f} %")
    axes.set(xlabel="confidence (%)", ylabel="right on test (%)")
    axes.set(xlim=(-3, 103), ylim=(-3, 103), xticks=range(0, 101, 20), yticks=range(0, 101, 20))
    axes.label_outer()


def draw(block: Block) -> Iterator[Drawn]:
    """Yields the figure: one panel per method."""
    found = []
    for method in block.drawn():
        binned = [bins for bins in map(fill_bins, method.trials) if bins is not None]
        if binned:
            found.append((method, binned))
    if not found:
        yield Skipped(NAME, "no trial has finite logits of the test set")
        return
    figure, axes = style.panels(len(found), 4, (2.5, 2.5), sharex=True, sharey=True)
    for panel, (method, binned) in zip(axes, found):
        draw_method(panel, method, binned)
    for panel in axes[-min(4, len(axes)) :]:
        panel.xaxis.set_tick_params(labelbottom=True)
        panel.set_xlabel("confidence (%)")
    methods = [method for method, _ in found]
    style.title(
        figure,
        f"Calibration in {BINS} bins of confidence (dotted: perfect)"
        + style.seeds_note(methods, "thin lines are seeds, thick ones all seeds together"),
        block.only(methods).facts,
    )
    alt = (
        "Accuracy against confidence on the test set; below the diagonal a network is overconfident: "
        + ", ".join(method.label for method in methods)
        + "."
    )
    yield Picture(NAME, "Calibration", alt, figure)
