"""The trials of a study by data setting and method, as the figures draw them, with the numbers of m2m-report."""

import dataclasses
import functools
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from m2m_results import report
from m2m_results.study import Array, Record, Study

METRICS = ("bacc", "ece")  # whose means figures show
EPOCHS = {"last": "last epoch", "best": "epoch of best validation bACC"}


def span(numbers: Iterable[int]) -> str:
    """'3' if all are equal, or '1 to 3': the smallest and the largest."""
    ordered = sorted(numbers)
    return str(ordered[0]) if ordered[0] == ordered[-1] else f"{ordered[0]} to {ordered[-1]}"


def count_text(count: int, planned: int) -> str:
    """'3', or '2 of 3' if planned trials are missing."""
    return str(count) if count == planned else f"{count} of {planned}"


@dataclasses.dataclass(frozen=True)
class Trial:
    """A trial that is done and has the selected epoch."""

    row: Any  # of the table of trials
    record: Record
    select: str
    metrics: dict[str, float]  # of m2m-report, by name: in %, false positives in samples

    def confusion(self) -> Array:
        """int64 [true, predicted] of the test set, at the selected epoch."""
        return self.record.confusion(self.select)

    def recalls(self) -> Array:
        """Test recall of each class in %, by rank; NaN for a class without test samples."""
        return np.array([self.metrics[f"recall_{label}"] for label in self.record.by_rank])

    def false_positives(self) -> Array:
        """Test samples of other classes that are predicted as one of the first k classes by rank, [k]."""
        return np.array([self.metrics[f"false_positives_{rank + 1}"] for rank in range(len(self.record.counts))])


@dataclasses.dataclass(frozen=True)
class Method:
    """A row of the study's table on one data setting: the trials of a label."""

    label: str
    index: int  # among the labels of the study: determines colour, marker and line
    cell: pd.Series  # of m2m-report's table: counts, means and deviations
    trials: list[Trial]

    def n(self) -> str:
        """'3', or '2 of 3' if planned trials are missing."""
        return count_text(int(self.cell["n"]), int(self.cell["planned"]))

    def mean(self, metric: str) -> float:
        """The mean of a metric over the trials, in %; NaN if there is none."""
        return float(self.cell[f"{metric}_mean"])

    def deviation(self, metric: str) -> float:
        """The sample standard deviation of a metric over the trials, in % points; NaN of a single trial."""
        return float(self.cell[f"{metric}_std"])


@dataclasses.dataclass(frozen=True)
class Block:
    """All methods on one data setting."""

    data: str
    select: str
    methods: list[Method]
    rows: pd.DataFrame  # of the table of trials, planned ones included

    def drawn(self) -> list[Method]:
        """The methods that have a trial to draw."""
        return [method for method in self.methods if method.trials]

    def only(self, methods: list[Method]) -> "Block":
        """The same data setting with some of its methods."""
        return dataclasses.replace(self, methods=methods)

    def trials(self) -> list[Trial]:
        """Every trial to draw; one with several labels counts once."""
        return list({trial.row.id: trial for method in self.drawn() for trial in method.trials}.values())

    @property
    def trained(self) -> str:
        """'50 epochs', or '161 epochs, the first 160 in a checkpoint'."""
        epochs = [part for method in self.methods for part in str(method.cell["epochs"]).split(", ")]
        text = ", ".join(dict.fromkeys(epochs)) + " epochs"
        begun = ", ".join(map(str, self.rows.get("train_start_epoch", pd.Series([0])).drop_duplicates()))
        return text if begun == "0" else f"{text}, the first {begun} in a checkpoint"

    @property
    def untested(self) -> str:
        """', 2 of 10 classes not tested'; '' if all are."""
        labels = [method.cell["untested"] for method in self.drawn()]
        count = max(len(text.split()) if isinstance(text, str) else 0 for text in labels)
        return f", {count} of {len(self.trials()[0].record.counts)} classes not tested" if count else ""

    @property
    def scope(self) -> str:
        """'digits rho=20, 50 epochs, n = 3 seeds a method'."""
        if not self.drawn():
            return f"{self.data}, {self.trained}"
        n = span(int(method.cell["n"]) for method in self.drawn())
        plural = "" if n == "1" else "s"
        return f"{self.data}, {self.trained}, n = {n} seed{plural} a method"

    @functools.cached_property
    def facts(self) -> str:
        """'digits rho=20, 50 epochs, n = 3 seeds a method, last epoch, 2 of 10 classes not tested'."""
        return f"{self.scope}, {EPOCHS[self.select]}{self.untested}"


def metrics_by_trial(rows: pd.DataFrame) -> dict[str, dict[str, float]]:
    """{id: {metric: value}} of the trials that have metrics."""
    measured = rows[rows.metric.notna()].drop_duplicates(["id", "metric"])
    return {str(trial): dict(zip(of_trial.metric, of_trial.value)) for trial, of_trial in measured.groupby("id")}


def make_method(
    study: Study, rows: pd.DataFrame, cell: pd.Series, index: int, metrics: dict[str, dict[str, float]]
) -> Method:
    """The trials of one label."""
    selected = [row for _, row in rows.iterrows() if row.id in metrics]
    trials = [Trial(row, study.record(row.id), cell["selection"], metrics[row.id]) for row in selected]
    return Method(cell["method"], index, cell, trials)


def make_blocks(study: Study, select: str = "last", allow_mixed: bool = False) -> list[Block]:
    """One block per data setting, in the order of the study. Throws Failure if trials must not be averaged."""
    cells = report.table(study.path, METRICS, select=select, allow_mixed=allow_mixed).cells
    answered = report.trial_metrics(study.path, select)
    if answered.empty:
        return []
    metrics = metrics_by_trial(answered)
    names = answered.drop_duplicates(["id", "label"])[["id", "label", "data"]]
    rows = study.trials.merge(names, on=["id", "label"])
    index = {label: place for place, label in enumerate(rows.label.drop_duplicates())}
    made = []
    for data in rows.data.drop_duplicates():
        of_data = rows[rows.data == data]
        methods = [
            make_method(study, of_data[of_data.label == cell["method"]], cell, index[cell["method"]], metrics)
            for _, cell in cells[cells.data == data].iterrows()
        ]
        made.append(Block(data, select, methods, of_data))
    return made
