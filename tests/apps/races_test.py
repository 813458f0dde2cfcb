#!/usr/bin/env python3
"""Sweeps that start at once on one folder, or with one cache: no stage is run twice, none is lost, no lock stays.

Usage: races_test.py M2M_FAKE_SWEEP M2M_SWEEP CHECKOUT [RACES]
The fake sweep trains nothing; each stage adds a line to ran.log of its output folder when it begins and is done.
"""

import collections
import concurrent.futures
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time
import unittest

import real_sweeps

HELD = 75
STUDY = "[grid]\nmethod = ['ERM', 'M2m']\nseed = [0, 1, 2]\n"
STAGES = 9  # of that study, with its trials


class Races(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="m2m-races-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "grid.toml").write_text(STUDY)
        self.dice = random.Random(1)

    def start(self, *options):
        time.sleep(self.dice.uniform(0, 0.05))
        return subprocess.Popen(
            [sweep, "grid.toml", "fake.milliseconds=1", *options],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def ended(self, out, word):
        """How often each stage has a line of that word."""
        lines = (self.folder / out / "ran.log").read_text().splitlines()
        return collections.Counter(line.split()[2] for line in lines if line.split()[0] == word)

    def test_for_one_folder(self):
        for race in range(races):
            out = f"one{race}"
            starts = [self.start("--out", out, *waits) for waits in ((), ("--wait",), ())]
            codes = [start.wait(60) for start in starts]
            with self.subTest(race=race, codes=codes):
                self.assertEqual(codes[1], 0)
                self.assertLessEqual(set(codes), {0, HELD})
                self.assertEqual(set(self.ended(out, "began").values()), {1})
                self.assertEqual(len(self.ended(out, "done")), STAGES)
                self.assertEqual(self.start("--out", out).wait(60), 0)  # no lock is left

    def test_for_one_cache(self):
        sweeps = real_sweeps.Sweeps(real, checkout, self.folder, ["M2m"])
        for race in range(races):
            outs = [self.folder / f"a{race}", self.folder / f"b{race}"]
            cache = str(self.folder / f"cache{race}")
            with concurrent.futures.ThreadPoolExecutor() as both:
                ran = [start.result() for start in [both.submit(sweeps.run, out, "--cache", cache) for out in outs]]
            logs = "".join(log for code, log in ran)
            with self.subTest(race=race, logs=logs):
                self.assertEqual([code for code, log in ran], [0, 0])
                stages = re.findall(r"done    stage (\w+) [^:]*: (.*)", logs)
                trained = collections.Counter(stage for stage, end in stages if "another sweep" not in end)
                self.assertEqual(set(trained.values()), {1})
                self.assertEqual(len({str(real_sweeps.weights(out)) for out in outs}), 1)


if __name__ == "__main__":
    races = int(sys.argv.pop()) if len(sys.argv) > 4 else 2
    checkout = pathlib.Path(sys.argv.pop())
    real = sys.argv.pop()
    sweep = sys.argv.pop()
    unittest.main()
