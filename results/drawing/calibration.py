"""Reliability diagrams: how often a network is right that says it is so sure."""

import numpy as np

from aggregate import calibration_error
from drawing import style
from drawing.style import Picture, Skipped

NAME = "reliability"
BINS = 15


def bins_of(trial):
    """(samples, right answers, sum of confidences) per bin of the largest softmax probability; None if not finite."""
    logits = trial.record[f"{trial.select}/test/logits"][:].astype(np.float64)
    labels = trial.record["labels/test"][:]
    if len(logits) == 0 or not np.isfinite(logits).all():
        return None
    confidence = 1 / np.exp(logits - logits.max(axis=1, keepdims=True)).sum(axis=1)
    right = logits.argmax(axis=1) == labels
    place = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    return np.array([np.bincount(place, weights, BINS) for weights in (None, right, confidence)])


def error_of(trial):
    """Expected calibration error in %."""
    return calibration_error(trial.record[f"{trial.select}/test/logits"][:], trial.record["labels/test"][:])


def line_of(bins):
    """Mean confidence and accuracy in % of the bins that have samples."""
    samples, right, confidence = bins[:, bins[0] > 0]
    return 100 * confidence / samples, 100 * right / samples


def draw_method(axes, method, binned):
    """The diagonal, thin lines for seeds, and all of a method's samples together."""
    axes.plot([0, 100], [0, 100], color=style.GREY, linestyle=":", linewidth=1.2)
    for bins in binned if len(binned) > 1 else []:
        axes.plot(*line_of(bins), **style.thin(method.index))
    axes.plot(*line_of(sum(binned)), **style.look(method.index) | {"linestyle": "-"})
    errors = [error_of(trial) for trial in method.trials]
    axes.set_title(f"{style.heading(method)}\nECE {np.nanmean(errors):.1f} %")
    axes.set(xlabel="confidence (%)", ylabel="right on test (%)")
    axes.set(xlim=(-3, 103), ylim=(-3, 103), xticks=range(0, 101, 20), yticks=range(0, 101, 20))
    axes.label_outer()


def draw(block):
    """One panel a method."""
    found = []
    for method in block.drawn():
        binned = [bins_of(trial) for trial in method.trials if f"{trial.select}/test/logits" in trial.record]
        binned = [bins for bins in binned if bins is not None]
        if binned:
            found.append((method, binned))
    if not found:
        yield Skipped(NAME, "no trial has finite logits of the test set")
        return
    figure, axes = style.panels(len(found), 4, (2.5, 2.5), sharex=True, sharey=True)
    for panel, (method, binned) in zip(axes, found):
        draw_method(panel, method, binned)
    for panel in axes[-min(4, len(axes)):]:
        panel.xaxis.set_tick_params(labelbottom=True)
        panel.set_xlabel("confidence (%)")
    style.title(figure, f"Calibration in {BINS} bins of confidence; the dotted line is perfect" + style.seeds_note(
        [method for method, _ in found], "thin lines are seeds, thick ones all seeds together"), block.facts)
    alt = "Accuracy against confidence on the test set; below the diagonal a network is too sure: " + ", ".join(
        method.label for method, _ in found) + "."
    yield Picture(NAME, "Calibration", alt, figure)
