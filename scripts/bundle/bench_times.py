#!/usr/bin/env python3
"""Prints the medians of files that m2m-bench run --json wrote for a GPU, as a table. Standard library only.

Usage: bench_times.py JSON...       a file that is missing or damaged is named in a line of its own
"""

import json
import pathlib
import sys


def rows(file):
    """(case, executor, trials at once, ms a step of each, images a second of all, share of a product)"""
    report = json.loads(file.read_text())
    for run in report["benchmarks"]:
        case = run["run_name"].split("/iterations:")[0]
        case, _, trials = case.rpartition("/x")
        place = (case, report["context"]["executor"], trials)
        if run.get("error_occurred"):
            yield *place, run["error_message"], "", ""
        if run.get("aggregate_name") != "median":
            continue
        yield (
            *place,
            f"{1000 * run['s_a_step']:.2f}",
            f"{run['items_per_second']:.0f}",
            f"{100 * run['of_a_product']:.1f} %" if "of_a_product" in run else "",
        )


def main(arguments):
    if not arguments:
        sys.exit(__doc__)
    print("| case | executor | trials at once | ms a step | images a second, all trials | of a matrix product's rate |")
    print("|---|---|---|---|---|---|")
    for file in map(pathlib.Path, arguments):
        try:
            for row in rows(file):
                print("| " + " | ".join(row) + " |")
        except (OSError, ValueError, KeyError) as error:
            print(f"| {file.name} cannot be read: {error!r} | | | | | |")


if __name__ == "__main__":
    main(sys.argv[1:])
