#!/usr/bin/env python3
"""Writes src/README.md: a line for each file of src/, from the first sentence of its head comment, under its module's line in
the table of docs/architecture.md. check.py fails if the page differs.

Usage: source_index.py CHECKOUT
"""

import pathlib
import re
import sys

PAGE = "src/README.md"
RENEW = "python3 tests/architecture/source_index.py ."
HEAD = f"""# Sources

A line for each file, by module, lowest first; [docs/architecture.md](../docs/architecture.md) has the picture.
A header and the sources of the same name share a line: the header declares and documents, the sources define.

The lines are the first sentences of the files' head comments. After a change of one, `{RENEW}` writes this page anew.
"""
MODULE_ROW = re.compile(r"^\| (`[^|]+`) \|[^|\n]*\|[^|\n]*\| (.+) \|$", re.MULTILINE)
SENTENCE_END = re.compile(r"(?<!\bal)\.(?=\s|$)")
MAX_SUMMARY = 180  # characters: a line that can be taken in at a glance


def module_lines(architecture):
    """{module: its contents} of the table of docs/architecture.md; a row may name two modules."""
    return {
        name: contents
        for names, contents in MODULE_ROW.findall(architecture)
        for name in re.findall(r"`([^`]+)`", names)
    }


def first_sentence(text):
    """The first sentence, without its full stop."""
    end = SENTENCE_END.search(text)
    return text[: end.start()] if end else text


def summary(path):
    """The first sentence of a source's head comment, of a script's docstring; "" if there is none."""
    comment = []
    for line in path.read_text().splitlines():
        if line.startswith("//"):
            comment.append(line.lstrip("/").strip())
        elif line.startswith('"""'):
            comment.append(line.strip('"'))
        elif comment or not line.startswith(("#pragma once", "#!")):
            break
    return first_sentence(" ".join(comment)).replace("*", r"\*")


def entries(folder):
    """(main file, further suffixes) of a folder, by name: a header with its sources, or a source alone."""
    files = sorted(path for path in folder.iterdir() if path.suffix in {".hpp", ".cuh", ".cpp", ".cu", ".py"})
    headers = {path.stem for path in files if path.suffix == ".hpp"}
    for path in files:
        if path.suffix == ".hpp":
            yield path, [other.suffix for other in files if other.stem == path.stem and other != path]
        elif path.stem not in headers:
            yield path, []


def make_page(root):
    """The text of the page."""
    src, page = root / "src", HEAD
    for module, contents in module_lines((root / "docs/architecture.md").read_text()).items():
        page += f"\n## {module}\n\nContents: {contents}.\n\n| file | subject |\n|---|---|\n"
        for path, further in entries(src / module):
            name = path.relative_to(src).as_posix()
            page += f"| [{path.name}]({name}){''.join(' ' + suffix for suffix in further)} | {summary(path)} |\n"
    return page


def violations(root):
    """A sentence if the page differs from the sources, and one for each file whose head comment gives no line."""
    if not (root / PAGE).exists():
        return []  # documents.py finds the broken links to it
    found = []
    for path in (
        path for folder in sorted((root / "src").rglob("*/")) if folder.is_dir() for path, _ in entries(folder)
    ):
        line, name = summary(path), path.relative_to(root).as_posix()
        if not line:
            found.append(f"{name}: begins with no comment that says what it is about")
        elif len(line) > MAX_SUMMARY:
            found.append(
                f"{name}: the first sentence of its head comment has {len(line)} characters, at most {MAX_SUMMARY}"
            )
    if (root / PAGE).read_text() != make_page(root):
        found.append(f"{PAGE} differs from the head comments of the sources; write it anew: {RENEW}")
    return found


def main(arguments):
    if len(arguments) != 1:
        sys.exit(__doc__)
    root = pathlib.Path(arguments[0])
    (root / PAGE).write_text(make_page(root))
    for sentence in violations(root):
        print(sentence)


if __name__ == "__main__":
    main(sys.argv[1:])
