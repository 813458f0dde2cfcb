"""TensorBoard's reader finds every number of the journals once in the event files, and nothing else."""

import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

import numpy as np
from synthetic_results import CURVES, planned
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from said import assert_says
from waiting import eventually

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "results" / "event_files.py"
GENERATION = {
    "classes": 3,
    "chosen": [[0, 1, 5], [0, 2, 6]],
    "without_seed": [],
    "failed_coin": [[0, 1, 1]],
    "failed_gamma": [[0, 1, 1], [0, 2, 2]],
    "accepted": [[0, 1, 3], [0, 2, 4]],
}
TOTALS = {
    "chosen": 11,
    "without_seed": 0,
    "failed_coin": 1,
    "failed_gamma": 3,
    "accepted": 7,
    "accepted_of_chosen": 7 / 11,
    "accepted_of_translated": 0.7,
}


def command(*arguments):
    """The command that runs the script."""
    return [sys.executable, "-W", "error", str(SCRIPT), *map(str, arguments)]


def run(*arguments):
    """Runs the script; returns the finished process."""
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=120)


def make_epoch(number, translates):
    """A line of a journal; columns that were not measured are null."""
    random = np.random.default_rng(number)
    epoch = {"epoch": number} | {name: random.uniform() for name in CURVES} | {"validation_gm": None}
    return epoch | ({"generation": GENERATION} if translates else {})


class Sweep(unittest.TestCase):
    """An output folder with a study of two trials, one of which has begun."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.trials = [planned("M2m, g/h=<1>", 3), planned("ERM", 1)]
        plans = [{key: trial[key] for key in ("id", "label", "config")} for trial in self.trials]
        plans.append(plans[0] | {"label": "another name of it"})
        (self.folder / "study.json").write_text(json.dumps({"schema": 2, "name": "s", "file": "s", "trials": plans}))
        self.epochs = [make_epoch(number, number == 2) for number in range(3)]
        self.append(0, *self.epochs)

    def append(self, trial, *epochs, end="\n"):
        """Adds lines to a trial's journal."""
        folder = self.folder / "trials" / self.trials[trial]["id"]
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "journal.jsonl").open("a") as file:
            file.write("".join(json.dumps(epoch) + end for epoch in epochs))

    def finish(self, trial, file):
        """Ends a trial by a file of its folder."""
        folder = self.folder / "trials" / self.trials[trial]["id"]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text("")

    def name(self, trial):
        """The folder of a trial's run."""
        label = {0: "M2m, g_h=_1_", 1: "ERM"}[trial]
        return f"{label} seed={self.trials[trial]['config']['seed']} {self.trials[trial]['id'][:8]}"

    def read(self, trial=0, out="tensorboard"):
        """{tag: [(step, value)]} of a run."""
        reader = EventAccumulator(str(self.folder / out / self.name(trial)), size_guidance={"scalars": 0})
        reader.Reload()
        return {tag: [(event.step, event.value) for event in reader.Scalars(tag)] for tag in reader.Tags()["scalars"]}

    def expected(self, epochs):
        """{tag: [(step, value)]} from the lines of the journal, in TensorBoard's single precision."""
        groups = {
            "generated": "generation",
            "validation": "validation",
            "test": "test",
            "step": "time",
            "seconds": "time",
            "evaluation": "time",
        }
        made = {}
        for epoch in epochs:
            for name in CURVES:
                group = groups.get(name.split("_")[0], "training")
                rest = name.split("_", 1)[1] if group in ("generation", "validation", "test") else name
                if epoch[name] is not None:
                    made.setdefault(f"{group}/{rest}", []).append((epoch["epoch"], float(np.float32(epoch[name]))))
            for name, value in TOTALS.items() if "generation" in epoch else []:
                made.setdefault(f"generation/{name}", []).append((epoch["epoch"], float(np.float32(value))))
        return made

    def write(self, *arguments):
        """Runs the script, which has to succeed; returns its standard output."""
        done = run(self.folder, *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout


class Writing(Sweep):
    def test_writes_every_number_once_however_often_it_is_run(self):
        for _ in range(2):
            self.write()
            self.assertEqual(self.read(), self.expected(self.epochs))
            self.assertEqual([path.name for path in (self.folder / "tensorboard").iterdir()], [self.name(0)])

    def test_leaves_out_a_line_that_is_not_whole(self):
        self.append(0, make_epoch(3, False), end="")
        self.write("--out", self.folder / "elsewhere")
        self.assertEqual(self.read(out="elsewhere"), self.expected(self.epochs))

    def test_takes_the_last_line_of_an_epoch_that_was_resumed(self):
        again = make_epoch(7, False) | {"epoch": 1}
        self.append(0, again)
        self.write()
        self.assertEqual(self.read(), self.expected([self.epochs[0], again, self.epochs[2]]))

    def test_counts_the_times_back_from_the_last_line(self):
        self.write()
        reader = EventAccumulator(str(self.folder / "tensorboard" / self.name(0)))
        reader.Reload()
        times = [event.wall_time for event in reader.Scalars("training/loss")]
        journal = self.folder / "trials" / self.trials[0]["id"] / "journal.jsonl"
        self.assertAlmostEqual(times[2], journal.stat().st_mtime, places=3)
        took = self.epochs[2]["seconds"] + self.epochs[2]["evaluation_seconds"]
        self.assertAlmostEqual(times[2] - times[1], took, places=3)

    def test_names_a_new_column_as_it_is(self):
        self.append(0, make_epoch(3, False) | {"novel": 0.5})
        self.write()
        self.assertEqual(self.read()["novel"], [(3, 0.5)])


class Following(Sweep):
    def start(self):
        """Starts the script; returns once it has written the first epochs."""
        process = subprocess.Popen(command(self.folder, "--follow", "--every", ".1"), stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        self.assertTrue(
            eventually(
                lambda: (
                    (self.folder / "tensorboard" / self.name(0)).exists() and self.read() == self.expected(self.epochs)
                )
            )
        )
        return process

    def test_goes_on_until_every_trial_has_an_end(self):
        process = self.start()
        more = [make_epoch(3, True), make_epoch(4, False)]
        self.append(0, *more)
        self.assertTrue(eventually(lambda: self.read() == self.expected(self.epochs + more)))
        self.append(1, self.epochs[0])
        self.finish(1, "failure.json")
        self.finish(0, "result.h5")
        self.assertEqual(process.wait(60), 0)
        self.assertEqual(self.read(1), self.expected(self.epochs[:1]))

    def test_begins_a_run_anew_that_was_resumed(self):
        process = self.start()
        again = make_epoch(9, False) | {"epoch": 2}
        self.append(0, again)
        self.assertTrue(eventually(lambda: self.read() == self.expected(self.epochs[:2] + [again])))
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(60), 0)
        self.assertIn(" numbers; runs: 1", process.stdout.read())


class Refusing(Sweep):
    def refused(self, code, *arguments):
        """Runs the script, which has to fail with this code; returns its one sentence."""
        done = run(*arguments)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)
        return done.stderr

    def test_refuses_what_is_no_output_of_a_sweep(self):
        for name in ("trials", "absent"):
            assert_says(self.refused(74, self.folder / name), str(self.folder / name), "no study.json")
        for content in ("no JSON", "[]", '{"schema": 0}', '{"schema": 1}', '{"schema": 1, "trials": [1]}'):
            (self.folder / "study.json").write_text(content)
            self.assertIn("study.json", self.refused(65, self.folder))

    def test_names_a_damaged_line(self):
        for line in ("{", "[]", '{"loss": 1}'):
            journal = self.folder / "trials" / self.trials[0]["id"] / "journal.jsonl"
            whole = journal.read_text()
            journal.write_text(whole + line + "\n")
            self.assertIn("line 4", self.refused(65, self.folder))
            journal.write_text(whole)

    def test_tells_what_it_cannot_write(self):
        self.refused(74, self.folder, "--out", self.folder / "study.json")

    def test_says_how_to_install_what_is_lacking(self):
        hide = "import sys; sys.modules['tensorboard'] = None; sys.argv = sys.argv[1:]; "
        start = f"import runpy; sys.path[0] = {str(SCRIPT.parent)!r}; runpy.run_path(sys.argv[0], run_name='__main__')"
        done = subprocess.run(
            [sys.executable, "-c", hide + start, str(SCRIPT), str(self.folder)], capture_output=True, text=True
        )
        self.assertEqual(done.returncode, 1)
        self.assertIn("requirements/tensorboard.txt", done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)


if __name__ == "__main__":
    unittest.main()
