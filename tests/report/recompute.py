#!/usr/bin/env python3
"""Tables of a results.h5, computed from its confusion matrices, logits and labels alone.

Shares no code with m2m-report and none of the metrics that the sweep stored, so that the two check each other. Only the
draws of --bootstrap follow the same counters.
Needs numpy, h5py and pandas:

    python3 tests/report/recompute.py results/ablation_cifar10 --format markdown
"""

import argparse
import json
import pathlib
import sys

import h5py
import numpy as np
import pandas as pd
from recompute_metrics import METRICS, Tested, intervals

SCHEMAS = (1, 2)  # of a results.h5 that can be read
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


def untested(confusion):
    """Labels of the classes without samples."""
    return np.flatnonzero(confusion.sum(axis=1) == 0)


def untested_note(labels, classes):
    """'class 2 of 3 has no test sample: ...'; names the first ten."""
    names = ", ".join(map(str, labels[:10])) + (f" and {len(labels) - 10} more" if len(labels) > 10 else "")
    nouns = ("class", "has", "its") if len(labels) == 1 else ("classes", "have", "their")
    return (
        f"{nouns[0]} {names} of {classes} {nouns[1]} no test sample: {nouns[2]} recall is not defined, and bACC, "
        f"GM and groups of classes are means over the other {classes - len(labels)}"
    )


def read_trials(file):
    """The table of planned trials, with texts as str."""
    trials = pd.DataFrame(file["trials"][:])
    for column in trials.columns[[kind.kind == "O" for kind in trials.dtypes]]:
        trials[column] = trials[column].str.decode("utf-8")
    return trials


def setting(row, name, otherwise):
    """A setting of a trial, or `otherwise` if the table has no such column."""
    value = row.get(name, otherwise)
    return otherwise if isinstance(value, str) and value == "" else value


def data_name(row):
    """The trial's data setting, for example 'CIFAR-LT-10 rho=100'."""
    imbalance = setting(row, "data_imbalance", "longtail")
    data = setting(row, "data_set", "unnamed data")
    if data.startswith("cifar"):
        data = ("CIFAR-LT-" if imbalance == "longtail" else "CIFAR-") + data[len("cifar") :]
    data += {"none": " balanced", "step": " step"}.get(imbalance, "")
    ratio = setting(row, "data_ratio", np.nan)
    if imbalance in ("longtail", "step") and not np.isnan(ratio):
        data += f" rho={ratio:g}"
    if imbalance != "own" and setting(row, "data_largest", 0) > 0:
        data += f", N_1={row['data_largest']:.0f}"
    if setting(row, "data_subset", "head") == "random":
        data += ", random subset"
    if setting(row, "data_rounding", "field") == "truncated":
        data += ", truncated counts"
    return data


def training(file, trial):
    """Every setting that acted in a trial, without seeds."""
    settings = json.loads(file[f"trial/{trial}/json/identity"][()])["settings"]
    return {name: value for name, value in settings.items() if not name.startswith("seeds.")}


def check_mixtures(file, trials, location):
    """Exits with status 2 if the trials of a cell must not be averaged."""
    done = trials[trials.status == "done"]
    for column, name in NOT_AVERAGED.items():
        if column in done and done[column].nunique() > 1:
            values = ", ".join(str(value) for value in sorted(done[column].unique()))
            fail(
                2,
                f"{location}: trials of different {name} ({values}); --allow-mixed averages them although they differ",
            )
    trainings = [training(file, trial) for trial in done.id]
    if any(each != trainings[0] for each in trainings):
        fail(2, f"{location}: trials of different trainings; --allow-mixed averages them although they differ")


def sample(file, trials, arguments):
    """The trials that have the selected epoch, and their metrics, one row per trial."""
    groups = [file[f"trial/{trial}"] for trial in trials[trials.status == "done"].id]
    tested = [Tested(group, arguments.select) for group in groups if arguments.select in group]
    rows = [[trial.metric(name, arguments.gm) for name in arguments.metric] for trial in tested]
    return tested, pd.DataFrame(rows, columns=arguments.metric, dtype=float)


def labels_without_samples(file, trials, select):
    """'2 7': labels of classes without a test sample in one of the trials; '' if there are none."""
    groups = [file[f"trial/{trial}"] for trial in trials[trials.status == "done"].id]
    labels = {label for group in groups if select in group for label in untested(group[f"{select}/test/confusion"][:])}
    return " ".join(map(str, sorted(labels)))


def untested_notes(file, select):
    """'DATA: class 2 of 3 has no test sample: ...', without repetitions, in the order of the study."""
    notes = []
    for _, row in read_trials(file).iterrows():
        if row.status != "done" or select not in file[f"trial/{row.id}"]:
            continue
        confusion = file[f"trial/{row.id}/{select}/test/confusion"][:]
        labels = untested(confusion)
        if len(labels):
            notes.append(f"{data_name(row)}: {untested_note(labels, len(confusion))}")
    return list(dict.fromkeys(notes))


def fact(trials, column):
    """Every value of a column, in the order of the trials."""
    if column not in trials:
        return ""
    return ", ".join(str(value) for value in trials[column].drop_duplicates() if str(value))


def cells(file, arguments):
    """One row per method and data setting, in the order of the study, with the numbers of m2m-report."""
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
            check_mixtures(file, of_cell, f"{method} on {data}")
        tested, values = sample(file, of_cell, arguments)
        bounds = intervals(tested, arguments.metric, arguments.gm, arguments.bootstrap) if arguments.bootstrap else {}
        row = {
            "method": method,
            "data": data,
            "selection": arguments.select,
            "gm_kind": arguments.gm,
            "planned": len(of_cell),
            "n": len(values),
            "failed": (of_cell.status == "failed").sum(),
            "diverged": (of_cell.status == "diverged").sum(),
            "missing": (of_cell.status == "missing").sum(),
        }
        for name in arguments.metric:
            row |= {f"{name}_mean": values[name].mean(), f"{name}_std": values[name].std(ddof=1)}
            if bounds:
                row |= {f"{name}_low": bounds[name][0], f"{name}_high": bounds[name][1]}
        row["untested"] = labels_without_samples(file, of_cell, arguments.select)
        row |= {
            name.replace(" ", "_").replace("started", "start"): fact(of_cell, column) for name, column in FACTS.items()
        }
        rows.append(row)
    return pd.DataFrame(rows)


def spread(mean, std):
    """'69.0 +- 1.2'; '69.0' if there is no deviation, '-' if there is no mean."""
    if np.isnan(mean):
        return "-"
    return f"{mean:.1f}" if np.isnan(std) else f"{mean:.1f} +- {std:.1f}"


def bounds_text(row, name):
    """' [68.1, 69.9]'; '' if there is no interval."""
    low, high = row.get(f"{name}_low", np.nan), row.get(f"{name}_high", np.nan)
    return "" if np.isnan(low) else f" [{low:.1f}, {high:.1f}]"


def cell_text(row, metrics):
    """'69.0 +- 1.2 / 66.1 +- 1.5 (10)', with '(9*)' if planned trials are missing."""
    mark = "" if row.n == row.planned else "*"
    if row.n == 0:
        return f"- (0{mark})"
    values = " / ".join(spread(row[f"{name}_mean"], row[f"{name}_std"]) + bounds_text(row, name) for name in metrics)
    return f"{values} ({row.n}{mark})"


def markdown(table, metrics):
    """The table as Markdown, methods by data settings."""
    if table.empty:
        return "The study plans no trials.\n"
    settings = list(table.data.drop_duplicates())
    lines = [["method"] + (["ours"] if len(settings) == 1 else settings)]
    for method in table.method.drop_duplicates():
        of_row = table[table.method == method].set_index("data")
        lines.append(
            [method] + [cell_text(of_row.loc[data], metrics) if data in of_row.index else "" for data in settings]
        )
    lines = [[text.replace("|", "\\|") for text in line] for line in lines]
    widths = [max(3, *map(len, column)) for column in zip(*lines)]
    lines.insert(1, [":" + "-" * (width - 1) for width in widths])
    return "".join("| " + " | ".join(text.ljust(width) for text, width in zip(line, widths)) + " |\n" for line in lines)


def fail(code, sentence):
    """Ends the program with a sentence on standard error."""
    print(f"{pathlib.Path(sys.argv[0]).name}: {sentence}", file=sys.stderr)
    sys.exit(code)


def parse():
    """Parses the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=pathlib.Path, help="a results.h5, or the folder it is in")
    parser.add_argument("--format", choices=["markdown", "csv"], default="markdown")
    parser.add_argument("--select", choices=["last", "best"], default="last", help="epoch of a trial that counts")
    parser.add_argument(
        "--gm",
        choices=["zero", "nonzero"],
        default="zero",
        help="GM is 0 if a recall is zero, or leaves zero recalls out",
    )
    parser.add_argument(
        "--metric", action="append", choices=METRICS, help="metric that the cells show; may be repeated"
    )
    parser.add_argument("--bootstrap", type=int, default=0, help="resamples of the test set, for intervals")
    parser.add_argument("--allow-mixed", action="store_true", help="average trials even if their settings differ")
    arguments = parser.parse_args()
    arguments.metric = arguments.metric or ["bacc", "gm"]
    return arguments


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
        if file.attrs.get("schema_version") not in SCHEMAS or "trials" not in file:
            fail(65, f"{path}: not a results.h5 of schema {SCHEMAS[0]} to {SCHEMAS[-1]}")
        table = cells(file, arguments)
        notes = "".join(f"- {note}\n" for note in untested_notes(file, arguments.select))
    if arguments.format == "csv":
        print(table.to_csv(index=False), end="")
    else:
        print(markdown(table, arguments.metric) + ("\n" if notes else "") + notes, end="")


if __name__ == "__main__":
    main()
