"""The table of methods by data settings, and the table of unfinished trials."""

import math

import aggregate
from webpage.markup import box, rows, text

NAMES = {"bacc": "bACC", "gm": "GM"}
STATUSES = ("done", "failed", "diverged", "missing")


def cell(row, metric):
    """A cell with the number that it is sorted by."""
    shown = aggregate.cell_text(row, [metric]).replace("+-", "±")
    mean = row[f"{metric}_mean"]
    key = "" if math.isnan(mean) else f"{mean:.12g}"
    return f'<td data-key="{key}">{text(shown)}</td>'


def head(columns):
    """Headers that sort the table if pressed."""
    names = ["method"] + [f"{data}: {NAMES[metric]} (%)" for data, metric in columns]
    return "".join(f'<th scope="col" aria-sort="none"><button type="button">{text(name)}</button></th>'
                   for name in names)


def results_table(table):
    """Methods by data settings and metrics, from the rows of aggregate.py."""
    if table.empty:
        return "<p>The study plans no trials.</p>"
    columns = [(data, metric) for data in table.data.drop_duplicates() for metric in NAMES]
    lines = []
    for place, method in enumerate(table.method.drop_duplicates()):
        of_row = table[table.method == method].set_index("data")
        cells = [cell(of_row.loc[data], metric) if data in of_row.index else '<td data-key=""></td>'
                 for data, metric in columns]
        lines.append(f'<tr><th scope="row" data-key="{place}">{text(method)}</th>{"".join(cells)}</tr>')
    body = "\n".join(lines)
    return box("Results", f'<table class="sortable">\n<thead><tr>{head(columns)}</tr></thead>\n'
                          f"<tbody>\n{body}\n</tbody>\n</table>")


def counts(trials):
    """(status, number of trials); a trial with several labels counts once."""
    each = trials.drop_duplicates("id").status
    return [(status, int((each == status).sum())) for status in STATUSES]


def failures(trials):
    """Every trial that is not done, with its reason."""
    unfinished = trials[trials.status != "done"]
    if unfinished.empty:
        return ""
    lines = [(row.label, row.seed, row.data, row.status, row.reason or "-", row.id) for _, row in unfinished.iterrows()]
    return box("Failures", rows(["method", "seed", "data", "status", "reason", "trial"], lines))
