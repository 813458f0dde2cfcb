#!/usr/bin/env python3
"""docs/dependencies.md names what is installed, pinned and looked for: the tables agree with scripts, requirements and CMake."""

import pathlib
import re
import unittest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
PAGE = "docs/dependencies.md"
SPAN = re.compile(r"`([^`]+)`")
FIND_PACKAGE = re.compile(r"^\s*find_package\((\w+)(?: ([\d.]+))?", re.MULTILINE)
FIND_FILE = re.compile(r"^\s*find_(?:path|program|library)\(\w+\s+(?:NAMES )?([\w./]+)", re.MULTILINE)
PIN = re.compile(r"^([\w.-]+)==([^\s\\]+)", re.MULTILINE)
INSTALLED = re.compile(r"install_packages\.sh(?: --[a-z-]+)*((?: [a-z][a-z0-9.+-]*)+)")
# What docs/install.md asks for -> the library of that kind that setup.sh installs.
KINDS = {"C++ compiler": "GCC", "MPI": "Open MPI"}


def read(name):
    """The text of a file of the checkout."""
    return (CHECKOUT / name).read_text()


def tables(text):
    """{heading: rows} of a page; a row is a list of cells, the heads of the columns are left out."""
    found = {}
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        heading, _, body = section.partition("\n")
        lines = [line for line in body.splitlines() if line.startswith("|")]
        found[heading] = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines[2:]]
    return found


def wheel_name(name):
    """The name of a wheel as package indices compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned():
    """{(wheel, version): files of requirements/ that pin it}"""
    found = {}
    for path in (CHECKOUT / "requirements").glob("*.txt"):
        for name, version in PIN.findall(path.read_text()):
            found.setdefault((wheel_name(name), version), set()).add(path.stem)
    return found


def searched(texts):
    """What CMake looks for: packages with the version that they need, headers, libraries and programs."""
    packages = {f"{name} {version}".strip() for text in texts for name, version in FIND_PACKAGE.findall(text)}
    return packages | {name for text in texts for name in FIND_FILE.findall(text)}


def cmake_files():
    """The CMake files of the project, without the example of another project."""
    places = ["CMakeLists.txt", "cmake/*.cmake", "src/**/CMakeLists.txt", "tests/*/CMakeLists.txt"]
    return [path.read_text() for place in places for path in CHECKOUT.glob(place)]


def oldest_versions(text):
    """(library, version) of each row of docs/install.md that has as many names as versions."""
    found = []
    for needed, version, *_ in tables(text)["On a cluster, without root"]:
        names, versions = re.sub(r" \([^)]*\)", "", needed).split(", "), re.findall(r"\d+(?:\.\d+)*", version)
        if len(names) == len(versions):
            found += zip((KINDS.get(name, name) for name in names), versions)
    return found


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tables = tables(read(PAGE))
        cls.build = cls.tables["Debian packages of the build"]
        cls.gpu = cls.tables["Builds for NVIDIA GPUs"]
        cls.tools = cls.tables["Tools of development"]

    def names(self, rows):
        """The names in the first column; each stands there once."""
        names = [SPAN.fullmatch(row[0]).group(1) for row in rows]
        self.assertEqual(sorted(names), sorted(set(names)))
        return set(names)

    def test_packages_of_the_build_are_those_that_setup_installs(self):
        listed = re.search(r"^packages=\((.*?)^\)", read("scripts/setup.sh"), re.MULTILINE | re.DOTALL).group(1)
        self.assertEqual(self.names(self.build), set(listed.split()))

    def test_tools_are_those_that_other_scripts_install(self):
        scripts = {path for path in (CHECKOUT / "scripts").glob("*.sh") if path.name != "install_packages.sh"}
        texts = [path.read_text() for path in scripts | {CHECKOUT / ".ci/run"}]
        installed = {name for text in texts for names in INSTALLED.findall(text) for name in names.split()}
        self.assertIn("clang-tidy-14", installed)
        started = {"debootstrap"} if "debootstrap --variant" in read("scripts/try_systems.sh") else set()
        self.assertEqual(self.names(self.tools), (installed | started) - self.names(self.build))

    def test_wheels_are_those_that_are_pinned(self):
        rows = self.tables["Wheels"]
        self.assertEqual(len(self.names(rows)), len(rows))
        listed = {(SPAN.fullmatch(row[0]).group(1), row[1]): set(SPAN.findall(row[3])) for row in rows}
        self.assertEqual(listed, pinned())

    def test_cmake_looks_for_what_the_tables_have(self):
        listed = {name for row in self.build for name in SPAN.findall(row[4])}
        listed |= {name for row in self.gpu for name in SPAN.findall(row[3])}
        self.assertEqual(listed, searched(cmake_files()))

    def test_versions_are_those_of_the_page_on_installing(self):
        listed = {row[1]: row[2] for row in self.build}
        oldest = oldest_versions(read("docs/install.md"))
        self.assertGreater(len(oldest), 12)
        self.assertEqual({name: listed.get(name) for name, _ in oldest}, dict(oldest))

    def test_requirements_are_those_of_the_package(self):
        project = read("python/pyproject.toml")
        lists = re.findall(
            r"^(?:requires|dependencies|features|parquet|tensorboard|mlflow|wandb) = \[(.*)\]", project, re.MULTILINE
        )
        asked = {name for names in lists for name in re.findall(r'"([^"]+)"', names)}
        self.assertEqual(self.names(self.tables["The package m2m-results"]), asked)

    def test_every_row_has_a_licence_and_a_use(self):
        licence_columns = [(self.build, 3), (self.gpu, 2), (self.tools, 1), (self.tables["Wheels"], 2)]
        for rows, licence in [*licence_columns, (self.tables["The package m2m-results"], 1)]:
            for row in rows:
                self.assertTrue(row[licence] and row[-1], row)


class Rules(unittest.TestCase):
    def test_a_table_is_read_by_its_heading(self):
        text = "# Page\n\n## One\n\n| a | b |\n|---|---|\n| `x` | 1 |\n\n## Two\n\nText.\n"
        self.assertEqual(tables(text), {"One": [["`x`", "1"]], "Two": []})

    def test_calls_of_cmake_are_found(self):
        text = "find_package(A REQUIRED)\n  find_package(B 1.2 REQUIRED)\nfind_path(C_DIR c/d.h\n  HINTS x)\n"
        self.assertEqual(
            searched([text + "find_library(E NAMES e libe.so)\n# find_package(F)\n"]), {"A", "B 1.2", "c/d.h", "e"}
        )

    def test_names_of_wheels_are_compared_as_pip_does(self):
        self.assertEqual(wheel_name("typing_Extensions"), "typing-extensions")

    def test_packages_are_read_from_commands(self):
        text = 'fail "run scripts/install_packages.sh a-1 b"\nscripts/install_packages.sh --no-daemons c  # why\n'
        self.assertEqual([names.split() for names in INSTALLED.findall(text)], [["a-1", "b"], ["c"]])


if __name__ == "__main__":
    unittest.main()
