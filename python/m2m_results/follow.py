"""A sweep that works: its state from 'm2m-sweep status', and a page that follows it."""

import dataclasses
import json
import math
import pathlib
import time
from collections.abc import Callable
from typing import Any

from m2m_results.command_line import Failure
from m2m_results.page_parts import box, rows, text
from m2m_results.programs import ask_program


@dataclasses.dataclass(frozen=True)
class State:
    """The state of the stages of a study, as 'm2m-sweep status --json' says it."""

    sweep: str  # "process 4711 on host a17"; empty if no sweep works in the folder
    trials: list[dict[str, Any]]
    stages: list[dict[str, Any]]  # the g and prefixes that the trials need

    def count(self, state: str) -> int:
        """The number of trials in a state."""
        return sum(trial["state"] == state for trial in self.trials)

    def running(self) -> list[dict[str, Any]]:
        """Shared stages and trials that run now."""
        return [stage for stage in self.stages + self.trials if stage["state"] == "running"]


def read_state(folder: pathlib.Path) -> State:
    """Asks m2m-sweep for the state of an output folder. Throws Failure."""
    answer = json.loads(ask_program("m2m-sweep", "status", str(folder), "--json"))
    return State(answer["sweep"], answer["trials"], answer["stages"])


def time_text(seconds: float | None) -> str:
    """'42 s', '7 min', '3 h 05 min'; '-' if it is unknown."""
    if seconds is None or math.isnan(seconds):
        return "-"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def number_text(value: float | None, digits: int, scale: float = 1) -> str:
    """A number with that many decimals; '-' if it is unknown."""
    return "-" if value is None else f"{scale * value:.{digits}f}"


def line(stage: dict[str, Any]) -> tuple[str, ...]:
    """A line of the table of running stages."""
    return (
        stage["label"],
        f"{stage['epoch']} of {stage['epochs']}",
        number_text(stage["loss"], 3),
        number_text(stage["validation_bacc"], 1, 100),
        time_text(stage["seconds_left"]),
    )


def progress(state: State, now: str) -> str:
    """What the sweep does at the moment, as HTML; '' if no sweep works in the folder."""
    if not state.sweep:
        return ""
    lost = state.count("failed") + state.count("diverged")
    counts = (
        f"At {now}: {state.count('done')} of {len(state.trials)} trials done, {lost} failed, "
        f"{state.count('running')} running, {state.count('waiting')} waiting. The sweep is {state.sweep}."
    )
    head = ["stage", "epoch", "loss", "validation bACC (%)", "time left"]
    return f"<p>{text(counts)}</p>\n" + box("Running", rows(head, map(line, state.running())))


def follow(folder: pathlib.Path, every: float, write: Callable[[State], None]) -> None:
    """Merges the results of a folder and calls `write`, every so many seconds, until no sweep works there."""
    while True:
        state = read_state(folder)  # before merging: once it is empty, the results are complete
        try:
            ask_program("m2m-report", "merge", str(folder))
            write(state)
        except Failure:
            # A sweep that starts removes unfinished files, also that of a merge; the next round succeeds.
            if not state.sweep or not (folder / "results.h5").exists():
                raise
        if not state.sweep:
            return
        time.sleep(every)
