"""Figures: recall and false positives of the classes, from the most frequent to the rarest."""

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from m2m_results.blocks import Block, Method
from m2m_results.figures import style
from m2m_results.figures.style import Drawn, Handles, Picture, Skipped
from m2m_results.study import Array

MAX_DOTS = 1500  # of a figure; if seeds need more, they are drawn as thin lines


def ranked_recalls(method: Method) -> Array:
    """Recall in % [seed, rank]; NaN for a class without test samples."""
    return np.array([trial.recalls() for trial in method.trials])


def mean_of_seeds(values: Array) -> Array:
    """The line through the seeds' values, [seed, rank] -> [rank]; NaN for a class without test samples."""
    line: Array = np.ma.masked_invalid(values).mean(axis=0).filled(np.nan)
    return line


def cumulative_false_positives(method: Method) -> Array:
    """Samples of other classes that are predicted as one of the first k classes by rank [seed, k]."""
    return np.array([trial.false_positives() for trial in method.trials])


def rank_axis(axes: Axes, block: Block) -> None:
    """Labels the x axis with the classes."""
    counts = np.sort(block.trials()[0].record.counts)[::-1]
    axes.set_xlabel(f"class by rank: 1 has {counts[0]:,} training\nsamples, {len(counts)} has {counts[-1]:,}")
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
    axes.set_xlim(0.5 - 0.01 * len(counts), len(counts) + 0.5 + 0.01 * len(counts))


def draw_seeds(axes: Axes, ranks: Array, values: Array, method: Method, as_dots: bool) -> None:
    """Draws single seeds, if there are several."""
    for row in values if len(values) > 1 else []:
        axes.plot(ranks, row, **(style.dots(method.index) if as_dots else style.thin(method.index)))


def draw_recalls(block: Block) -> Picture:
    """Draws one panel per method, each with the first method's mean for comparison."""
    methods = block.drawn()
    classes = len(methods[0].trials[0].record.counts)
    figure, axes = style.panels(len(methods), 4, (2.7, 2.3), sharex=True, sharey=True)
    ranks, first = np.arange(1, classes + 1), mean_of_seeds(ranked_recalls(methods[0]))
    as_dots = sum(len(method.trials) for method in methods) * classes <= MAX_DOTS
    handles: Handles = {}
    for panel, method in zip(axes, methods):
        values = ranked_recalls(method)
        if len(methods) > 1:
            (handles[f"{methods[0].label} (mean), in every panel"],) = panel.plot(
                ranks, first, color=style.GREY, linestyle=":", linewidth=1.2
            )
        draw_seeds(panel, ranks, values, method, as_dots)
        look = style.look(method.index) | {"linestyle": "-"} | ({} if classes <= 30 else {"marker": ""})
        panel.plot(ranks, mean_of_seeds(values), **look)
        panel.set_title(style.heading(method))
        panel.set_ylim(-3, 103)
        rank_axis(panel, block)
        panel.set_ylabel("recall on test (%)")
        panel.label_outer()
    bottom_labels(axes, 4, block)
    style.legend(figure, handles)
    marks = "hollow dots" if as_dots else "thin lines"
    style.title(
        figure,
        "Recall of each class" + style.seeds_note(methods, f"{marks} are seeds, the line their mean"),
        block.facts,
    )
    alt = f"Test recall of {classes} classes from the most frequent to the rarest, for {len(methods)} methods."
    return Picture("recall_by_class", "Recall by class size", alt, figure)


def bottom_labels(axes: list[Axes], columns: int, block: Block) -> None:
    """Labels the x axes of panels that have no panel below them."""
    for panel in axes[-min(columns, len(axes)) :]:
        panel.xaxis.set_tick_params(labelbottom=True)
        rank_axis(panel, block)


def draw_false_positives(block: Block) -> Picture:
    """Draws one panel per dozen methods."""
    groups = style.chunks(block.drawn())
    figure, axes = style.panels(len(groups), 2, (5.0, 3.6), sharey=True)
    handles: Handles = {}
    for number, (panel, group) in enumerate(zip(axes, groups)):
        group_handles: Handles = {}
        for method in group:
            values = cumulative_false_positives(method)
            ranks = np.arange(1, values.shape[1] + 1)
            draw_seeds(panel, ranks, values, method, False)
            every = max(1, len(ranks) // 10)
            label = f"{method.label} (n = {method.n()})"
            (group_handles[label],) = panel.plot(
                ranks, values.mean(axis=0), markevery=(method.index % every, every), **style.look(method.index)
            )
        handles |= style.tagged(group_handles, [panel], number, len(groups))
        rank_axis(panel, block)
        panel.set_ylabel("false positives up to rank, on test")
        style.plain_numbers(panel.yaxis)
        panel.yaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
        panel.set_ylim(bottom=0)
    style.legend(figure, handles)
    note = style.seeds_note(block.drawn(), "thin lines are seeds, thick ones their mean")
    style.title(figure, "Cumulative false positives" + note, block.facts)
    alt = "Test samples wrongly predicted as one of the k most frequent classes, over k, for each method."
    return Picture("false_positives", "Cumulative false positives", alt, figure)


def draw(block: Block) -> Iterator[Drawn]:
    """Yields both figures."""
    if not block.drawn():
        yield Skipped("recall_by_class", "no trial is done")
        yield Skipped("false_positives", "no trial is done")
        return
    yield draw_recalls(block)
    yield draw_false_positives(block)
