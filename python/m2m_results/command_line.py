"""What the commands share: options, and failures with a sentence and an exit code."""

import argparse
import contextlib
import json
import pathlib
from collections.abc import Iterator
from typing import NoReturn

MISSING_PART, USAGE, BAD_DATA, INPUT_OUTPUT = 1, 2, 65, 74  # exit codes; those of m2m-report except the first
AGAIN = "'m2m-report merge DIR' makes it anew"


class Failure(Exception):
    """Work that cannot be done: an exit code, and a sentence that says why and what to do."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def cannot_write(path: pathlib.Path, error: OSError) -> Failure:
    """The failure of a file that cannot be written."""
    return Failure(INPUT_OUTPUT, f"{path}: {error.strerror}")


def damaged(path: pathlib.Path, error: Exception) -> Failure:
    """The failure of a file whose content lacks something."""
    reason = " ".join(str(error.args[0] if error.args else error).split())
    return Failure(BAD_DATA, f"{path}: a record is incomplete or damaged ({reason}); {AGAIN}")


@contextlib.contextmanager
def reading(path: pathlib.Path) -> Iterator[None]:
    """Turns what a damaged results.h5 causes into a Failure."""
    try:
        yield
    except (KeyError, OSError, json.JSONDecodeError) as error:
        raise damaged(path, error) from error


def add_study(parser: argparse.ArgumentParser) -> None:
    """Adds the argument that names the results."""
    parser.add_argument("path", type=pathlib.Path, help="a results.h5, or the folder it is in")


def add_select(parser: argparse.ArgumentParser) -> None:
    """Adds the option that says which epoch counts."""
    parser.add_argument("--select", choices=["last", "best"], default="last", help="epoch of a trial that counts")


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Adds the options that say which epoch counts and what may be averaged."""
    add_select(parser)
    parser.add_argument("--allow-mixed", action="store_true", help="average trials even if their settings differ")


def seconds(text: str) -> float:
    """Parses a time to wait, in seconds."""
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of seconds above 0")
    return value


def add_every(parser: argparse.ArgumentParser, default: int) -> None:
    """Adds the option that says how often --follow looks."""
    parser.add_argument(
        "--every",
        type=seconds,
        default=default,
        metavar="SECONDS",
        help=f"seconds between two reads of --follow, by default {default}",
    )


def folder_beside(path: pathlib.Path) -> pathlib.Path:
    """The folder of the results that a path names."""
    return path if path.is_dir() else path.parent


def refuse(parser: argparse.ArgumentParser, failure: Failure) -> NoReturn:
    """Ends the command with the sentence of a failure."""
    parser.exit(failure.code, f"{parser.prog}: {failure}\n")
