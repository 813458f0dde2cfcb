#!/usr/bin/env python3
"""scripts/site_pages.py copies pages and what they link, in a synthetic checkout; the menu of the site names every page."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = CHECKOUT / "scripts/site_pages.py"
FILES = {
    "README.md": "[a](docs/a.md#here), [folder](src), [data](jobs/x.toml), [outside](https://example.org/a)\n",
    "docs/a.md": "# Here\n\n```sh run=1\nls\n```\n[back](../README.md) [self](#here)\n",
    "src/README.md": "# Sources\n",
    "src/core/one.hpp": "int one;\n",
    "jobs/x.toml": "seed = 1\n",
    "notes/unlinked.txt": "",
}


class Pages(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.root = pathlib.Path(self.scratch.name).resolve()
        self.output = self.root / "build/site_pages"
        for name, text in FILES.items():
            self.write(name, text)
        (self.root / "scripts").mkdir()
        shutil.copy(SCRIPT, self.root / "scripts")

    def write(self, name, text):
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text)

    def copy(self):
        """The names of the files in the output."""
        command = [sys.executable, self.root / "scripts/site_pages.py", self.output]
        subprocess.run(command, check=True)
        return {path.relative_to(self.output).as_posix() for path in self.output.rglob("*") if path.is_file()}

    def test_pages_and_linked_files_are_copied_and_nothing_else(self):
        self.assertEqual(self.copy(), {"README.md", "docs/a.md", "src/README.md", "jobs/x.toml"})
        self.assertEqual((self.output / "jobs/x.toml").read_text(), FILES["jobs/x.toml"])

    def test_styles_are_copied(self):
        self.write("docs/site.css", "td { color: red; }\n")
        self.assertIn("docs/site.css", self.copy())

    def test_a_link_to_a_folder_leads_to_its_page(self):
        self.copy()
        self.assertIn("[folder](src/README.md)", (self.output / "README.md").read_text())

    def test_a_folder_without_a_page_gets_a_list_of_its_files(self):
        self.write("docs/b.md", "[core](../src/core/)\n")
        self.assertIn("src/core/README.md", self.copy())
        self.assertIn("one.hpp", (self.output / "src/core/README.md").read_text())

    def test_other_links_stay(self):
        self.copy()
        self.assertIn("[outside](https://example.org/a)", (self.output / "README.md").read_text())
        self.assertIn("[back](../README.md) [self](#here)", (self.output / "docs/a.md").read_text())

    def test_words_for_tests_after_the_language_are_removed(self):
        self.copy()
        self.assertIn("```sh\nls\n```\n", (self.output / "docs/a.md").read_text())

    def test_what_an_earlier_call_copied_is_removed(self):
        self.copy()
        (self.root / "docs/a.md").unlink()
        self.write("README.md", "")
        self.assertEqual(self.copy(), {"README.md", "src/README.md"})


class Configuration(unittest.TestCase):
    def test_the_menu_names_every_page_of_docs(self):
        named = set(re.findall(r": (docs/\w+\.md)$", (CHECKOUT / "docs/mkdocs.yml").read_text(), re.MULTILINE))
        self.assertEqual(named, {f"docs/{path.name}" for path in (CHECKOUT / "docs").glob("*.md")})

    def test_the_search_needs_no_other_host(self):
        scripts = re.search(r"^  polyfills: \[(.+)\]$", (CHECKOUT / "docs/mkdocs.yml").read_text(), re.MULTILINE)[1]
        self.assertIn("iframe-worker", scripts)  # otherwise the plugin 'offline' adds one of another host
        for script in scripts.split(", "):
            self.assertTrue((CHECKOUT / "docs/site_theme" / script).is_file(), script)


if __name__ == "__main__":
    unittest.main()
