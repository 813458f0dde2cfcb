"""Results of schema 1, as the program of that time wrote them, are read by every reader, and their sweep continues.

tests/results/schema_1.tar.gz holds a study of features with two seeds of ERM and M2m: one M2m is done, one was stopped
within an epoch that translates, a g and a prefix lie in the cache. M2M_BIN: the folder of the programs.
"""

import csv
import importlib.util
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import h5py

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "tests/support")]
from counts import counts_in  # noqa: E402  (found by the line above)
from m2m_results import load  # noqa: E402

PROGRAMS = pathlib.Path(os.environ["M2M_BIN"]).resolve()
os.environ["M2M_REPORT"] = str(PROGRAMS / "m2m-report")
DONE, STOPPED = "4307715b1dfe9f5b", "c276dd9489fae5af"
# The trial that is done: slots by outcome, [seed class][target class], of all epochs.
CHOSEN = [[0, 31, 17], [0, 0, 13], [0, 0, 0]]
ACCEPTED = [[0, 27, 11], [0, 0, 0], [0, 0, 0]]
# The trial that was stopped, epochs 2 to 4: slots that the plan decides, equal on every machine.
PLANNED = {"chosen": [23, 25, 25], "failed_coin": [5, 6, 6]}
BACC, GM = 95.83333333333334, 95.64655913861945


def parse_epochs(journal):
    """The lines of a journal, by epoch."""
    lines = map(json.loads, journal.read_text().splitlines())
    return {line["epoch"]: line for line in lines}


def total(epoch, outcome):
    """Slots of an outcome, over all pairs of classes."""
    return sum(count for _, _, count in epoch["generation"][outcome])


class Older(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        subprocess.run(["tar", "-xzf", ROOT / "tests/results/schema_1.tar.gz"], cwd=self.folder, check=True)
        self.out = self.folder / "out"

    def run_program(self, *command):
        """Runs a command in the folder, which has to succeed; returns what it prints."""
        done = subprocess.run([*map(str, command)], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def report(self, *arguments):
        """Runs m2m-report; returns what it prints."""
        return self.run_program(PROGRAMS / "m2m-report", *arguments)

    def script(self, name, *arguments):
        """Runs a script of results/; returns what it prints."""
        return self.run_program(sys.executable, ROOT / "results" / name, *arguments)

    def m2m_row(self, text):
        """M2m's row of a table as CSV."""
        return next(row for row in csv.DictReader(io.StringIO(text)) if row["method"] == "M2m")

    def check_table(self):
        """The programs' tables of the folder and of results.h5, and the script's, have the numbers of that time."""
        for table in (
            self.report(self.out, "--format", "csv"),
            self.report(self.out / "results.h5", "--format", "csv"),
            self.script("aggregate.py", self.out, "--format", "csv"),
        ):
            row = self.m2m_row(table)
            self.assertAlmostEqual(float(row["bacc_mean"]), BACC, 9)
            self.assertAlmostEqual(float(row["gm_mean"]), GM, 9)
            self.assertEqual((row["n"], row["planned"]), ("1", "2"))

    def check_slots(self):
        """The scripts read the slots by class."""
        with load(self.out) as study:
            slots = study.record(DONE).slots.tolist()
        self.assertEqual((slots[0], slots[4]), (CHOSEN, ACCEPTED))

    def test_is_read_as_it_was_written_and_merged_anew(self):
        for schema in (1, 2):
            with h5py.File(self.out / "results.h5") as file:
                self.assertEqual(file.attrs["schema_version"], schema)
                self.assertEqual(file[f"trial/{DONE}/generation"].ndim, {1: 4, 2: 1}[schema])
            self.check_table()
            self.check_slots()
            if schema == 1:
                self.report("merge", self.out)

    def test_is_drawn(self):
        output = self.script("figures.py", self.out, "--format", "png", "--dpi", "30")
        self.assertIn("acceptance.png", output)
        self.assertTrue((self.out / "figures/acceptance.png").exists(), output)
        self.assertIn("report.html", self.script("page.py", self.out))

    @unittest.skipUnless(importlib.util.find_spec("tensorboard"), "no tensorboard")
    def test_becomes_event_files(self):
        self.script("event_files.py", self.out)
        self.assertEqual(len(list(self.out.glob("tensorboard/M2m*/events*"))), 2)

    def test_goes_on(self):
        there = [self.out / "trials" / DONE / "result.h5", *self.out.glob("cache/*/stage.json")]
        before = [path.read_bytes() for path in there]
        begun = parse_epochs(self.out / "trials" / STOPPED / "journal.jsonl")
        output = self.run_program(PROGRAMS / "m2m-sweep", "study.toml", "--out", self.out)
        self.assertEqual(counts_in(output), [(4, 4, 0)], output)
        self.assertEqual(len(there), 3)
        self.assertEqual([path.read_bytes() for path in there], before, "it was trained again")
        self.assertNotIn("warning", output)
        epochs = parse_epochs(self.out / "trials" / STOPPED / "journal.jsonl")
        self.assertEqual(sorted(epochs), [0, 1, 2, 3, 4])
        self.assertEqual({number: epochs[number] for number in begun}, begun)
        self.assertEqual([total(epochs[number], "chosen") for number in (2, 3, 4)], PLANNED["chosen"])
        self.assertEqual([total(epochs[number], "failed_coin") for number in (2, 3, 4)], PLANNED["failed_coin"])
        for number in (2, 3, 4):
            self.assertEqual(
                total(epochs[number], "accepted") + total(epochs[number], "failed_gamma"),
                total(epochs[number], "chosen") - total(epochs[number], "failed_coin"),
            )
        self.assertGreaterEqual(total(epochs[2], "accepted"), 8, "those of the step before it was stopped")


if __name__ == "__main__":
    unittest.main()
