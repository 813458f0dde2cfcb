"""Figure: loss and bACC over the epochs, with the epoch of deferral."""

from collections.abc import Collection, Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from m2m_results.blocks import Block, Method, span
from m2m_results.figures import style
from m2m_results.figures.style import Drawn, Handles, Picture, Skipped
from m2m_results.study import Array

COLUMNS = {"loss": "training loss", "validation_bacc": "validation bACC (%)", "test_bacc": "test bACC (%)"}
NAME = "training_curves"
DEFERRAL = "deferral (rebalancing begins)"


def curves(method: Method, column: str) -> tuple[Array, Array]:
    """Epochs and values [seed, epoch] of a column; NaN if not measured. All but the loss in %."""
    tables = [trial.record.epochs for trial in method.trials]
    epochs = np.unique(np.concatenate([table["epoch"] for table in tables]))
    values = np.full((len(tables), len(epochs)), np.nan)
    for row, table in zip(values, tables):
        row[np.searchsorted(epochs, table["epoch"])] = table[column] * (1 if column == "loss" else 100)
    return epochs, np.where(np.isfinite(values), values, np.nan)


def mean_of_seeds(values: Array) -> Array:
    """The line through the seeds' values at each epoch; NaN unless all were measured."""
    line: Array = values.mean(axis=0)
    return line


def evaluations(methods: list[Method], column: str) -> list[tuple[int, int]]:
    """(epochs at which the column was evaluated, trained epochs) of each trial."""
    tables = [trial.record.epochs for method in methods for trial in method.trials]
    return [(int(np.isfinite(table[column]).sum()), len(table)) for table in tables]


def is_sparse(method: Method, column: str) -> bool:
    """True if a trial trained epochs at which the column was not evaluated."""
    return any(evaluated < trained for evaluated, trained in evaluations([method], column))


def has_mean(values: Array) -> bool:
    """True if there are several seeds [seed, epoch], all evaluated at the same epochs."""
    measured = np.isfinite(values)
    return len(values) > 1 and bool((measured == measured[0]).all())


def draw_dots(axes: Axes, epochs: Array, values: Array, index: int) -> Line2D:
    """Draws seeds as hollow dots and their mean, if they have one, as filled ones; returns the handle."""
    for row in values:
        (line,) = axes.plot(epochs, row, **style.dots(index))
    if has_mean(values):
        (line,) = axes.plot(epochs, mean_of_seeds(values), **style.look(index) | {"linestyle": "none"})
    return line


def draw_lines(axes: Axes, epochs: Array, values: Array, index: int) -> Line2D:
    """Draws seeds as thin lines and their mean with markers; returns the handle."""
    for row in values if len(values) > 1 else []:
        axes.plot(epochs, row, **style.thin(index))
    mean = mean_of_seeds(values)
    (line,) = axes.plot(epochs, mean, markevery=marked(mean, index), **style.look(index))
    return line


def draw_method(axes: Axes, method: Method, column: str) -> Line2D | None:
    """Draws a method's column, unjoined if epochs between were not evaluated; returns its handle, None without values."""
    epochs, values = curves(method, column)
    if not np.isfinite(values).any():
        return None
    return (draw_dots if is_sparse(method, column) else draw_lines)(axes, epochs, values, method.index)


def marked(line: Array, index: int) -> list[int]:
    """The places of a line's markers: about eight, shifted by the method's index."""
    places = np.flatnonzero(np.isfinite(line))
    every = max(1, len(places) // 8)
    return [int(place) for place in places[index * 3 % every :: every]]


def sparse_note(methods: list[Method], column: str) -> str:
    """'evaluated at 17 to 25 of 200 epochs' and what its dots are; '' if every epoch was evaluated."""
    sparse = [method for method in methods if is_sparse(method, column)]
    if not sparse:
        return ""
    evaluated, trained = zip(*evaluations(methods, column))
    mean = ", filled ones their mean" if any(has_mean(curves(method, column)[1]) for method in sparse) else ""
    note = style.seeds_note(sparse, f"hollow dots are seeds{mean}")
    return style.wrapped(f"evaluated at {span(evaluated)} of {span(trained)} epochs{note}", 2.8, 9)


def deferrals(methods: list[Method]) -> list[int]:
    """The epochs from which deferred methods rebalance, in order."""
    return sorted(
        {
            int(trial.row["train_defer_until"])
            for method in methods
            for trial in method.trials
            if trial.row.get("recipe_rebalance") == "deferred"
        }
    )


def draw_row(axes: list[Axes], methods: list[Method], handles: Handles) -> None:
    """Draws the three panels of some methods; adds to the handles of the legend, by text."""
    for panel, (column, text) in zip(axes, COLUMNS.items()):
        lines = {method.label: draw_method(panel, method, column) for method in methods}
        found = [method for method in methods if lines[method.label] is not None]
        handles |= {method.label: lines[method.label] for method in found if method.label not in handles}
        panel.set(xlabel="epoch (from 0)", ylabel=text, title=sparse_note(found, column))
        panel.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
        if not found:
            style.nothing(panel, "not measured")
            continue
        for epoch in deferrals(methods):
            handles[DEFERRAL] = panel.axvline(epoch, color=style.GREY, linestyle=(0, (1, 2)), linewidth=1.2, zorder=0)
        values = np.concatenate([line.get_ydata() for line in lines.values() if line is not None])
        if column == "loss" and np.nanmin(values) > 0 and np.nanmax(values) > 50 * np.nanmin(values):
            panel.set(yscale="log", ylabel=text + ", log scale")
            style.plain_numbers(panel.yaxis)


def untrained_note(block: Block, labels: Collection[str]) -> str:
    """', trained nothing themselves: tau-norm'; '' if every method has epochs of its own."""
    others = [method.label for method in block.drawn() if method.label not in labels]
    return f", trained nothing themselves: {'; '.join(others)}" if others else ""


def draw(block: Block) -> Iterator[Drawn]:
    """Yields the figure: three panels per dozen methods."""
    methods = [method for method in block.drawn() if any(len(trial.record.epochs) for trial in method.trials)]
    if not methods:
        yield Skipped(NAME, "no trial has curves")
        return
    groups = style.chunks(methods)
    figure, axes = style.panels(3 * len(groups), 3, (3.3, 2.6))
    handles: Handles = {}
    for g, group in enumerate(groups):
        group_handles: Handles = {}
        draw_row(axes[3 * g : 3 * g + 3], group, group_handles)
        handles |= style.tagged(group_handles, axes[3 * g : 3 * g + 3], g, len(groups), but=DEFERRAL)
    if DEFERRAL in handles:
        handles[DEFERRAL] = handles.pop(DEFERRAL)  # to the end
    style.legend(figure, handles)
    marks = ", ".join(map(str, deferrals(methods)))
    style.title(
        figure,
        "Training curves" + style.seeds_note(methods, "thin lines are seeds, thick ones their mean"),
        block.only(methods).scope
        + block.untested
        + (f", deferral at epoch {marks}" if marks else "")
        + untrained_note(block, [method.label for method in methods]),
    )
    alt = f"Loss, validation bACC and test bACC over the epochs of {len(methods)} methods on {block.data}"
    yield Picture(NAME, "Training curves", alt + (f"; deferral at epoch {marks}." if marks else "."), figure)
