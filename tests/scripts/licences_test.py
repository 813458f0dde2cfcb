#!/usr/bin/env python3
"""REUSE.toml and LICENSES/ agree: each licence has its text and each text its use, and packed data name their own licence.

`reuse lint` checks more (docs/releasing.md); this test needs the standard library alone.
"""

import pathlib
import re
import unittest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
PACKED = ("datasets/*.gz", "tests/**/*.gz", "tests/**/*.npz", "tests/**/*.h5", "results/reference/**/*.gz")


def annotations(text):
    """(path, licence expression) of each annotation."""
    return [
        (re.search(r'^path = "(.+)"$', part, re.MULTILINE).group(1), re.search(r'Identifier = "(.+)"', part).group(1))
        for part in text.split("[[annotations]]")[1:]
    ]


def identifiers(found):
    """The licences that the annotations name."""
    return {name for _, expression in found for name in re.split(r" (?:AND|OR) ", expression)}


class Licences(unittest.TestCase):
    def setUp(self):
        self.found = annotations((CHECKOUT / "REUSE.toml").read_text())

    def test_each_licence_has_its_text_and_each_text_its_use(self):
        self.assertEqual(identifiers(self.found), {path.stem for path in (CHECKOUT / "LICENSES").iterdir()})

    def test_each_path_exists(self):
        self.assertEqual([path for path, _ in self.found if not list(CHECKOUT.glob(path))], [])

    def test_all_files_have_a_licence_and_packed_data_one_of_their_own(self):
        paths = [path for path, _ in self.found]
        self.assertEqual(paths[0], "**")
        packed = {path.relative_to(CHECKOUT).as_posix() for pattern in PACKED for path in CHECKOUT.glob(pattern)}
        self.assertEqual({path for path in packed if "/cifar-" not in path} - set(paths), set())

    def test_the_projects_licence_is_the_same_text(self):
        self.assertEqual((CHECKOUT / "LICENSE").read_text(), (CHECKOUT / "LICENSES/MIT.txt").read_text())

    def test_expressions_are_taken_apart(self):
        text = '[[annotations]]\npath = "a/*.gz"\nSPDX-License-Identifier = "MIT AND CC0-1.0"\n'
        self.assertEqual(annotations(text), [("a/*.gz", "MIT AND CC0-1.0")])
        self.assertEqual(identifiers(annotations(text)), {"MIT", "CC0-1.0"})


if __name__ == "__main__":
    unittest.main()
