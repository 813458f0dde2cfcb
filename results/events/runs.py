"""One TensorBoard run per trial: written from the start, then extended as the journal grows."""

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from events.scalars import scalars
from events.sweep import parse_epochs


def wall_times(epochs, end):
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

    def __init__(self, trial, folder):
        self.trial, self.folder, self.writer = trial, folder / trial.name, None
        self.restart()

    def restart(self):
        """Starts the run anew, as is also needed if a journal was restarted or repeats an epoch after a resume."""
        self.close()
        for old in self.folder.glob("events.out.tfevents.*"):
            old.unlink()
        self.written, self.points, self.seen = [], 0, None

    def add(self, epoch, time):
        """Writes the numbers of an epoch."""
        values = [Summary.Value(tag=name, simple_value=value) for name, value in scalars(epoch).items()]
        self.writer.add_event(Event(wall_time=time, step=epoch["epoch"], summary=Summary(value=values)))
        self.points += len(values)

    def write(self, epochs, end):
        """Writes the new epochs among `epochs`; `end` as for wall_times()."""
        if self.writer is None:
            self.writer = EventFileWriter(str(self.folder))
        for epoch, time in list(zip(epochs, wall_times(epochs, end)))[len(self.written):]:
            self.add(epoch, time)
        self.writer.flush()
        self.written = epochs

    def update(self):
        """Writes what the journal has gained. Throws OSError, and ValueError if a line is damaged."""
        if not self.trial.journal.exists():
            return
        state = self.trial.journal.stat()
        if self.seen == (state.st_mtime_ns, state.st_size):
            return
        epochs = parse_epochs(self.trial.journal.read_text(encoding="utf-8"))
        if epochs[:len(self.written)] != self.written:
            self.restart()
        if len(epochs) > len(self.written):
            self.write(epochs, state.st_mtime)
        self.seen = state.st_mtime_ns, state.st_size

    def close(self):
        """Closes the file."""
        if self.writer is not None:
            self.writer.close()
            self.writer = None
