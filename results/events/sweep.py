"""What of a sweep's output folder tells how its trials go: the plan, the journals, and which trials are over."""

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
        """One line of JSON per epoch; absent before the first."""
        return self.folder / "journal.jsonl"

    def is_over(self):
        """Whether it has a result, or a reason why it has none."""
        return (self.folder / "result.h5").exists() or (self.folder / "failure.json").exists()


def safe(text):
    """A text as the name of a folder, on any file system."""
    return re.sub(r"[^\w .,=+()-]+", "_", text, flags=re.ASCII).strip(" .")


def name_of(trial):
    """'M2m, lambda=0 seed=3 09be6a1c'."""
    return f"{safe(trial['label'])[:120]} seed={trial['config'].get('seed', 0)} {trial['id'][:8]}"


def planned(folder):
    """The trials of study.json, each once however many labels it has. Throws ValueError where it is none of ours."""
    study = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    if not isinstance(study, dict) or study.get("schema") not in SCHEMAS:
        raise ValueError(f"not of schema {SCHEMAS[0]} to {SCHEMAS[-1]}")
    first = {trial["id"]: trial for trial in reversed(study["trials"])}
    return [Planned(folder / "trials" / trial["id"], name_of(trial)) for trial in study["trials"]
            if first[trial["id"]] is trial]


def epochs_of(text):
    """The epochs of a journal's text, ascending; of several lines of one epoch (after a resume) the last counts.

    A last line without its end is still being written, or was torn by a kill. Throws ValueError or KeyError with the
    number of a damaged line.
    """
    found = {}
    for number, line in enumerate(text.split("\n")[:-1], start=1):
        try:
            epoch = json.loads(line)
            found[int(epoch["epoch"])] = epoch
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"line {number} is not one of a journal") from error
    return [found[number] for number in sorted(found)]
