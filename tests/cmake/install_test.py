#!/usr/bin/env python3
"""cmake --install gives programs that start anywhere and find what is installed beside them, and a package for other projects.

Usage: install_test.py CMAKE BUILD_FOLDER [OPTION...]
OPTION: of cmake, for the project that uses the package.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

CMAKE, BUILD, *OPTIONS = sys.argv[1:]
HERE = pathlib.Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
PROGRAMS = ["m2m-bench", "m2m-doctor", "m2m-report", "m2m-sweep"]
# Without the folders that the caller's environment adds to the loader's.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("LD_LIBRARY_PATH", "M2M_DATA")}


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(prefix="m2m installed ")
        cls.addClassCleanup(temporary.cleanup)
        cls.prefix = pathlib.Path(temporary.name)
        manifest = pathlib.Path(BUILD) / "install_manifest.txt"  # of the user's last installation
        before = manifest.read_bytes() if manifest.exists() else None
        subprocess.run([CMAKE, "--install", BUILD, "--prefix", cls.prefix], check=True, stdout=subprocess.DEVNULL)
        if before is None:
            manifest.unlink()
        else:
            manifest.write_bytes(before)
        cls.share = cls.prefix / "share/m2m"

    def run_program(self, name, *words, folder=None):
        return subprocess.run(
            [self.prefix / "bin" / name, *words],
            cwd=folder or self.share,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def test_installs_the_programs_alone(self):
        self.assertEqual(sorted(path.name for path in (self.prefix / "bin").iterdir()), PROGRAMS)
        self.assertEqual(sorted(path.name for path in self.prefix.iterdir()), ["bin", "include", "lib", "share"])

    def test_programs_find_their_libraries(self):
        for name in PROGRAMS:
            done = self.run_program(name, "--version")
            self.assertEqual((done.returncode, done.stdout[: len(name)]), (0, name), done.stdout)

    def test_studies_and_job_scripts_are_there(self):
        self.assertTrue((self.share / "slurm/site.sh").is_file())
        self.assertTrue(os.access(self.share / "slurm/table2.sh", os.X_OK))
        self.assertFalse(list(self.share.rglob("cifar-*")))

    def test_the_scripts_that_fetch_data_have_all_that_they_need(self):
        for script in ["fetch_cifar.sh", "fetch_pictures.sh", "fetch_svhn.sh"]:
            done = subprocess.run(
                ["bash", self.share / "datasets" / script, "nothing"], stderr=subprocess.PIPE, text=True, check=False
            )
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("'nothing'", done.stderr)

    def test_licences_come_with_the_data(self):
        licences = [path.relative_to(CHECKOUT) for path in (CHECKOUT / "LICENSES").iterdir()]
        for path in [*licences, pathlib.Path("LICENSE"), pathlib.Path("REUSE.toml"), pathlib.Path("CITATION.cff")]:
            self.assertEqual((self.share / path).read_bytes(), (CHECKOUT / path).read_bytes())

    def test_a_study_reads_the_installed_data(self):
        digits = self.share / "datasets/digits.csv.gz"
        whole = digits.read_bytes()
        self.assertEqual(self.run_program("m2m-sweep", "list", "jobs/digits.toml").returncode, 0)
        self.addCleanup(digits.write_bytes, whole)
        digits.write_bytes(whole[:1000])
        done = self.run_program("m2m-sweep", "list", "jobs/digits.toml")
        self.assertEqual(done.returncode, 65, done.stdout)
        self.assertIn(str(digits), done.stdout)

    def test_a_study_of_the_project_is_found_from_any_folder(self):
        with tempfile.TemporaryDirectory() as elsewhere:
            done = self.run_program("m2m-sweep", "list", "jobs/digits.toml", folder=elsewhere)
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertNotEqual(self.run_program("m2m-sweep", "list", "digits.toml", folder=elsewhere).returncode, 0)

    def test_scripts_for_results_are_there(self):
        self.assertTrue(os.access(self.share / "results/aggregate.py", os.X_OK))
        self.assertTrue((self.share / "python/m2m_results/report.py").is_file())
        self.assertFalse((self.share / "results/reference").exists())
        self.assertTrue((self.share / "packaging/reframe/m2m_class.py").is_file())

    def test_programs_complete_in_a_shell(self):
        for name in PROGRAMS:
            self.assertTrue((self.prefix / "share/bash-completion/completions" / name).is_file())
        self.assertTrue((self.prefix / "share/zsh/site-functions/_m2m").is_file())

    def test_another_project_builds_against_the_package(self):
        with tempfile.TemporaryDirectory() as build:
            for words in [
                (CMAKE, "-S", HERE / "consumer", "-B", build, "-G", "Ninja", f"-Dm2m_ROOT={self.prefix}", *OPTIONS),
                (CMAKE, "--build", build),
            ]:
                done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
                self.assertEqual(done.returncode, 0, done.stdout)
            methods = subprocess.check_output([f"{build}/list_methods"], text=True).splitlines()
            self.assertIn("M2m", methods)
            if "-DTRAINING=ON" in OPTIONS:
                self.assertEqual(subprocess.check_output([f"{build}/count_parameters"], text=True), "464154\n")


class Uninstall(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="m2m removed ")
        self.addCleanup(temporary.cleanup)
        self.prefix = pathlib.Path(temporary.name) / "m2m[1]"  # no pattern
        self.manifest = pathlib.Path(temporary.name) / "install_manifest_programs.txt"
        self.files = [self.prefix / name for name in ("bin/m2m-sweep", "share/m2m/jobs/a b.toml", "share/m2m/gone")]
        for path in self.files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        self.manifest.write_text("\n".join(map(str, self.files)))

    def remove(self):
        words = [CMAKE, f"-DBUILD={self.manifest.parent}", "-P", CHECKOUT / "cmake/Uninstall.cmake"]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    def test_removes_what_was_installed_and_nothing_else(self):
        other = self.prefix / "bin/other"
        other.touch()
        self.files[2].unlink()
        self.assertEqual(self.remove().returncode, 0)
        self.assertEqual(list(self.prefix.rglob("*")), [other.parent, other])

    def test_refuses_if_nothing_was_installed(self):
        self.assertEqual(self.remove().returncode, 0)
        self.assertNotEqual(self.remove().returncode, 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
