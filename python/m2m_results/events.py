"""Event files for TensorBoard from the journals of a sweep, while it runs or afterwards: one run per trial.

Needs what requirements/tensorboard.txt lists. 'tensorboard --logdir DIR/tensorboard' then shows them.
"""

import argparse
import pathlib
import time
from collections.abc import Sequence

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from m2m_results.command_line import INPUT_OUTPUT, Failure, add_every
from m2m_results.journals import Epoch, Planned, read_epochs, read_plan
from m2m_results.study import OUTCOMES

GROUPS = {
    "learning_rate": "training/learning_rate",
    "loss": "training/loss",
    "accuracy": "training/accuracy",
    "other_loss": "training/other_loss",
    "validation_bacc": "validation/bacc",
    "validation_gm": "validation/gm",
    "test_bacc": "test/bacc",
    "test_gm": "test/gm",
    "seconds": "time/seconds",
    "step_seconds": "time/step_seconds",
    "evaluation_seconds": "time/evaluation_seconds",
    "generated_loss": "generation/loss",
    "generated_accuracy": "generation/accuracy",
    "generated_p_target": "generation/p_target",
    "generated_p_seed": "generation/p_seed",
}


def totals(generation: Epoch) -> dict[str, float]:
    """Slots by outcome, summed over all classes, and the shares that were accepted."""
    slots = {name: sum(count for _, _, count in generation[name]) for name in OUTCOMES}
    judged = slots["accepted"] + slots["failed_gamma"]
    named: dict[str, float] = {f"generation/{name}": count for name, count in slots.items()}
    if slots["chosen"]:
        named["generation/accepted_of_chosen"] = slots["accepted"] / slots["chosen"]
    if judged:
        named["generation/accepted_of_translated"] = slots["accepted"] / judged
    return named


def scalars(epoch: Epoch) -> dict[str, float]:
    """{name: number} of all measured columns; a column that GROUPS does not list keeps its name."""
    named = {
        GROUPS.get(name, name): value
        for name, value in epoch.items()
        if name != "epoch" and isinstance(value, (int, float))
    }
    return named | (totals(epoch["generation"]) if "generation" in epoch else {})


def wall_times(epochs: Sequence[Epoch], end: float) -> list[float]:
    """End of each epoch in seconds since 1970. `end` is that of the last epoch, the time of the journal's last line;
    earlier ones follow from the durations of the epochs.
    """
    times = []
    for epoch in reversed(epochs):
        times.append(end)
        end -= (epoch.get("seconds") or 0) + (epoch.get("evaluation_seconds") or 0)
    return times[::-1]


class Run:
    """The event file of one trial. Removes those of earlier calls."""

    def __init__(self, trial: Planned, folder: pathlib.Path) -> None:
        self.trial, self.folder = trial, folder / trial.name
        self.writer: EventFileWriter | None = None
        self.points = 0
        self.restart()

    def restart(self) -> None:
        """Starts the run anew, as is also needed if a journal was restarted or repeats an epoch after a resume."""
        self.close()
        for old in self.folder.glob("events.out.tfevents.*"):
            old.unlink()
        self.written: list[Epoch] = []
        self.points = 0
        self.seen: tuple[int, int] | None = None  # time of change and size of the journal

    def open(self) -> EventFileWriter:
        """The writer of the event file."""
        if self.writer is None:
            self.writer = EventFileWriter(str(self.folder))
        return self.writer

    def write(self, epochs: list[Epoch], end: float) -> None:
        """Writes the new epochs among `epochs`; `end` as for wall_times()."""
        writer = self.open()
        for epoch, wall_time in list(zip(epochs, wall_times(epochs, end)))[len(self.written) :]:
            values = [Summary.Value(tag=name, simple_value=value) for name, value in scalars(epoch).items()]
            writer.add_event(Event(wall_time=wall_time, step=epoch["epoch"], summary=Summary(value=values)))
            self.points += len(values)
        writer.flush()
        self.written = epochs

    def update(self) -> None:
        """Writes what the journal has gained. Throws Failure if it is damaged, OSError if a file cannot be written."""
        if not self.trial.journal.exists():
            return
        state = self.trial.journal.stat()
        if self.seen == (state.st_mtime_ns, state.st_size):
            return
        epochs = read_epochs(self.trial.journal)
        if epochs[: len(self.written)] != self.written:
            self.restart()
        if len(epochs) > len(self.written):
            self.write(epochs, state.st_mtime)
        self.seen = state.st_mtime_ns, state.st_size

    def close(self) -> None:
        """Closes the file."""
        if self.writer is not None:
            self.writer.close()
            self.writer = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    parser.add_argument("path", type=pathlib.Path, metavar="DIR", help="output folder of a sweep")
    parser.add_argument("--out", type=pathlib.Path, help="folder to write into; DIR/tensorboard by default")
    parser.add_argument("--follow", action="store_true", help="continue until every trial has ended, or until Ctrl-C")
    add_every(parser, 5)


def update(run: Run, last: bool) -> None:
    """Writes what the journal has gained, and closes the run if `last`."""
    try:
        run.update()
    except OSError as error:
        raise Failure(INPUT_OUTPUT, f"{error.filename or run.folder}: {error.strerror}") from error
    if last:
        run.close()


def write(runs: list[Run], follow: bool, every: float) -> None:
    """Writes all runs, once, or with `follow` until every trial has ended."""
    while True:
        over = [run.trial.is_over() for run in runs]  # before reading: the last line is there by then
        for run, ended in zip(runs, over):
            update(run, ended or not follow)
        if not follow or all(over):
            return
        time.sleep(every)


def run(arguments: argparse.Namespace) -> None:
    """Writes the event files. Throws Failure if a journal cannot be read or a file cannot be written."""
    out = arguments.out or arguments.path / "tensorboard"
    runs = [Run(trial, out) for trial in read_plan(arguments.path)]
    try:
        write(runs, arguments.follow, arguments.every)
    except KeyboardInterrupt:
        pass
    for each in runs:
        each.close()
    print(f"{out}: {sum(each.points for each in runs)} numbers; runs: {sum(1 for each in runs if each.points)}")
