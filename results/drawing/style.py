"""How every figure looks: colours, markers, panels, titles, and the bytes it is written as."""

import dataclasses
import io
import math
import re
import textwrap

import matplotlib
import matplotlib.ticker
from matplotlib.figure import Figure

# Okabe and Ito's palette without its yellow, which is lost on white. With 12 markers and 5 kinds of line the first
# 420 methods differ in some way that needs no colour.
COLOURS = ["#000000", "#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "*"]
LINES = ["-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1))]
GREY = "#767676"
MOST_A_PANEL = 12

SETTINGS = {
    "svg.fonttype": "none", "svg.hashsalt": "m2m", "font.family": "DejaVu Sans", "font.size": 9,
    "axes.titlesize": 9, "axes.labelsize": 9, "legend.fontsize": 8, "xtick.labelsize": 8, "ytick.labelsize": 8,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": "#E0E0E0",
    "grid.linewidth": .6, "lines.linewidth": 1.5, "lines.markersize": 4.5, "figure.facecolor": "white",
    "axes.axisbelow": True, "axes.unicode_minus": False, "text.parse_math": False,
}


@dataclasses.dataclass(frozen=True)
class Picture:
    """A figure to write."""

    name: str
    title: str
    alt: str        # what it shows, for those who do not see it
    figure: Figure


@dataclasses.dataclass(frozen=True)
class Skipped:
    """A figure that the data do not allow, and why."""

    name: str
    reason: str


def apply():
    """Sets the look for everything drawn from here on."""
    matplotlib.rcParams.update(matplotlib.rcParamsDefault)
    matplotlib.use("agg")
    matplotlib.rcParams.update(SETTINGS)


def slug(text):
    """A text as part of a file's name."""
    return re.sub(r"[^A-Za-z0-9.=-]+", "_", text).strip("_")


def look(index):
    """Colour, marker and line of the method with this index."""
    return {"color": COLOURS[index % len(COLOURS)], "marker": MARKERS[index % len(MARKERS)],
            "linestyle": LINES[index % len(LINES)]}


def dots(index):
    """The look of single seeds: as the method's, hollow and without line."""
    style = look(index)
    return {"marker": style["marker"], "linestyle": "none", "markersize": 3.5, "markerfacecolor": "none",
            "markeredgecolor": style["color"], "markeredgewidth": .7}


def thin(index):
    """The look of single seeds as lines."""
    return {"color": look(index)["color"], "linewidth": .5, "alpha": .45}


def chunks(items, most=MOST_A_PANEL):
    """The items in as few, about equal, groups of at most `most` as there can be."""
    groups = math.ceil(len(items) / most)
    return [items[len(items) * g // groups:len(items) * (g + 1) // groups] for g in range(groups)]


def panels(count, columns, size=(3.0, 2.6), layout="constrained", **options):
    """A figure of `count` panels, and its axes in reading order; layout "compressed" for panels of fixed shape."""
    columns = min(columns, count)
    rows = math.ceil(count / columns)
    width, height = max(columns * size[0], 5.5), rows * size[1] + .5
    figure = Figure(figsize=(width, height), layout=layout)
    figure.get_layout_engine().set(w_pad=.08)
    axes = list(figure.subplots(rows, columns, squeeze=False, **options).flat)
    for spare in axes[count:]:
        spare.remove()
    return figure, axes[:count]


def wrapped(text, inches, size):
    """The text in lines that fit this width at this size of letters."""
    per_line = max(20, int(inches * 72 / (size * .57)))
    return "\n".join(line for part in text.split("\n") for line in textwrap.wrap(part, per_line) or [""])


def title(figure, text, facts):
    """What is shown, and of what, above all panels."""
    width = figure.get_figwidth() - .2
    lines = wrapped(text, width, 10) + "\n" + wrapped(facts, width, 10)
    figure.set_figheight(figure.get_figheight() + .16 * (lines.count("\n") + 1))
    figure.suptitle(lines, fontsize=10)


def short(label, most=28):
    """A label that fits above a small panel or beside a row, in two lines where it must."""
    lines = textwrap.wrap(label, most) or [""]
    if len(lines) > 2:
        lines = [lines[0], textwrap.shorten(" ".join(lines[1:]), most, placeholder="…")]
    return "\n".join(lines)


def heading(method):
    """'M2m, lambda=0 (n = 3)', fit to stand above a small panel."""
    label, n = short(method.label), f"(n = {method.n()})"
    return f"{label} {n}" if len(label.split("\n")[-1]) + len(n) < 30 else f"{label}\n{n}"


def seeds_note(methods, note):
    """How to tell seeds from their mean, where there are any to tell."""
    return f": {note}" if any(len(method.trials) > 1 for method in methods) else ""


def tagged(handles, axes, number, count, but=None):
    """The handles of one group of methods; where there are several groups, panels and texts bear its number."""
    if count == 1:
        return handles
    for panel in axes:
        panel.set_title(f"[{number + 1}]")
    return {text if text == but else f"[{number + 1}] {text}": handle for text, handle in handles.items()}


def legend(figure, handles, labels):
    """One legend for all panels, below them, in as many columns as fit."""
    if not labels:
        return
    labels = [wrapped(label, figure.get_figwidth() - .8, 8) for label in labels]
    longest = max(len(line) for label in labels for line in label.split("\n"))
    columns = max(1, min(len(labels), int(figure.get_figwidth() / (longest * .075 + .65))))
    lines = sum(1 + label.count("\n") for label in labels)
    figure.set_figheight(figure.get_figheight() + .17 * math.ceil(lines / columns) + .1)
    figure.legend(handles, labels, loc="outside lower center", ncols=columns, frameon=False, handlelength=3.2)


def plain_numbers(axis, ticks=5):
    """Few ticks with numbers such as 0.05 and 20,000."""
    axis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    if axis.get_scale() == "linear":
        axis.set_major_locator(matplotlib.ticker.MaxNLocator(ticks))


def nothing(axes, sentence):
    """Says in an empty panel why it is empty."""
    axes.text(.5, .5, wrapped(sentence, 2, 8), transform=axes.transAxes, ha="center", va="center", color=GREY)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(False)


def encode(figure, form, dpi):
    """The bytes of a figure as svg or png: equal figures, equal bytes."""
    buffer = io.BytesIO()
    empty = {"svg": ["Date", "Creator", "Format", "Type"], "png": ["Software"]}[form]
    figure.savefig(buffer, format=form, dpi=dpi if form == "png" else 72, metadata=dict.fromkeys(empty),
                   bbox_inches="tight", pad_inches=.08)
    return buffer.getvalue()
