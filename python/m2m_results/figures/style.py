"""The look of all figures: colours, markers, panels, titles, and the encoding as SVG or PNG."""

import dataclasses
import io
import math
import re
import textwrap
import warnings
from typing import Any, Literal, TypeVar

import matplotlib
import matplotlib.ticker
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from m2m_results.blocks import Method

Item = TypeVar("Item")
Handles = dict[str, Any]  # of a legend, by text
Look = dict[str, Any]  # options of a line
Layout = Literal["constrained", "compressed"]

# Okabe and Ito's palette without its yellow, which is hard to see on white. With 12 markers and 5 kinds of line, the
# first 420 methods look different.
COLOURS = ["#000000", "#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "*"]
LINES = ["-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1))]
GREY = "#767676"
MAX_METHODS_A_PANEL = 12

SETTINGS: Any = {  # of matplotlib.rcParams
    "svg.fonttype": "none",
    "svg.hashsalt": "m2m",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.labelsize": 9,
    "legend.fontsize": 8,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#E0E0E0",
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.5,
    "lines.markersize": 4.5,
    "figure.facecolor": "white",
    "axes.axisbelow": True,
    "axes.unicode_minus": False,
    "text.parse_math": False,
}


@dataclasses.dataclass(frozen=True)
class Picture:
    """A figure to write."""

    name: str
    title: str
    alt: str  # text alternative for readers who do not see the figure
    figure: Figure


@dataclasses.dataclass(frozen=True)
class Skipped:
    """A figure that cannot be drawn from the data, and the reason."""

    name: str
    reason: str


Drawn = Picture | Skipped


def apply() -> None:
    """Sets the look of all later figures of the process."""
    matplotlib.rcParams.update(matplotlib.rcParamsDefault)
    matplotlib.use("agg")
    matplotlib.rcParams.update(SETTINGS)


def slug(text: str) -> str:
    """Turns a text into a part of a file name."""
    return re.sub(r"[^A-Za-z0-9.=-]+", "_", text).strip("_")


def look(index: int) -> Look:
    """Colour, marker and line of the method with this index."""
    return {
        "color": COLOURS[index % len(COLOURS)],
        "marker": MARKERS[index % len(MARKERS)],
        "linestyle": LINES[index % len(LINES)],
    }


def dots(index: int) -> Look:
    """The look of single seeds: the method's marker, hollow and without line."""
    style = look(index)
    return {
        "marker": style["marker"],
        "linestyle": "none",
        "markersize": 3.5,
        "markerfacecolor": "none",
        "markeredgecolor": style["color"],
        "markeredgewidth": 0.7,
    }


def thin(index: int) -> Look:
    """The look of single seeds as lines."""
    return {"color": look(index)["color"], "linewidth": 0.5, "alpha": 0.45}


def chunks(items: list[Item], max_size: int = MAX_METHODS_A_PANEL) -> list[list[Item]]:
    """Splits the items into as few groups of at most `max_size` as possible, of about equal size."""
    groups = math.ceil(len(items) / max_size)
    return [items[len(items) * g // groups : len(items) * (g + 1) // groups] for g in range(groups)]


def panels(
    count: int, columns: int, size: tuple[float, float] = (3.0, 2.6), layout: Layout = "constrained", **options: Any
) -> tuple[Figure, list[Axes]]:
    """A figure of `count` panels, and its axes in reading order; layout "compressed" for panels of fixed shape."""
    columns = min(columns, count)
    rows = math.ceil(count / columns)
    width, height = max(columns * size[0], 5.5), rows * size[1] + 0.5
    figure = Figure(
        figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=0.08, compress=layout == "compressed")
    )
    axes = list(figure.subplots(rows, columns, squeeze=False, **options).flat)
    for spare in axes[count:]:
        spare.remove()
    return figure, axes[:count]


def balanced(text: str, max_width: int) -> list[str]:
    """Wraps the text to as few lines as possible, of about equal length."""
    lines = textwrap.wrap(text, max_width) or [""]
    for width in range(max_width - 1, 0, -1):
        narrower = textwrap.wrap(text, width) or [""]
        if len(narrower) > len(lines):
            break
        lines = narrower
    return lines


def wrapped(text: str, inches: float, size: float) -> str:
    """Wraps the text to a width in inches at this font size."""
    per_line = max(20, int(inches * 72 / (size * 0.53)))
    return "\n".join(line for part in text.split("\n") for line in balanced(part, per_line))


def title(figure: Figure, text: str, facts: str) -> None:
    """Writes the title and the facts above all panels."""
    width = figure.get_figwidth() - 0.2
    lines = wrapped(text, width, 10) + "\n" + wrapped(facts, width, 10)
    figure.set_figheight(figure.get_figheight() + 0.16 * (lines.count("\n") + 1))
    figure.suptitle(lines, fontsize=10)


def short(label: str, max_width: int = 28) -> str:
    """Shortens a label to fit above a small panel or beside a row, in at most two lines."""
    lines = textwrap.wrap(label, max_width) or [""]
    if len(lines) > 2:
        lines = [lines[0], textwrap.shorten(" ".join(lines[1:]), max_width, placeholder="…")]
    return "\n".join(lines)


def heading(method: Method) -> str:
    """'M2m, lambda=0 (n = 3)', short enough for a small panel."""
    label, n = short(method.label), f"(n = {method.n()})"
    return f"{label} {n}" if len(label.split("\n")[-1]) + len(n) < 30 else f"{label}\n{n}"


def seeds_note(methods: list[Method], note: str) -> str:
    """The note after a colon if a method has several seeds; otherwise an empty text."""
    return f": {note}" if any(len(method.trials) > 1 for method in methods) else ""


def tagged(handles: Handles, axes: list[Axes], number: int, count: int, but: str | None = None) -> Handles:
    """The handles of one group of methods. If there are several groups, numbers its panels and texts."""
    if count == 1:
        return handles
    for panel in axes:
        panel.set_title(f"[{number + 1}] {panel.get_title()}".rstrip())
    return {text if text == but else f"[{number + 1}] {text}": handle for text, handle in handles.items()}


def legend(figure: Figure, handles: Handles) -> None:
    """Draws one legend below all panels, in as many columns as fit."""
    if not handles:
        return
    labels = [wrapped(label, figure.get_figwidth() - 0.8, 8) for label in handles]
    widths = [max(map(len, label.split("\n"))) * 0.075 + 0.65 for label in labels]
    fits = sum(widths) <= figure.get_figwidth()
    columns = len(labels) if fits else max(1, min(len(labels), int(figure.get_figwidth() / max(widths))))
    lines = sum(1 + label.count("\n") for label in labels)
    figure.set_figheight(figure.get_figheight() + 0.17 * math.ceil(lines / columns) + 0.1)
    figure.legend(
        list(handles.values()), labels, loc="outside lower center", ncols=columns, frameon=False, handlelength=3.2
    )


def plain_numbers(axis: Axis, ticks: int = 5) -> None:
    """Sets few ticks with numbers such as 0.05 and 20,000."""
    axis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    if axis.get_scale() == "linear":
        axis.set_major_locator(matplotlib.ticker.MaxNLocator(ticks))


def nothing(axes: Axes, sentence: str) -> None:
    """Writes in an empty panel why it is empty."""
    axes.text(0.5, 0.5, wrapped(sentence, 2, 8), transform=axes.transAxes, ha="center", va="center", color=GREY)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(False)


def encode(figure: Figure, form: str, dpi: int) -> bytes:
    """The bytes of a figure as svg or png. Deterministic: equal figures give equal bytes."""
    buffer = io.BytesIO()
    empty = {"svg": ["Date", "Creator", "Format", "Type"], "png": ["Software"]}[form]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")  # a browser has fonts for the texts of an SVG file
        figure.savefig(
            buffer,
            format=form,
            dpi=dpi if form == "png" else 72,
            metadata=dict.fromkeys(empty),
            bbox_inches="tight",
            pad_inches=0.08,
        )
    return buffer.getvalue()
