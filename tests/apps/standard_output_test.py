#!/usr/bin/env python3
"""Every program and verb that prints ends with 74 if its standard output is full or closed, and in odd environments works.

Usage: standard_output_test.py M2M_SWEEP M2M_REPORT M2M_DOCTOR M2M_BENCH CHECKOUT
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from real_sweeps import Sweeps

INPUT_OUTPUT = 74
SWEEP_VERBS = [
    ["--help"],
    ["--version"],
    ["describe"],
    ["describe", "train.lr"],
    ["describe", "M2m"],
    ["list", "STUDY"],
    ["validate", "STUDY"],
    ["simulate", "STUDY", "--ranks", "2"],
    ["slurm", "STUDY"],
    ["STUDY", "--dry-run"],
    ["status", "OUT"],
    ["status", "OUT", "--json"],
]
REPORT_VERBS = [
    ["--help"],
    ["--version"],
    ["OUT"],
    ["OUT", "--format", "json"],
    ["aggregate", "OUT"],
    ["compare", "OUT", "ERM", "DRS"],
    ["variance", "OUT"],
    ["reference", "OUT"],
    ["merge", "OUT"],
]
OTHERS = [["--help"], ["--version"]]


class StandardOutput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="m2m-standard-output-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.sweeps = Sweeps(sweep, checkout, cls.folder, ["ERM", "DRS"])
        code, log = cls.sweeps.run(cls.folder / "out")
        if code != 0:
            raise RuntimeError(log)

    def commands(self):
        verbs = [(sweep, SWEEP_VERBS), (report, REPORT_VERBS), (doctor, OTHERS), (bench, [*OTHERS, ["--list"]])]
        known = {"STUDY": str(self.sweeps.study), "OUT": str(self.folder / "out")}
        for program, arguments in verbs:
            for words in arguments:
                yield [program, *(known.get(word, word) for word in words)]

    def run_with(self, command, **options):
        return subprocess.run(command, cwd=options.pop("cwd", checkout), stderr=subprocess.PIPE, timeout=60, **options)

    def test_that_is_full(self):
        for command in self.commands():
            with self.subTest(command=command), open("/dev/full", "w") as full:
                self.assertEqual(self.run_with(command, stdout=full).returncode, INPUT_OUTPUT)

    def test_that_is_closed(self):
        for command in self.commands():
            with self.subTest(command=command):
                closed = self.run_with(["sh", "-c", '"$@" >&-', "sh", *command])
                self.assertEqual(closed.returncode, INPUT_OUTPUT)

    def test_in_odd_environments(self):
        """No HOME, another language, few permissions, a working folder that cannot be written."""
        environment = {name: value for name, value in os.environ.items() if name != "HOME"}
        for language in ("tr_TR.UTF-8", "de_DE.UTF-8"):
            for command in self.commands():
                with self.subTest(command=command, language=language):
                    run = self.run_with(
                        ["sh", "-c", 'umask 077; "$@"', "sh", *command],
                        cwd="/proc",
                        env={**environment, "LC_ALL": language},
                        stdout=subprocess.DEVNULL,
                    )
                    self.assertEqual(run.returncode, 0, run.stderr)


if __name__ == "__main__":
    checkout = pathlib.Path(sys.argv.pop())
    bench = sys.argv.pop()
    doctor = sys.argv.pop()
    report = sys.argv.pop()
    sweep = sys.argv.pop()
    unittest.main()
