"""Figure: t-SNE of the penultimate features of training images, one panel per method."""

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from m2m_results.blocks import Block, Method, Trial
from m2m_results.figures import style
from m2m_results.figures.style import Drawn, Look, Picture, Skipped
from m2m_results.study import Array

NAME = "features"
GROUP = "features"
MAX_CLASSES = 10
PERPLEXITY = 30


def shown_ranks(classes: int) -> list[int]:
    """Ranks from 0 of the classes to draw: all, or the most and the least frequent ones."""
    half = MAX_CLASSES // 2
    return list(range(classes)) if classes <= MAX_CLASSES else [*range(half), *range(classes - half, classes)]


def read_points(trial: Trial) -> tuple[Array, Array, Array]:
    """Features [n, D], ranks [n] and training rows [n] of the images to draw."""
    group = trial.record.group[GROUP]
    ranks = trial.record.rank_by_label[group["labels"][:]]
    shown = np.isin(ranks, shown_ranks(len(trial.record.counts)))
    return group["values"][:].astype(np.float64)[shown], ranks[shown], group["rows"][:][shown]


def unfit(values: Array) -> str:
    """The reason why features cannot be laid out in a plane; '' if they can."""
    if len(values) < 5 or values.shape[1] < 2:
        return "too few images or features"
    if not np.isfinite(values).all():
        return "features that are not finite"
    return "all images have the same features" if np.ptp(values, axis=0).max() == 0 else ""


def layout(values: Array) -> Array:
    """t-SNE [n, 2]. Deterministic: one thread sums in a fixed order, on any number of cores."""
    from sklearn.manifold import TSNE  # takes a second to load and only this figure needs it
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        perplexity = min(PERPLEXITY, (len(values) - 1) / 3)
        points: Array = TSNE(init="pca", random_state=1, perplexity=perplexity).fit_transform(values)
        return points


def look(place: int) -> Look:
    """The marker of the class at this place: each place has its shape; colours repeat, then markers are hollow."""
    if place >= len(style.COLOURS):
        return style.dots(place) | {"markersize": 4}
    base_look = style.look(place)
    return {
        "marker": base_look["marker"],
        "color": base_look["color"],
        "linestyle": "none",
        "markersize": 4.2,
        "markeredgecolor": "white",
        "markeredgewidth": 0.25,
    }


def draw_panel(axes: Axes, values: Array, ranks: Array, places: list[int]) -> dict[int, Line2D]:
    """Draws the images of one network; returns handles by rank, none for classes without images."""
    axes.set(xticks=[], yticks=[])
    axes.grid(False)
    axes.spines[["top", "right"]].set_visible(True)
    if reason := unfit(values):
        style.nothing(axes, reason)
        return {}
    points = layout(values)
    axes.set_aspect("equal", adjustable="datalim")
    return {
        rank: axes.plot(*points[ranks == rank].T, **look(place))[0]
        for place, rank in enumerate(places)
        if (ranks == rank).any()
    }


def facts(block: Block, found: list[tuple[Method, Trial]]) -> str:
    """Data, training, seeds, and whether all panels show the same images."""
    seeds = sorted({int(trial.row.seed) for _, trial in found})
    rows = [read_points(trial)[2] for _, trial in found]
    same = all(np.array_equal(one, rows[0]) for one in rows)
    images = f"the same {len(rows[0])} training images everywhere" if same else "not the same images everywhere"
    seed_text = f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}"
    return f"{block.data}, {block.trained}, {seed_text}, last epoch, evaluation mode, {images}"


def legend_texts(trial: Trial, ranks: list[int]) -> list[str]:
    """'class 1 (5,000)' by rank, with the number of training samples."""
    counts = trial.record.counts[trial.record.by_rank]
    return [f"class {rank + 1} ({counts[rank]:,})" for rank in ranks]


def heading(method: Method, trial: Trial, found: list[tuple[Method, Trial]]) -> str:
    """The method, with the seed if methods differ in it."""
    several = len({int(each.row.seed) for _, each in found}) > 1
    return style.short(method.label) + (f"\nseed {trial.row.seed}" if several else "")


def draw_methods(block: Block, found: list[tuple[Method, Trial]]) -> Picture:
    """Draws one panel for the first seed of each method."""
    figure, axes = style.panels(len(found), 3, (2.9, 2.8))
    places = shown_ranks(len(found[0][1].record.counts))
    handles: dict[int, Line2D] = {}
    for panel, (method, trial) in zip(axes, found):
        values, ranks, _ = read_points(trial)
        handles = draw_panel(panel, values, ranks, places) | handles
        panel.set_title(heading(method, trial, found))
    drawn = sorted(handles)
    texts = legend_texts(found[0][1], drawn)
    style.legend(figure, {text: handles[rank] for text, rank in zip(texts, drawn)})
    few = len(places) < len(found[0][1].record.counts)
    what = "the five most and five least frequent classes" if few else "classes by rank"
    style.title(figure, f"t-SNE of penultimate features, {what} (with their training samples)", facts(block, found))
    alt = (
        "Training images by class in a plane, close where a network's features are, for "
        + ", ".join(method.label for method, _ in found)
        + "."
    )
    return Picture(NAME, "Features of training images", alt, figure)


def draw(block: Block) -> Iterator[Drawn]:
    """Yields the figure."""
    kept = [(method, [trial for trial in method.trials if GROUP in trial.record.group]) for method in block.drawn()]
    found = [(method, trials[0]) for method, trials in kept if trials]
    if not found:
        yield Skipped(NAME, "no trial kept features (setting record.features)")
        return
    try:
        yield draw_methods(block, found)
    except ModuleNotFoundError as error:
        yield Skipped(NAME, f"no Python module {error.name}; 'make setup' installs it")
