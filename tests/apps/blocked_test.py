#!/usr/bin/env python3
"""A rank whose thread blocks for ever as on a device that answers no more: it is named, the job ends, nothing is lost.

Usage: blocked_test.py M2M_SWEEP_WITH_FAULTS FILE_FAULTS CHECKOUT
M2M_BLOCKS: how often each way (default: 1), M2M_BLOCKS_SEED: in which phases and calls.
"""

import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

import real_sweeps

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from marked_processes import processes_with
from preload import preloadable
from waiting import eventually

METHODS = ["ERM", "M2m", "cRT"]  # with a g, a prefix, and a trial that another one begins from
STALL_TIMEOUT = 2
SECONDS_TO_END = STALL_TIMEOUT + 15  # 10 for others to save their states, 5 for a launcher that does not answer
ENDED = 4  # the exit code of a stall
CALLS = {"gather": 60, "forward": 60, "update": 60, "evaluate": 8}  # phase -> a call from 1 to this is chosen


class Blocked(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="m2m-blocked-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.sweeps = real_sweeps.Sweeps(sweep, checkout, cls.folder, METHODS)
        cls.out, cls.log = cls.folder / "out", cls.folder / "calls.log"

    def start(self, ranks, group, fault=None):
        """Returns exit code, log, and seconds from the fault to the end of the command. fault: environment variables."""
        self.log.unlink(missing_ok=True)
        self.word = uuid.uuid4().hex
        launcher = [*real_sweeps.MPIRUN, str(ranks)] if ranks else []
        options = ["train.checkpoint_every=0.000001", "--ranks-per-trial", str(group)]
        if fault:
            options += ["--stall-timeout", str(STALL_TIMEOUT)]
        done = subprocess.run(
            [*launcher, sweep, self.sweeps.study, *options, "--out", self.out],
            cwd=checkout,
            env={**os.environ, **(fault or {}), "M2M_MARK": self.word},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=120,
        )
        seconds = time.time() - self.log.stat().st_mtime if self.log.exists() else 0
        return done.returncode, done.stdout, seconds

    def calm_weights(self, ranks, group):
        code, text, _ = self.start(ranks, group)
        self.assertEqual(code, 0, text)
        weights = real_sweeps.weights(self.out)
        shutil.rmtree(self.out)
        return weights

    def block(self, ranks, group, tries=5):
        """Returns the log of a start of which a rank blocks, the rank, and the phase. A call that a rank never makes, because
        the stages of its phase went to another one, is drawn again."""
        phase, rank = dice.choice(list(CALLS)), dice.randrange(max(1, ranks))
        given = {"PHASE": phase, "CALL": dice.randint(1, CALLS[phase]), "RANK": rank, "LOG": self.log, "BLOCKS": 1}
        code, text, seconds = self.start(
            ranks, group, {f"M2M_FAULT_{name}": str(value) for name, value in given.items()}
        )
        if code == 0 and not self.log.exists() and tries > 1:
            shutil.rmtree(self.out)
            return self.block(ranks, group, tries - 1)
        self.assertEqual(code, ENDED, f"{given}\n{text}")
        self.assertLess(seconds, SECONDS_TO_END, text)
        self.assertTrue(eventually(lambda: not processes_with(self.word), 5), given)
        print(f"rank {rank} of {max(1, ranks)} in groups of {group} blocked in {phase}: ended after {seconds:.1f} s")
        return text, rank, phase

    def expect_report_and_resumption(self, ranks, group):
        weights = self.calm_weights(ranks, group)
        for _ in range(BLOCKS):
            text, rank, phase = self.block(ranks, group)
            stage = "in (g|prefix|trial) [0-9a-f]{8}"
            self.assertRegex(text, rf"rank {rank} \(host \S+\): makes no step for \d+ s, {stage}, in phase '{phase}'")
            if group > 1:  # the others wait for it in a sum
                self.assertRegex(
                    text, rf"rank {rank ^ 1} \(host \S+\): makes no step for \d+ s, {stage}, in phase '\w+'"
                )
            self.expect_completion(ranks, group, weights)

    def expect_completion(self, ranks, group, weights):
        code, resumed, _ = self.start(ranks, group)
        self.assertEqual(code, 0, resumed)
        self.assertEqual(real_sweeps.weights(self.out), weights)
        shutil.rmtree(self.out)

    def test_process_ends_by_itself(self):
        self.expect_report_and_resumption(ranks=0, group=1)

    def test_rank_ends_with_its_job(self):
        self.expect_report_and_resumption(ranks=2, group=1)

    def test_rank_of_a_group_ends_with_those_that_wait_for_it(self):
        self.expect_report_and_resumption(ranks=4, group=2)

    def test_ranks_end_that_wait_for_one_that_stops_in_the_merge(self):
        weights = self.calm_weights(2, 1)
        fault = {"": "SIGSTOP", "_FOLDER": self.out, "_FILE": "results.h5", "_CALL": 20, "_LOG": self.log}
        given = {f"M2M_FAULT{name}": str(value) for name, value in fault.items()} | {"LD_PRELOAD": file_faults}
        code, text, _ = self.start(2, 1, given)
        self.assertEqual(code, ENDED, text)
        self.assertRegex(text, r"rank 1 waits for the end of the others for \d+ s")
        self.assertTrue(eventually(lambda: not processes_with(self.word), 5), text)
        self.expect_completion(2, 1, weights)


if __name__ == "__main__":
    checkout, file_faults, sweep = pathlib.Path(sys.argv.pop()).resolve(), preloadable(sys.argv.pop()), sys.argv.pop()
    BLOCKS, dice = int(os.environ.get("M2M_BLOCKS", "1")), random.Random(os.environ.get("M2M_BLOCKS_SEED", "1"))
    unittest.main()
