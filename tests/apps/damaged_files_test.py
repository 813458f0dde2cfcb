#!/usr/bin/env python3
"""Files that a power loss has cut or filled with zeros: the same command moves them aside and writes them again.

Usage: damaged_files_test.py M2M_SWEEP M2M_REPORT CHECKOUT
"""

import collections
import csv
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from real_sweeps import Sweeps, losses, weights

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from counts import counts_in, numbers_in
from waiting import eventually

METHODS = ["ERM", "M2m", "cRT", "tau-norm"]  # with a g, a prefix, and a trial that two others begin from
INTERRUPTED = 4


class DamagedFiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="m2m-damaged-"))
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.sweeps, cls.folder, cls.whole = Sweeps(sweep, checkout, folder, METHODS), folder, folder / "whole"
        code, log = cls.sweeps.run(cls.whole)
        assert code == 0, log

    def setUp(self):
        self.out = self.folder / self._testMethodName
        shutil.copytree(self.whole, self.out)

    def trial(self, label):
        """The folder of the trial of this method."""
        planned = json.loads((self.out / "study.json").read_text())["trials"]
        return self.out / "trials" / next(trial["id"] for trial in planned if trial["label"] == label)

    def stage(self, kind):
        planned = json.loads((self.out / "study.json").read_text())["stages"]
        return self.out / "cache" / next(stage["id"] for stage in planned if stage["kind"] == kind)

    def damage(self, file):
        """Cuts a file in the middle, and fills half of the rest with zeros."""
        size = file.stat().st_size
        file.write_bytes(file.read_bytes()[: size // 4] + bytes(size // 4))

    def expect_made_anew(self, *damaged):
        code, log = self.sweeps.run(self.out)
        self.assertEqual(code, 0, log)
        for file in damaged:
            self.assertTrue(file.with_name(file.name + ".damaged").exists(), log)
            self.assertEqual(log.count(str(file) + ":"), 1, log)
        self.assertEqual(counts_in(log), [(4, 4, 0)], log)
        self.assertEqual(weights(self.out), weights(self.whole))
        self.assertEqual(losses(self.out), losses(self.whole))
        table = subprocess.run(
            [report_program, self.out, "--format", "csv"], text=True, capture_output=True, check=True
        )
        self.assertEqual([row["n"] for row in csv.DictReader(table.stdout.splitlines())], ["1"] * 4)

    def test_results(self):
        results = [self.trial("M2m") / "result.h5", self.trial("ERM") / "result.h5"]
        self.damage(results[0])
        results[1].write_bytes(b"")
        status = json.loads(self.sweeps.ask("status", self.out, "--json"))
        states = collections.Counter(trial["state"] for trial in status["trials"])
        self.assertEqual(states, {"done": 2, "failed": 2})
        dry_run = self.sweeps.ask(self.sweeps.study, "--out", self.out, "--dry-run")
        self.assertEqual(numbers_in(dry_run.split(" in ")[0]), [4, 2, 2, 2], dry_run)  # planned, then those that exist
        self.expect_made_anew(*results)

    def test_the_bulk_of_a_result(self):
        result = self.trial("M2m") / "result.h5"
        bytes_ = bytearray(result.read_bytes())
        for place in range(len(bytes_) // 4, len(bytes_), 997):  # somewhere in it
            bytes_[place] ^= 255
        result.write_bytes(bytes_)
        code, log = self.sweeps.run(self.out)
        self.assertIn(code, (0, 3), log)  # 3: only merging has read what is damaged
        self.assertTrue(result.with_name("result.h5.damaged").exists(), log)
        self.assertEqual(counts_in(log), [(4, 4, 0) if code == 0 else (3, 4, 1)], log)
        self.assertEqual(self.sweeps.run(self.out)[0], 0)
        self.assertEqual(weights(self.out), weights(self.whole))

    def test_stages(self):
        for kind, name in (("g", "best.safetensors"), ("prefix", "state.safetensors"), ("g", "stage.json")):
            file = self.stage(kind) / name
            self.damage(file)
            for label in ("ERM", "M2m"):
                (self.trial(label) / "result.h5").unlink()
            self.expect_made_anew(file)

    def test_weights_that_others_begin_from(self):
        for label in ("cRT", "tau-norm"):
            (self.trial(label) / "result.h5").unlink()
        file = self.trial("ERM") / "last.safetensors"
        self.damage(file)
        self.expect_made_anew(file)

    def test_journals_and_states_to_resume_from(self):
        shutil.rmtree(self.out)
        running = subprocess.Popen(
            [sweep, str(self.sweeps.study), "--out", str(self.out)], cwd=checkout, stderr=subprocess.DEVNULL
        )
        self.assertTrue(
            eventually(lambda: running.poll() is not None or list(self.out.glob("trials/*/journal.jsonl")), pause=0.005)
        )
        running.send_signal(signal.SIGINT)
        if running.wait() != INTERRUPTED:
            self.skipTest("the sweep was done before it was stopped")
        state = next(self.out.glob("*/*/resume.safetensors"))
        journal = state.with_name("journal.jsonl")
        journal.write_bytes(b"{\0\0\0\n" + journal.read_bytes())
        self.expect_made_anew(journal)

    def test_a_state_to_resume_from(self):
        trial = self.trial("M2m")
        (trial / "result.h5").unlink()
        state = trial / "resume.safetensors"
        shutil.copy(self.stage("prefix") / "state.safetensors", state)
        self.damage(state)
        self.expect_made_anew(state)


if __name__ == "__main__":
    checkout, report_program, sweep = sys.argv.pop(), sys.argv.pop(), sys.argv.pop()
    unittest.main()
