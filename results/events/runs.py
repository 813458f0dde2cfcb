"""One run of TensorBoard for each trial, written anew at first and then as the trial's journal grows."""

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from events.scalars import scalars
from events.sweep import epochs_of


def wall_times(epochs, end):
    """When each epoch ended, in seconds since 1970: a journal has no times but that of its last line, so they are
    counted back from there by what the epochs took."""
    times = []
    for epoch in reversed(epochs):
        times.append(end)
        end -= (epoch.get("seconds") or 0) + (epoch.get("evaluation_seconds") or 0)
    return times[::-1]


class Run:
    """The event file of one trial; what an earlier call wrote of it is removed."""

    def __init__(self, trial, folder):
        self.trial, self.folder, self.writer = trial, folder / trial.name, None
        self.restart()

    def restart(self):
        """Forgets what was written, as also where a journal was begun again or repeats an epoch after a resume."""
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
        """Writes the epochs that are new."""
        if self.writer is None:
            self.writer = EventFileWriter(str(self.folder))
        for epoch, time in list(zip(epochs, wall_times(epochs, end)))[len(self.written):]:
            self.add(epoch, time)
        self.writer.flush()
        self.written = epochs

    def update(self):
        """Writes what the journal has more than before. Throws OSError, and ValueError over a damaged line."""
        if not self.trial.journal.exists():
            return
        state = self.trial.journal.stat()
        if self.seen == (state.st_mtime_ns, state.st_size):
            return
        epochs = epochs_of(self.trial.journal.read_text(encoding="utf-8"))
        if epochs[:len(self.written)] != self.written:
            self.restart()
        if len(epochs) > len(self.written):
            self.write(epochs, state.st_mtime)
        self.seen = state.st_mtime_ns, state.st_size

    def close(self):
        """Ends the file."""
        if self.writer is not None:
            self.writer.close()
            self.writer = None
