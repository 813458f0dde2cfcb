#!/usr/bin/env python3
"""cmake/WriteRevision.cmake: what a program knows of its version, in a repository, a tarball, and a copy within a repository.

Usage: revision_test.py CMAKE
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "cmake/WriteRevision.cmake"
(CMAKE,) = sys.argv[1:]


class Revision(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.output = self.folder / "revision.cpp"
        self.sources = self.folder / "sources"
        self.sources.mkdir()

    def git(self, *words):
        git = ["git", "-C", str(self.sources), "-c", "user.name=a", "-c", "user.email=a@b"]
        return subprocess.run([*git, *words], check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, text):
        (self.sources / "file").write_text(text)
        self.git("add", "file")
        self.git("commit", "--quiet", "--message", text)

    def answers(self, sources=None):
        """{function: its answer} of the written source"""
        subprocess.run(
            [CMAKE, f"-DSOURCE={sources or self.sources}", "-DVERSION=1.2.3", f"-DOUTPUT={self.output}", "-P", SCRIPT],
            check=True,
        )
        return dict(re.findall(r'(\w+)\(\) { return "?([^"]*?)"?; }', self.output.read_text()))

    def test_a_repository_without_a_tag_is_named_by_its_commit(self):
        self.git("init", "--quiet")
        self.commit("one")
        commit = self.git("rev-parse", "--short=12", "HEAD")
        self.assertEqual(
            self.answers(),
            {
                "program_version": "1.2.3",
                "full_version": f"1.2.3 ({commit})",
                "git_revision": commit,
                "git_dirty": "false",
            },
        )

    def test_commits_are_counted_from_the_last_tag_of_a_version(self):
        self.git("init", "--quiet")
        self.commit("one")
        self.git("tag", "v1.2.3")
        self.assertEqual(self.answers()["full_version"], "1.2.3 (v1.2.3)")
        self.commit("two")
        self.git("tag", "nightly")
        (self.sources / "file").write_text("three")
        commit = self.git("rev-parse", "--short=12", "HEAD")
        found = self.answers()
        self.assertEqual(found["full_version"], f"1.2.3 (v1.2.3-1-g{commit}-dirty)")
        self.assertEqual((found["git_revision"], found["git_dirty"]), (commit, "true"))

    def test_a_tarball_has_the_version_alone(self):
        self.assertEqual(
            self.answers(),
            {"program_version": "1.2.3", "full_version": "1.2.3", "git_revision": "unknown", "git_dirty": "false"},
        )

    def test_a_copy_within_another_repository_has_not_its_revision(self):
        self.git("init", "--quiet")
        self.commit("one")
        copy = self.sources / "third_party"
        copy.mkdir()
        self.assertEqual(self.answers(copy)["full_version"], "1.2.3")

    def test_the_source_is_rewritten_only_if_it_changes(self):
        self.git("init", "--quiet")
        self.commit("one")
        self.answers()
        written = self.output.stat().st_mtime_ns
        self.answers()
        self.assertEqual(self.output.stat().st_mtime_ns, written)
        self.commit("two")
        self.answers()
        self.assertGreater(self.output.stat().st_mtime_ns, written)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
