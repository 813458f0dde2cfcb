"""The trials of a results.h5 by data setting and method, as the figures draw them."""

import dataclasses
import functools
import json
import pathlib

import h5py
import numpy as np

import aggregate
from aggregate import fail

OUTCOMES = ("chosen", "without_seed", "failed_coin", "failed_gamma", "accepted")


@dataclasses.dataclass(frozen=True)
class Trial:
    """A trial that is done: its row of the table and its record."""

    row: object
    record: h5py.Group
    select: str

    def confusion(self):
        """int64 [true, predicted] of the test set, at the selected epoch."""
        return self.record[f"{self.select}/test/confusion"][:]

    def bacc(self):
        """Balanced accuracy on the test set, in %."""
        return aggregate.balanced_accuracy(self.confusion())

    def epochs(self):
        """The curves, a NumPy table."""
        return self.record["epochs"][:]

    def counts(self):
        """Training samples per class, by label."""
        return np.array(json.loads(self.record["json/data"][()])["counts"])

    def by_rank(self):
        """Labels from the most to the least frequent class, ties by label."""
        return np.argsort(-self.counts(), kind="stable")

    def rank_by_label(self):
        """The rank, from 0, of each label."""
        return np.argsort(self.by_rank())

    def outcomes(self):
        """Slots of M2m, int64 [outcome, seed class, target class], of all epochs; None if no epoch translated."""
        if "generation" not in self.record:
            return None
        counted = self.record["generation"]
        if counted.ndim == 4:                   # schema 1: [epoch, outcome, seed class, target class]
            return counted[:].sum(axis=0)
        rows, classes = counted[:], counted.attrs["classes"]
        slots = np.zeros((len(OUTCOMES), classes, classes), np.int64)
        for outcome, name in enumerate(OUTCOMES):
            np.add.at(slots[outcome], (rows["seed_class"], rows["target"]), rows[name])
        return slots

    def config(self):
        """Every setting, resolved."""
        return json.loads(self.record["json/config"][()])

    def environment(self):
        """Host, device and versions of the run."""
        return json.loads(self.record["json/environment"][()])


@dataclasses.dataclass(frozen=True)
class Method:
    """A row of the study's table on one data setting: the trials of a label."""

    label: str
    index: int      # among the labels of the study: determines colour, marker and line
    planned: int
    trials: list    # those that are done and have the selected epoch

    def n(self):
        """'3', or '2 of 3' if planned trials are missing."""
        done = len(self.trials)
        return str(done) if done == self.planned else f"{done} of {self.planned}"


@dataclasses.dataclass(frozen=True)
class Block:
    """All methods on one data setting."""

    data: str
    select: str
    methods: list
    rows: object    # of the table of trials, planned ones included

    def drawn(self):
        """The methods that have a trial to draw."""
        return [method for method in self.methods if method.trials]

    def trials(self):
        """Every trial to draw; one with several labels counts once."""
        return list({trial.row.id: trial for method in self.drawn() for trial in method.trials}.values())

    @property
    def trained(self):
        """'50 epochs', or '161 epochs, the first 160 in a checkpoint'."""
        text = aggregate.fact(self.rows, "train_epochs") + " epochs"
        begun = aggregate.fact(self.rows, "train_start_epoch")
        return text if begun in ("", "0") else f"{text}, the first {begun} in a checkpoint"

    @property
    def untested(self):
        """', 2 of 10 classes not tested'; '' if all are."""
        count = max(len(aggregate.untested(trial.confusion())) for trial in self.trials())
        return f", {count} of {len(self.trials()[0].counts())} classes not tested" if count else ""

    @functools.cached_property
    def facts(self):
        """'digits rho=20, 50 epochs, n = 3 seeds a method, last epoch'."""
        counts = sorted({len(method.trials) for method in self.drawn()})
        if not counts:
            return f"{self.data}, {self.trained}"
        n = str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
        plural = "" if n == "1" else "s"
        epoch = {"last": "last epoch", "best": "epoch of best validation bACC"}[self.select]
        return f"{self.data}, {self.trained}, n = {n} seed{plural} a method, {epoch}{self.untested}"


def open_results(path):
    """Opens the results.h5 that a path names or contains; ends the program if it cannot be read."""
    path = pathlib.Path(path)
    path = path / "results.h5" if path.is_dir() else path
    if not path.exists():
        fail(74, f"{path}: no such file; 'm2m-report merge DIR' makes it")
    try:
        file = h5py.File(path, "r", locking=False)
    except PermissionError as error:
        fail(74, f"{path}: {error.strerror or 'cannot be read'}")
    except OSError:
        fail(65, f"{path}: not an HDF5 file, or a damaged one; 'm2m-report merge DIR' makes it anew")
    schema = file.attrs.get("schema_version")
    if schema not in aggregate.SCHEMAS or "trials" not in file:
        found = "no schema" if schema is None else f"schema {schema}"
        fail(65, f"{path}: {found}, not a results.h5 of schema {aggregate.SCHEMAS[0]} to {aggregate.SCHEMAS[-1]}; "
                 "'m2m-report merge DIR' makes it anew")
    return file


def fail_damaged(path, error):
    """Ends the program because a record lacks something."""
    reason = " ".join(str(error.args[0] if error.args else error).split())
    fail(65, f"{path}: a record is incomplete or damaged ({reason}); 'm2m-report merge DIR' makes it anew")


def make_method(file, rows, label, index, select):
    """The trials of one label."""
    done = [Trial(row, file[f"trial/{row.id}"], select) for _, row in rows.iterrows() if row.status == "done"]
    return Method(label, index, len(rows), [trial for trial in done if f"{select}/test" in trial.record])


def blocks(file, select, allow_mixed=False):
    """One block per data setting, in the order of the study; ends the program if trials must not be averaged."""
    trials = aggregate.read_trials(file).drop_duplicates(["id", "label"]).copy()
    trials["data"] = [aggregate.data_name(row) for _, row in trials.iterrows()]
    labels = list(trials.label.drop_duplicates())
    made = []
    for data in trials.data.drop_duplicates():
        of_data = trials[trials.data == data]
        methods = []
        for index, label in enumerate(labels):
            rows = of_data[of_data.label == label]
            if rows.empty:
                continue
            if not allow_mixed:
                aggregate.check_mixtures(file, rows, f"{label} on {data}")
            methods.append(make_method(file, rows, label, index, select))
        made.append(Block(data, select, methods, of_data))
    return made
