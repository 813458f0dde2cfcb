#!/usr/bin/env python3
"""A flipped bit in any file of an output folder: it is found before it is used, and the same command makes good for it.

Usage: flips_test.py M2M_SWEEP M2M_REPORT FILE_FAULTS CHECKOUT
M2M_FLIPS: how many bits (default: one for each kind of file), M2M_FLIPS_SEED: which.
"""

import collections
import itertools
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import typing
import unittest

from real_sweeps import Sweeps, losses, weights

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from preload import preloadable

METHODS = ["ERM", "M2m", "cRT", "tau-norm"]  # with a g, a prefix, and a trial that two others begin from
SOME_FAILED = 3
KILLED = -9
# Where the sweep stands, and files that its next start may read.
KINDS = {
    "finished": "study.json results.h5 merged.json trials/*/result.h5 trials/*/config.json trials/*/journal.jsonl"
    " cache/*/stage.json",
    "half": "trials/*/last.safetensors trials/*/best.safetensors trials/*/result.h5 trials/*/journal.jsonl"
    " cache/*/stage.json cache/*/state.safetensors cache/*/best.safetensors cache/*/last.safetensors cache/*/journal.jsonl",
    "interrupted": "*/*/resume.safetensors trials/*/journal.jsonl attempts/*.log trials/*/config.json",
}


class Flip(typing.NamedTuple):
    state: str
    pattern: str
    file: float  # which of the files, and which of its bits, as fractions
    bit: float

    def of(self, folder):
        """The file, its content and that with the bit flipped."""
        files = sorted(folder.glob(self.pattern))
        file = files[int(self.file * len(files))]
        content = file.read_bytes()
        place, bit = divmod(int(self.bit * 8 * len(content)), 8)
        return file, content, content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :]


def choose_flips(count, seed):
    """The kinds in turn."""
    dice = random.Random(seed)
    kinds = [(state, pattern) for state, patterns in KINDS.items() for pattern in patterns.split()]
    for state, pattern in itertools.islice(itertools.cycle(kinds), count):
        yield Flip(state, pattern, dice.random(), dice.random())


class Flips(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="m2m-flips-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.sweeps = Sweeps(sweep, checkout, cls.folder, METHODS)
        cls.out = cls.folder / "out"
        cls.states = {state: cls.folder / state for state in KINDS}
        code, log = cls.sweeps.run(cls.out)
        assert code == 0, log
        cls.wanted, cls.wanted_reports = cls.found_in(cls.out), cls.reports(cls.out)
        shutil.copytree(cls.out, cls.states["finished"])
        cls.keep_half()
        cls.interrupt()

    @classmethod
    def reports(cls, out):
        tables = [["table", out, "--format", "csv"], ["aggregate", out]]
        return [subprocess.run([report, *words], text=True, capture_output=True).stdout for words in tables]

    @classmethod
    def found_in(cls, out):
        return {"weights": weights(out), "losses": losses(out)}

    @classmethod
    def keep_half(cls):
        """A study whose first trial is done, and whose others begin from what is there."""
        cls.out.rename(cls.states["half"])
        for file in cls.states["half"].glob("trials/*/result.h5"):
            if '"ERM"' not in (file.parent / "config.json").read_text():
                file.unlink()
        (cls.states["half"] / "results.h5").unlink()

    @classmethod
    def interrupt(cls):
        """A study that is killed in the middle of a trial that has saved its state."""
        for call in range(20, 200, 5):  # which of the calls lie between two states depends on how often one is due
            shutil.rmtree(cls.out, ignore_errors=True)
            if cls.killed_at(call) and list(cls.out.glob("trials/*/resume.safetensors")):
                break
        cls.out.rename(cls.states["interrupted"])

    @classmethod
    def killed_at(cls, call):
        """True if the sweep was killed at that call on states of trials."""
        done = subprocess.run(
            [sweep, cls.sweeps.study, "train.checkpoint_every=0.000001", "--out", cls.out],
            cwd=checkout,
            env={
                **os.environ,
                "LD_PRELOAD": file_faults,
                "M2M_FAULT": "SIGKILL",
                "M2M_FAULT_FOLDER": str(cls.out / "trials"),
                "M2M_FAULT_FILE": "resume.safetensors",
                "M2M_FAULT_CALL": str(call),
            },
            capture_output=True,
        )
        assert done.returncode in (0, KILLED), done.stderr
        return done.returncode == KILLED

    def run_until_done(self):
        """Returns the log. A second start is due only if merging has found the damage."""
        code, log = self.sweeps.run(self.out)
        if code == SOME_FAILED:
            self.assertIn("damaged", log)
            code, more = self.sweeps.run(self.out)
            log += more
        self.assertEqual(code, 0, log)
        return log

    def try_out(self, flip):
        """Returns what became of the file, whatever was made of it being as it should be."""
        shutil.rmtree(self.out, ignore_errors=True)
        shutil.copytree(self.states[flip.state], self.out)
        file, content, flipped = flip.of(self.out)
        file.write_bytes(flipped)
        log = self.run_until_done()
        self.assertEqual(self.reports(self.out), self.wanted_reports, log)
        is_untouched = file.exists() and file.read_bytes() == flipped
        if is_untouched:
            file.write_bytes(content)  # all else is compared
        self.assertEqual(self.found_in(self.out), self.wanted, log)
        if list(file.parent.glob(f"{file.name}.damaged*")):
            self.assertIn(f"{file}:", log)
            return "set aside"
        return "not read, or the same" if is_untouched else "written anew"

    def test_it_is_found_before_it_is_used_and_does_not_stay_in_the_way(self):
        outcomes = collections.Counter()
        for flip in choose_flips(FLIPS, SEED):
            with self.subTest(flip=flip):
                outcomes[flip.pattern, self.try_out(flip)] += 1
        for (pattern, outcome), count in sorted(outcomes.items()):
            print(f"{pattern:28} {outcome:24} {count:5}")
        print(f"{sum(outcomes.values())} flips of {FLIPS} without a loss")


if __name__ == "__main__":
    checkout, file_faults, report, sweep = (sys.argv.pop() for _ in range(4))
    file_faults = preloadable(file_faults)
    KIND_COUNT = sum(len(patterns.split()) for patterns in KINDS.values())
    FLIPS, SEED = int(os.environ.get("M2M_FLIPS", KIND_COUNT)), os.environ.get("M2M_FLIPS_SEED", "1")
    unittest.main()
