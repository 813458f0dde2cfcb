"""Figure: loss and bACC over the epochs, with the epoch of deferral."""

from collections.abc import Collection, Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from m2m_results.blocks import Block, Method
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


def draw_method(axes: Axes, method: Method, column: str) -> Line2D | None:
    """Draws the seeds of a method as thin lines and their mean with markers; returns its handle, None without values."""
    epochs, values = curves(method, column)
    if not np.isfinite(values).any():
        return None
    for row in values if len(values) > 1 else []:
        measured = np.isfinite(row)
        axes.plot(epochs[measured], row[measured], **style.thin(method.index))
    any_measured = np.isfinite(values).any(axis=0)
    mean = mean_of_seeds(values[:, any_measured])  # NaN, which breaks the line, if not all seeds were measured
    (line,) = axes.plot(epochs[any_measured], mean, markevery=marked(mean, method.index), **style.look(method.index))
    return line


def marked(line: Array, index: int) -> list[int]:
    """The places of a line's markers: about eight, shifted by the method's index, and values without neighbours."""
    measured = np.isfinite(line)
    places = np.flatnonzero(measured)
    every = max(1, len(places) // 8)
    beside = np.concatenate([[False], measured, [False]])
    alone = np.flatnonzero(measured & ~beside[:-2] & ~beside[2:])
    return sorted({*places[index * 3 % every :: every].tolist(), *alone.tolist()})


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
        handles |= {label: line for label, line in lines.items() if line is not None}
        panel.set(xlabel="epoch (from 0)", ylabel=text)
        panel.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
        if all(line is None for line in lines.values()):
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


def all_epochs(block: Block) -> str:
    """The block's facts without the selected epoch."""
    return block.facts.rsplit(", ", 1)[0]


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
        all_epochs(block)
        + (f", deferral at epoch {marks}" if marks else "")
        + untrained_note(block, [method.label for method in methods]),
    )
    alt = f"Loss, validation bACC and test bACC over the epochs of {len(methods)} methods on {block.data}"
    yield Picture(NAME, "Training curves", alt + (f"; deferral at epoch {marks}." if marks else "."), figure)
