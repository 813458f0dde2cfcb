#!/usr/bin/env python3
"""Tests that blocks of the how-to pages reach their place, or are refused."""

import pathlib
import tempfile
import unittest

import apply_pages


class Pages(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        (self.folder / "src").mkdir()
        (self.folder / "src/a.cpp").write_text("one\n  two\nthree\n")

    def applied(self, *marks):
        page = self.folder / "page.md"
        page.write_text("# Page\n\n" + "".join(f"<!-- {mark} -->\n```cpp\nnew\n```\n\n" for mark in marks))
        return apply_pages.apply_pages(self.folder, [page])

    def test_a_block_stands_after_before_or_instead_of_its_line(self):
        for place, expected in [
            ("after", "one\n  two\nnew\nthree\n"),
            ("before", "one\nnew\n  two\nthree\n"),
            ("replace", "one\nnew\nthree\n"),
        ]:
            self.assertEqual(self.applied(f"src/a.cpp, {place}: two"), {"src/a.cpp": expected})

    def test_blocks_of_one_file_add_up(self):
        both = self.applied("src/a.cpp, after: one", "src/a.cpp, after: three", "src/b.cpp, new")
        self.assertEqual(both, {"src/a.cpp": "one\nnew\n  two\nthree\nnew\n", "src/b.cpp": "new\n"})

    def test_a_line_that_is_missing_or_not_unique_is_refused(self):
        (self.folder / "src/b.cpp").write_text("one\none\n")
        for mark in ["src/a.cpp, after: four", "src/b.cpp, after: one", "src/c.cpp, after: one", "src/a.cpp, new"]:
            with (
                self.subTest(mark=mark),
                self.assertRaisesRegex(apply_pages.PageError, "page.md.*" + mark.split(",")[0]),
            ):
                self.applied(mark)

    def test_a_mark_of_another_form_is_refused(self):
        with self.assertRaisesRegex(apply_pages.PageError, "page.md"):
            self.applied("src/a.cpp, behind: one")


if __name__ == "__main__":
    unittest.main()
