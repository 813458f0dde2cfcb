"""The trials of a study as runs, for programs that keep or show runs: settings, curves with times, metrics."""

import datetime
from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd

from m2m_results.study import Record, Study


class Point(NamedTuple):
    """The numbers of an epoch: its number, its end in ms since 1970, and the finite values by name."""

    epoch: int
    time: int
    values: dict[str, float]


class Run(NamedTuple):
    """A trial that is done."""

    trial: str
    label: str
    seed: int
    settings: dict[str, Any]
    environment: dict[str, Any]
    metrics: dict[str, float]
    curve: list[Point]
    began: int  # ms since 1970
    ended: int


def start_of(record: Record) -> int:
    """When a trial began, in ms since 1970; 0 for older records, which do not say."""
    text = record.group.attrs.get("started")
    if not text:
        return 0
    began = datetime.datetime.fromisoformat(str(text))
    return round((began if began.tzinfo else began.replace(tzinfo=datetime.UTC)).timestamp() * 1000)


def curve(epochs: pd.DataFrame, began: int) -> list[Point]:
    """The points of a record's epochs; times are added up from `began`."""
    seconds = epochs[["seconds", "evaluation_seconds"]].fillna(0).sum(axis=1).cumsum()
    points = []
    for (_, row), past in zip(epochs.iterrows(), seconds):
        values = {str(name): float(value) for name, value in row.items() if name != "epoch" and pd.notna(value)}
        points.append(Point(int(row["epoch"]), began + round(past * 1000), values))
    return points


def runs(study: Study, select: str) -> Iterator[Run]:
    """Every trial that is done, in the order of the study."""
    metrics = study.metrics(select)
    for trial, record in study.records():
        rows = metrics[(metrics.id == trial) & metrics.value.notna()]
        label, seed = rows.iloc[0].label, rows.iloc[0].seed
        began = start_of(record)
        points = curve(record.epochs, began)
        yield Run(
            trial=trial,
            label=str(label),
            seed=int(seed),
            settings=record.config,
            environment=record.environment,
            metrics=dict(zip(rows.metric, rows.value.astype(float))),
            curve=points,
            began=began,
            ended=points[-1].time if points else began,
        )
