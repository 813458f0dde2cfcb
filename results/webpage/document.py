"""The frame of the page, with styles and script inline."""

from webpage.markup import text

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
thead th { background: var(--shade); vertical-align: bottom; }
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
PARTS = {"results": "Results", "figures": "Figures", "failures": "Unfinished trials",
         "trials": "Settings and environment", "reproduce": "Reproduce"}


def section(anchor, content):
    """A part of the page under its heading; '' if it has no content."""
    return f'<section id="{anchor}">\n<h2>{text(PARTS[anchor])}</h2>\n{content}\n</section>\n' if content else ""


def page(title, content):
    """The whole document; `content` is HTML."""
    present = {anchor: name for anchor, name in PARTS.items() if f'<section id="{anchor}"' in content}
    links = "".join(f'<a href="#{anchor}">{name}</a>' for anchor, name in present.items())
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
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
