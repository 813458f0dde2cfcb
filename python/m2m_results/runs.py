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
    metrics: dict[str, float]  # in %; empty if the chosen epoch does not exist
    curve: list[Point]
    began: int  # ms since 1970; of a resumed trial when its first epoch would have begun without the break
    ended: int


def end_of(record: Record) -> int:
    """When a trial ended, in ms since 1970; older records do not say when they began, and count from 1970."""
    text, seconds = str(record.group.attrs.get("started", "")), float(record.group.attrs.get("wall_seconds", 0))
    began = datetime.datetime.fromisoformat(text) if text else datetime.datetime.fromtimestamp(0, datetime.UTC)
    return round((began.timestamp() + (seconds if pd.notna(seconds) else 0)) * 1000)


def make_curve(epochs: pd.DataFrame, ended: int) -> list[Point]:
    """The points of a record's epochs; their times are counted back from the trial's end by the epochs' durations."""
    seconds = epochs[["seconds", "evaluation_seconds"]].fillna(0).sum(axis=1)
    points = []
    for (_, row), left in zip(epochs.iterrows(), seconds[::-1].cumsum()[::-1] - seconds):
        values = {str(name): float(value) for name, value in row.items() if name != "epoch" and pd.notna(value)}
        points.append(Point(int(row["epoch"]), ended - round(left * 1000), values))
    return points


def runs(study: Study, select: str) -> Iterator[Run]:
    """Every trial that is done, in the order of the study."""
    metrics = study.metrics(select)
    for trial, record in study.records():
        rows = metrics[metrics.id == trial]
        known = rows[rows.value.notna()]
        ended = end_of(record)
        curve = make_curve(record.epochs, ended)
        first = record.epochs.iloc[0] if curve else {}
        duration = sum(first[name] for name in ("seconds", "evaluation_seconds") if curve and pd.notna(first[name]))
        yield Run(
            trial=trial,
            label=str(rows.iloc[0].label),
            seed=int(rows.iloc[0].seed),
            settings=record.config,
            environment=record.environment,
            metrics=dict(zip(known.metric, known.value.astype(float))),
            curve=curve,
            began=curve[0].time - round(duration * 1000) if curve else ended,
            ended=ended,
        )
