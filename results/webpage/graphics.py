"""Figures inside the page: as SVG, or as PNG if that is smaller."""

import base64
import re

from drawing.every import draw_all
from drawing.style import Skipped, encode
from webpage.markup import text

DIGITS = re.compile(r"(\.\d\d)\d+")  # further decimals are invisible and double the size of the page
MAX_SVG = 200_000       # characters of a figure as SVG
MAX_TOGETHER = 4_300_000  # of all figures; keeps the page below 5 MB
DOTS_PER_INCH = 110
REFERENCES = re.compile(r'(\sid="|url\(#|href="#)')


def inline(svg, prefix, alt):
    """Turns an SVG document into an element with a text alternative; `prefix` keeps its ids unique on the page."""
    svg = svg[svg.index("<svg"):]
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<[^>]*>", lambda tag: DIGITS.sub(r"\1", REFERENCES.sub(rf"\g<1>{prefix}", tag[0])), svg)
    width = re.search(r'<svg[^>]*?\swidth="([0-9.]+)pt"', svg)[1]
    svg = re.sub(r'\s(width|height)="[0-9.]+pt"', "", svg, count=2)
    # On a narrow screen the figure's box scrolls before letters shrink below three quarters.
    shape = f'style="width:{float(width):.0f}pt;min-width:{.75 * float(width):.0f}pt"'
    return svg.replace("<svg", f'<svg role="img" aria-label="{text(alt)}" {shape}', 1)


def image(figure, alt):
    """Turns a figure into an element with a PNG."""
    content = base64.b64encode(encode(figure, "png", DOTS_PER_INCH)).decode()
    width = 72 * figure.get_figwidth()
    return (f'<img alt="{text(alt)}" style="width:{width:.0f}pt;min-width:{.75 * width:.0f}pt" '
            f'src="data:image/png;base64,{content}">')


def figure(number, picture, data):
    """One figure with its caption."""
    content = inline(encode(picture.figure, "svg", 72).decode(), f"f{number}-", picture.alt)
    if len(content) > MAX_SVG:
        content = min(content, image(picture.figure, picture.alt), key=len)
    caption = picture.title + (f", {data}" if data else "")
    return (f'<figure>\n<figcaption>{text(caption)}</figcaption>\n<div class="box picture" role="region" tabindex="0" '
            f'aria-label="{text(caption)}">\n{content}</div>\n</figure>')


def skipped_item(name, data, reason):
    """An entry of the list of figures that are not shown."""
    return f"<li>{text(name)}{text(f' ({data})') if data else ''}: {text(reason)}</li>"


def figures(blocks):
    """All figures of the study, then a list of those that are not shown, with the reasons."""
    drawn, skipped = [], []
    for picture, _, data in draw_all(blocks):
        if isinstance(picture, Skipped):
            skipped.append(skipped_item(picture.name, data, picture.reason))
            continue
        element = figure(len(drawn) + 1, picture, data)
        if sum(map(len, drawn)) + len(element) > MAX_TOGETHER:
            skipped.append(skipped_item(picture.name, data, "the page would grow too large; results/figures.py draws it"))
        else:
            drawn.append(element)
    if skipped:
        drawn.append("<p>Not drawn:</p>\n<ul>\n" + "\n".join(skipped) + "\n</ul>")
    return "\n".join(drawn)
