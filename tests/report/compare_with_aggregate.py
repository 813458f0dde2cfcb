"""Compares every cell of m2m-report's tables with those of recompute.py, which computes them from confusion matrices,
logits and labels, and with those that results/aggregate.py prints.

compare_with_aggregate.py M2M_REPORT FOLDER
"""

import io
import itertools
import os
import pathlib
import subprocess
import sys

import h5py
import numpy as np
import pandas as pd
from recompute_metrics import METRICS

RECOMPUTE = pathlib.Path(__file__).with_name("recompute.py")
AGGREGATE = pathlib.Path(__file__).resolve().parents[2] / "results" / "aggregate.py"


def run(*command):
    """Runs a command, which has to succeed; returns its standard output."""
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout


def parse_grid(markdown):
    """The cells of a Markdown table as lists of texts, its rule left out."""
    lines = [line for line in markdown.splitlines() if line.startswith("|")]
    rows = [[text.strip() for text in line.replace("\\|", "!").strip("|").split("|")] for line in lines]
    return [row for row in rows if not row[0].startswith(":-")]


def compare_csv(report, other):
    """Compares numbers to 1e-9, texts exactly; only m2m-report has published numbers."""
    ours = pd.read_csv(io.StringIO(report), dtype={"epochs": str})
    recomputed = pd.read_csv(io.StringIO(other), dtype={"epochs": str})
    extra = [name for name in ours.columns if name not in recomputed.columns]
    assert all(name.startswith(("published_", "rerun_")) for name in extra), extra
    assert list(recomputed.columns) == [name for name in ours.columns if name not in extra]
    assert len(ours) == len(recomputed) > 0
    for name in recomputed.columns:
        if pd.api.types.is_float_dtype(recomputed[name]):
            np.testing.assert_allclose(ours[name], recomputed[name], rtol=0, atol=1e-9, err_msg=name)
        else:
            assert ours[name].fillna("").tolist() == recomputed[name].fillna("").tolist(), name
    return recomputed.size


def compare_markdown(report, other):
    """Compares every cell as text, without columns of published numbers."""
    ours, recomputed = parse_grid(report), parse_grid(other)
    kept = [c for c, name in enumerate(ours[0]) if not name.endswith(("published", "rerun by others"))]
    assert [[row[c] for c in kept] for row in ours] == recomputed, (ours, recomputed)
    return sum(map(len, recomputed))


def notes_on_tests(markdown):
    """The lines below a table that name classes without test samples."""
    return [line for line in markdown.splitlines() if line.startswith("- ") and "no test sample" in line]


def compare_untested(program, folder, *options):
    """Compares tables of a study with an untested class, and the notes below them; returns the number of equal cells."""
    ours, recomputed = (run(*command, folder) for command in ((program,), (sys.executable, RECOMPUTE)))
    notes = notes_on_tests(ours)
    assert notes == notes_on_tests(recomputed) and len(notes) == 1 and "class 2 of 3" in notes[0], (ours, recomputed)
    printed = run(sys.executable, AGGREGATE, folder)
    assert notes == notes_on_tests(printed), printed
    compared = compare_markdown(ours, recomputed) + compare_markdown(ours, printed)
    arguments = (folder, "--format", "csv", *options)
    ours = run(program, *arguments)
    table = pd.read_csv(io.StringIO(ours))
    assert table.untested.tolist() == [2, 2, 2], table
    perfect = table[table.method == "RS, perfect"].iloc[0]
    assert (perfect.bacc_mean, perfect.gm_mean, perfect.accuracy_mean) == (100, 100, 100), perfect
    return compared + compare_csv(ours, run(sys.executable, RECOMPUTE, *arguments))


def compare_tables(program, folder, *options):
    """Compares every selection and kind of GM, from the folder and from the merged file; returns the number of equal cells."""
    compared = 0
    for select, gm, source in itertools.product(("last", "best"), ("zero", "nonzero"), ("", "/results.h5")):
        for form, compare in (("csv", compare_csv), ("markdown", compare_markdown)):
            arguments = ("--select", select, "--gm", gm, "--format", form, *options)
            report = run(program, folder + source, *arguments)
            compared += compare(report, run(sys.executable, RECOMPUTE, folder, *arguments))
    return compared


def compare_printed(program, folder, *options):
    """Compares what results/aggregate.py prints; returns the number of equal cells."""
    compared = 0
    for form, compare in (("csv", compare_csv), ("markdown", compare_markdown)):
        arguments = (folder, "--format", form, "--select", "best", "--gm", "nonzero", *options)
        compared += compare(run(program, *arguments), run(sys.executable, AGGREGATE, *arguments))
    return compared


def compare_bootstrap(program, folder, *options):
    """Compares the intervals of the means, of every metric but ECE; returns the number of equal cells."""
    arguments = ("--bootstrap", "100", *options)
    recomputed = run(sys.executable, RECOMPUTE, folder, "--format", "csv", *arguments)
    table = pd.read_csv(io.StringIO(recomputed))
    bounds = table[[name for name in table.columns if name.endswith(("_low", "_high")) and name[:4] != "ece_"]]
    assert bounds.notna().all().all() and (bounds.nunique() > 1).any(), bounds
    compared = compare_csv(run(program, folder, "--format", "csv", *arguments), recomputed)
    shown = ("--bootstrap", "100", "--metric", "bacc", "--metric", "ece", "--metric", "auroc")
    return compared + compare_markdown(run(program, folder, *shown), run(sys.executable, RECOMPUTE, folder, *shown))


def main():
    """Compares the tables of both folders, and that both programs refuse the mixed one."""
    program, folder = sys.argv[1:]
    os.environ["M2M_REPORT"] = program
    compared = compare_tables(program, folder + "/study") + compare_printed(program, folder + "/study")
    every = METRICS[METRICS.index("gm_nonzero") : METRICS.index("ece") + 1]
    scored = [f"--metric={name}" for name in METRICS]
    compared += compare_tables(program, folder + "/scored", *scored)
    compared += compare_printed(program, folder + "/scored", *scored)
    compared += compare_bootstrap(program, folder + "/scored", *scored)
    options = [f"--metric={name}" for name in every]
    compared += compare_tables(program, folder + "/study", *options)
    compared += compare_printed(program, folder + "/study", *options)
    compared += compare_tables(program, folder + "/mixed", "--allow-mixed")
    compared += compare_untested(program, folder + "/untested", "--metric=bacc", "--metric=gm", *options)
    for command in ((program,), (sys.executable, RECOMPUTE), (sys.executable, AGGREGATE)):
        refused = subprocess.run((*command, folder + "/mixed"), capture_output=True, text=True)
        assert refused.returncode == 2 and "--allow-mixed" in refused.stderr, (command, refused)
    table = pd.DataFrame(h5py.File(folder + "/study/results.h5")["trials"][:])
    assert len(table) == 17 and table.data_ratio.dtype == float and table.seed.dtype == int, table.dtypes
    assert set(table.status) == {b"done", b"failed", b"diverged", b"missing"}
    print(f"{compared} cells agree")


if __name__ == "__main__":
    main()
