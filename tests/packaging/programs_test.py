#!/usr/bin/env python3
"""Completion in shells and manual pages agree with what the programs' --help says.

Usage: programs_test.py PROGRAMS_FOLDER
"""

import functools
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
COMPLETION = CHECKOUT / "packaging/completion"
(FOLDER,) = map(pathlib.Path, sys.argv[1:])
PROGRAMS = [path for name in ("m2m-sweep", "m2m-report", "m2m-doctor", "m2m-bench") if (path := FOLDER / name).exists()]
# What zsh's own functions would show, and where it offers files.
ZSH_STUBS = """
_describe() { local -a shown; while [[ $1 == -* ]]; do shift; done; shown=(${(P)2}); print -l -- $shown }
_files() { print -- FILES }
"""


@functools.cache
def help_text(program, *words):
    return subprocess.check_output([program, *words, "--help"], text=True)


def subcommands(program):
    section = re.search(r"^Subcommands:\n((?:  .*\n)*)", help_text(program), re.MULTILINE)
    return re.findall(r"^  (\w[\w-]*)", section.group(1), re.MULTILINE) if section else []


def options(program, *words):
    names = re.findall(r"^  (-\S+)", help_text(program, *words), re.MULTILINE)
    return [name for both in names for name in both.split(",")]


class Bash(unittest.TestCase):
    def complete_all(self, program, lines):
        """What bash offers for the last word of each of the lines."""
        script = ['source "$0"']
        for words in lines:
            script.append(f"COMP_WORDS=(m {' '.join(map(shlex.quote, words))}); COMP_CWORD={len(words)}")
            script.append(f'_m2m "{program}" "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD - 1]}}"')
            script.append("printf '%s ' \"${COMPREPLY[@]}\"; echo")
        words = ["bash", "-c", "\n".join(script), COMPLETION / "m2m.bash"]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        self.assertEqual(done.stderr, "")
        return [line.split() for line in done.stdout.splitlines()]

    def complete(self, program, *words):
        """What bash offers for the last of the words."""
        return self.complete_all(program, [words])[0]

    def test_offers_the_subcommands(self):
        for program in PROGRAMS:
            self.assertEqual(self.complete(program, ""), subcommands(program))

    def test_offers_the_options_of_the_subcommand_that_was_named(self):
        for program in PROGRAMS:
            names = subcommands(program)
            offered = self.complete_all(program, [(name, "-") for name in names])
            self.assertEqual(offered, [options(program, name) for name in names])

    def test_offers_what_begins_as_the_word_does(self):
        self.assertEqual(self.complete(FOLDER / "m2m-report", "ta"), ["table"])
        self.assertEqual(self.complete(FOLDER / "m2m-report", "table", "--allow"), ["--allow-mixed"])

    def test_offers_options_after_an_option(self):
        self.assertEqual(self.complete(FOLDER / "m2m-report", "table", "--allow-mixed", "--cho"), ["--choose"])

    def test_offers_the_choices_of_an_option(self):
        found = self.complete(FOLDER / "m2m-report", "table", "out", "--format", "")
        self.assertEqual(found, ["markdown", "csv", "latex", "json"])

    def test_leaves_other_words_to_the_names_of_files(self):
        self.assertEqual(self.complete(FOLDER / "m2m-report", "table", "out"), [])
        self.assertEqual(self.complete("/no/such/program", ""), [])


@unittest.skipUnless(shutil.which("zsh"), "no zsh here")
class Zsh(unittest.TestCase):
    def complete(self, program, *words):
        """(the words that zsh offers, those of them that it explains)"""
        script = f"""{ZSH_STUBS}
            completion=$1 program=$2; shift 2; words=($program $@); CURRENT=$#words; PREFIX=$words[-1]
            complete() {{ source $completion }}; complete"""
        called = ["zsh", "-fc", script, "zsh", COMPLETION / "_m2m", program, *words]
        done = subprocess.run(called, capture_output=True, text=True, check=True)
        self.assertEqual(done.stderr, "")
        lines = done.stdout.splitlines()
        return [line.split(":")[0] for line in lines], {
            line.split(":")[0] for line in lines if line.partition(":")[2].strip()
        }

    def test_offers_the_subcommands_and_what_they_do_and_files(self):
        names, explained = self.complete(FOLDER / "m2m-report", "t")
        self.assertEqual(names, [*subcommands(FOLDER / "m2m-report"), "FILES"])
        self.assertEqual(explained, set(subcommands(FOLDER / "m2m-report")))

    def test_offers_the_options_of_the_subcommand_that_was_named(self):
        names, explained = self.complete(FOLDER / "m2m-report", "table", "-")
        self.assertEqual(names, options(FOLDER / "m2m-report", "table"))
        self.assertIn("--choose", explained)


@unittest.skipUnless(shutil.which("help2man"), "no help2man here")
class ManualPages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(prefix="manual pages ")
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = pathlib.Path(temporary.name) / "man"
        subprocess.run([CHECKOUT / "scripts/manual_pages.sh", FOLDER, cls.folder], check=True)

    def test_there_is_one_of_each_program_and_subcommand(self):
        wanted = [program.name for program in PROGRAMS]
        wanted += [f"{program.name}-{name}" for program in PROGRAMS for name in subcommands(program)]
        self.assertEqual(sorted(path.stem for path in self.folder.iterdir()), sorted(wanted))

    def test_each_has_its_own_title_name_and_description(self):
        for path in self.folder.iterdir():
            page = path.read_text()
            self.assertIn(f"\n.TH {path.stem.upper()} ", page)
            name = re.search(r"^\.SH NAME\n(\S+) \\- (\S.*)$", page, re.MULTILINE)
            self.assertEqual(name.group(1), path.stem)
            self.assertFalse(name.group(2).endswith("."))

    def test_options_of_a_subcommand_are_in_its_page(self):
        page = (self.folder / "m2m-report-table.1").read_text().replace("\\-", "-")
        for option in options(FOLDER / "m2m-report", "table"):
            self.assertIn(option, page)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
