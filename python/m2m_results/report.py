"""The answers of m2m-report as tables: the only source of means, deviations, counts, metrics and names of data settings."""

import dataclasses
import json
import math
import pathlib
from collections.abc import Sequence
from typing import Any

import pandas as pd

from m2m_results.programs import ask_program

NAME = "m2m-report"
METRICS = (
    "bacc", "gm", "gm_nonzero", "accuracy", "majority", "minority", "first_third", "middle_third", "last_third", "many",
    "medium", "few", "ece", "macro_f1", "macro_precision", "mcc", "worst_class", "hm", "forward_50", "forward_25",
    "forward_10", "forward_5", "forward_2", "uniform", "backward_2", "backward_5", "backward_10", "backward_25",
    "backward_50", "auroc", "auprc",
)  # fmt: skip
COUNTS = ("training", "test")  # of a class; missing if not recorded or not the same in all trials
RERUN = "rerun by others:"  # begins the note on a column of published numbers, which these tables leave out


@dataclasses.dataclass(frozen=True)
class Table:
    """An answer of 'm2m-report table'."""

    title: str
    facts: dict[str, str]  # what all trials share: validation, protocol, precision, network, epochs
    cells: pd.DataFrame  # a row per cell: names, counts, means and deviations in %; NaN if there is none
    incomplete: list[str]  # a sentence for each kind of trials that a cell lacks
    notes: list[str]  # what a reader needs to know besides


def ask(command: str, path: pathlib.Path, *options: str) -> dict[str, Any]:
    """Runs a command of m2m-report on results and returns its JSON. Throws Failure with its sentence and exit code."""
    answer: dict[str, Any] = json.loads(ask_program(NAME, command, str(path), "--format", "json", *options))
    return answer


def table(
    path: pathlib.Path,
    metrics: Sequence[str] = ("bacc", "gm"),
    *,
    select: str = "last",
    gm: str = "zero",
    allow_mixed: bool = False,
    bootstrap: int = 0,
) -> Table:
    """Means over seeds by label and data setting, in the order of the study; published numbers are left out.

    bootstrap: resamples of the test set, for the columns METRIC_low and METRIC_high; 0: none.
    """
    kinds = ("mean", "std", "low", "high") if bootstrap else ("mean", "std")
    options = ["--bootstrap", str(bootstrap)] if bootstrap else []
    options += ["--select", select, "--gm", gm, *(f"--metric={name}" for name in metrics)]
    answer = ask("table", path, *options, *(["--allow-mixed"] if allow_mixed else []))
    cells = pd.DataFrame(
        [
            {name: value for name, value in cell.items() if not name.startswith(("published_", "rerun_"))}
            for cell in answer["cells"]
        ]
    )
    numbers = [f"{name}_{kind}" for name in metrics for kind in kinds]
    if not cells.empty:
        cells = cells.astype(dict.fromkeys(numbers, float))
    notes = [note for note in answer["notes"] if not note.startswith(RERUN)]
    return Table(answer["title"], answer["facts"], cells, answer["incomplete"], notes)


def trial_metrics(path: pathlib.Path, select: str = "last", *, logits: bool = False) -> pd.DataFrame:
    """A row per trial and metric, in %; a trial without result has one row, whose metric is missing.

    logits: also AUROC and AUPRC, which take longer.
    """
    rows = pd.DataFrame(ask("aggregate", path, "--select", select, *(["--logits"] if logits else []))["rows"])
    return rows if rows.empty else rows.astype({"value": float, "epoch": "Int64"})


def class_metrics(path: pathlib.Path, select: str = "last", *, allow_mixed: bool = False) -> pd.DataFrame:
    """A row per label, data setting and class: samples, and means and deviations over seeds, in %."""
    rows = ask("classes", path, "--select", select, *(["--allow-mixed"] if allow_mixed else []))["rows"]
    measured = [name for name in (rows[0] if rows else ()) if name.endswith(("_mean", "_std"))]
    return pd.DataFrame(rows).astype(dict.fromkeys(measured, float) | dict.fromkeys(measured and COUNTS, "Int64"))


def spread(cell: pd.Series, metric: str, sign: str) -> str:
    """'69.0 +- 1.2' with the sign '+-'; '69.0' if there is no deviation, '-' if there is no mean."""
    mean, deviation = cell[f"{metric}_mean"], cell[f"{metric}_std"]
    if math.isnan(mean):
        return "-"
    return f"{mean:.1f}" if math.isnan(deviation) else f"{mean:.1f} {sign} {deviation:.1f}"


def count_text(cell: pd.Series) -> str:
    """'(10)', or '(9*)' if planned trials are missing."""
    return f"({cell['n']}{'' if cell['n'] == cell['planned'] else '*'})"
