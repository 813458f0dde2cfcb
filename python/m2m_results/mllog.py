"""Log lines in the form of MLPerf training, ':::MLLOG {...}', for the trials that are done, for tools that read such logs.

They have the keys and event types of MLPerf's logs and no more: no benchmark of MLPerf is run.
"""

import argparse
import json
import pathlib
import sys
from collections.abc import Iterator
from typing import Any

from m2m_results.command_line import add_select, add_study, cannot_write, reading
from m2m_results.runs import Run, runs
from m2m_results.study import load

HYPERPARAMETERS = {
    "seed": "seed",
    "global_batch_size": "train.batch_size",
    "opt_name": None,
    "opt_base_learning_rate": "train.lr",
    "opt_weight_decay": "train.weight_decay",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    add_study(parser)
    add_select(parser)


def line(time: int, kind: str, key: str, value: Any, **metadata: Any) -> str:
    """A line of the log; time in ms since 1970."""
    content = {
        "namespace": "",
        "time_ms": time,
        "event_type": kind,
        "key": key,
        "value": value,
        "metadata": {"file": "", "lineno": 0, **metadata},
    }
    return f":::MLLOG {json.dumps(content)}"


def lines(study: str, run: Run) -> Iterator[str]:
    """The lines of a trial."""

    def point(time: int, key: str, value: Any, **metadata: Any) -> str:
        return line(time, "POINT_IN_TIME", key, value, **metadata)

    yield point(run.began, "submission_benchmark", study)
    yield point(run.began, "submission_entry", run.trial, label=run.label)
    for key, setting in HYPERPARAMETERS.items():
        value = "sgd" if setting is None else run.settings.get(setting)
        if value is not None:
            yield point(run.began, key, value)
    yield line(run.began, "INTERVAL_START", "run_start", None)
    began = run.began
    for epoch in run.curve:
        number = epoch.epoch + 1
        yield line(began, "INTERVAL_START", "epoch_start", None, epoch_num=number)
        yield line(epoch.time, "INTERVAL_END", "epoch_stop", None, epoch_num=number)
        for name in ("validation_bacc", "test_bacc"):
            if name in epoch.values:
                yield point(epoch.time, "eval_accuracy", epoch.values[name], epoch_num=number, metric=name)
        began = epoch.time
    if "bacc" in run.metrics:
        yield point(run.ended, "eval_accuracy", run.metrics["bacc"] / 100, metric="final_test_bacc")
    yield line(run.ended, "INTERVAL_END", "run_stop", None, status="success")


def run(arguments: argparse.Namespace) -> None:
    """Prints the lines of every trial. Throws Failure if the results cannot be read or the lines not written."""
    with load(arguments.path) as study, reading(study.path):
        name, found = study.name, list(runs(study, arguments.select))
    try:
        for each in found:
            print("\n".join(lines(name, each)))
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = None  # what reads the log has read enough
    except OSError as error:
        raise cannot_write(pathlib.Path("standard output"), error) from error
