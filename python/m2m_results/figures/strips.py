"""Figures, one per method: x0, x*, their difference, and the probabilities that f and g give them."""

from collections.abc import Iterator

import h5py
import numpy as np
from matplotlib.axes import Axes

from m2m_results.blocks import Block, Method, Trial
from m2m_results.figures import style
from m2m_results.figures.laboratory import GROUP, NONE, recorded, threshold
from m2m_results.figures.style import Drawn, Handles, Picture, Skipped
from m2m_results.study import Array

NAME = "strips"
MAX_TRANSLATIONS = 8  # of a figure
FACTORS = (100, 50, 20, 10, 5, 2, 1)  # by which differences may be magnified
CURVES = {
    "g_target": ("g, target class", "#000000", "-"),
    "f_target": ("f, target class", "#0072B2", "--"),
    "f_seed": ("f, seed class", "#D55E00", "-."),
}


def unfit(trial: Trial) -> str:
    """The reason why a trial's translations cannot be shown as images; '' if they can."""
    channels, height, width = trial.record.group[GROUP]["seeds"].shape[1:]
    if height == width == 1:
        return "the translations are feature vectors, not images"
    return "" if channels in (1, 3) else f"images of {channels} channels"


def choose(targets: Array, kept: Array) -> list[int]:
    """Indices of at most MAX_TRANSLATIONS translations by target rank: about one per target, accepted ones first."""
    order = np.argsort(-kept, kind="stable")
    by_target = {rank: order[targets[order] == rank] for rank in np.unique(targets)}
    ranks = list(by_target)
    if len(ranks) > MAX_TRANSLATIONS:
        ranks = [ranks[place] for place in np.linspace(0, len(ranks) - 1, MAX_TRANSLATIONS).round().astype(int)]
    rounds = max(len(by_target[rank]) for rank in ranks)
    places = [by_target[rank][turn] for turn in range(rounds) for rank in ranks if turn < len(by_target[rank])]
    return sorted(places[:MAX_TRANSLATIONS], key=lambda place: targets[place])


def choose_factor(differences: Array) -> int:
    """The largest magnification at which 98 % of the differences are at most 1."""
    high = np.quantile(differences, 0.98)
    return next((factor for factor in FACTORS if factor * high <= 1), 1)


def show(axes: Axes, image: Array) -> None:
    """Draws an image [c, h, w] in [0, 1]."""
    image = np.clip(image, 0, 1)
    axes.imshow(
        image[0] if len(image) == 1 else image.transpose(1, 2, 0), cmap="gray", vmin=0, vmax=1, interpolation="none"
    )
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.grid(False)


def draw_images(rows: list[list[Axes]], group: h5py.Group, places: list[int]) -> None:
    """Draws x0, x* and the magnified difference, one column per translation."""
    seeds, translated = (
        np.array([group[name][place] for place in places], dtype=np.float64) for name in ("seeds", "translated")
    )
    differences = np.abs(translated - seeds)
    factor = choose_factor(differences)
    for axes, images in zip(rows, (seeds, translated, factor * differences)):
        for panel, image in zip(axes, images):
            show(panel, image)
    for axes, text in zip(rows, ("x0\n(seed)", "x*\n(translated)", f"|x* - x0|\n× {factor}")):
        axes[0].set_ylabel(text)


def draw_curves(axes: list[Axes], trial: Trial, places: list[int]) -> Handles:
    """Draws the networks' probabilities per step; returns the handles of the legend by text."""
    group, required = trial.record.group[GROUP], threshold(trial)
    handles: Handles = {}
    for panel, place in zip(axes, places):
        for name, (text, colour, line) in CURVES.items():
            values = group[name][place].astype(np.float64)
            (handles[text],) = panel.plot(values, color=colour, linestyle=line, linewidth=1.1)
        handles[f"gamma test of g ({required:.3g})"] = panel.axhline(
            required, color=style.GREY, linestyle=":", linewidth=1
        )
        last = len(values) - 1
        panel.set(xlim=(0, max(last, 1)), ylim=(-0.04, 1.04), xticks=[0, last], yticks=[0, 1], xlabel="step")
        panel.set_box_aspect(1)
        panel.label_outer()
    axes[0].set_ylabel("probability")
    return handles


def name_columns(axes: list[Axes], trial: Trial, places: list[int]) -> None:
    """Titles each column '7 → 2' by rank, with 'kept' or 'not kept'."""
    group, rank = trial.record.group[GROUP], trial.record.rank_by_label
    for panel, place in zip(axes, places):
        seed, target = (rank[group[name][place]] + 1 for name in ("seed_class", "target"))
        panel.set_title(f"{seed} → {target}\n{'kept' if group['kept'][place] == 1 else 'not kept'}")


def draw_method(block: Block, method: Method, trial: Trial) -> Picture:
    """Draws four rows of panels."""
    group = trial.record.group[GROUP]
    places = choose(trial.record.rank_by_label[group["target"][:]], group["kept"][:])
    columns = len(places)
    figure, axes = style.panels(4 * columns, columns, (1.05, 1.05), layout="compressed")
    rows = [axes[columns * row : columns * row + columns] for row in range(4)]
    draw_images(rows[:3], group, places)
    handles = draw_curves(rows[3], trial, places)
    name_columns(rows[0], trial, places)
    style.legend(figure, handles)
    style.title(
        figure,
        f"{method.label}: seed class → target class by rank; kept: the gamma test passed",
        f"{block.data}, seed {trial.row.seed}, epoch {group.attrs['epoch']}, {columns} of {len(group['kept'])} "
        "recorded; class 1 is the most frequent",
    )
    name = f"{NAME}_{method.index + 1}_{style.slug(method.label)[:60]}"
    alt = f"{columns} seed images, their translations by {method.label}, and the differences."
    return Picture(name, f"Translated images, {method.label}", alt, figure)


def draw(block: Block) -> Iterator[Drawn]:
    """Yields a figure per method that translates, of its first seed."""
    found = [(method, trials[0]) for method in block.drawn() if (trials := recorded(method))]
    reasons = [unfit(trial) for _, trial in found]
    for (method, trial), reason in zip(found, reasons):
        if not reason:
            yield draw_method(block, method, trial)
    if all(reasons):
        yield Skipped(NAME, reasons[0] if reasons else NONE)
