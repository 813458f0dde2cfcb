"""Tables of a study as CSV or Parquet, for other programs: means over seeds, metrics of each trial, curves, trials.

    table     means over seeds by label and data setting, of every metric, in %
    metrics   a row per trial and metric, with recalls, precisions, F1 and false positives by class
    curves    a row per trial and epoch
    trials    a row per planned trial: status, metrics in [0, 1], provenance, settings

Parquet keeps the types of columns. It needs the module fastparquet or pyarrow.
"""

import argparse
import importlib.util
import pathlib

import pandas as pd

from m2m_results import report
from m2m_results.command_line import (
    MISSING_PART,
    Failure,
    add_selection,
    add_study,
    cannot_write,
    folder_beside,
    reading,
)
from m2m_results.study import Study, load

FORMS = ("csv", "parquet")


def forms(text: str) -> list[str]:
    """Parses 'csv,parquet' into a list."""
    names = text.split(",")
    if not set(names) <= set(FORMS):
        raise argparse.ArgumentTypeError(f"'{text}' is not csv, parquet or csv,parquet")
    return names


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    add_study(parser)
    parser.add_argument("--out", type=pathlib.Path, help="folder to write into; 'export' beside results.h5 by default")
    parser.add_argument(
        "--format", type=forms, default=["csv"], metavar="csv,parquet", help="file formats; by default csv"
    )
    add_selection(parser)


def check_parquet() -> None:
    """Throws Failure if no module writes Parquet."""
    if not any(importlib.util.find_spec(name) for name in ("fastparquet", "pyarrow")):
        raise Failure(
            MISSING_PART, "Parquet needs fastparquet (2 MB) or pyarrow: 'pip install fastparquet', or --format csv"
        )


def make_tables(study: Study, select: str = "last", allow_mixed: bool = False) -> dict[str, pd.DataFrame]:
    """The tables by name. Throws Failure if trials must not be averaged."""
    return {
        "table": report.table(study.path, report.METRICS, select=select, allow_mixed=allow_mixed).cells,
        "metrics": report.trial_metrics(study.path, select),
        "curves": study.curves(),
        "trials": study.trials,
    }


def write(table: pd.DataFrame, file: pathlib.Path) -> None:
    """Writes a table in the format that the file's name ends with. Throws Failure if it cannot be written."""
    try:
        if file.suffix == ".csv":
            table.to_csv(file, index=False)
        else:
            table.to_parquet(file, index=False)
    except OSError as error:
        raise cannot_write(file, error) from error


def run(arguments: argparse.Namespace) -> None:
    """Writes every table. Throws Failure if the results cannot be read or a file cannot be written."""
    folder = arguments.out or folder_beside(arguments.path) / "export"
    if "parquet" in arguments.format:
        check_parquet()
    with load(arguments.path) as study, reading(study.path):
        tables = make_tables(study, arguments.select, arguments.allow_mixed)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    for name, table in tables.items():
        files = [folder / f"{name}.{form}" for form in arguments.format]
        for file in files:
            write(table, file)
        print(f"{name}: wrote {', '.join(file.name for file in files)} ({len(table):,} rows)")
