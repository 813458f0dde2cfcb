#!/usr/bin/env python3
"""Runs the commands of the pages in a scratch copy of the project, page by page, and compares what they print with what the page
shows. A block of commands that is neither run nor marked with a reason fails.

What the pages do with `make demo` and a minute of training is done here with two epochs: results/digits exists beforehand.

Environment: M2M_BINS, folders with the built programs, separated by colons; M2M_BLOCK_SECONDS, the limit of a block.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import blocks

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ["m2m-sweep", "m2m-report", "m2m-doctor"]
COPIED = ["jobs", "scripts", "slurm", "results", "docs", "python"]
DEMO = "mpirun -np 2 --bind-to none build/bin/m2m-sweep jobs/digits.toml train.epochs=2"
LIMIT = float(os.environ.get("M2M_BLOCK_SECONDS", "120"))  # seconds a block may take


def pages():
    """(name, text) of every page."""
    paths = sorted(path for pattern in blocks.PAGES for path in CHECKOUT.glob(pattern))
    return [(path.relative_to(CHECKOUT).as_posix(), path.read_text()) for path in paths]


def left_out(folder, names):
    """What a copy of the project leaves out: the results of sweeps."""
    return [name for name in names if name == "__pycache__" or (pathlib.Path(folder) / name / "study.json").exists()]


def make_scratch(folder, bins):
    """A copy of the project with links to the built programs and to this Python."""
    for name in COPIED:
        if (CHECKOUT / name).exists():
            shutil.copytree(CHECKOUT / name, folder / name, ignore=left_out)
    (folder / "datasets").symlink_to(CHECKOUT / "datasets")
    (folder / "build/bin").mkdir(parents=True)
    for program in PROGRAMS:
        (folder / "build/bin" / program).symlink_to(
            next(path for path in (folder / program for folder in bins) if path.exists())
        )
    python = folder / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)


def start(command, folder):
    """Starts a block as the reader's shell does."""
    path = f"{folder / 'build/bin'}:{os.environ['PATH']}"
    return subprocess.Popen(
        ["bash", "-euo", "pipefail", "-c", f". scripts/mpi_env.sh\n{command}"],
        cwd=folder,
        text=True,
        env={**os.environ, "PATH": path, "CUDA_VISIBLE_DEVICES": ""},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def finish(process):
    """Waits for a block that was started; returns (exit code, output)."""
    try:
        output, _ = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return process.returncode, output


def run(command, folder):
    """Runs a block; returns (exit code, output)."""
    with start(command, folder) as process:
        return finish(process)


def interrupt(command, folder):
    """Runs a sweep and stops it once it has trained an epoch; returns (exit code, output)."""
    journals = set(folder.glob("results/*/trials/*/journal.jsonl"))
    with start("exec " + command, folder) as process:
        began = set(journals)
        while process.poll() is None and began <= journals:
            began = {path for path in folder.glob("results/*/trials/*/journal.jsonl") if path.stat().st_size > 0}
            time.sleep(0.05)
        process.terminate()
        return finish(process)


class Marks(unittest.TestCase):
    def test_every_block_is_marked(self):
        self.assertEqual([fault for name, text in pages() for fault in blocks.faults(name, text)], [])

    def test_a_block_without_a_mark_is_a_fault(self):
        for text in [
            "```\nmake demo\n```\n",
            "```sh\nmake demo\n```\n",
            "```sh slow\nmake demo\n```\n",
            "Text:\n\n    make demo\n",
        ]:
            with self.subTest(text=text):
                self.assertEqual(len(blocks.faults("page.md", "# Page\n\n" + text)), 1)
        for text in [
            "```sh run\na\n```\n",
            "```sh run, exit code 3\na\n```\n",
            "```sh gpu: an H100\na\n```\n",
            "```text shown\na\n```\n",
        ]:
            self.assertEqual(blocks.faults("page.md", text), [])

    def test_output_may_differ_in_numbers_and_in_nothing_else(self):
        output = "20:57:30 done    trial a58efb1a ERM seed=1: bACC 91.9 in 10 s   [1/1, left 0 s]\n| ERM  | 85.5 +- 2.8 (8) |\n"
        for shown in [
            "07:01:02 done    trial 0123abcd ERM seed=3: bACC 7.0 in 1 s   [3/12, left 2 min 1 s]",
            "| ERM | 1 +- 2.8 (3) |",
            "...",
            "07:01:02 done    trial 0123abcd ERM ...",
            "",
        ]:
            self.assertEqual(blocks.missing_lines(shown, output), [])
        for shown in ["| DRS | 1 +- 2.8 (3) |", "| ERM | 1 +- 2.8 |", "07:01:02 start   trial 0123abcd ERM ..."]:
            self.assertEqual(blocks.missing_lines(shown, output), [shown])


class Commands(unittest.TestCase):
    bins = []

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(prefix="m2m-docs-")
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = pathlib.Path(temporary.name)
        make_scratch(cls.folder, cls.bins)
        code, output = run(DEMO, cls.folder)
        if code != 0:
            raise AssertionError(f"{DEMO}: exit code {code}\n{output}")

    def follow(self, block, output):
        """Does what a block says; returns the output of the last command."""
        where = f"{block.page}:{block.line}"
        if block.file:
            (self.folder / block.file).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / block.file).write_text(block.text)
        elif block.language == "python" and block.mark == "run":
            (self.folder / "block.py").write_text(block.text)
            code, output = run(".venv/bin/python block.py", self.folder)
            self.assertEqual(code, 0, f"{where}: exit code {code}\n{output}")
        elif block.language == "sh" and block.exit_code is not None:
            code, output = (interrupt if block.mark == blocks.INTERRUPTED else run)(block.text, self.folder)
            self.assertEqual(code, block.exit_code, f"{where}: exit code {code}, expected {block.exit_code}\n{output}")
        elif block.mark == "shown":
            missing = blocks.missing_lines(block.text, output)
            self.assertEqual(missing, [], f"{where}: the output lacks these lines\n{output}")
        return output

    def test_the_commands_of_every_page_work_as_shown(self):
        for name, text in pages():
            with self.subTest(page=name):
                output = ""
                for block in blocks.find_blocks(name, text):
                    output = self.follow(block, output)


if __name__ == "__main__":
    Commands.bins = [pathlib.Path(word) for word in os.environ["M2M_BINS"].split(":")]
    unittest.main()
