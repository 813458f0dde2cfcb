#!/usr/bin/env python3
"""scripts/build.sh and scripts/demo.sh with stand-ins for the programs that they start."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from counts import numbers_in

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
NOTE = '#!/bin/sh\necho "$(basename "$0") $*" >>calls\n'
DRY_RUN = '[ "$6" = -n ] || [ "$8" = -n ] || exit 0\nseq 120 | sed "s|.*|[&/120] Building CXX object a.o|"\n'


class Scripts(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="a user's m2m (")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        shutil.copytree(CHECKOUT / "scripts", self.folder / "scripts")
        for name in ("build/cpu-release", "results/digits"):
            (self.folder / name).mkdir(parents=True)

    def stand_in(self, path, more=""):
        """A program at `path` that adds its name and arguments to the file `calls`."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(NOTE + more)
        file.chmod(0o755)

    def run_script(self, *words):
        """Runs a script; returns its standard output. The calls of stand-ins are then in self.calls."""
        (self.folder / "calls").write_text("")
        path = f"{self.folder / 'stand-ins'}:{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", *words],
            cwd=self.folder,
            env={**os.environ, "PATH": path, "M2M_JOBS": "2"},
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.calls = (self.folder / "calls").read_text()
        return done.stdout


class Build(Scripts):
    def setUp(self):
        super().setUp()
        self.stand_in("stand-ins/cmake", DRY_RUN)
        (self.folder / "build/cpu-release/build.ninja").touch()

    def test_says_beforehand_how_much_there_is_to_compile(self):
        first = self.run_script("scripts/build.sh", "cpu-release").splitlines()[0]
        self.assertEqual(numbers_in(first)[:2], [120, 2], first)  # objects, and how many at a time

    def test_points_to_the_programs_when_all_of_them_are_built(self):
        link = self.folder / "build/bin"
        self.run_script("scripts/build.sh", "cpu-release", "data_test")
        self.assertFalse(link.is_symlink())
        self.run_script("scripts/build.sh", "cpu-release", "programs")
        self.assertEqual(os.readlink(link), "cpu-release/bin")
        link.unlink()
        self.run_script("scripts/build.sh", "cpu-release")
        self.assertEqual(os.readlink(link), "cpu-release/bin")


class Environment(Scripts):
    def test_an_environment_behind_a_link_is_made_anew_where_it_lies(self):
        (self.folder / "requirements").mkdir()
        (self.folder / "requirements/none.txt").touch()
        (self.folder / "elsewhere").mkdir()
        (self.folder / "elsewhere/old").touch()
        (self.folder / ".venv").symlink_to("elsewhere")
        self.run_script("scripts/make_environment.sh", ".venv", "requirements/none.txt")
        self.assertTrue((self.folder / ".venv").is_symlink())
        self.assertTrue((self.folder / "elsewhere/bin/python").exists())
        self.assertFalse((self.folder / "elsewhere/old").exists())


class Demo(Scripts):
    def setUp(self):
        super().setUp()
        for path in ("build/bin/m2m-report", "stand-ins/mpirun"):
            self.stand_in(path)
        self.stand_in(
            ".venv/bin/python", 'case "$1" in *page.py) touch "$2/report.html" ;; *) mkdir -p "$2/figures" ;; esac\n'
        )
        for name in ("results/figures.py", "python/m2m_results/figures/training.py", "results/digits/results.h5"):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text("before")

    def draws(self):
        self.run_script("scripts/demo.sh")
        return self.calls.count("python results/figures.py") == 1 and self.calls.count("python results/page.py") == 1

    def test_draws_again_only_after_a_change(self):
        self.assertTrue(self.draws())
        (self.folder / "results/digits/results.h5").touch()
        self.assertFalse(self.draws())
        for changed in ("results/digits/results.h5", "python/m2m_results/figures/training.py"):
            (self.folder / changed).write_text("after")
            self.assertTrue(self.draws(), changed)
            self.assertFalse(self.draws(), changed)
        (self.folder / "results/digits/report.html").unlink()
        self.assertTrue(self.draws())

    def test_compares_m2m_with_both_others(self):
        self.run_script("scripts/demo.sh")
        for other in ("DRS", "ERM"):
            self.assertIn(f"m2m-report compare results/digits M2m {other}\n", self.calls)


if __name__ == "__main__":
    unittest.main()
