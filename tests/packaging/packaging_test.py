#!/usr/bin/env python3
"""The files of packaging/ agree with the report of m2m-bench and with the project; their own tools are not needed."""

import ast
import pathlib
import re
import subprocess
import unittest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
PACKAGING = CHECKOUT / "packaging"
# Quoted regular expressions for lines of the report: all begin with ^ and a name.
PATTERN = re.compile(r"""(?<=['"])\^[a-z][^'"]+(?=['"])""")
FIGURES = ("reframe/m2m_class.py", "jube/m2m.yaml", "ramble/applications/m2m/application.py")


def read(name):
    return (PACKAGING / name).read_text()


def sample_report():
    """The report as docs/benchmark_rules.md shows it, with numbers in the place of letters."""
    page = (CHECKOUT / "docs/benchmark_rules.md").read_text()
    text = re.search(r"```text\n(class .*?)```", page, re.DOTALL).group(1)
    return re.sub(r"\b[XN]\b", "12.5", text).replace("PASSED, or FAILED", "PASSED")


class Figures(unittest.TestCase):
    def test_every_pattern_finds_its_line_of_the_report(self):
        report = sample_report()
        for name in FIGURES:
            patterns = PATTERN.findall(read(name))
            self.assertGreaterEqual(len(patterns), 3, name)
            for pattern in patterns:
                found = re.findall(pattern, report, re.MULTILINE)
                self.assertEqual(len(found), 1, f"{name}: {pattern}")

    def test_a_failed_run_does_not_look_like_one_that_passed(self):
        report = sample_report().replace("PASSED", "FAILED")
        for name in ("reframe/m2m_class.py", "ramble/applications/m2m/application.py"):
            passed = next(pattern for pattern in PATTERN.findall(read(name)) if "PASSED" in pattern)
            self.assertIsNone(re.search(passed, report, re.MULTILINE), name)


class Files(unittest.TestCase):
    def test_sources_in_python_can_be_parsed(self):
        for path in [*PACKAGING.rglob("*.py"), *PACKAGING.rglob("*.eb")]:
            ast.parse(path.read_text(), path)

    def test_images_call_scripts_that_exist(self):
        for path in (PACKAGING / "containers").iterdir():
            for name in re.findall(
                r"/opt/m2m/(packaging/\S+\.sh|scripts/\S+\.sh)|^(scripts/\S+\.sh)", path.read_text()
            ):
                self.assertTrue((CHECKOUT / "".join(name)).is_file(), f"{path.name}: {name}")

    def test_scripts_of_the_images_are_executable_bash(self):
        for path in (PACKAGING / "containers").glob("*.sh"):
            self.assertTrue(path.stat().st_mode & 0o100, path)
            subprocess.run(["bash", "-n", path], check=True)

    def test_both_images_of_a_kind_start_from_the_same_systems(self):
        for kind in ("", "gpu"):
            docker = read(f"containers/Dockerfile{'.' * bool(kind)}{kind}")
            apptainer = read(f"containers/m2m{'-' * bool(kind)}{kind}.def")
            self.assertEqual(
                re.findall(r"^FROM (\S+)", docker, re.MULTILINE), re.findall(r"^From: (\S+)", apptainer, re.MULTILINE)
            )

    def test_options_of_the_build_exist(self):
        options = (CHECKOUT / "cmake/Options.cmake").read_text() + (CHECKOUT / "docs/install.md").read_text()
        for name in ("spack/packages/m2m/package.py", "easybuild/m2m.eb"):
            for option in set(re.findall(r"M2M_[A-Z_]+", read(name))):
                self.assertIn(option, options, name)

    def test_the_page_names_every_folder(self):
        page = read("README.md")
        for folder in PACKAGING.iterdir():
            if folder.is_dir():
                self.assertIn(f"[{folder.name}]({folder.name})", page)


if __name__ == "__main__":
    unittest.main()
