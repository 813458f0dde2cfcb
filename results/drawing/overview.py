"""Figure: bACC of all methods, with a dot per seed beside the mean."""

import numpy as np

from drawing import style
from drawing.style import Picture, Skipped

NAME = "overview"
NOTE = "hollow dots are seeds, the filled marker their mean, the line one standard deviation to each side"


def rows_of_methods(axes, labels):
    """Gives each method a row, the first on top."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - .4, -.6)
    axes.grid(axis="y", visible=False)


def draw_row(axes, row, values, index):
    """Draws seeds as hollow dots, and below them the mean as a filled marker with one standard deviation."""
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return
    look = style.look(index) | {"linestyle": "none"}
    spread = values.std(ddof=1) if len(values) > 1 else 0
    if len(values) > 1:
        axes.plot(values, np.full(len(values), row - .16), **style.dots(index))
        axes.plot([values.mean() - spread, values.mean() + spread], [row + .16] * 2, color=look["color"], linewidth=1)
    axes.plot([values.mean()], [row + (.16 if len(values) > 1 else 0)], **look | {"markersize": 6})


def draw(block):
    """Yields the figure: one row per method, in the order of the study."""
    if not block.drawn():
        yield Skipped(NAME, "no trial is done")
        return
    figure, axes = style.panels(1, 1, (7, .34 * len(block.methods) + .9))
    axes = axes[0]
    for row, method in enumerate(block.methods):
        draw_row(axes, row, [trial.bacc() for trial in method.trials], method.index)
        if not method.trials:
            axes.text(.5, row, "no trial is done", transform=axes.get_yaxis_transform(), ha="center", va="center",
                      color=style.GREY, fontsize=8)
    rows_of_methods(axes, [f"{style.short(method.label, 40)} (n = {method.n()})" for method in block.methods])
    axes.set_xlabel("balanced accuracy on test (%)")
    axes.margins(x=.06)
    style.title(figure, "Methods" + style.seeds_note(block.methods, NOTE), block.facts)
    means = "; ".join(f"{method.label} {np.mean([trial.bacc() for trial in method.trials]):.1f}"
                      for method in block.drawn())
    yield Picture(NAME, "Overview of the methods", f"Mean test bACC in %: {means}.", figure)
