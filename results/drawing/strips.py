"""Translated images beside what they began as, a figure a method: x0, x*, their difference, and what f and g say."""

import numpy as np

from drawing import style
from drawing.style import Picture, Skipped
from drawing.translations import GROUP, NONE, recorded, threshold

NAME = "strips"
MOST = 8                                   # translations of a figure
FACTORS = (100, 50, 20, 10, 5, 2, 1)       # by which differences may be magnified
CURVES = {"g_target": ("g, target class", "#000000", "-"), "f_target": ("f, target class", "#0072B2", "--"),
          "f_seed": ("f, seed class", "#D55E00", "-.")}


def unfit(trial):
    """Why what a trial translated cannot be shown as images; '' where it can."""
    channels, height, width = trial.record[GROUP]["seeds"].shape[1:]
    if height == width == 1:
        return "what was translated are feature vectors, not images"
    return "" if channels in (1, 3) else f"images of {channels} channels"


def choose(targets, kept):
    """Places of at most MOST translations in the order of target ranks: about one a target, kept ones first."""
    order = np.argsort(-kept, kind="stable")
    of_target = {rank: order[targets[order] == rank] for rank in np.unique(targets)}
    ranks = list(of_target)
    if len(ranks) > MOST:
        ranks = [ranks[place] for place in np.linspace(0, len(ranks) - 1, MOST).round().astype(int)]
    rounds = max(len(of_target[rank]) for rank in ranks)
    places = [of_target[rank][turn] for turn in range(rounds) for rank in ranks if turn < len(of_target[rank])]
    return sorted(places[:MOST], key=lambda place: targets[place])


def factor_of(differences):
    """The magnification at which all but a few of the differences stay below 1."""
    high = np.quantile(differences, .98)
    return next((factor for factor in FACTORS if factor * high <= 1), 1)


def show(axes, image):
    """An image [c, h, w] in [0, 1]."""
    image = np.clip(image, 0, 1)
    axes.imshow(image[0] if len(image) == 1 else image.transpose(1, 2, 0), cmap="gray", vmin=0, vmax=1,
                interpolation="none")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.grid(False)


def draw_images(rows, group, places):
    """x0, x* and the magnified difference, a column a translation."""
    seeds, translated = (np.array([group[name][place] for place in places], dtype=np.float64)
                         for name in ("seeds", "translated"))
    differences = np.abs(translated - seeds)
    factor = factor_of(differences)
    for axes, images in zip(rows, (seeds, translated, factor * differences)):
        for panel, image in zip(axes, images):
            show(panel, image)
    for axes, text in zip(rows, ("x0\n(seed)", "x*\n(translated)", f"|x* - x0|\n× {factor}")):
        axes[0].set_ylabel(text)


def draw_curves(axes, trial, places):
    """What the networks say along the steps; the handles of the legend by text."""
    group, least = trial.record[GROUP], threshold(trial)
    handles = {}
    for panel, place in zip(axes, places):
        for name, (text, colour, line) in CURVES.items():
            values = group[name][place].astype(np.float64)
            handles[text], = panel.plot(values, color=colour, linestyle=line, linewidth=1.1)
        handles[f"what g must reach ({least:.3g})"] = panel.axhline(least, color=style.GREY, linestyle=":", linewidth=1)
        last = len(values) - 1
        panel.set(xlim=(0, max(last, 1)), ylim=(-.04, 1.04), xticks=[0, last], yticks=[0, 1], xlabel="step")
        panel.set_box_aspect(1)
        panel.label_outer()
    axes[0].set_ylabel("probability")
    return handles


def name_columns(axes, trial, places):
    """'7 → 2' by rank, and whether the image was kept."""
    group, rank = trial.record[GROUP], trial.rank_of()
    for panel, place in zip(axes, places):
        seed, target = (rank[group[name][place]] + 1 for name in ("seed_class", "target"))
        panel.set_title(f"{seed} → {target}\n{'kept' if group['kept'][place] == 1 else 'not kept'}")


def draw_method(block, method, trial):
    """Four rows of panels."""
    group = trial.record[GROUP]
    places = choose(trial.rank_of()[group["target"][:]], group["kept"][:])
    columns = len(places)
    figure, axes = style.panels(4 * columns, columns, (1.05, 1.05), layout="compressed")
    rows = [axes[columns * row:columns * row + columns] for row in range(4)]
    draw_images(rows[:3], group, places)
    handles = draw_curves(rows[3], trial, places)
    name_columns(rows[0], trial, places)
    style.legend(figure, handles.values(), handles.keys())
    style.title(figure, f"{method.label}: seed class → target class by rank; kept: the gamma test passed",
                f"{block.data}, seed {trial.row.seed}, epoch {group.attrs['epoch']}, {columns} of {len(group['kept'])} "
                "recorded; class 1 is the most frequent")
    name = f"{NAME}_{method.index + 1}_{style.slug(method.label)[:60]}"
    alt = f"{columns} seed images, their translations by {method.label}, and the differences."
    return Picture(name, f"Translated images, {method.label}", alt, figure)


def draw(block):
    """A figure for each method that translates, of its first seed."""
    found = [(method, trials[0]) for method in block.drawn() if (trials := recorded(method))]
    reasons = [unfit(trial) for _, trial in found]
    for (method, trial), reason in zip(found, reasons):
        if not reason:
            yield draw_method(block, method, trial)
    if all(reasons):
        yield Skipped(NAME, reasons[0] if reasons else NONE)
