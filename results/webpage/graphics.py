"""Figures as SVG inside the page."""

import re

from drawing.every import draw_all
from drawing.style import Skipped, encode
from webpage.markup import text

DIGITS = re.compile(r"(\.\d\d)\d+")  # past the second decimal of a point nobody sees them, and they double the page
REFERENCES = re.compile(r'(\sid="|url\(#|href="#)')


def inline(svg, prefix, alt):
    """An SVG document as an element, its names made unlike those of other figures, with its text alternative."""
    svg = svg[svg.index("<svg"):]
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<[^>]*>", lambda tag: DIGITS.sub(r"\1", REFERENCES.sub(rf"\g<1>{prefix}", tag[0])), svg)
    width = re.search(r'<svg[^>]*?\swidth="([0-9.]+)pt"', svg)[1]
    svg = re.sub(r'\s(width|height)="[0-9.]+pt"', "", svg, count=2)
    # On a narrow screen the figure's box scrolls before letters shrink below three quarters.
    shape = f'style="width:{float(width):.0f}pt;min-width:{.75 * float(width):.0f}pt"'
    return svg.replace("<svg", f'<svg role="img" aria-label="{text(alt)}" {shape}', 1)


def figure(number, picture, data):
    """One figure with its caption."""
    svg = inline(encode(picture.figure, "svg", 72).decode(), f"f{number}-", picture.alt)
    caption = picture.title + (f", {data}" if data else "")
    return (f'<figure>\n<figcaption>{text(caption)}</figcaption>\n<div class="box picture" role="region" tabindex="0" '
            f'aria-label="{text(caption)}">\n{svg}</div>\n</figure>')


def figures(blocks):
    """All figures of the study, then what could not be drawn."""
    drawn, skipped = [], []
    for block in blocks:
        data = block.data if len(blocks) > 1 else ""
        for picture, name in draw_all([block]):
            if isinstance(picture, Skipped):
                skipped.append(f"<li>{text(name)}{text(f' ({data})') if data else ''}: {text(picture.reason)}</li>")
            else:
                drawn.append(figure(len(drawn) + 1, picture, data))
    if skipped:
        drawn.append("<p>Not drawn:</p>\n<ul>\n" + "\n".join(skipped) + "\n</ul>")
    return "\n".join(drawn)
