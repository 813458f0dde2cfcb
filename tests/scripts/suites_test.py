#!/usr/bin/env python3
"""Every test of every test program is run by a ctest entry, and by one of its device's.

Usage: suites_test.py BUILD_FOLDER
"""

import fnmatch
import json
import pathlib
import re
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


def entries():
    """The entries of ctest."""
    shown = subprocess.run(["ctest", "--show-only=json-v1"], cwd=build, check=True, capture_output=True, text=True)
    return json.loads(shown.stdout)["tests"]


def has_label(entry, label):
    return any(label in each["value"] for each in entry["properties"] if each["name"] == "LABELS")


def name_on_cpu(name):
    """The name that an entry of the GPU programs has for those of the CPU."""
    program, dot, suite = name.partition(".")
    return f"{program}_cpu{dot}{suite}"


def filters():
    """{test program: the filters that ctest gives it, those for several numbers of ranks once, without what a GPU or the
    interpreter runs once more}"""
    found = {}
    for test in entries():
        words = test.get("command", [])
        if words and words[-1].startswith(FILTER) and not re.search("_on_gpu$|_interpreted_", test["name"]):
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

    def test_each_twin_has_an_entry_on_the_cpu_that_is_none(self):
        twins = {entry["name"]: has_label(entry, "twin") for entry in entries()}
        for name, is_twin in twins.items():
            if is_twin:
                self.assertIs(twins.get(name_on_cpu(name)), False, name)


if __name__ == "__main__":
    build = pathlib.Path(sys.argv.pop())
    unittest.main()
