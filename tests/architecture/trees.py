"""Small trees of sources for the tests of the architecture checks."""

import pathlib
import tempfile
import unittest

import check


def with_user(files):
    """The files, and a test that includes all headers among them, so that each header has a user."""
    headers = [name.partition("/")[2] for name in files if name.endswith(".hpp")]
    return dict(files, **{"tests/user.cpp": "".join(f'#include "{header}"\n' for header in headers)})


def find_violations(files, check_tree=check.violations):
    """What a rule, by default all of check.py, finds in a checkout made of the given files."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (with_user(files) if check_tree is check.violations else files).items():
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return check_tree(pathlib.Path(folder))


class Trees(unittest.TestCase):
    def fails(self, files, *parts, check_tree=check.violations):
        """A checkout of these files breaks one rule, and the sentence about it holds all of `parts`."""
        found = find_violations(files, check_tree)
        self.assertEqual(len(found), 1, found)
        for part in parts:
            self.assertIn(part, found[0])
