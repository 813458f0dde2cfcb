"""The results of a study, for notebooks and for the rest of the package: trials, records and journals."""

import functools
import json
import pathlib
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import h5py
import numpy as np
import numpy.typing as npt
import pandas as pd

from m2m_results import journals, report
from m2m_results.command_line import AGAIN, BAD_DATA, INPUT_OUTPUT, Failure

SCHEMAS = (1, 2)  # of a results.h5 that can be read
OUTCOMES = ("chosen", "without_seed", "failed_coin", "failed_gamma", "accepted")

Array = npt.NDArray[Any]


def load(path: str | pathlib.Path) -> "Study":
    """Opens the results.h5 that a path names or contains. Throws Failure if it cannot be read."""
    return Study(pathlib.Path(path))


class Record:
    """The record of a trial that is done. docs/results_format.md describes what `group` holds."""

    def __init__(self, group: h5py.Group) -> None:
        self.group = group

    def __repr__(self) -> str:
        return f"Record({self.group.attrs['label']!r}, id {self.group.attrs['id']})"

    def json(self, name: str) -> dict[str, Any]:
        """'config', 'environment', 'data' or 'identity' as a dictionary."""
        content: dict[str, Any] = json.loads(self.group[f"json/{name}"][()])
        return content

    @functools.cached_property
    def config(self) -> dict[str, Any]:
        """Every setting, resolved."""
        return self.json("config")

    @functools.cached_property
    def environment(self) -> dict[str, Any]:
        """Host, device and versions of the run."""
        return self.json("environment")

    @functools.cached_property
    def counts(self) -> Array:
        """Training samples per class, by label."""
        return np.array(self.json("data")["counts"])

    @functools.cached_property
    def class_names(self) -> list[str]:
        """Names of the classes, by label; empty if the data set only numbers them."""
        names = self.json("data").get("class_names", [])
        return [str(name) for name in names] if len(names) == len(self.counts) else []

    @functools.cached_property
    def by_rank(self) -> Array:
        """Labels from the most to the least frequent class, ties by label."""
        return np.argsort(-self.counts, kind="stable")

    @functools.cached_property
    def rank_by_label(self) -> Array:
        """The rank, from 0, of each label."""
        return np.argsort(self.by_rank)

    @functools.cached_property
    def epochs(self) -> pd.DataFrame:
        """The curves: a row per epoch."""
        return pd.DataFrame(self.group["epochs"][:])

    def confusion(self, select: str = "last", part: str = "test") -> Array:
        """int64 [true, predicted] of a part, 'test' or 'validation', at an epoch, 'last' or 'best'."""
        matrix: Array = self.group[f"{select}/{part}/confusion"][:]
        return matrix

    def logits(self, select: str = "last", part: str = "test") -> Array | None:
        """float16 [sample, class] of a part; None if the record has none."""
        name = f"{select}/{part}/logits"
        return self.group[name][:] if name in self.group else None

    def labels(self, part: str = "test") -> Array:
        """int32 [sample]: the true classes, in the order of the logits."""
        labels: Array = self.group[f"labels/{part}"][:]
        return labels

    @functools.cached_property
    def slots(self) -> Array | None:
        """Slots of M2m, int64 [outcome, seed class, target class], of all epochs; None if no epoch translated."""
        if "generation" not in self.group:
            return None
        counted = self.group["generation"]
        if counted.ndim == 4:  # schema 1: [epoch, outcome, seed class, target class]
            total: Array = counted[:].sum(axis=0)
            return total
        rows, classes = counted[:], counted.attrs["classes"]
        slots = np.zeros((len(OUTCOMES), classes, classes), np.int64)
        for outcome, name in enumerate(OUTCOMES):
            np.add.at(slots[outcome], (rows["seed_class"], rows["target"]), rows[name])
        return slots


class Study:
    """The results of a study. Closes its file at the end of a 'with', or by close()."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path / "results.h5" if path.is_dir() else path
        self.file = open_results(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; records that were read stay as they are."""
        self.file.close()

    @property
    def name(self) -> str:
        """The study's name."""
        return str(self.file.attrs.get("study", "unnamed"))

    @functools.cached_property
    def plan(self) -> dict[str, Any]:
        """What was planned: study.json, with defaults for the name and the study file."""
        planned: dict[str, Any] = json.loads(self.file["study"][()])
        return {"name": self.name, "file": "STUDY.toml", "trials": []} | planned

    @functools.cached_property
    def trials(self) -> pd.DataFrame:
        """A row per planned trial, once for each of its labels: status, metrics in [0, 1], provenance, settings."""
        trials = pd.DataFrame(self.file["trials"][:])
        for column in trials.columns[[kind.kind == "O" for kind in trials.dtypes]]:
            trials[column] = trials[column].str.decode("utf-8")
        return trials.drop_duplicates(["id", "label"]).copy()

    def record(self, trial: str) -> Record:
        """The record of a trial that is done. Throws KeyError for another id."""
        return Record(self.file[f"trial/{trial}"])

    def records(self) -> Iterator[tuple[str, Record]]:
        """(id, record) of every trial that is done, in the order of the study."""
        for trial in self.trials.id[self.trials.status == "done"].drop_duplicates():
            yield trial, self.record(trial)

    def table(
        self, *metrics: str, select: str = "last", gm: str = "zero", allow_mixed: bool = False, bootstrap: int = 0
    ) -> pd.DataFrame:
        """Means over seeds in % by label and data setting, from m2m-report; by default bACC and GM.

        bootstrap: resamples of the test set, for the columns METRIC_low and METRIC_high; 0: none.
        """
        options: dict[str, Any] = {"select": select, "gm": gm, "allow_mixed": allow_mixed, "bootstrap": bootstrap}
        return report.table(self.path, metrics or ("bacc", "gm"), **options).cells

    def metrics(self, select: str = "last", logits: bool = False) -> pd.DataFrame:
        """A row per trial and metric in %, from m2m-report; with AUROC and AUPRC if `logits`."""
        return report.trial_metrics(self.path, select, logits=logits)

    def classes(self, select: str = "last", allow_mixed: bool = False) -> pd.DataFrame:
        """A row per label, data setting and class: samples, and means over seeds in %, from m2m-report."""
        return report.class_metrics(self.path, select, allow_mixed=allow_mixed)

    def curves(self) -> pd.DataFrame:
        """A row per trial and epoch: id, label, data setting and seed, then the columns of Record.epochs."""
        rows = self.metrics().drop_duplicates(["id", "label"])
        tables = []
        for row in rows[rows.status == "done"].itertuples():
            table = self.record(str(row.id)).epochs
            for place, name in enumerate(("id", "label", "data", "seed")):
                table.insert(place, name, getattr(row, name))
            tables.append(table)
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()

    def journals(self) -> dict[str, pd.DataFrame]:
        """The epochs of each trial that has begun, by id, from its journal: also of trials that still run."""
        folder = self.path.parent
        begun = [trial for trial in journals.read_plan(folder) if trial.journal.exists()]
        return {
            trial.folder.name: pd.DataFrame(journals.read_epochs(trial.journal)).drop(
                columns="generation", errors="ignore"
            )
            for trial in begun
        }


def open_results(path: pathlib.Path) -> h5py.File:
    """Opens a results.h5. Throws Failure if it cannot be read."""
    if not path.exists():
        merge = f"; 'm2m-report merge {path.parent}' makes it" if (path.parent / "study.json").exists() else ""
        raise Failure(INPUT_OUTPUT, f"{path}: no such file{merge}")
    try:
        file = h5py.File(path, "r", locking=False)
    except PermissionError as error:
        raise Failure(INPUT_OUTPUT, f"{path}: {error.strerror or 'cannot be read'}") from error
    except OSError as error:
        raise Failure(BAD_DATA, f"{path}: not an HDF5 file, or a damaged one; {AGAIN}") from error
    schema = file.attrs.get("schema_version")
    if schema not in SCHEMAS or "trials" not in file:
        found = "no schema" if schema is None else f"schema {schema}"
        file.close()
        raise Failure(BAD_DATA, f"{path}: {found}, not a results.h5 of schema {SCHEMAS[0]} to {SCHEMAS[-1]}; {AGAIN}")
    return file
