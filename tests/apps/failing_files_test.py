#!/usr/bin/env python3
"""A file system that fails at one call: the sweep stops at once with 74, and completes once the fault is gone.

Usage: failing_files_test.py M2M_SWEEP FILE_FAULTS CHECKOUT
M2M_FAULTS: how many calls fail (default 12), M2M_FAULTS_SEED: which.
"""

import collections
import errno
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import typing
import unittest

from real_sweeps import Sweeps, losses, weights

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from preload import preloadable

INPUT_OUTPUT = 74
FAULTS = ["ENOSPC", "EIO", "EDQUOT"]


class Call(typing.NamedTuple):
    number: int
    kind: str  # "sync trials/ID/result.h5"


def read_calls(log, out):
    """The calls that can fail: removing a file needs no space, and is tried for order's sake only."""
    calls = []
    for line in log.read_text().splitlines():
        number, call, path = line.split()
        name = re.sub(r"[0-9a-f]{16}", "ID", os.path.relpath(path, out))
        if call != "remove":
            calls.append(Call(int(number), f"{call} {re.sub('[.]partial-.*', '', name)}"))
    return calls


class FailingFiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="m2m-failing-files-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.sweeps = Sweeps(sweep, checkout, cls.folder, ["ERM", "M2m", "LA-post-hoc"])
        cls.out, cls.log = cls.folder / "out", cls.folder / "calls.log"
        code, text = cls.start(M2M_FAULT="none")
        assert code == 0, text
        cls.weights, cls.losses = weights(cls.out), losses(cls.out)
        cls.calls = read_calls(cls.log, cls.out)

    @classmethod
    def start(cls, checkpoint_every=0.0001, **fault):
        """Starts the sweep; returns exit code and log."""
        cls.log.unlink(missing_ok=True)
        faults = {"LD_PRELOAD": file_faults, "M2M_FAULT_FOLDER": str(cls.out), "M2M_FAULT_LOG": str(cls.log), **fault}
        done = subprocess.run(
            [sweep, cls.sweeps.study, f"train.checkpoint_every={checkpoint_every}", "--out", cls.out],
            cwd=checkout,
            env={**os.environ, **(faults if fault else {})},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
        )
        return done.returncode, done.stdout

    def choose(self, count):
        """Calls of every kind in turn, so that few calls of rare files weigh as much as many of one file."""
        dice, kinds = random.Random(SEED), collections.defaultdict(list)
        for call in self.calls:
            kinds[call.kind].append(call)
        names = dice.sample(sorted(kinds), len(kinds))
        return [(dice.choice(kinds[names[i % len(names)]]), FAULTS[i % len(FAULTS)]) for i in range(count)]

    def was_struck(self, call, fault):
        """Whether the run of the log met the fault: its calls may be others, for checkpoints come by the clock."""
        later = [made.number for made in read_calls(self.log, self.out) if made.number >= call.number]
        return call.number in later if fault == "EIO" else bool(later)

    def expect_stopped(self, fault, text):
        sentence = [line for line in text.splitlines() if line.startswith("m2m-sweep")]
        self.assertEqual(len(sentence), 1, text)
        self.assertIn(str(self.out), sentence[0])
        self.assertIn(os.strerror(getattr(errno, fault)), sentence[0])
        self.assertIn("run the same command again", sentence[0])
        self.assertNotIn("failed  ", text)
        self.assertEqual(list(self.out.glob("trials/*/failure.json")), [], text)

    def test_the_sweep_stops_and_completes_once_the_fault_is_gone(self):
        stopped = 0
        for call, fault in self.choose(COUNT):
            with self.subTest(call=call, fault=fault):
                shutil.rmtree(self.out, ignore_errors=True)
                code, text = self.start(M2M_FAULT=fault, M2M_FAULT_CALL=str(call.number))
                is_struck = self.was_struck(call, fault)
                self.assertEqual(code, INPUT_OUTPUT if is_struck else 0, text)
                stopped += is_struck
                if is_struck:
                    self.expect_stopped(fault, text)
                code, text = self.start()
                self.assertEqual(code, 0, text)
                self.assertEqual((weights(self.out), losses(self.out)), (self.weights, self.losses))
        print(f"{COUNT} faults tried, {stopped} met; {len({call.kind for call in self.calls})} kinds of calls")
        self.assertGreater(stopped, COUNT // 2)  # how often a checkpoint is written differs between runs

    def last_calls(self):
        """The last line of a journal, and the sync of the folder once the last file is in place."""
        shutil.rmtree(self.out)
        code, text = self.start(checkpoint_every=60, M2M_FAULT="none")
        self.assertEqual(code, 0, text)
        calls = read_calls(self.log, self.out)
        for folder, last in [("trials", "result.h5"), ("cache", "stage.json")]:
            yield [call for call in calls if call.kind == f"write {folder}/ID/journal.jsonl"][-1]
            named = next(i for i, call in enumerate(calls) if call.kind == f"rename {folder}/ID/{last}")
            yield next(call for call in calls[named:] if call.kind == f"sync {folder}/ID")

    def test_an_error_in_the_last_calls_of_a_stage_costs_neither_its_weights_nor_its_journal(self):
        for call in self.last_calls():
            with self.subTest(call=call):
                shutil.rmtree(self.out)
                code, text = self.start(checkpoint_every=60, M2M_FAULT="EIO", M2M_FAULT_CALL=str(call.number))
                self.assertEqual(code, INPUT_OUTPUT, text)
                self.expect_stopped("EIO", text)
                code, text = self.start()
                self.assertEqual(code, 0, text)
                self.assertEqual((weights(self.out), losses(self.out)), (self.weights, self.losses))


if __name__ == "__main__":
    checkout, file_faults, sweep = sys.argv.pop(), preloadable(sys.argv.pop()), sys.argv.pop()
    COUNT, SEED = int(os.environ.get("M2M_FAULTS", "12")), os.environ.get("M2M_FAULTS_SEED", "1")
    unittest.main()
