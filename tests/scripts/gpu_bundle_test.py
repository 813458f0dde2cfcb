#!/usr/bin/env python3
"""A bundle of the GPU build, unpacked elsewhere, trains the digits on a CPU with its own libraries, and continues in slices.

Usage: gpu_bundle_test.py CHECKOUT BUILD PYTHON     PYTHON has the wheel that was linked
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

CHECKOUT, BUILD, PYTHON = (pathlib.Path(argument) for argument in sys.argv[1:])
NO_DEVICE = {"CUDA_VISIBLE_DEVICES": "", "M2M_TEST_DEVICE": "cpu"}
SMALL = ["seed=1", "method=ERM", "train.epochs=4", "data.ratio=20"]


class GpuBundle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.addClassCleanup(cls.temporary.cleanup)
        packed = cls.folder / "m2m.tar.xz"
        environment = {**os.environ, "XZ_OPT": "-0"}
        sanitizer = cls.folder / "compute-sanitizer"
        sanitizer.mkdir()
        for name in ("compute-sanitizer", "TreeLauncherSubreaper", "libsanitizer-collection.so"):
            (sanitizer / name).write_text("#!/bin/sh\necho checked\n")
        command = [CHECKOUT / "scripts/gpu_bundle.sh", "--build", BUILD, "--sanitizer", sanitizer, packed]
        subprocess.run(command, check=True, env=environment)
        subprocess.run(["tar", "-xf", packed], cwd=cls.folder, check=True)
        cls.bundle = cls.folder / "m2m"

    def run_script(self, *words, python=PYTHON, **variables):
        """Runs a script of the bundle without any variable or folder of this build."""
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.folder),
            "M2M_PYTHON": str(python),
            **NO_DEVICE,
            **variables,
        }
        return subprocess.run(
            [self.bundle / words[0], *words[1:]],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def test_takes_no_library_from_the_machine_but_those_of_c_and_of_the_gpu(self):
        listed = self.run_script("run.sh", "ldd", str(self.bundle / "bin/m2m-sweep"))
        self.assertEqual(listed.returncode, 0, listed.stdout)
        self.assertNotIn("not found", listed.stdout)
        outside = re.findall(r"=> (/(?:usr/)?lib/\S+)", listed.stdout)
        for library in outside:
            self.assertRegex(library, r"/lib(c|m|dl|rt|pthread|util|resolv|cuda\w*|cu\w+|nv\w+|nccl)\.so")

    def test_trains_the_digits_in_slices(self):
        study = str(self.bundle / "jobs/digits.toml")
        first = self.run_script("long_run.sh", study, "60", *SMALL, OUT="here")
        self.assertEqual(first.returncode, 0, first.stdout)
        packed = sorted((self.folder / "here").glob("digits.tar.*"))
        self.assertTrue(packed)
        (self.folder / "there").mkdir()
        for part in packed:
            part.rename(self.folder / "there" / part.name)
        second = self.run_script("long_run.sh", study, "60", *SMALL[1:], "seed=1,2", OUT="there")
        self.assertEqual(second.returncode, 0, second.stdout)
        self.assertEqual(
            second.stdout.count("  trial "), 2, second.stdout
        )  # one starts and ends: the other came packed

    def test_runs_the_tests_away_from_their_sources(self):
        tested = self.run_script("run.sh", "parity_test", "--gtest_filter=*Small*")
        self.assertEqual(tested.returncode, 0, tested.stdout)
        self.assertIn("PASSED", tested.stdout)

    def test_brings_the_sanitizer_as_programs_that_can_be_started(self):
        checked = self.run_script("run.sh", str(self.bundle / "sanitizer/compute-sanitizer"))
        self.assertEqual(checked.stdout, "checked\n")
        self.assertTrue(os.access(self.bundle / "sanitizer/TreeLauncherSubreaper", os.X_OK))

    def test_tabulates_times_of_trials_that_share_a_device(self):
        case = ("--filter", "^erm_steps/bf16/auto/128/x2", "--repetitions", "3")
        timed = self.run_script("run.sh", "m2m-bench", "run", *case, "--json", "times.json")
        self.assertEqual(timed.returncode, 0, timed.stdout)
        table = self.run_script("run.sh", str(PYTHON), str(self.bundle / "bench_times.py"), "times.json", "absent.json")
        rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.stdout.splitlines()[2:]]
        self.assertEqual(rows[0][:3], ["erm_steps/bf16/auto/128", "auto", "2"], table.stdout)
        milliseconds, images = map(float, rows[0][3:5])
        self.assertAlmostEqual(images * milliseconds / 1000 / (2 * 128), 1, delta=0.05)
        self.assertIn("absent.json cannot be read", rows[1][0])

    def test_refuses_a_python_without_the_wheel(self):
        refused = self.run_script("run.sh", "m2m-doctor", python="/usr/bin/python3")
        self.assertEqual(refused.returncode, 1)
        self.assertRegex(refused.stdout, r"PyTorch 2\.11")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
