#!/usr/bin/env python3
"""Writes one page, report.html, that shows a study: its table, figures, unfinished trials, settings, and the command
that reproduces it.

The page needs neither a network nor other files. The script needs numpy, h5py, pandas and matplotlib:

    python3 results/page.py results/ablation_cifar10
"""

import argparse
import json
import pathlib
import shlex
import sys

try:
    import aggregate
    from aggregate import fail
    from drawing import study
    from webpage import document, graphics, numbers, settings
    from webpage.document import section
    from webpage.markup import facts, text
except ModuleNotFoundError as error:
    sys.exit(f"page.py: no Python module {error.name}; 'make setup' installs it: .venv/bin/python {sys.argv[0]}")

EPOCHS = {"last": "last epoch", "best": "epoch of best validation bACC"}


def parse():
    """Parses the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=pathlib.Path, help="a results.h5, or the folder it is in")
    parser.add_argument("--out", type=pathlib.Path, help="file to write; report.html beside the results.h5 by default")
    parser.add_argument("--select", choices=["last", "best"], default="last", help="epoch of a trial that counts")
    parser.add_argument("--allow-mixed", action="store_true", help="average trials even if their settings differ")
    return parser.parse_args()


def planned(file):
    """study.json of the results, with defaults for what the page needs."""
    plan = json.loads(file["study"][()])
    return {"name": file.attrs.get("study", "unnamed"), "file": "STUDY.toml", "trials": []} | plan


def read_planned_trials(file):
    """The table of trials, with the data setting of each trial."""
    trials = aggregate.read_trials(file).drop_duplicates(["id", "label"]).copy()
    trials["data"] = [aggregate.data_name(row) for _, row in trials.iterrows()]
    return trials


def summary(file, trials, arguments):
    """The plan, its data, and the outcomes of its trials."""
    pairs = [("data", ", ".join(trials.data.drop_duplicates()) or "none"),
             ("methods", trials.label.nunique()), ("trials", trials.id.nunique())]
    pairs += numbers.counts(trials)
    pairs += [(name, aggregate.fact(trials, aggregate.FACTS[name]))
              for name in ("epochs", "network", "precision", "protocol", "validation")]
    pairs += [("shown", EPOCHS[arguments.select]), ("program", file.attrs.get("program_version", "unknown"))]
    return facts(pairs)


def results(file, arguments):
    """The table with its notes."""
    arguments.gm, arguments.metric = "zero", list(numbers.NAMES)
    note = (f"{EPOCHS[arguments.select].capitalize()}, test set, mean ± standard deviation over seeds "
            "(number of trials); * marks cells with missing trials. Press a header to sort.")
    notes = [note, *aggregate.untested_notes(file, arguments.select)]
    return numbers.results_table(aggregate.cells(file, arguments)) + "".join(f"\n<p>{text(each)}</p>" for each in notes)


def content(file, arguments):
    """Title and content of the page."""
    plan, trials = planned(file), read_planned_trials(file)
    blocks = study.blocks(file, arguments.select, arguments.allow_mixed)
    statuses = dict(zip(trials.id, trials.status))
    command = f"m2m-sweep {shlex.quote(str(plan['file']))}"
    return f"{plan['name']}: results", "".join([
        summary(file, trials, arguments),
        section("results", results(file, arguments)),
        section("figures", graphics.figures(blocks)),
        section("failures", numbers.failures(trials)),
        section("trials", settings.configurations(file, plan, statuses)),
        section("reproduce", settings.command(command, settings.revisions(file, trials.id))),
    ])


def write(path, page):
    """Writes the page under a temporary name and renames it."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        temporary.write_text(page, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        fail(74, f"{path}: {error.strerror}")


def main():
    """Writes the page."""
    arguments = parse()
    folder = arguments.path if arguments.path.is_dir() else arguments.path.parent
    with study.open_results(arguments.path) as file:
        try:
            page = document.page(*content(file, arguments))
        except (KeyError, OSError, json.JSONDecodeError) as error:
            study.fail_damaged(arguments.path, error)
    path = arguments.out or folder / "report.html"
    write(path, page)
    print(f"wrote {path} ({len(page.encode()) / 1e6:.1f} MB)")


if __name__ == "__main__":
    main()
