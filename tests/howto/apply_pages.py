#!/usr/bin/env python3
"""Applies the code blocks of the how-to pages to copies of the sources.

A block of code follows a comment that names its file, and its place in it:
    <!-- src/a.cpp, new -->              the block is the file
    <!-- src/a.cpp, after: LINE -->      the block follows this line; before: and replace: likewise
LINE is a whole line without its indentation, and occurs once.

Usage: apply_pages.py CHECKOUT OUTPUT PAGE...
Writes the changed files below OUTPUT, and prints their names. A file that is as it should be keeps its time.
"""

import pathlib
import re
import sys

BLOCK = re.compile(
    r"^<!-- (\S+), (new|(after|before|replace): ([^\n]+)) -->\n```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE
)
MARK = re.compile(r"^<!-- (?:src|tests)/", re.MULTILINE)


class PageError(Exception):
    """A block that cannot be applied."""


def find_blocks(page):
    """(file, place, line, code) of each block of a page; place is None for a new file."""
    text = page.read_text()
    found = [(file, place or None, line, code) for file, _, place, line, code in BLOCK.findall(text)]
    if len(found) != len(MARK.findall(text)):
        raise PageError(f"{page}: a comment that names a file is not followed by a block of code, or has another form")
    return found


def insert(text, place, line, code):
    """The text with the code after, before or instead of the line. Raises PageError unless the line occurs once."""
    lines = text.splitlines(keepends=True)
    places = [number for number, other in enumerate(lines) if other.strip() == line]
    if len(places) != 1:
        raise PageError(f"the line '{line}' occurs {len(places)} times, expected once")
    begin = places[0] + (place == "after")
    lines[begin : places[0] + (place != "before")] = [code]
    return "".join(lines)


def apply_pages(checkout, pages):
    """{file: its text with the blocks of all pages}."""
    texts = {}
    for page in pages:
        for file, place, line, code in find_blocks(page):
            if place is None:
                if (checkout / file).exists() or file in texts:
                    raise PageError(f"{page}: {file} exists, but is shown as new")
                texts[file] = code
                continue
            try:
                texts[file] = insert(texts.get(file) or (checkout / file).read_text(), place, line, code)
            except (PageError, OSError) as reason:
                raise PageError(f"{page}: {file}: {reason}") from reason
    return texts


def main(arguments):
    if len(arguments) < 3:
        sys.exit(__doc__)
    checkout, output, *pages = map(pathlib.Path, arguments)
    try:
        texts = apply_pages(checkout, pages)
    except PageError as reason:
        sys.exit(str(reason))
    for file, text in texts.items():
        copy = output / file
        if not copy.exists() or copy.read_text() != text:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text)
        print(file)


if __name__ == "__main__":
    main(sys.argv[1:])
