#!/usr/bin/env python3
"""cmake --install gives programs that start anywhere and find the data that are installed beside them.

Usage: install_test.py CMAKE BUILD_FOLDER
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

CMAKE, BUILD = sys.argv[1:]
PROGRAMS = ["m2m-bench", "m2m-doctor", "m2m-report", "m2m-sweep"]
# Without the folders that the caller's environment adds to the loader's.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("LD_LIBRARY_PATH", "M2M_DATA")}


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(prefix="m2m installed ")
        cls.addClassCleanup(temporary.cleanup)
        cls.prefix = pathlib.Path(temporary.name)
        subprocess.run([CMAKE, "--install", BUILD, "--prefix", cls.prefix], check=True, stdout=subprocess.DEVNULL)
        cls.share = cls.prefix / "share/m2m"

    def run_program(self, name, *words):
        return subprocess.run(
            [self.prefix / "bin" / name, *words],
            cwd=self.share,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def test_installs_the_programs_alone(self):
        self.assertEqual(sorted(path.name for path in (self.prefix / "bin").iterdir()), PROGRAMS)
        self.assertEqual(sorted(path.name for path in self.prefix.iterdir()), ["bin", "share"])

    def test_programs_find_their_libraries(self):
        for name in PROGRAMS:
            done = self.run_program(name, "--version")
            self.assertEqual((done.returncode, done.stdout[: len(name)]), (0, name), done.stdout)

    def test_studies_and_job_scripts_are_there(self):
        self.assertTrue((self.share / "slurm/site.sh").is_file())
        self.assertTrue(os.access(self.share / "slurm/table2.sh", os.X_OK))
        self.assertFalse(list(self.share.rglob("cifar-*")))

    def test_licences_come_with_the_data(self):
        checkout = pathlib.Path(__file__).resolve().parents[2]
        licences = [path.relative_to(checkout) for path in (checkout / "LICENSES").iterdir()]
        for path in [*licences, pathlib.Path("LICENSE"), pathlib.Path("REUSE.toml"), pathlib.Path("CITATION.cff")]:
            self.assertEqual((self.share / path).read_bytes(), (checkout / path).read_bytes())

    def test_a_study_reads_the_installed_data(self):
        digits = self.share / "datasets/digits.csv.gz"
        whole = digits.read_bytes()
        self.assertEqual(self.run_program("m2m-sweep", "list", "jobs/digits.toml").returncode, 0)
        self.addCleanup(digits.write_bytes, whole)
        digits.write_bytes(whole[:1000])
        done = self.run_program("m2m-sweep", "list", "jobs/digits.toml")
        self.assertEqual(done.returncode, 65, done.stdout)
        self.assertIn(str(digits), done.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
