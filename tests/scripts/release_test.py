#!/usr/bin/env python3
"""The files that repeat the version of CMakeLists.txt agree with it, and so do the dates of the newest release."""

import json
import pathlib
import re
import unittest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
NUMBER = r"\d+\.\d+\.\d+"
# file -> a pattern whose group is the version; the heading "Unreleased" of the changelog has none.
PLACES = {
    "CMakeLists.txt": rf"^project\(m2m VERSION ({NUMBER}) ",
    "CITATION.cff": rf"^version: ({NUMBER})$",
    ".zenodo.json": rf'^  "version": "({NUMBER})",$',
    "python/pyproject.toml": rf'^version = "({NUMBER})"$',
    "CHANGELOG.md": rf"^## \[({NUMBER})\] - \d{{4}}-\d\d-\d\d$",
    "packaging/spack/packages/m2m/package.py": rf'^    version\("({NUMBER})", tag="v\1"\)$',
    "packaging/easybuild/m2m.eb": rf"^version = '({NUMBER})'$",
    "packaging/modulefiles/m2m.lua": rf'^whatis\("Version: ({NUMBER})"\)$',
    "docs/install.md": rf"`m2m-sweep ({NUMBER}) \(v",
    "src/core/version.hpp": rf'CMakeLists\.txt: "({NUMBER})"',
}
HEADING = re.compile(r"^## \[([^\]]+)\](?: - (\S+))?$", re.MULTILINE)


def read(name):
    """The text of a file of the checkout."""
    return (CHECKOUT / name).read_text()


def find_version(name, text):
    """The version that a file names, the newest one of the changelog; None if it names none."""
    found = re.search(PLACES[name], text, re.MULTILINE)
    return found and found.group(1)


def order_faults(changelog):
    """A sentence for each heading of the changelog that is not in its place."""
    headings = HEADING.findall(changelog)
    faults = [
        f"the heading '{line}' is not '## [VERSION] - DATE'"
        for line in re.findall(r"^## .*$", changelog, re.MULTILINE)
        if not HEADING.fullmatch(line)
    ]
    faults += [f"[{name}] is not the first heading" for name, _ in headings[1:] if name == "Unreleased"]
    released = [(tuple(map(int, name.split("."))), date) for name, date in headings if name != "Unreleased"]
    faults += [
        f"version {later} stands below {earlier}"
        for (later, _), (earlier, _) in zip(released[1:], released)
        if later >= earlier
    ]
    return faults + [
        f"{later} is dated after the version above it"
        for (_, earlier), (_, later) in zip(released, released[1:])
        if later > earlier
    ]


class Release(unittest.TestCase):
    def test_every_file_names_the_version_of_the_build(self):
        version = find_version("CMakeLists.txt", read("CMakeLists.txt"))
        for name in PLACES:
            with self.subTest(file=name):
                self.assertEqual(find_version(name, read(name)), version, f"{name} and CMakeLists.txt differ")

    def test_the_page_on_releases_names_every_file(self):
        page = read("docs/releasing.md")
        for name in PLACES:
            self.assertIn(f"`{name}`", page)

    def test_the_citation_has_the_date_of_the_changelog(self):
        date = next(date for name, date in HEADING.findall(read("CHANGELOG.md")) if name != "Unreleased")
        self.assertIn(f"\ndate-released: {date}\n", read("CITATION.cff"))

    def test_the_changelog_is_in_order(self):
        self.assertEqual(order_faults(read("CHANGELOG.md")), [])

    def test_the_changelog_names_the_versions_of_numbers_and_files(self):
        newest = re.split(r"^## \[\d", read("CHANGELOG.md"), flags=re.MULTILINE)[1]
        header = read("src/core/version.hpp")
        for word, constant in (("Numerics version", "numerics_version"), ("schema", "schema_version")):
            number = re.search(rf"constexpr int {constant} = (\d+);", header).group(1)
            self.assertRegex(newest, rf"{word} {number}\b")

    def test_title_and_licence_are_the_same_everywhere(self):
        archive, citation = json.loads(read(".zenodo.json")), read("CITATION.cff")
        self.assertIn(f'\ntitle: "{archive["title"]}"\n', citation)
        self.assertIn(f"\nlicense: {archive['license']}\n", citation)
        self.assertIn(f'\nlicense = "{archive["license"]}"\n', read("python/pyproject.toml"))
        self.assertTrue(read("LICENSE").startswith(archive["license"]))


class Rules(unittest.TestCase):
    def test_another_version_is_found(self):
        self.assertEqual(find_version("CITATION.cff", "cff-version: 1.2.0\nversion: 0.3.0\n"), "0.3.0")
        self.assertIsNone(find_version("CITATION.cff", "cff-version: 1.2.0\n"))
        self.assertEqual(
            find_version("CHANGELOG.md", "## [Unreleased]\n\n## [0.3.1] - 2026-12-01\n\n## [0.3.0] - 2026-11-30\n"),
            "0.3.1",
        )

    def test_headings_in_another_order_are_faults(self):
        self.assertEqual(order_faults("## [Unreleased]\n## [0.2.0] - 2026-11-29\n## [0.1.0] - 2026-11-24\n"), [])
        for changelog in [
            "## [0.1.0] - 2026-11-24\n## [0.2.0] - 2026-11-24\n",
            "## [0.2.0] - 2026-11-24\n## [0.1.0] - 2026-11-29\n",
            "## [0.2.0] - 2026-11-24\n## [Unreleased]\n",
            "## 0.2.0\n",
        ]:
            with self.subTest(changelog=changelog):
                self.assertEqual(len(order_faults(changelog)), 1)


if __name__ == "__main__":
    unittest.main()
