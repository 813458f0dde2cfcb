"""Figure: a bar per trial of the study, on a row of the rank that led it.

A rank has as many rows as trials that it ran at the same time.
"""

import datetime

from matplotlib.axes import Axes

from m2m_results.blocks import Block
from m2m_results.figures import style
from m2m_results.figures.overview import rows_of_methods
from m2m_results.figures.style import Drawn, Handles, Picture, Skipped

Bar = tuple[str, int, int, float, float]  # label, its index, rank, begin, seconds

NAME = "gantt"
NEEDED = {"started", "rank", "wall_seconds"}  # attributes of a trial; older files lack the first two
HATCHES = ["", "//", "..", "xx"]
UNITS = ((3 * 3600, 3600, "hours"), (600, 60, "minutes"), (0, 1, "seconds"))


def moment(text: str) -> float:
    """Parses '2026-01-31T12:00:00.123Z' into seconds since 1970."""
    return datetime.datetime.fromisoformat(str(text).replace("Z", "+00:00")).timestamp()


def bars(blocks: list[Block]) -> list[Bar]:
    """(label, its index, rank, begin, seconds) of each trial that records them; a trial with several labels counts once."""
    found: dict[str, Bar] = {}
    for method in [method for block in blocks for method in block.drawn()]:
        for trial in method.trials:
            attributes = trial.record.group.attrs
            if NEEDED <= set(attributes):
                found.setdefault(
                    trial.row.id,
                    (
                        method.label,
                        method.index,
                        int(attributes["rank"]),
                        moment(attributes["started"]),
                        float(attributes["wall_seconds"]),
                    ),
                )
    return list(found.values())


def assign_rows(found: list[Bar]) -> dict[Bar, tuple[int, int]]:
    """{bar: (rank, row)}: the first row of its rank whose earlier bars have ended, with a tolerance of 10 ms."""
    filled: dict[int, list[float]] = {}  # ends of the last bars by rank and row
    rows = {}
    for bar in sorted(found, key=lambda bar: bar[3]):
        _, _, rank, begin, seconds = bar
        ends = filled.setdefault(rank, [])
        free = next((row for row, end in enumerate(ends) if end <= begin + 0.01), len(ends))
        ends[free : free + 1] = [begin + seconds]
        rows[bar] = rank, free
    return rows


def draw_bars(
    axes: Axes, found: list[Bar], places: dict[Bar, tuple[int, int]], order: list[tuple[int, int]]
) -> Handles:
    """Draws each bar on the row places[bar]; returns a handle per label."""
    first = min(begin for _, _, _, begin, _ in found)
    end = max(begin + seconds for _, _, _, begin, seconds in found) - first
    unit, name = next((unit, name) for shortest, unit, name in UNITS if end >= shortest)
    handles: Handles = {}
    for key in sorted(found, key=lambda bar: bar[1]):
        label, index, _, begin, seconds = key
        bar = axes.barh(
            order.index(places[key]),
            seconds / unit,
            left=(begin - first) / unit,
            height=0.7,
            linewidth=0.4,
            color=style.look(index)["color"],
            edgecolor="white",
            hatch=HATCHES[index % len(HATCHES)],
        )
        handles.setdefault(label, bar)
    axes.set_xlabel(f"{name} since the first trial began")
    return handles


def facts(blocks: list[Block], count: int) -> str:
    """Data settings, and how many planned trials are drawn."""
    planned = len({trial for block in blocks for trial in block.rows.id})
    return f"{'; '.join(block.data for block in blocks)}, {count} of {planned} planned trials"


def draw(blocks: list[Block]) -> Drawn:
    """Draws one figure for the whole study, because its data settings share the ranks."""
    found = bars(blocks)
    if not found:
        return Skipped(NAME, "no trial records its begin and its rank")
    places = assign_rows(found)
    order = sorted(set(places.values()))
    figure, axes = style.panels(1, 1, (8, (0.4 if len(order) <= 16 else 0.18) * len(order) + 0.9))
    handles = draw_bars(axes[0], found, places, order)
    rows_of_methods(axes[0], ["" if row else f"rank {rank}" for rank, row in order])
    style.legend(figure, handles)
    style.title(figure, "Trials over time", facts(blocks, len(found)))
    ranks = len({rank for rank, _ in order})
    return Picture(NAME, "Trials over time", f"{len(found)} trials on {ranks} ranks over time.", figure)
