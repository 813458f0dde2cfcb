"""Figures: confusion matrices, and outcomes of M2m's translations by seed class and target class."""

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from m2m_results.blocks import Block, Method, Trial
from m2m_results.figures import style
from m2m_results.figures.style import Drawn, Picture, Skipped
from m2m_results.study import Array

NAME, ACCEPTANCE = "confusion", "acceptance"
MAX_NUMBERS = 12  # classes of a matrix with legible numbers in its cells
MAX_NAME = 14  # letters of a class's name at an axis
MAX_PANELS = 24  # of a figure with numbers
MAX_CLASSES = 1_000  # of a matrix; cells of a larger one are smaller than a pixel


def shares(method: Method) -> Array:
    """Confusion in % of the true class, classes by rank, summed over the seeds; NaN without samples."""
    total = np.sum(
        [trial.confusion()[np.ix_(trial.record.by_rank, trial.record.by_rank)] for trial in method.trials], axis=0
    )
    samples = total.sum(axis=1, keepdims=True)
    return np.where(samples > 0, 100 * total / np.maximum(samples, 1), np.nan)


def too_large(name: str, trial: Trial) -> Skipped | None:
    """A Skipped if the trial has too many classes for a matrix; None otherwise."""
    classes = len(trial.record.counts)
    return (
        Skipped(name, f"{classes:,} classes, a matrix has at most {MAX_CLASSES:,}") if classes > MAX_CLASSES else None
    )


def write_numbers(axes: Axes, values: Array) -> None:
    """Writes each cell's number, light on dark and dark on light."""
    for (row, column), value in np.ndenumerate(values):
        text = f"{value:.0f}"
        if np.isfinite(value) and text != "0":
            axes.text(
                column,
                row,
                text,
                ha="center",
                va="center",
                fontsize=6.5,
                color="white" if value > 55 else "black",
            )


def name_ticks(axes: Axes, trial: Trial) -> None:
    """Labels both axes with the names of the classes, by rank; long ones are cut."""
    names = [name if len(name) <= MAX_NAME else name[: MAX_NAME - 1] + "…" for name in trial.record.class_names]
    by_rank = [names[label] for label in trial.record.by_rank]
    axes.set_xticks(range(len(by_rank)), by_rank, rotation=90)
    axes.set_yticks(range(len(by_rank)), by_rank)


def heat(axes: Axes, values: Array, panels: int, trial: Trial) -> AxesImage:
    """Draws a matrix from white (0 %) to black (100 %), with numbers if they are legible; cells without a value are tinted.

    trial: one that the matrix is of; names the classes.
    """
    axes.set_facecolor("#F3E7D3")
    axes.grid(False)
    size = len(values)
    image = axes.imshow(values, cmap="Greys", vmin=0, vmax=100, interpolation="nearest")
    step = 1 if size <= 12 else 5 if size <= 50 else 20
    ticks = [0] + [rank - 1 for rank in range(step, size + 1, step) if rank > 1]
    axes.set_xticks(ticks, [str(tick + 1) for tick in ticks])
    axes.set_yticks(ticks, [str(tick + 1) for tick in ticks])
    if size <= MAX_NUMBERS and trial.record.class_names:
        name_ticks(axes, trial)
    axes.spines[["top", "right"]].set_visible(True)
    if size <= MAX_NUMBERS and panels <= MAX_PANELS:
        write_numbers(axes, values)
    return image


def draw(block: Block) -> Iterator[Drawn]:
    """Yields the figure of the confusion matrices: all methods on one scale."""
    methods = block.drawn()
    if not methods:
        yield Skipped(NAME, "no trial is done")
        return
    if skipped := too_large(NAME, methods[0].trials[0]):
        yield skipped
        return
    figure, axes = style.panels(len(methods), 3, (3.2, 3.2), layout="compressed")
    for panel, method in zip(axes, methods):
        image = heat(panel, shares(method), len(axes), method.trials[0])
        panel.set_title(style.heading(method))
        panel.set(xlabel="predicted class by rank", ylabel="true class by rank")
    figure.colorbar(
        image, ax=axes, label="share of the true class (%)", shrink=min(1, 1.6 / len(axes) ** 0.5), aspect=30
    )
    style.title(figure, "Confusion on test, all seeds of a method together; class 1 is the most frequent", block.facts)
    alt = f"Confusion matrices of {len(methods)} methods on {block.data}, in % of the true class."
    yield Picture(NAME, "Confusion matrices", alt, figure)


CHOSEN, WITHOUT_SEED, FAILED_COIN, FAILED_GAMMA, ACCEPTED = range(5)


def sum_slots(method: Method) -> Array | None:
    """Slots [outcome, seed class, target class] of all epochs and seeds, classes by rank; None if no epoch translated."""
    total = None
    for trial in method.trials:
        slots = trial.record.slots
        if slots is not None:
            order = trial.record.by_rank
            slots = slots[:, order][:, :, order]
            total = slots if total is None else total + slots
    return total


def share(part: Array, whole: Array) -> Array:
    """`part` in % of `whole`; NaN if `whole` is 0."""
    return np.where(whole > 0, 100 * part / np.maximum(whole, 1), np.nan)


def draw_outcomes(axes: list[Axes], method: Method, slots: Array, panels: int) -> AxesImage:
    """Draws two matrices: accepted slots in % of the chosen ones, and of the translated ones."""
    translated = slots[ACCEPTED] + slots[FAILED_GAMMA]
    label = style.heading(method)
    for panel, whole, text in ((axes[0], slots[CHOSEN], "chosen"), (axes[1], translated, "translated")):
        image = heat(panel, share(slots[ACCEPTED], whole), panels, method.trials[0])
        count = int(slots[ACCEPTED].sum())
        panel.set_title(f"{label}\n{count:,} accepted\nof {int(whole.sum()):,} {text}")
        panel.set(xlabel="target class by rank", ylabel="seed class by rank")
    return image


def draw_acceptance(block: Block) -> Iterator[Drawn]:
    """Yields the figure of the outcomes: one row of panels per method."""
    if block.drawn() and (skipped := too_large(ACCEPTANCE, block.drawn()[0].trials[0])):
        yield skipped
        return
    found = [(method, slots) for method in block.drawn() if (slots := sum_slots(method)) is not None]
    if not found:
        yield Skipped(ACCEPTANCE, "no trial has translated (dataset 'generation')")
        return
    columns = 2 if len(found) == 1 else 4
    figure, axes = style.panels(2 * len(found), columns, (3.1, 3.3), layout="compressed")
    for row, (method, slots) in enumerate(found):
        image = draw_outcomes(axes[2 * row : 2 * row + 2], method, slots, len(axes))
    figure.colorbar(
        image, ax=axes, label="accepted (%); tinted: none to accept", shrink=min(1, 2 / len(axes) ** 0.5), aspect=30
    )
    facts = block.only([method for method, _ in found]).scope + ", slots of all epochs"
    style.title(figure, "Accepted translations; class 1 is the most frequent", facts)
    alt = (
        "Share of accepted translations by seed class and target class, for "
        + ", ".join(method.label for method, _ in found)
        + "."
    )
    yield Picture(ACCEPTANCE, "Acceptance of translations", alt, figure)
