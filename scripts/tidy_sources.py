#!/usr/bin/env python3
"""Writes compile commands that clang understands, and prints the sources to check, one a line.

Usage: tidy_sources.py BUILD OUTPUT_FOLDER [--modules-without-torch] [--changed REV] [--last N] [FILE...]
"""

import argparse
import functools
import json
import pathlib
import re
import subprocess
import sys

CHECKOUT = pathlib.Path(__file__).resolve().parents[1]
# What clang does not understand of GCC: a flag, and the precompiled header. The sources include what they use, so nothing is
# missing without it.
GCC_ONLY = re.compile(
    r" -Winvalid-pch| -Werror(=invalid-pch)?(?= )| -include \S*cmake_pch\.hxx| -fno-tree-loop-vectorize"
)


def project_commands(build):
    """{source relative to the checkout: its entry} for the C++ sources of src/ and tests/, the first of several variants."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = pathlib.Path(entry["file"])
        if file.suffix != ".cpp" or not file.is_relative_to(CHECKOUT):
            continue
        name = file.relative_to(CHECKOUT).as_posix()
        if name.startswith(("src/", "tests/")):
            found.setdefault(name, dict(entry, command=GCC_ONLY.sub("", entry["command"])))
    return found


def changed_files(revision):
    """C++ files that differ from the point where HEAD left `revision`, committed or not."""
    base = subprocess.run(["git", "merge-base", revision, "HEAD"], cwd=CHECKOUT, text=True, capture_output=True)
    if base.returncode:
        sys.exit(f"tidy.sh: git knows no merge base of HEAD and '{revision}'")
    names = subprocess.run(
        ["git", "diff", "--name-only", "--diff-filter=d", base.stdout.strip(), "--", "src", "tests"],
        cwd=CHECKOUT,
        text=True,
        capture_output=True,
        check=True,
    ).stdout
    return names.splitlines()


def recent_sources(number, commands):
    """The sources for what commits changed last: the first `number` of them."""
    names = subprocess.run(
        ["git", "log", "--format=", "--name-only", "--diff-filter=d", "--", "src", "tests"],
        cwd=CHECKOUT,
        text=True,
        capture_output=True,
        check=True,
    ).stdout.splitlines()
    recent = {}  # a dict keeps the order
    for name in dict.fromkeys(names):
        if len(recent) == number:
            break
        if source := source_for(name, commands):
            recent[source] = None
    return set(recent)


@functools.cache
def users(header):
    """The files of src/ and tests/ that include a header."""
    name = header.partition("/")[2]
    paths = [path for folder in ("src", "tests") for path in sorted((CHECKOUT / folder).rglob("*.[chp]pp"))]
    return [path.relative_to(CHECKOUT).as_posix() for path in paths if f'#include "{name}"' in path.read_text()]


def source_for(name, commands, seen=()):
    """The source with which a file is checked: itself; for a header its source, else one that includes it; else None."""
    if name in commands:
        return name
    path = pathlib.PurePosixPath(name)
    if path.suffix != ".hpp" or name in seen:
        return None
    source = path.with_suffix(".cpp").as_posix()
    if source in commands:
        return source
    return next(filter(None, (source_for(user, commands, (*seen, name)) for user in users(name))), None)


def without_torch(commands):
    """The sources of src/ that are compiled without torch."""
    return {
        name for name, entry in commands.items() if name.startswith("src/") and "/torch/include" not in entry["command"]
    }


def named(files, commands):
    """The sources for files that the user names, relative to the current folder; exits if there is none for a file."""
    paths = {file: pathlib.Path(file).resolve() for file in files}
    found = {
        file: path.is_relative_to(CHECKOUT) and source_for(path.relative_to(CHECKOUT).as_posix(), commands)
        for file, path in paths.items()
    }
    if missing := [file for file, source in found.items() if not source]:
        sys.exit(f"tidy.sh: no compile command for {', '.join(missing)}")
    return set(found.values())


def main():
    parser = argparse.ArgumentParser(prog="tidy.sh", description=__doc__)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--modules-without-torch", action="store_true")
    parser.add_argument("--changed", metavar="REV")
    parser.add_argument("--last", metavar="N", type=int)
    parser.add_argument("files", nargs="*")
    given = parser.parse_args()
    commands = project_commands(given.build)
    given.folder.mkdir(exist_ok=True)
    (given.folder / "compile_commands.json").write_text(json.dumps(list(commands.values()), indent=1))
    selected = named(given.files, commands)
    if given.modules_without_torch:
        selected |= without_torch(commands)
    if given.changed:
        selected |= {source_for(name, commands) for name in changed_files(given.changed)} - {None}
    if given.last:
        selected |= recent_sources(given.last, commands)
    everything = not (given.files or given.modules_without_torch or given.changed or given.last)
    print("\n".join(sorted(commands if everything else selected)))


if __name__ == "__main__":
    main()
