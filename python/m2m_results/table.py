"""Tables of a results.h5: methods by data settings, with the numbers of 'm2m-report table'."""

import argparse

import pandas as pd

from m2m_results import report
from m2m_results.command_line import add_selection, add_study
from m2m_results.study import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    add_study(parser)
    parser.add_argument("--format", choices=["markdown", "csv"], default="markdown")
    parser.add_argument(
        "--gm",
        choices=["zero", "nonzero"],
        default="zero",
        help="GM is 0 if a recall is zero, or leaves zero recalls out",
    )
    parser.add_argument(
        "--metric",
        action="append",
        choices=report.METRICS,
        help="metric that the cells show; may be repeated; by default bacc and gm",
    )
    add_selection(parser)


def cell_text(cell: pd.Series, metrics: list[str]) -> str:
    """'69.0 +- 1.2 / 66.1 +- 1.5 (10)', with '(9*)' if planned trials are missing."""
    count = report.count_text(cell)
    if cell["n"] == 0:
        return f"- {count}"
    return " / ".join(report.spread(cell, name, "+-") for name in metrics) + f" {count}"


def markdown(cells: pd.DataFrame, metrics: list[str]) -> str:
    """The cells as Markdown, methods by data settings."""
    if cells.empty:
        return "The study plans no trials.\n"
    settings = list(cells.data.drop_duplicates())
    lines = [["method"] + (["ours"] if len(settings) == 1 else settings)]
    for method in cells.method.drop_duplicates():
        of_row = {cell["data"]: cell for _, cell in cells[cells.method == method].iterrows()}
        lines.append([method, *(cell_text(of_row[data], metrics) if data in of_row else "" for data in settings)])
    lines = [[text.replace("|", "\\|") for text in line] for line in lines]
    widths = [max(3, *map(len, column)) for column in zip(*lines)]
    lines.insert(1, [":" + "-" * (width - 1) for width in widths])
    return "".join("| " + " | ".join(map(str.ljust, line, widths)) + " |\n" for line in lines)


def run(arguments: argparse.Namespace) -> None:
    """Prints the table. Throws Failure if the results cannot be read or must not be averaged."""
    metrics = arguments.metric or ["bacc", "gm"]
    with load(arguments.path) as study:
        table = report.table(
            study.path, metrics, select=arguments.select, gm=arguments.gm, allow_mixed=arguments.allow_mixed
        )
    if arguments.format == "csv":
        print(table.cells.to_csv(index=False), end="")
        return
    notes = "".join(f"- {note}\n" for note in table.notes)
    print(markdown(table.cells, metrics) + ("\n" if notes else "") + notes, end="")
