#!/usr/bin/env python3
"""Event files for TensorBoard from the journals of a sweep, while it runs or afterwards: one run per trial.

Needs what requirements/tensorboard.txt lists. 'tensorboard --logdir DIR/tensorboard' then shows them:

    python3 results/event_files.py results/ablation_cifar10 --follow
"""

import argparse
import pathlib
import sys
import time

try:
    from events.runs import Run
    from events.sweep import planned
except ModuleNotFoundError as error:
    sys.exit(f"event_files.py: no Python module {error.name}; '{sys.executable} -m pip install --require-hashes "
             "--no-deps --requirement requirements/tensorboard.txt' installs what it needs")


def fail(code, sentence):
    """Ends the program with a sentence on standard error."""
    print(f"event_files.py: {sentence}", file=sys.stderr)
    sys.exit(code)


def seconds(text):
    """Parses a time to wait, in seconds."""
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of seconds above 0")
    return value


def parse():
    """Parses the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=pathlib.Path, metavar="DIR", help="output folder of a sweep")
    parser.add_argument("--out", type=pathlib.Path, help="folder to write into; DIR/tensorboard by default")
    parser.add_argument("--follow", action="store_true", help="continue until every trial has ended, or until Ctrl-C")
    parser.add_argument("--every", type=seconds, default=5, metavar="SECONDS", help="seconds between two reads of --follow, by default 5")
    return parser.parse_args()


def read_planned_trials(folder):
    """The planned trials of an output folder; ends the program if the folder is not one."""
    try:
        return planned(folder)
    except (FileNotFoundError, NotADirectoryError):
        fail(74, f"{folder}: no study.json, so this is not the output folder of a sweep")
    except OSError as error:
        fail(74, f"{folder / 'study.json'}: {error.strerror}")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        fail(65, f"{folder / 'study.json'}: damaged, or not written by this program ({error})")


def update(run, last):
    """Writes what the journal has gained, and closes the run if `last`."""
    try:
        run.update()
    except ValueError as error:
        fail(65, f"{run.trial.journal}: damaged, {error}")
    except OSError as error:
        fail(74, f"{error.filename or run.folder}: {error.strerror}")
    if last:
        run.close()


def write(runs, follow, every):
    """Writes all runs, once, or with `follow` until every trial has ended."""
    while True:
        over = [run.trial.is_over() for run in runs]  # before reading: the last line is there by then
        for run, ended in zip(runs, over):
            update(run, ended or not follow)
        if not follow or all(over):
            return
        time.sleep(every)


def main():
    """Writes the event files."""
    arguments = parse()
    out = arguments.out or arguments.path / "tensorboard"
    runs = [Run(trial, out) for trial in read_planned_trials(arguments.path)]
    try:
        write(runs, arguments.follow, arguments.every)
    except KeyboardInterrupt:
        pass
    for run in runs:
        run.close()
    print(f"{out}: {sum(run.points for run in runs)} numbers; runs: {sum(1 for run in runs if run.points)}")


if __name__ == "__main__":
    main()
