#!/usr/bin/env python3
"""Trains every method on the digits with two builds and compares their numbers, bit by bit: after a change that should keep
numbers as they are. Both builds run here, since processors round differently.

Of each trial the logits and the confusion matrix of the test set, and the weights, are compared as SHA-256. Prints a row for
each train.kernels that the processor runs, number of ranks and precision; exits with 1 if any number differs.

Example: compare_builds.py ../before/build/cpu-release build/cpu-release --ranks 1 2
Needs h5py: run it with .venv/bin/python.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import h5py

STUDY = """
name = "compare"
[data]
set = "digits"
ratio = 20
validation = "train-holdout"  # few images
[train]
network = "resnet8"
epochs = 3
defer_until = 2
batch_size = 64
lr = 0.05
device = "cpu"
test_every = 0                 # only at the end: plain kernels are slowest in evaluation
[second]
epochs = 3
[m2m]
beta = 0.9
gamma = 0.3
steps = 4
[cmo]
from = 0
until = 3
[grid]
train.precision = {precisions}
method = {methods}
seed = [1]
"""
PRECISIONS = ["float32", "bf16", "float64"]
QUICK = ["ERM", "SMOTE", "Focal", "LDAM-DRW", "M2m", "M2m-LDAM", "tau-norm", "cRT", "LWS", "Remix", "CMO", "MiSLAS"]
PARTS = {"logits": "last/test/logits", "confusion": "last/test/confusion"}
CHECKOUT = pathlib.Path(__file__).resolve().parents[1]
MPIRUN = ["mpirun", "--oversubscribe", "--bind-to", "none", "-np"]
ENVIRONMENT = dict(
    os.environ,
    OMP_NUM_THREADS="1",
    OMPI_ALLOW_RUN_AS_ROOT="1",
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
    OMPI_MCA_btl_vader_single_copy_mechanism="none",
)
USAGE = 2


def program(build):
    """The path of m2m-sweep in a build, or in the folder of its programs."""
    for folder in (build / "bin", build):
        if (folder / "m2m-sweep").is_file():
            return folder.resolve() / "m2m-sweep"
    sys.exit(f"compare_builds.py: {build}: no bin/m2m-sweep there; build the target 'programs'")


def run(*words):
    return subprocess.run(
        [*map(str, words)],
        cwd=CHECKOUT,
        env=ENVIRONMENT,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def read_methods(sweep):
    return re.findall(r"^methods: (.*)$", run(sweep, "describe").stdout, re.MULTILINE)[0].split(", ")


def read_kernels(sweep, study, folder):
    """Choices of train.kernels that this processor runs."""
    choices = re.findall(r"one of: (.*)$", run(sweep, "describe", "train.kernels").stdout, re.MULTILINE)[0]
    for name in choices.split(", "):
        if name != "auto":
            done = run(
                sweep,
                study,
                "--out",
                folder / f"try-{name}",
                f"train.kernels={name}",
                "method=ERM",
                "train.precision=float32",
                "train.epochs=1",
                "train.defer_until=0",
            )
            if done.returncode == 0:
                yield name
            elif done.returncode != USAGE and "instruction" not in done.stdout:
                sys.exit(f"compare_builds.py: train.kernels={name}: exit code {done.returncode}\n{done.stdout}")


def numbers(out):
    """SHA-256 of the parts of each trial, by method and precision."""
    found = {}
    for result in out.glob("trials/*/result.h5"):
        config = json.loads((result.parent / "config.json").read_text())
        with h5py.File(result) as file:
            parts = {name: hashlib.sha256(file[path][()].tobytes()).hexdigest() for name, path in PARTS.items()}
        weights = result.parent / "last.safetensors"
        if weights.is_file():
            parts["weights"] = hashlib.sha256(weights.read_bytes()).hexdigest()
        found[config["method"], config["train.precision"]] = parts
    return found


def train(sweep, study, out, kernels, ranks):
    """Trains the study with these kernels, each trial on all ranks; returns its hashes."""
    launcher = [] if ranks == 1 else [*MPIRUN, ranks]
    options = [] if ranks == 1 else ["--ranks-per-trial", ranks]
    done = run(*launcher, sweep, study, "--out", out, f"train.kernels={kernels}", *options)
    if done.returncode != 0:
        sys.exit(f"compare_builds.py: {sweep}: exit code {done.returncode}\n{done.stdout}")
    return numbers(out)


def differing(a, b):
    """'method (parts)' of each trial that differs or is missing in one build."""
    for method in sorted(a.keys() | b.keys()):
        mine, other = a.get(method, {}), b.get(method, {})
        parts = [part for part in sorted(mine.keys() | other.keys()) if mine.get(part) != other.get(part)]
        if parts:
            yield f"{method} ({', '.join(parts)})"


def make_rows(kernels, ranks, both, methods):
    """(kernels, ranks, precision, trials that are equal, those that differ) for each precision."""
    for precision in PRECISIONS:
        a, b = ({method: parts for (method, of), parts in found.items() if of == precision} for found in both)
        bad = list(differing(a, b))
        bad += [f"{method} (no result)" for method in methods if method not in a]
        yield (
            kernels,
            str(ranks),
            precision,
            str(sum(a[method] == b.get(method) for method in a)),
            "; ".join(bad) or "-",
        )


def print_table(rows):
    rows = [("kernels", "ranks", "precision", "equal", "differing"), *rows]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    for row in rows:
        print("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), row[4]]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("builds", type=pathlib.Path, nargs=2, metavar="BUILD")
    parser.add_argument("--ranks", type=int, nargs="+", default=[1], help="ranks that train each trial, by default 1")
    parser.add_argument("--kernels", nargs="+", help="values of train.kernels, by default all that the processor runs")
    parser.add_argument("--quick", action="store_true", help=f"{len(QUICK)} methods, and only the fastest kernels")
    given = parser.parse_args()
    sweeps, began, rows = [program(build) for build in given.builds], time.monotonic(), []
    methods = QUICK if given.quick else read_methods(sweeps[0])
    with tempfile.TemporaryDirectory() as name, concurrent.futures.ThreadPoolExecutor(2) as pool:
        folder = pathlib.Path(name)
        study = folder / "compare.toml"
        study.write_text(STUDY.format(methods=json.dumps(methods), precisions=json.dumps(PRECISIONS)))
        kernels = given.kernels or (["auto"] if given.quick else list(read_kernels(sweeps[0], study, folder)))
        for ranks in given.ranks:
            for kernel in kernels:
                print(
                    f"{time.monotonic() - began:4.0f} s  kernels {kernel}, {ranks} ranks", file=sys.stderr, flush=True
                )
                outs = [folder / f"{build}-{kernel}-{ranks}" for build in "AB"]
                both = list(pool.map(train, sweeps, [study] * 2, outs, [kernel] * 2, [ranks] * 2))
                rows += make_rows(kernel, ranks, both, methods)
    print_table(rows)
    print(f"{len(methods)} methods, {time.monotonic() - began:.0f} s")
    return int(any(row[4] != "-" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
