"""The pieces of report.html: its frame with styles and script inline, small pieces of HTML, and figures."""

import base64
import html
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

from matplotlib.figure import Figure

from m2m_results.blocks import Block
from m2m_results.figures import draw_all
from m2m_results.figures.style import Picture, Skipped, encode

STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #ffffff; --soft: #5a5a5a; --line: #d5d5d5; --shade: #f3f3f3;
  --link: #0060a0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e8; --paper: #17181a; --soft: #a8a8a8; --line: #3a3c40; --shade: #222428; --link: #7cc4f8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 76rem; color: var(--ink); background: var(--paper);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { font-size: 1.25rem; margin-top: 2.2rem; } h4 { margin: .6rem 0 0; }
a { color: var(--link); } nav a { margin-right: 1rem; }
.box { overflow-x: auto; max-width: 100%; }
.box:focus-visible { outline: 2px solid var(--link); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .8rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
tbody th { position: sticky; left: 0; background: var(--paper); }
thead th { background: var(--shade); vertical-align: bottom; white-space: normal; }
th button { all: unset; cursor: pointer; font-weight: 600; } th button:focus-visible { outline: 2px solid var(--link); }
th[aria-sort=ascending] button::after { content: " \\25B2"; }
th[aria-sort=descending] button::after { content: " \\25BC"; }
th[aria-sort=none] button::after { content: " \\2195"; color: var(--soft); }
dl { margin: .4rem 0; columns: 22rem; } dl div { break-inside: avoid; }
dt { display: inline; color: var(--soft); } dt::after { content: ": "; } dd { display: inline; margin: 0; }
pre { background: var(--shade); padding: .7rem 1rem; margin: .5rem 0; } details { margin: .3rem 0; }
details details { margin-left: 1rem; } summary { cursor: pointer; }
figure { margin: 1.2rem 0 2rem; } figcaption { font-weight: 600; margin-bottom: .4rem; }
.picture { background: #ffffff; border: 1px solid var(--line); border-radius: 4px; padding: .5rem; }
@media (prefers-color-scheme: dark) { .picture { filter: brightness(.88); } }
.picture svg, .picture img { display: block; margin: 0 auto; max-width: 100%; height: auto; }
"""

# A header sorts downwards first, then upwards; cells without a number stay at the bottom.
SCRIPT = """
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
    const down = column > 0 ? head.ariaSort !== "descending" : head.ariaSort === "ascending";
    heads.forEach(other => other.setAttribute("aria-sort", "none"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const key = row => row.cells[column].dataset.key;
    const rows = [...table.tBodies[0].rows].sort((a, b) => {
      if (key(a) === "" || key(b) === "") return (key(a) === "") - (key(b) === "");
      return (down ? -1 : 1) * (Number(key(a)) - Number(key(b)));
    });
    table.tBodies[0].append(...rows);
  }));
}
"""

POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
PARTS = {
    "running": "Running",
    "results": "Results",
    "figures": "Figures",
    "failures": "Unfinished trials",
    "trials": "Settings and environment",
    "reproduce": "Reproduce",
}

DIGITS = re.compile(r"(\.\d\d)\d+")  # further decimals are invisible and double the size of the page
REFERENCES = re.compile(r'(\sid="|url\(#|href="#)')
MAX_SVG = 200_000  # characters of a figure as SVG
MAX_TOGETHER = 4_300_000  # of all figures; keeps the page below 5 MB
DOTS_PER_INCH = 110


def text(value: object) -> str:
    """Escapes a value for an element or an attribute."""
    return html.escape(str(value), quote=True)


def box(label: str, content: str) -> str:
    """Wraps content that may be wider than a phone into a box that scrolls, also with the keyboard."""
    return f'<div class="box" role="region" tabindex="0" aria-label="{text(label)}">\n{content}\n</div>'


def facts(pairs: Iterable[tuple[str, object]]) -> str:
    """Names and values as a list of definitions."""
    entries = [f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>" for name, value in pairs]
    return f"<dl>{''.join(entries)}</dl>"


def fold(summary: str, content: str) -> str:
    """A summary that unfolds into its content."""
    return f"<details><summary>{text(summary)}</summary>\n{content}\n</details>"


def rows(head: Sequence[str], lines: Iterable[Sequence[Any]]) -> str:
    """A plain table."""
    heads = "".join(f'<th scope="col">{text(name)}</th>' for name in head)
    body = "".join("<tr>" + "".join(f"<td>{text(cell)}</td>" for cell in line) + "</tr>\n" for line in lines)
    return f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>"


def section(anchor: str, content: str) -> str:
    """A part of the page under its heading; '' if it has no content."""
    return f'<section id="{anchor}">\n<h2>{text(PARTS[anchor])}</h2>\n{content}\n</section>\n' if content else ""


def page(title: str, content: str, refresh: float | None = None) -> str:
    """The whole document; `content` is HTML. refresh: seconds after which a browser loads it again."""
    present = {anchor: name for anchor, name in PARTS.items() if f'<section id="{anchor}"' in content}
    links = "".join(f'<a href="#{anchor}">{name}</a>' for anchor, name in present.items())
    again = "" if refresh is None else f'<meta http-equiv="refresh" content="{math.ceil(refresh)}">\n'
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{again}<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>{text(title)}</title>
<link rel="icon" href="data:,">
<style>{STYLE}</style>
</head>
<body>
<h1>{text(title)}</h1>
<nav>{links}</nav>
<main>
{content}</main>
<script>{SCRIPT}</script>
</body>
</html>
"""


def inline(svg: str, prefix: str, alt: str) -> str:
    """Turns an SVG document into an element with a text alternative; `prefix` keeps its ids unique on the page."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<[^>]*>", lambda tag: DIGITS.sub(r"\1", REFERENCES.sub(rf"\g<1>{prefix}", tag[0])), svg)
    width = float(re.findall(r'<svg[^>]*?\swidth="([0-9.]+)pt"', svg)[0])
    svg = re.sub(r'\s(width|height)="[0-9.]+pt"', "", svg, count=2)
    # On a narrow screen the figure's box scrolls before letters shrink below three quarters.
    shape = f'style="width:{width:.0f}pt;min-width:{0.75 * width:.0f}pt"'
    return svg.replace("<svg", f'<svg role="img" aria-label="{text(alt)}" {shape}', 1)


def image(figure: Figure, alt: str) -> str:
    """Turns a figure into an element with a PNG."""
    content = base64.b64encode(encode(figure, "png", DOTS_PER_INCH)).decode()
    width = 72 * figure.get_figwidth()
    return (
        f'<img alt="{text(alt)}" style="width:{width:.0f}pt;min-width:{0.75 * width:.0f}pt" '
        f'src="data:image/png;base64,{content}">'
    )


def figure(number: int, picture: Picture, data: str) -> str:
    """One figure with its caption."""
    content = inline(encode(picture.figure, "svg", 72).decode(), f"f{number}-", picture.alt)
    if len(content) > MAX_SVG:
        content = min(content, image(picture.figure, picture.alt), key=len)
    caption = picture.title + (f", {data}" if data else "")
    return (
        f'<figure>\n<figcaption>{text(caption)}</figcaption>\n<div class="box picture" role="region" tabindex="0" '
        f'aria-label="{text(caption)}">\n{content}</div>\n</figure>'
    )


def skipped_item(name: str, data: str, reason: str) -> str:
    """An entry of the list of figures that are not shown."""
    return f"<li>{text(name)}{text(f' ({data})') if data else ''}: {text(reason)}</li>"


def figures(blocks: list[Block]) -> str:
    """All figures of the study, then a list of those that are not shown, with the reasons."""
    drawn: list[str] = []
    skipped: list[str] = []
    for picture, _, data in draw_all(blocks):
        if isinstance(picture, Skipped):
            skipped.append(skipped_item(picture.name, data, picture.reason))
            continue
        element = figure(len(drawn) + 1, picture, data)
        if sum(map(len, drawn)) + len(element) > MAX_TOGETHER:
            skipped.append(
                skipped_item(picture.name, data, "the page would grow too large; results/figures.py draws it")
            )
        else:
            drawn.append(element)
    if skipped:
        drawn.append(fold(f"Figures that are not drawn ({len(skipped)})", "<ul>\n" + "\n".join(skipped) + "\n</ul>"))
    return "\n".join(drawn)
