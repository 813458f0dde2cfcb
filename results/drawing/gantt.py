"""Who trained when: a bar for each trial of the study on a row of the rank that led it.

A rank has as many rows as it ran trials at once."""

import datetime

from drawing import style
from drawing.overview import rows_of_methods
from drawing.style import Picture, Skipped

NAME = "gantt"
NEEDED = {"started", "rank", "wall_seconds"}  # attributes of a trial; older files lack the first two
HATCHES = ["", "//", "..", "xx"]
UNITS = ((3 * 3600, 3600, "hours"), (600, 60, "minutes"), (0, 1, "seconds"))


def moment(text):
    """Seconds since 1970 of '2026-01-31T12:00:00.123Z'."""
    return datetime.datetime.fromisoformat(str(text).replace("Z", "+00:00")).timestamp()


def bars(blocks):
    """(label, its index, rank, begin, seconds) of each trial that tells them, once however many labels it has."""
    found = {}
    for method in [method for block in blocks for method in block.drawn()]:
        for trial in method.trials:
            told = trial.record.attrs
            if NEEDED <= set(told):
                found.setdefault(trial.row.id, (method.label, method.index, int(told["rank"]), moment(told["started"]),
                                                float(told["wall_seconds"])))
    return list(found.values())


def rows_of(found):
    """(rank, its n-th row) of each bar: the first row of its rank that no earlier bar fills, but for 10 ms."""
    filled, rows = {}, {}
    for bar in sorted(found, key=lambda bar: bar[3]):
        _, _, rank, begin, seconds = bar
        ends = filled.setdefault(rank, [])
        free = next((row for row, end in enumerate(ends) if end <= begin + .01), len(ends))
        ends[free:free + 1] = [begin + seconds]
        rows[bar] = rank, free
    return rows


def draw_bars(axes, found, places, order):
    """The bars, of which places[bar] says the row; a handle for each label."""
    first = min(begin for _, _, _, begin, _ in found)
    end = max(begin + seconds for _, _, _, begin, seconds in found) - first
    unit, name = next((unit, name) for least, unit, name in UNITS if end >= least)
    handles = {}
    for told in sorted(found, key=lambda bar: bar[1]):
        label, index, _, begin, seconds = told
        bar = axes.barh(order.index(places[told]), seconds / unit, left=(begin - first) / unit, height=.7, linewidth=.4,
                        color=style.look(index)["color"], edgecolor="white", hatch=HATCHES[index % len(HATCHES)])
        handles.setdefault(label, bar)
    axes.set_xlabel(f"{name} since the first trial began")
    return handles


def facts(blocks, count):
    """On what, and how many of the trials that were planned."""
    planned = len({trial for block in blocks for trial in block.rows.id})
    return f"{'; '.join(block.data for block in blocks)}, {count} of {planned} planned trials"


def draw(blocks):
    """One figure for the whole study, since its data settings share the ranks."""
    found = bars(blocks)
    if not found:
        return Skipped(NAME, "no trial tells when and on which rank it began")
    places = rows_of(found)
    order = sorted(set(places.values()))
    figure, axes = style.panels(1, 1, (8, (.4 if len(order) <= 16 else .18) * len(order) + .9))
    handles = draw_bars(axes[0], found, places, order)
    rows_of_methods(axes[0], ["" if row else f"rank {rank}" for rank, row in order])
    style.legend(figure, handles.values(), handles.keys())
    style.title(figure, "Who trained when", facts(blocks, len(found)))
    ranks = len({rank for rank, _ in order})
    return Picture(NAME, "Who trained when", f"{len(found)} trials on {ranks} ranks over time.", figure)
