#!/usr/bin/env python3
"""A checkout in a folder with an awkward name is configured, and the build's own commands run there.

Usage: folder_name_test.py CMAKE
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
(CMAKE,) = sys.argv[1:]
GIT = ["git", "-c", "user.name=a", "-c", "user.email=a@b"]


class FolderName(unittest.TestCase):
    prefix = "Jörg m2m (try) "

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix=self.prefix)
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def run_here(self, *words, error=subprocess.PIPE):
        done = subprocess.run(words, cwd=self.folder, stdout=subprocess.PIPE, stderr=error, text=True, check=False)
        self.assertEqual(done.returncode, 0, f"{done.stdout}{done.stderr}")
        return done.stdout.strip()

    def test_builds_with_the_revision_of_the_checkout(self):
        shutil.copy(CHECKOUT / "CMakeLists.txt", self.folder)
        for name in ("cmake", "src", "tests"):
            shutil.copytree(CHECKOUT / name, self.folder / name)
        self.run_here(*GIT, "init", "--quiet")
        self.run_here(*GIT, "add", "CMakeLists.txt")
        self.run_here(*GIT, "commit", "--quiet", "--message", "one file")
        revision = self.run_here(*GIT, "rev-parse", "--short=12", "HEAD")
        configured = self.run_here(
            CMAKE,
            "-S",
            ".",
            "-B",
            "build",
            "-G",
            "Ninja",
            "-DCMAKE_BUILD_TYPE=Debug",
            "-DM2M_TORCH=OFF",
            error=subprocess.STDOUT,
        )
        build = [CMAKE, "--build", "build", "--target", "m2m_revision", "m2m_log"]
        self.assertIn("Building CXX", self.run_here(*build))
        self.assertIn(f'"{revision}"', (self.folder / "build/src/core/revision.cpp").read_text())
        compiles_again = "Building CXX" in self.run_here(*build)
        self.assertEqual(compiles_again, "apostrophe" in configured)

    def test_says_which_signs_cmake_does_not_take(self):
        for sign in '#;:<>[]"':
            folder = self.folder / f"a{sign}b"
            folder.mkdir()
            shutil.copy(CHECKOUT / "CMakeLists.txt", folder)
            done = subprocess.run(
                [CMAKE, "-S", ".", "-B", "build"], cwd=folder, capture_output=True, text=True, check=False
            )
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn("CMakeLists.txt:3", done.stderr, sign)
            self.assertIn('# ; : < > [ ] "', " ".join(done.stderr.split()))


class FolderNameWithAnApostrophe(FolderName):
    prefix = "Jörg's m2m (try) "


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
