"""Figure: bACC of all methods, with a dot per seed beside the mean."""

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes

from m2m_results.blocks import Block
from m2m_results.figures import style
from m2m_results.figures.style import Drawn, Picture, Skipped

NAME = "overview"
NOTE = "hollow dots are seeds, the filled marker their mean, the line one standard deviation to each side"


def rows_of_methods(axes: Axes, labels: list[str]) -> None:
    """Gives each method a row, the first on top."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)


def draw_row(axes: Axes, row: int, values: list[float], index: int, mean: float, deviation: float) -> None:
    """Draws seeds as hollow dots, and below them the mean as a filled marker with one standard deviation."""
    seeds = [value for value in values if np.isfinite(value)]
    if not seeds:
        return
    look = style.look(index) | {"linestyle": "none"}
    if len(seeds) > 1:
        axes.plot(seeds, np.full(len(seeds), row - 0.16), **style.dots(index))
        axes.plot([mean - deviation, mean + deviation], [row + 0.16] * 2, color=look["color"], linewidth=1)
    axes.plot([mean], [row + (0.16 if len(seeds) > 1 else 0)], **look | {"markersize": 6})


def draw(block: Block) -> Iterator[Drawn]:
    """Yields the figure: one row per method, in the order of the study."""
    if not block.drawn():
        yield Skipped(NAME, "no trial is done")
        return
    figure, (axes,) = style.panels(1, 1, (7, 0.34 * len(block.methods) + 0.9))
    for row, method in enumerate(block.methods):
        values = [trial.metrics["bacc"] for trial in method.trials]
        draw_row(axes, row, values, method.index, method.mean("bacc"), method.deviation("bacc"))
        if not method.trials:
            axes.text(
                0.5,
                row,
                "no trial is done",
                transform=axes.get_yaxis_transform(),
                ha="center",
                va="center",
                color=style.GREY,
                fontsize=8,
            )
    rows_of_methods(axes, [f"{style.short(method.label, 40)} (n = {method.n()})" for method in block.methods])
    axes.set_xlabel("balanced accuracy on test (%)")
    axes.margins(x=0.06)
    style.title(figure, "Methods" + style.seeds_note(block.methods, NOTE), block.facts)
    means = "; ".join(f"{method.label} {method.mean('bacc'):.1f}" for method in block.drawn())
    yield Picture(NAME, "Overview of the methods", f"Mean test bACC in %: {means}.", figure)
