"""Figures: translations step by step, and the classes between which they succeed."""

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from m2m_results.blocks import Block, Method, Trial
from m2m_results.figures import style
from m2m_results.figures.matrices import heat, share, too_large
from m2m_results.figures.style import Drawn, Handles, Picture, Skipped
from m2m_results.figures.training import mean_of_seeds
from m2m_results.study import Array

GROUP = "translations"
NONE = "no trial kept single translations (setting record.samples)"
NAME, CLASSES = "laboratory", "laboratory_classes"
MAX_DOTS = 600  # of a panel
TEXTS = ("success rate of g (%)", "f's probability of the\ntarget class (%)", "f's probability of the\nseed class (%)")


def recorded(method: Method) -> list[Trial]:
    """The trials of a method that kept translations, in order."""
    return [
        trial for trial in method.trials if GROUP in trial.record.group and len(trial.record.group[GROUP]["target"])
    ]


def threshold(trial: Trial) -> float:
    """The probability of the target class that g must reach to pass the gamma test."""
    config = trial.record.config
    gamma = float(config["m2m.gamma"])
    return gamma if config.get("m2m.gamma_test", "probability") == "probability" else float(np.exp(-gamma))


def successes(trial: Trial) -> Array:
    """bool [n, T+1]: true if g reaches the threshold of the gamma test; the last column is the test itself.

    Probabilities are stored with three digits, so only the stored outcome of the test is exact.
    """
    group = trial.record.group[GROUP]
    passed: Array = group["g_target"][:].astype(np.float64) >= threshold(trial)
    passed[:, -1] = group["kept"][:] == 1
    return passed


def progress(trial: Trial) -> Array:
    """Success rate and f's mean probability of the target and the seed class, in % per step [3, T+1]."""
    group = trial.record.group[GROUP]
    means_of_f = [group[name][:].astype(np.float64).mean(axis=0) for name in ("f_target", "f_seed")]
    return 100 * np.array([successes(trial).mean(axis=0), *means_of_f])


def stack_progress(trials: list[Trial]) -> Array:
    """progress() of each trial [seed, 3, step]; NaN after the last step of a trial."""
    each = [progress(trial) for trial in trials]
    values = np.full((len(each), 3, max(one.shape[1] for one in each)), np.nan)
    for row, one in zip(values, each):
        row[:, : one.shape[1]] = one
    return values


def choose_marks(found: list[tuple[Method, list[Trial]]]) -> str:
    """The mark of single seeds: hollow dots if there are at most MAX_DOTS points, thin lines otherwise."""
    points = sum(trial.record.group[GROUP]["g_target"].shape[1] for _, trials in found for trial in trials)
    return "hollow dots" if points <= MAX_DOTS else "thin lines"


def draw_method(axes: list[Axes], method: Method, trials: list[Trial], marks: str) -> Line2D:
    """Draws a method's mean and its seeds in the three panels; returns its handle."""
    values = stack_progress(trials)
    steps = np.arange(values.shape[2])
    for column, panel in enumerate(axes):
        for row in values[:, column] if len(values) > 1 else []:
            panel.plot(steps, row, **style.thin(method.index))
            if marks == "hollow dots":
                panel.plot(steps, row, **style.dots(method.index))
        (line,) = panel.plot(steps, mean_of_seeds(values[:, column]), **style.look(method.index))
    return line


def make_label(method: Method, trials: list[Trial]) -> str:
    """'M2m (3 seeds, 192 translations)'."""
    count = sum(len(trial.record.group[GROUP]["target"]) for trial in trials)
    return f"{method.label} ({len(trials)} seed{'s' if len(trials) > 1 else ''}, {count:,} translations)"


def facts(block: Block, found: list[tuple[Method, list[Trial]]]) -> str:
    """Data setting and epochs."""
    epochs = sorted({int(trial.record.group[GROUP].attrs["epoch"]) for _, trials in found for trial in trials})
    epoch_text = ", ".join(map(str, epochs))
    return f"{block.data}, translations of epoch{'s' if len(epochs) > 1 else ''} {epoch_text}"


def draw_progress(block: Block, found: list[tuple[Method, list[Trial]]]) -> Picture:
    """Draws three panels per dozen methods."""
    groups, marks = style.chunks(found), choose_marks(found)
    figure, axes = style.panels(3 * len(groups), 3, (3.3, 2.6))
    handles: Handles = {}
    for number, group in enumerate(groups):
        row = axes[3 * number : 3 * number + 3]
        group_handles: Handles = {
            make_label(method, trials): draw_method(row, method, trials, marks) for method, trials in group
        }
        handles |= style.tagged(group_handles, row, number, len(groups))
        for panel, text in zip(row, TEXTS):
            panel.set(xlabel="step (0: the noisy start)", ylabel=text, ylim=(-3, 103))
            panel.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
    style.legend(figure, handles)
    note = style.seeds_note([method for method, _ in found], f"{marks} are seeds, thick lines their mean")
    style.title(
        figure,
        "Translations step by step" + note,
        facts(block, found) + "; success: g is as confident of the target class as the gamma test requires",
    )
    ends = "; ".join(f"{method.label} {stack_progress(trials)[:, 0, -1].mean():.0f}" for method, trials in found)
    return Picture(NAME, "Translations step by step", f"Success rate of g at the last step in %: {ends}.", figure)


def by_classes(trials: list[Trial]) -> tuple[Array, Array]:
    """Translations that passed the gamma test, and all [seed class, target class], by rank, summed over seeds."""
    size = len(trials[0].record.counts)
    passed, whole = np.zeros((size, size)), np.zeros((size, size))
    for trial in trials:
        group, rank = trial.record.group[GROUP], trial.record.rank_by_label
        cells = rank[group["seed_class"][:]], rank[group["target"][:]]
        np.add.at(whole, cells, 1)
        np.add.at(passed, cells, group["kept"][:] == 1)
    return passed, whole


def draw_classes(block: Block, found: list[tuple[Method, list[Trial]]]) -> Picture:
    """Draws one matrix per method."""
    figure, axes = style.panels(len(found), 3, (3.2, 3.3), layout="compressed")
    for panel, (method, trials) in zip(axes, found):
        passed, whole = by_classes(trials)
        image = heat(panel, share(passed, whole), len(axes), trials[0])
        panel.set_title(f"{style.heading(method)}\n{int(passed.sum()):,} of {int(whole.sum()):,}")
        panel.set(xlabel="target class by rank", ylabel="seed class by rank")
    figure.colorbar(
        image,
        ax=axes,
        label="passed the gamma test (%); tinted: none",
        shrink=min(1, 1.6 / len(axes) ** 0.5),
        aspect=30,
    )
    style.title(
        figure,
        "Translations that pass the gamma test, all seeds of a method together; class 1 is the most frequent",
        facts(block, found),
    )
    alt = (
        "Share of translations that pass the gamma test by seed class and target class, for "
        + ", ".join(method.label for method, _ in found)
        + "."
    )
    return Picture(CLASSES, "Success of translations by class", alt, figure)


def draw(block: Block) -> Iterator[Drawn]:
    """Yields both figures."""
    found = [(method, recorded(method)) for method in block.drawn()]
    found = [(method, trials) for method, trials in found if trials]
    if not found:
        yield Skipped(NAME, NONE)
        return
    yield draw_progress(block, found)
    yield too_large(CLASSES, found[0][1][0]) or draw_classes(block, found)
