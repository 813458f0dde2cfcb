"""Trials that share a device give the numbers of trials that have it to themselves, also if the sweep was interrupted.

Usage: shared_device_test.py M2M_SWEEP M2M_REPORT CHECKOUT
"""

import json
import pathlib
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from waiting import eventually

STUDY = """
name = "shared"
[data]
set = "digits"
ratio = 20
[train]
network = "mlp"
epochs = 30
defer_until = 15
batch_size = 64
[m2m]
beta = 0.9
gamma = 0.3
[grid]
method = ["ERM", "DRS", "M2m", "cRT", "LA-post-hoc"]
seed = [1, 2]
"""
DONE, USAGE, INTERRUPTED, OUT_OF_TIME = 0, 2, 4, 85
TRIALS = 10


class Sweeps:
    def __init__(self, sweep, report, checkout, folder):
        self.sweep, self.report, self.checkout, self.folder = sweep, report, checkout, pathlib.Path(folder)
        self.study = self.folder / "shared.toml"
        self.study.write_text(STUDY)

    def command(self, out, *options):
        return [self.sweep, str(self.study), "--out", str(self.folder / out), *options]

    def run(self, out, *options, expected=DONE):
        done = subprocess.run(self.command(out, *options), cwd=self.checkout, text=True, capture_output=True)
        assert done.returncode == expected, f"{out}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stderr

    def stop(self, out, word, expected, stages, *options):
        """Starts a sweep, stops it by a signal once this many stages have an epoch; returns the number of saved states."""
        running = subprocess.Popen(self.command(out, *options), cwd=self.checkout, stderr=subprocess.DEVNULL)

        def goes_far_enough():
            return running.poll() is not None or len(list((self.folder / out).glob("*/*/journal.jsonl"))) >= stages

        assert eventually(goes_far_enough), running.returncode
        running.send_signal(word)
        assert running.wait() == expected, running.returncode
        return len(list((self.folder / out).glob("*/*/resume.safetensors")))

    def losses(self, out):
        """{id of a stage or trial that trains: the loss of each epoch}."""
        journals = sorted((self.folder / out).glob("*/*/journal.jsonl"))
        return {
            journal.parent.name: [json.loads(line)["loss"] for line in journal.read_text().splitlines()]
            for journal in journals
        }

    def table(self, out):
        """The table of m2m-report as CSV."""
        command = [self.report, str(self.folder / out), "--format", "csv"]
        return subprocess.run(command, text=True, capture_output=True, check=True).stdout

    def weights(self, out):
        return {file.parent.name: file.read_bytes() for file in (self.folder / out).glob("*/*/last.safetensors")}


def max_at_once(log):
    """The largest number of stages that ran at the same time, from the lines of the log."""
    running = most = 0
    for line in log.splitlines():
        words = line.split()
        running += len(words) > 1 and words[1] == "start"
        running -= len(words) > 1 and words[1] == "done"
        most = max(most, running)
    return most


def main():
    sweep, report, checkout = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        sweeps = Sweeps(sweep, report, checkout, folder)
        assert max_at_once(sweeps.run("alone")) == 1
        shared = sweeps.run("shared", "--trials-per-device", "3")
        assert 2 <= max_at_once(shared) <= 3, shared  # a third one may find nothing left to run
        sweeps.stop("resumed", signal.SIGINT, INTERRUPTED, 1, "--trials-per-device", "2")
        sweeps.run("resumed", "--trials-per-device", "2")
        # As Slurm does before a job's time is over: each running stage saves its state and resumes from it.
        states = sweeps.stop("limited", signal.SIGUSR1, OUT_OF_TIME, 3, "--trials-per-device", "3")
        assert states >= 2, states
        sweeps.run("limited", "--trials-per-device", "3")
        alone = sweeps.losses("alone")
        assert len(alone) >= TRIALS - 2, alone  # two trials are post-hoc
        for out in ("shared", "resumed", "limited"):
            assert sweeps.losses(out) == alone, out
            assert sweeps.weights(out) == sweeps.weights("alone"), out
            assert sweeps.table(out) == sweeps.table("alone"), sweeps.table(out)
        sweeps.run("refused", "--trials-per-device", "2", "train.deterministic=true", expected=USAGE)
        assert not (sweeps.folder / "refused").exists()
    print(f"{TRIALS} trials, the same numbers alone, shared, resumed, and after a time limit")


if __name__ == "__main__":
    main()
