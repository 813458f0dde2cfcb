"""Figures: bACC against each numeric setting that varies within a method, such as lambda, beta, gamma."""

from collections.abc import Iterator

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from m2m_results.blocks import Block, span
from m2m_results.figures import style
from m2m_results.figures.style import Drawn, Handles, Picture

Line = tuple[str, pd.DataFrame]  # the text of a line, and the trials that it joins

# NO_AXES: settings that change no number of a result, and seeds. FOLLOWS: settings that another one determines by default.
NO_AXES = (
    "seed",
    "seeds_",
    "train_threads",
    "train_executor",
    "train_evaluation_batch",
    "train_checkpoint_every",
    "train_test_every",
    "data_",
    "record_",
)
FOLLOWS = {
    "train_epochs": [
        "train_defer_until",
        "train_warmup",
        "train_lr_drops",
        "cmo_from",
        "cmo_until",
        "train_checkpoint_every",
        "train_start_epoch",
    ]
}
POOL = "m2m_pool"


def setting_columns(rows: pd.DataFrame) -> list[str]:
    """Columns of the table of trials that are settings: those after wall_seconds."""
    return list(rows.columns[rows.columns.get_loc("wall_seconds") + 1 :].drop(["data", "bacc"], errors="ignore"))


def varying(rows: pd.DataFrame) -> list[str]:
    """Settings with more than one value, without seeds."""
    return [
        name
        for name in setting_columns(rows)
        if not name.startswith(NO_AXES[:2]) and name not in NO_AXES and rows[name].nunique(dropna=False) > 1
    ]


def number_axes(rows: pd.DataFrame) -> list[str]:
    """The numeric settings among varying()."""
    return [
        name
        for name in varying(rows)
        if pd.api.types.is_numeric_dtype(rows[name])
        and not pd.api.types.is_bool_dtype(rows[name])
        and not name.startswith(NO_AXES)
    ]


def lines_for(rows: pd.DataFrame, axis: str) -> list[Line]:
    """(text, rows) of groups of trials that differ only in this setting and in seeds; the text names the other settings.

    Trials without a value of the setting are left out.
    """
    rows = rows[rows[axis].notna()]
    kept = [name for name in varying(rows) if name != axis and name not in FOLLOWS.get(axis, [])]
    groups = [((), rows)] if not kept else list(rows.groupby(kept, sort=False, dropna=False))
    groups = [(key, group) for key, group in groups if group[axis].nunique() > 1]
    distinguishing = [k for k, _ in enumerate(kept) if len({key[k] for key, _ in groups}) > 1]
    return [
        (", ".join(f"{kept[k].split('_', 1)[-1]}={key[k]}" for k in distinguishing), group) for key, group in groups
    ]


def read_rows(block: Block) -> pd.DataFrame:
    """The table of the trials to draw, without repetitions, with their bACC in %."""
    trials = block.trials()
    rows = pd.DataFrame([trial.row for trial in trials])
    rows["bacc"] = [trial.metrics["bacc"] for trial in trials]
    return rows.infer_objects()


def dotted(column: str) -> str:
    """The name of a setting from its column: 'm2m.step_size' from 'm2m_step_size'."""
    return column.replace("_", ".", 1)


def ordered_values(values: pd.Series, axis: str) -> tuple[list[float], list[str]]:
    """The values in order and their texts; a pool of 0, which means the batch, comes last."""
    order = sorted(set(values), key=lambda value: (axis == POOL and value == 0, value))
    return order, ["batch" if axis == POOL and value == 0 else f"{value:g}" for value in order]


def draw_line(axes: Axes, group: pd.DataFrame, order: list[float], axis: str, index: int) -> Line2D:
    """Draws one line: a dot per seed, and the mean with its marker."""
    if group.groupby(axis).size().max() > 1:
        axes.plot([order.index(value) for value in group[axis]], group.bacc, **style.dots(index))
    mean = group.groupby(axis).bacc.mean()
    at = sorted(order.index(value) for value in mean.index)
    (line,) = axes.plot(at, [mean[order[place]] for place in at], **style.look(index))
    return line


def draw_axis(block: Block, axis: str, curves: list[Line]) -> Picture:
    """Draws one figure: a panel per dozen lines."""
    order, texts = ordered_values(pd.concat([group[axis] for _, group in curves]), axis)
    groups = style.chunks(list(enumerate(curves)))
    figure, axes = style.panels(len(groups), 2, (max(4.2, 0.62 * len(order)), 3.2), sharey=True)
    handles: Handles = {}
    for number, (panel, group) in enumerate(zip(axes, groups)):
        group_handles: Handles = {}
        for index, (text, rows) in group:
            n = span(rows.groupby(axis).size())
            group_handles[f"{text} (n = {n} a value)"] = draw_line(panel, rows, order, axis, index)
        handles |= style.tagged(group_handles, [panel], number, len(groups))
        panel.set_xticks(range(len(order)), texts)
        panel.set_xlim(-0.4, len(order) - 0.6)
        panel.set(xlabel=f"{dotted(axis)} (values evenly spaced)", ylabel="bACC on test (%)")
    style.legend(figure, handles)
    what = "Size of the seed pool" if axis == POOL else dotted(axis)
    note = style.seeds_note(block.drawn(), "hollow dots are seeds, the line their mean")
    facts = ", ".join(part for part in block.facts.split(", ") if not part.startswith("n = "))
    style.title(figure, what + note, facts)
    alt = f"Test bACC against {dotted(axis)} at {', '.join(texts)}: {'; '.join(handles)}."
    return Picture(f"setting_{axis}", f"bACC against {dotted(axis)}", alt, figure)


def draw(block: Block) -> Iterator[Drawn]:
    """Yields a figure per numeric setting that varies within a method."""
    if not block.drawn():
        return
    rows = read_rows(block)
    found: dict[str, list[Line]] = {}
    for method, of_method in rows.groupby("method", sort=False):
        for axis in number_axes(of_method):
            for text, group in lines_for(of_method, axis):
                found.setdefault(axis, []).append((f"{method}, {text}" if text else method, group))
    for axis, curves in found.items():
        yield draw_axis(block, axis, curves)
