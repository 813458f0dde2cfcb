"""Figure: confusion matrices, one panel per method."""

import numpy as np

from drawing import style
from drawing.style import Picture, Skipped

NAME = "confusion"
MAX_NUMBERS = 12  # classes of a matrix with legible numbers in its cells
MAX_PANELS = 24   # of a figure with numbers
MAX_CLASSES = 1_000  # of a matrix; cells of a larger one are smaller than a pixel


def shares(method):
    """Confusion in % of the true class, classes by rank, summed over the seeds; NaN without samples."""
    total = sum(trial.confusion()[np.ix_(trial.by_rank(), trial.by_rank())] for trial in method.trials)
    samples = total.sum(axis=1, keepdims=True)
    return np.where(samples > 0, 100 * total / np.maximum(samples, 1), np.nan)


def too_large(name, trial):
    """A Skipped if the trial has too many classes for a matrix; None otherwise."""
    classes = len(trial.counts())
    return Skipped(name, f"{classes:,} classes, a matrix has at most {MAX_CLASSES:,}") \
        if classes > MAX_CLASSES else None


def write_numbers(axes, values):
    """Writes each cell's number, light on dark and dark on light."""
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value) and value >= .5:
            axes.text(column, row, f"{value:.0f}", ha="center", va="center", fontsize=6.5,
                      color="white" if value > 55 else "black")


def heat(axes, values, panels):
    """Draws a matrix from white (0 %) to black (100 %), with numbers if they are legible; cells without a value are tinted."""
    axes.set_facecolor("#F3E7D3")
    axes.grid(False)
    size = len(values)
    image = axes.imshow(values, cmap="Greys", vmin=0, vmax=100, interpolation="nearest")
    step = 1 if size <= 12 else 5 if size <= 50 else 20
    ticks = [0] + [rank - 1 for rank in range(step, size + 1, step) if rank > 1]
    axes.set_xticks(ticks, [tick + 1 for tick in ticks])
    axes.set_yticks(ticks, [tick + 1 for tick in ticks])
    axes.spines[["top", "right"]].set_visible(True)
    if size <= MAX_NUMBERS and panels <= MAX_PANELS:
        write_numbers(axes, values)
    return image


def draw(block):
    """Yields the figure: all methods on one scale."""
    methods = block.drawn()
    if not methods:
        yield Skipped(NAME, "no trial is done")
        return
    if skipped := too_large(NAME, methods[0].trials[0]):
        yield skipped
        return
    figure, axes = style.panels(len(methods), 3, (3.2, 3.2), layout="compressed")
    for panel, method in zip(axes, methods):
        image = heat(panel, shares(method), len(axes))
        panel.set_title(style.heading(method))
        panel.set(xlabel="predicted class by rank", ylabel="true class by rank")
    figure.colorbar(image, ax=axes, label="share of the true class (%)", shrink=min(1, 1.6 / len(axes) ** .5),
                    aspect=30)
    style.title(figure, "Confusion on test, all seeds of a method together; class 1 is the most frequent", block.facts)
    alt = f"Confusion matrices of {len(methods)} methods on {block.data}, in % of the true class."
    yield Picture(NAME, "Confusion matrices", alt, figure)
