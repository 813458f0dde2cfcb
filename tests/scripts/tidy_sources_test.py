#!/usr/bin/env python3
"""scripts/tidy_sources.py selects the sources to check, and removes flags that clang does not know, in a synthetic checkout."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts/tidy_sources.py"
FILES = {
    "src/core/a.hpp": '#include "core/b.hpp"\n',
    "src/core/a.cpp": '#include "core/a.hpp"\n',
    "src/core/b.hpp": "",
    "src/core/lone.hpp": "",
    "src/nn/c.cpp": "",
    "tests/core/a_test.cpp": '#include "core/a.hpp"\n',
}


class Sources(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.root = pathlib.Path(self.scratch.name).resolve()
        for name, text in FILES.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(text)
        (self.root / "scripts").mkdir()
        shutil.copy(SCRIPT, self.root / "scripts")
        self.write_commands()

    def write_commands(self):
        """compile_commands.json of all sources; only nn uses torch."""
        flags = {"src/nn/c.cpp": "-isystem /venv/torch/include "}
        entries = [
            {
                "directory": str(self.root),
                "file": str(self.root / name),
                "command": f"c++ {flags.get(name, '')}-Winvalid-pch -include /build/cmake_pch.hxx -O3 -c {name}",
            }
            for name in FILES
            if name.endswith(".cpp")
        ]
        (self.root / "compile_commands.json").write_text(json.dumps(entries))

    def select(self, *arguments):
        """The finished script, called in the synthetic checkout."""
        return subprocess.run(
            [sys.executable, "scripts/tidy_sources.py", ".", "tidy", *arguments],
            cwd=self.root,
            text=True,
            capture_output=True,
            check=False,
        )

    def test_a_header_is_checked_with_its_source_or_with_one_that_includes_it_through_others(self):
        for name in ("src/core/a.cpp", "src/core/a.hpp", "src/core/b.hpp"):
            self.assertEqual(self.select(name).stdout.split(), ["src/core/a.cpp"], name)

    def test_modules_without_torch_are_sources_of_src_only(self):
        self.assertEqual(self.select("--modules-without-torch").stdout.split(), ["src/core/a.cpp"])

    def test_without_arguments_every_source_is_selected(self):
        self.assertEqual(self.select().stdout.split(), ["src/core/a.cpp", "src/nn/c.cpp", "tests/core/a_test.cpp"])

    def test_a_file_that_no_source_includes_is_an_error_that_names_it(self):
        done = self.select("src/core/lone.hpp")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("src/core/lone.hpp", done.stderr)

    def git(self, *words):
        """Runs git in the synthetic checkout."""
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words],
            cwd=self.root,
            check=True,
            capture_output=True,
        )

    def commit_everything(self):
        """A repository with one commit, on the branch main."""
        self.git("init", "--initial-branch=main")
        self.git("add", "src", "tests")
        self.git("commit", "--message=first")

    def test_the_sources_that_changed_last_are_selected_a_header_by_its_source(self):
        self.commit_everything()
        (self.root / "src/nn/c.cpp").write_text("// second\n")
        self.git("commit", "--all", "--message=second")
        (self.root / "src/core/b.hpp").write_text("// third\n")
        self.git("rm", "--quiet", "src/core/lone.hpp")
        self.git("commit", "--all", "--message=third")
        self.assertEqual(self.select("--last", "1").stdout.split(), ["src/core/a.cpp"])
        self.assertEqual(self.select("--last", "2").stdout.split(), ["src/core/a.cpp", "src/nn/c.cpp"])
        self.assertEqual(len(self.select("--last", "9").stdout.split()), 3)

    def test_changes_since_the_merge_base_are_selected_committed_or_not(self):
        self.commit_everything()
        git = self.git
        git("checkout", "-b", "change")
        (self.root / "src/nn/c.cpp").write_text("// committed\n")
        git("commit", "--all", "--message=second")
        (self.root / "tests/core/a_test.cpp").write_text("// not committed\n")
        self.assertEqual(self.select("--changed", "main").stdout.split(), ["src/nn/c.cpp", "tests/core/a_test.cpp"])
        self.assertIn("absent", self.select("--changed", "absent").stderr)

    def test_the_precompiled_header_is_removed_from_the_commands(self):
        self.select()
        commands = [entry["command"] for entry in json.loads((self.root / "tidy/compile_commands.json").read_text())]
        self.assertEqual(len(commands), 3)
        for command in commands:
            self.assertNotIn("pch", command)
            self.assertIn(" -O3 -c ", command)


if __name__ == "__main__":
    unittest.main()
