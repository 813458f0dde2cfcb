"""Figure: loss and bACC over the epochs, with the epoch of deferral."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from drawing import style
from drawing.style import Picture, Skipped

COLUMNS = {"loss": "training loss", "validation_bacc": "validation bACC (%)",
           "test_bacc": "test bACC (%)"}
NAME = "training_curves"
DEFERRAL = "deferral (rebalancing begins)"


def curves(method, column):
    """Epochs and values [seed, epoch] of a column; NaN if not measured. All but the loss in %."""
    tables = [trial.epochs() for trial in method.trials]
    epochs = np.unique(np.concatenate([table["epoch"] for table in tables]))
    values = np.full((len(tables), len(epochs)), np.nan)
    for row, table in zip(values, tables):
        row[np.searchsorted(epochs, table["epoch"])] = table[column] * (1 if column == "loss" else 100)
    return epochs, np.where(np.isfinite(values), values, np.nan)


def mean_of_seeds(values):
    """Mean over seeds at each epoch; NaN unless all seeds were measured, so that the line never changes its seeds."""
    return values.mean(axis=0)


def draw_method(axes, method, column):
    """Draws the seeds of a method as thin lines and their mean with markers; returns its handle, None without values."""
    epochs, values = curves(method, column)
    if not np.isfinite(values).any():
        return None
    for row in values if len(values) > 1 else []:
        measured = np.isfinite(row)
        axes.plot(epochs[measured], row[measured], **style.thin(method.index))
    mean = mean_of_seeds(values)
    measured = np.flatnonzero(np.isfinite(mean))
    every = max(1, len(measured) // 8)
    first = method.index * 3 % every
    line, = axes.plot(epochs[measured], mean[measured], markevery=(first, every), **style.look(method.index))
    return line


def deferrals(methods):
    """The epochs from which deferred methods rebalance, in order."""
    return sorted({int(trial.row["train_defer_until"]) for method in methods for trial in method.trials
                   if trial.row.get("recipe_rebalance") == "deferred"})


def draw_row(axes, methods, handles):
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
        if column == "loss" and values.size and values.min() > 0 and values.max() > 50 * values.min():
            panel.set(yscale="log", ylabel=text + ", log scale")
            style.plain_numbers(panel.yaxis)


def untrained_note(block, labels):
    """', trained nothing themselves: tau-norm'; '' if every method has epochs of its own."""
    others = [method.label for method in block.drawn() if method.label not in labels]
    return f", trained nothing themselves: {'; '.join(others)}" if others else ""


def all_epochs(block):
    """The block's facts without the selected epoch."""
    return block.facts.rsplit(", ", 1)[0]


def draw(block):
    """Yields the figure: three panels per dozen methods."""
    methods = [method for method in block.drawn() if any(len(trial.epochs()) for trial in method.trials)]
    if not methods:
        yield Skipped(NAME, "no trial has curves")
        return
    groups = style.chunks(methods)
    figure, axes = style.panels(3 * len(groups), 3, (3.3, 2.6))
    handles = {}
    for g, group in enumerate(groups):
        group_handles = {}
        draw_row(axes[3 * g:3 * g + 3], group, group_handles)
        handles |= style.tagged(group_handles, axes[3 * g:3 * g + 3], g, len(groups), but=DEFERRAL)
    if DEFERRAL in handles:
        handles[DEFERRAL] = handles.pop(DEFERRAL)  # to the end
    style.legend(figure, handles.values(), handles.keys())
    marks = ", ".join(map(str, deferrals(methods)))
    style.title(figure, "Training curves" + style.seeds_note(methods, "thin lines are seeds, thick ones their mean"),
                all_epochs(block) + (f", deferral at epoch {marks}" if marks else "")
                + untrained_note(block, [method.label for method in methods]))
    alt = f"Loss, validation bACC and test bACC over the epochs of {len(methods)} methods on {block.data}"
    yield Picture(NAME, "Training curves", alt + (f"; deferral at epoch {marks}." if marks else "."), figure)
