#!/usr/bin/env python3
"""Ranks that are killed at named points of a sweep: the job ends, and the same command leaves the table of a calm one.

Usage: kills_test.py M2M_SWEEP_WITH_FAULTS FILE_FAULTS CHECKOUT
M2M_KILLS: how many (default: one at each point), M2M_KILLS_SEED: which calls and ranks.
"""

import itertools
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import typing
import unittest
import uuid

import real_sweeps

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from marked_processes import processes_with
from preload import preloadable
from waiting import eventually

METHODS = ["ERM", "M2m", "cRT"]  # with a g, a prefix, and a trial that another one begins from
RANKS, GROUP = 4, 2
SECONDS_TO_END = 5
KILLED = (137, -9)  # a rank, mpirun itself
# A checkpoint is due after each epoch, so that a kill costs the epoch whose state is being written, and no more.
CHECKPOINT_EVERY = "train.checkpoint_every=0.000001"
MAX_KILLS = 12  # of one output folder; then a start without a kill completes it


class Point(typing.NamedTuple):
    """Where a rank is killed: before a call that concerns a file, or at the beginning of a phase. Or mpirun, by time."""

    file: str = ""
    phase: str = ""
    max_call: int = 1  # a call from 1 to this is chosen; of mpirun, a hundredth of a second
    ranks: tuple = (0, 1, 2, 3)
    reads: bool = False  # files of the data set, which are read


LEADERS = (0, 2)  # the first ranks of both groups: they write the files of a trial
POINTS = {
    "start": Point(file="/", max_call=12, ranks=(0,)),
    "data": Point(file="digits", reads=True),
    "epoch": Point(phase="forward", max_call=60),
    "translation": Point(phase="translate", max_call=30),
    "sum over ranks": Point(phase="reduce", max_call=60),
    "update": Point(phase="update", max_call=60),
    "evaluation": Point(phase="evaluate", max_call=8),
    "journal": Point(file="journal.jsonl", max_call=20, ranks=LEADERS),
    "checkpoint": Point(file="resume.safetensors", max_call=40, ranks=LEADERS),
    "shared stage": Point(file="/cache/", max_call=80, ranks=LEADERS),
    "result file": Point(file="result.h5", max_call=60, ranks=LEADERS),
    "merge": Point(file="results.h5", max_call=80, ranks=(0,)),
    "end": Point(file="/lock.json", max_call=8, ranks=LEADERS),
    "mpirun": Point(max_call=400),
}


class Kill(typing.NamedTuple):
    name: str
    call: int
    rank: int

    def settings(self, out, log):
        """The environment that brings the kill of a rank about."""
        point = POINTS[self.name]
        if self.name == "mpirun":
            return {}
        given = {"M2M_FAULT_CALL": self.call, "M2M_FAULT_RANK": self.rank, "M2M_FAULT_LOG": log}
        if point.phase:
            return given | {"M2M_FAULT_PHASE": point.phase}
        folder = checkout / "datasets" if point.reads else out
        reads = {"M2M_FAULT_READS": 1} if point.reads else {}
        return given | reads | {"M2M_FAULT": "SIGKILL", "M2M_FAULT_FOLDER": folder, "M2M_FAULT_FILE": point.file}


def choose_kills(count, seed):
    """The points in turn, with a call and a rank for each kill."""
    dice = random.Random(seed)
    for name in itertools.islice(itertools.cycle(POINTS), count):
        point = POINTS[name]
        yield Kill(name, dice.randint(1, point.max_call), dice.choice(point.ranks))


class Kills(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="m2m-kills-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.sweeps = real_sweeps.Sweeps(sweep, checkout, cls.folder, METHODS)
        cls.out, cls.log = cls.folder / "out", cls.folder / "calls.log"
        code, text, _ = cls.start()
        assert code == 0, text
        cls.weights, cls.losses = real_sweeps.weights(cls.out), real_sweeps.losses(cls.out)
        shutil.rmtree(cls.out)

    @classmethod
    def start(cls, kill=None):
        """Returns exit code, log, and seconds from the kill to the end of mpirun."""
        word, cls.word = {}, uuid.uuid4().hex
        cls.log.unlink(missing_ok=True)
        if kill:
            word = {name: str(value) for name, value in kill.settings(cls.out, cls.log).items()}
        preload = ["-x", f"LD_PRELOAD={file_faults}"] if kill else []
        command = [*real_sweeps.MPIRUN, str(RANKS), *preload, sweep, cls.sweeps.study, CHECKPOINT_EVERY]
        running = subprocess.Popen(
            [*command, "--ranks-per-trial", str(GROUP), "--max-retries", "1000", "--out", cls.out],
            cwd=checkout,
            env={**os.environ, **word, "M2M_MARK": cls.word},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if kill and kill.name == "mpirun":
            eventually(lambda: running.poll() is not None, kill.call / 100)
            running.kill()
        text, _ = running.communicate(timeout=120)
        seconds = time.time() - cls.log.stat().st_mtime if cls.log.exists() else 0
        return running.returncode, text, seconds

    def results(self):
        return {file.parent.name for file in self.out.glob("trials/*/result.h5")}

    def expect_the_calm_table(self, text):
        self.assertEqual(real_sweeps.weights(self.out), self.weights, text)
        self.assertEqual(real_sweeps.losses(self.out), self.losses, text)
        self.assertEqual(list(self.out.rglob("*.damaged*")), [], text)
        self.assertEqual(list(self.out.glob("*/*/*.partial-*")), [], text)
        shutil.rmtree(self.out)

    def kill_once(self, kill):
        """Returns true if a rank was killed; if not, the sweep is complete."""
        before = self.results()
        code, text, seconds = self.start(kill)
        self.assertIn(code, (0, *KILLED), f"{kill}\n{text}")
        self.assertTrue(eventually(lambda: not processes_with(self.word), SECONDS_TO_END), kill)
        self.assertLessEqual(before, self.results(), kill)
        if code == 0:
            self.expect_the_calm_table(text)
            return False
        self.assertLess(seconds, SECONDS_TO_END, kill)
        lost = real_sweeps.lost_epochs(self.out)
        self.assertLessEqual(max(lost.values(), default=0), 1, f"{kill}: {lost}")
        self.lost += sum(lost.values())
        return True

    def complete(self):
        code, text, _ = self.start()
        self.assertEqual(code, 0, text)
        self.expect_the_calm_table(text)

    def test_the_same_command_completes_what_kills_interrupted(self):
        killed, self.lost = dict.fromkeys(POINTS, 0), 0
        for number, kill in enumerate(choose_kills(KILLS, SEED), start=1):
            killed[kill.name] += self.kill_once(kill)
            if number % MAX_KILLS == 0 and self.out.exists():
                self.complete()
        if self.out.exists():
            self.complete()
        print(f"{self.lost} epochs trained again after {sum(killed.values())} kills:", end=" ")
        print(", ".join(f"{name} {count}" for name, count in killed.items()))
        self.assertGreater(sum(killed.values()), KILLS // 3)


if __name__ == "__main__":
    checkout, file_faults, sweep = pathlib.Path(sys.argv.pop()).resolve(), preloadable(sys.argv.pop()), sys.argv.pop()
    KILLS, SEED = int(os.environ.get("M2M_KILLS", len(POINTS))), os.environ.get("M2M_KILLS_SEED", "1")
    unittest.main()
