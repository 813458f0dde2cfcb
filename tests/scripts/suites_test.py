#!/usr/bin/env python3
"""Every test of every test program is run by a ctest entry, and by one of its device's.

Usage: suites_test.py BUILD_FOLDER
"""

import fnmatch
import json
import pathlib
import subprocess
import sys
import unittest

FILTER = "--gtest_filter="


def names(program):
    """The tests that a program lists: ["Suite.Test"]."""
    listed = subprocess.run([program, "--gtest_list_tests"], check=True, capture_output=True, text=True).stdout
    found, suite = [], ""
    for line in listed.splitlines():
        word = line.split("#")[0].rstrip()
        if word.startswith("  "):
            found.append(suite + word.strip())
        elif word.endswith("."):
            suite = word
    return found


def chooses(words, name):
    """True if a filter chooses a test; stars of GoogleTest mean the same as those of a shell."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in words.removeprefix(FILTER).split(":"))


def filters():
    """{test program: the filters that ctest gives it, those for a GPU and for several numbers of ranks once}"""
    shown = subprocess.run(["ctest", "--show-only=json-v1"], cwd=build, check=True, capture_output=True, text=True)
    found = {}
    for test in json.loads(shown.stdout)["tests"]:
        words = test.get("command", [])
        if words and words[-1].startswith(FILTER) and not test["name"].endswith("_on_gpu"):
            found.setdefault(words[-2], set()).add(words[-1])
    return found


class Suites(unittest.TestCase):
    def test_each_test_is_run_once_and_each_entry_runs_one(self):
        asked = filters()
        self.assertGreater(len(asked), 10)
        for program, chosen in asked.items():
            there = names(program)
            self.assertTrue(there, program)
            for name in there:
                self.assertEqual(sum(chooses(words, name) for words in chosen), 1, f"{program}: {name}")
            for words in chosen:
                self.assertTrue(any(chooses(words, name) for name in there), f"{program}: {words}")


if __name__ == "__main__":
    build = pathlib.Path(sys.argv.pop())
    unittest.main()
