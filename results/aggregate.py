#!/usr/bin/env python3
"""Tables of a results.h5, computed from its confusion matrices alone.

Shares no code with m2m-report and none of the metrics that the sweep stored, so that the two check each other.
Needs numpy, h5py and pandas:

    python3 results/aggregate.py results/ablation_cifar10 --format markdown
"""

import argparse
import json
import pathlib
import sys

import h5py
import numpy as np
import pandas as pd

SCHEMA = 1
NOT_AVERAGED = {
    "numerics_version": "numerics version",
    "train_precision": "precision",
    "data_validation": "validation mode",
    "protocol": "protocol",
}
FACTS = {
    "validation": "data_validation",
    "protocol": "protocol",
    "precision": "train_precision",
    "network": "train_network",
    "epochs": "train_epochs",
    "started from": "train_start_from",
}


def recalls(confusion):
    """Recall per class of an integer confusion matrix [true, predicted]; 0 for a class without samples."""
    samples = confusion.sum(axis=1)
    return np.diag(confusion) / np.maximum(samples, 1)


def balanced_accuracy(confusion):
    """Mean recall, in percent."""
    return 100 * recalls(confusion).mean()


def geometric_mean(confusion, kind):
    """Geometric mean of the recalls, in percent; kind 'nonzero' leaves out classes of zero recall."""
    values = recalls(confusion)
    if kind == "nonzero":
        values = values[values > 0]
    if len(values) == 0 or (values == 0).any():
        return 0.0
    return 100 * np.exp(np.log(values).mean())


def read_trials(file):
    """The table of planned trials, with texts as str."""
    trials = pd.DataFrame(file["trials"][:])
    for column in trials.columns[trials.dtypes == object]:
        trials[column] = trials[column].str.decode("utf-8")
    return trials


def setting(row, name, otherwise):
    """A setting of a trial, or `otherwise` where the table has no such column."""
    value = row.get(name, otherwise)
    return otherwise if isinstance(value, str) and value == "" else value


def data_name(row):
    """What the field calls the trial's data setting."""
    imbalance = setting(row, "data_imbalance", "longtail")
    data = setting(row, "data_set", "unnamed data")
    if data.startswith("cifar"):
        data = ("CIFAR-LT-" if imbalance == "longtail" else "CIFAR-") + data[len("cifar"):]
    data += {"none": " balanced", "step": " step"}.get(imbalance, "")
    ratio = setting(row, "data_ratio", np.nan)
    if imbalance != "none" and not np.isnan(ratio):
        data += f" rho={ratio:g}"
    if setting(row, "data_largest", 0) > 0:
        data += f", N_1={row['data_largest']:.0f}"
    if setting(row, "data_subset", "head") == "random":
        data += ", random subset"
    if setting(row, "data_rounding", "field") == "truncated":
        data += ", truncated counts"
    return data


def training(file, trial):
    """Every setting that acted in a trial but its seeds."""
    settings = json.loads(file[f"trial/{trial}/json/identity"][()])["settings"]
    return {name: value for name, value in settings.items() if not name.startswith("seeds.")}


def refuse_mixtures(file, trials, where):
    """Exits with status 2 where the trials of a cell must not be averaged."""
    done = trials[trials.status == "done"]
    for column, name in NOT_AVERAGED.items():
        if column in done and done[column].nunique() > 1:
            values = ", ".join(str(value) for value in sorted(done[column].unique()))
            fail(2, f"{where}: trials of different {name} ({values}); --allow-mixed averages them all the same")
    trainings = [training(file, trial) for trial in done.id]
    if any(each != trainings[0] for each in trainings):
        fail(2, f"{where}: trials of different trainings; --allow-mixed averages them all the same")


def sample(file, trials, select, gm_kind):
    """bACC and GM of each trial that has the selected epoch, two lists."""
    bacc, gm = [], []
    for trial in trials[trials.status == "done"].id:
        group = file[f"trial/{trial}"]
        if select not in group:
            continue
        confusion = group[f"{select}/test/confusion"][:]
        bacc.append(balanced_accuracy(confusion))
        gm.append(geometric_mean(confusion, gm_kind))
    return bacc, gm


def fact(trials, column):
    """Every value of a column, in the order of the trials."""
    if column not in trials:
        return ""
    return ", ".join(str(value) for value in trials[column].drop_duplicates() if str(value))


def cells(file, arguments):
    """One row per method and data setting, in the order of the study: the numbers that m2m-report gives."""
    trials = read_trials(file)
    trials = trials.drop_duplicates(["id", "label"]).copy()  # a trial counts once under each of its labels
    trials["data"] = [data_name(row) for _, row in trials.iterrows()]
    rows = []
    methods, settings = trials.label.drop_duplicates(), trials.data.drop_duplicates()
    for method, data in [(method, data) for method in methods for data in settings]:
        of_cell = trials[(trials.label == method) & (trials.data == data)]
        if of_cell.empty:
            continue
        if not arguments.allow_mixed:
            refuse_mixtures(file, of_cell, f"{method} on {data}")
        bacc, gm = sample(file, of_cell, arguments.select, arguments.gm)
        row = {
            "method": method, "data": data, "selection": arguments.select, "gm_kind": arguments.gm,
            "planned": len(of_cell), "n": len(bacc),
            "failed": (of_cell.status == "failed").sum(),
            "diverged": (of_cell.status == "diverged").sum(),
            "missing": (of_cell.status == "missing").sum(),
            "bacc_mean": pd.Series(bacc, dtype=float).mean(), "bacc_std": pd.Series(bacc, dtype=float).std(ddof=1),
            "gm_mean": pd.Series(gm, dtype=float).mean(), "gm_std": pd.Series(gm, dtype=float).std(ddof=1),
        }
        row |= {name.replace(" ", "_").replace("started", "start"): fact(of_cell, column)
                for name, column in FACTS.items()}
        rows.append(row)
    return pd.DataFrame(rows)


def cell_text(row):
    """'69.0 +- 1.2 / 66.1 +- 1.5 (10)', '(9*)' where planned trials are lacking."""
    mark = "" if row.n == row.planned else "*"
    if row.n == 0:
        return f"- (0{mark})"
    if row.n == 1:
        return f"{row.bacc_mean:.1f} / {row.gm_mean:.1f} (1{mark})"
    return f"{row.bacc_mean:.1f} +- {row.bacc_std:.1f} / {row.gm_mean:.1f} +- {row.gm_std:.1f} ({row.n}{mark})"


def markdown(table):
    """The table as Markdown, methods by data settings."""
    if table.empty:
        return "The study plans no trials.\n"
    settings = list(table.data.drop_duplicates())
    lines = [["method"] + (["ours"] if len(settings) == 1 else settings)]
    for method in table.method.drop_duplicates():
        of_row = table[table.method == method].set_index("data")
        lines.append([method] + [cell_text(of_row.loc[data]) if data in of_row.index else "" for data in settings])
    lines = [[text.replace("|", "\\|") for text in line] for line in lines]
    widths = [max(3, *map(len, column)) for column in zip(*lines)]
    lines.insert(1, [":" + "-" * (width - 1) for width in widths])
    return "".join("| " + " | ".join(text.ljust(width) for text, width in zip(line, widths)) + " |\n"
                   for line in lines)


def fail(code, sentence):
    """Ends the program."""
    print(f"aggregate.py: {sentence}", file=sys.stderr)
    sys.exit(code)


def parse():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=pathlib.Path, help="a results.h5, or the folder it is in")
    parser.add_argument("--format", choices=["markdown", "csv"], default="markdown")
    parser.add_argument("--select", choices=["last", "best"], default="last", help="which epoch of a trial counts")
    parser.add_argument("--gm", choices=["zero", "nonzero"], default="zero",
                        help="a class of zero recall makes GM 0, or is left out")
    parser.add_argument("--allow-mixed", action="store_true", help="average what had better not be averaged")
    return parser.parse_args()


def main():
    """Prints the table."""
    arguments = parse()
    path = arguments.path / "results.h5" if arguments.path.is_dir() else arguments.path
    if not path.exists():
        fail(74, f"{path}: no such file; 'm2m-report merge DIR' makes it")
    try:
        file = h5py.File(path, "r", locking=False)
    except OSError as error:
        fail(65, f"{path}: {error}")
    with file:
        if file.attrs.get("schema_version") != SCHEMA or "trials" not in file:
            fail(65, f"{path}: not a results.h5 of schema {SCHEMA}")
        table = cells(file, arguments)
    print(markdown(table) if arguments.format == "markdown" else table.to_csv(index=False), end="")


if __name__ == "__main__":
    main()
