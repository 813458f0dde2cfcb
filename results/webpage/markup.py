"""Small pieces of HTML; texts are escaped here."""

import html


def text(value):
    """Escapes a value for an element or an attribute."""
    return html.escape(str(value), quote=True)


def box(label, content):
    """Wraps content that may be wider than a phone into a box that scrolls, also with the keyboard."""
    return f'<div class="box" role="region" tabindex="0" aria-label="{text(label)}">\n{content}\n</div>'


def facts(pairs):
    """Names and values as a list of definitions."""
    entries = [f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>" for name, value in pairs]
    return f"<dl>{''.join(entries)}</dl>"


def fold(summary, content):
    """A summary that unfolds into its content."""
    return f"<details><summary>{text(summary)}</summary>\n{content}\n</details>"


def rows(head, lines):
    """A plain table."""
    heads = "".join(f'<th scope="col">{text(name)}</th>' for name in head)
    body = "".join("<tr>" + "".join(f"<td>{text(cell)}</td>" for cell in line) + "</tr>\n" for line in lines)
    return f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>"
