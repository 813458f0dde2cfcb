"""Reads the progress of a sweep from its output folder: the plan, the journals, and which trials have ended."""

import dataclasses
import json
import pathlib
import re

SCHEMAS = (1, 2)  # of a study.json that can be read


@dataclasses.dataclass(frozen=True)
class Planned:
    """A planned trial: its folder, and the name of its run."""

    folder: pathlib.Path
    name: str

    @property
    def journal(self):
        """The journal's path: one line of JSON per epoch; absent before the first one."""
        return self.folder / "journal.jsonl"

    def is_over(self):
        """True if the trial has a result or a recorded failure."""
        return (self.folder / "result.h5").exists() or (self.folder / "failure.json").exists()


def safe(text):
    """Turns a text into a folder name that any file system takes."""
    return re.sub(r"[^\w .,=+()-]+", "_", text, flags=re.ASCII).strip(" .")


def run_name(trial):
    """'M2m, lambda=0 seed=3 09be6a1c'."""
    return f"{safe(trial['label'])[:120]} seed={trial['config'].get('seed', 0)} {trial['id'][:8]}"


def planned(folder):
    """The trials of study.json; one with several labels counts once. Throws ValueError if the schema is unknown."""
    study = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    if not isinstance(study, dict) or study.get("schema") not in SCHEMAS:
        raise ValueError(f"not of schema {SCHEMAS[0]} to {SCHEMAS[-1]}")
    first = {trial["id"]: trial for trial in reversed(study["trials"])}
    return [Planned(folder / "trials" / trial["id"], run_name(trial)) for trial in study["trials"]
            if first[trial["id"]] is trial]


def parse_epochs(text):
    """Parses the epochs of a journal's text, ascending. After a resume, the last line of an epoch counts.

    Ignores a last line without line feed, which is still being written or was cut off by a kill. Throws ValueError with
    the number of a damaged line.
    """
    found = {}
    for number, line in enumerate(text.split("\n")[:-1], start=1):
        try:
            epoch = json.loads(line)
            found[int(epoch["epoch"])] = epoch
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"line {number} is not a line of a journal") from error
    return [found[number] for number in sorted(found)]
