"""The progress of a sweep in its output folder: the plan, the journals, and which trials have ended."""

import dataclasses
import json
import pathlib
import re
from typing import Any

from m2m_results.command_line import BAD_DATA, INPUT_OUTPUT, Failure

SCHEMAS = (1, 2)  # of a study.json that can be read

Epoch = dict[str, Any]  # a line of a journal


@dataclasses.dataclass(frozen=True)
class Planned:
    """A planned trial: its folder, and the name of its run."""

    folder: pathlib.Path
    name: str

    @property
    def journal(self) -> pathlib.Path:
        """The journal's path: one line of JSON per epoch; absent before the first one."""
        return self.folder / "journal.jsonl"

    def is_over(self) -> bool:
        """True if the trial has a result or a recorded failure."""
        return (self.folder / "result.h5").exists() or (self.folder / "failure.json").exists()


def safe(text: str) -> str:
    """Turns a text into a folder name that any file system takes."""
    return re.sub(r"[^\w .,=+()-]+", "_", text, flags=re.ASCII).strip(" .")


def run_name(trial: dict[str, Any]) -> str:
    """'M2m, lambda=0 seed=3 09be6a1c'."""
    return f"{safe(trial['label'])[:120]} seed={trial['config'].get('seed', 0)} {trial['id'][:8]}"


def parse_plan(folder: pathlib.Path) -> list[Planned]:
    """The trials of study.json; one with several labels counts once. Throws ValueError if the schema is unknown."""
    study = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    if not isinstance(study, dict) or study.get("schema") not in SCHEMAS:
        raise ValueError(f"not of schema {SCHEMAS[0]} to {SCHEMAS[-1]}")
    first = {trial["id"]: trial for trial in reversed(study["trials"])}
    return [
        Planned(folder / "trials" / trial["id"], run_name(trial))
        for trial in study["trials"]
        if first[trial["id"]] is trial
    ]


def read_plan(folder: pathlib.Path) -> list[Planned]:
    """The planned trials of an output folder. Throws Failure if the folder is not one."""
    file = folder / "study.json"
    try:
        return parse_plan(folder)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Failure(INPUT_OUTPUT, f"{folder}: no study.json, so this is not the output folder of a sweep") from error
    except OSError as error:
        raise Failure(INPUT_OUTPUT, f"{file}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Failure(BAD_DATA, f"{file}: damaged, or not written by this program ({error})") from error


def parse_epochs(text: str) -> list[Epoch]:
    """Parses the epochs of a journal's text, ascending. After a resume, the last line of an epoch counts.

    Ignores a last line without line feed, which is still being written or was cut off by a kill, and the checksums, which
    the program verifies that wrote them. Throws ValueError with
    the number of a damaged line.
    """
    found = {}
    for number, line in enumerate(text.split("\n")[:-1], start=1):
        try:
            epoch = json.loads(line)
            epoch.pop("checksum", None)
            found[int(epoch["epoch"])] = epoch
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"line {number} is not a line of a journal") from error
    return [found[number] for number in sorted(found)]


def read_epochs(journal: pathlib.Path) -> list[Epoch]:
    """Parses a journal. Throws Failure if it cannot be read or is damaged."""
    try:
        return parse_epochs(journal.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Failure(BAD_DATA, f"{journal}: damaged, {error}") from error
    except OSError as error:
        raise Failure(INPUT_OUTPUT, f"{journal}: {error.strerror}") from error
