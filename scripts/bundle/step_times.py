#!/usr/bin/env python3
"""Prints seconds per epoch and milliseconds per step of each stage of an output folder, from its journals: medians over the
epochs of a phase (before and after the deferral), the first of each left out. Standard library only.

Usage: step_times.py LABEL OUTPUT_FOLDER
       step_times.py --authors METHOD LOG     the last line that run_authors.py printed; its first four steps are left out
"""

import json
import pathlib
import statistics
import sys


def rows(folder):
    for journal in sorted(folder.glob("*/*/journal.jsonl")):
        config = json.loads((journal.parent / "config.json").read_text())
        epochs = [json.loads(line) for line in journal.read_text().splitlines()]
        deferral = config["train.defer_until"]
        for phase, chosen in (
            ("before", [e for e in epochs if e["epoch"] < deferral]),
            ("after", [e for e in epochs if e["epoch"] >= deferral]),
        ):
            times = [(e["seconds"], e["step_seconds"]) for e in chosen[1:]]
            if times:
                seconds, steps = zip(*times)
                yield config["method"], phase, len(times), statistics.median(seconds), 1000 * statistics.median(steps)


def print_authors(method, log):
    """Prints nothing if the program did not finish; its row of the table above shows that."""
    last = log.read_text().splitlines()[-1]
    if last.startswith("{"):
        steps = json.loads(last)["steps"][4:]
        print(f"| authors | {method} | {len(steps)} steps | | {1000 * statistics.median(steps):.2f} |")


def main(arguments):
    if len(arguments) == 3 and arguments[0] == "--authors":
        print_authors(arguments[1], pathlib.Path(arguments[2]))
        return
    if len(arguments) != 2:
        sys.exit(__doc__)
    label, folder = arguments[0], pathlib.Path(arguments[1])
    for method, phase, count, seconds, step in rows(folder):
        print(f"| {label} | {method}, {phase} the deferral | {count} | {seconds:.3f} | {step:.2f} |")


if __name__ == "__main__":
    main(sys.argv[1:])
