#!/usr/bin/env python3
"""Writes the catalogue of methods with the row that docs/methods.md shows in "A method of your own".

Usage: add_example.py PAGE CATALOGUE OUTPUT
"""
import pathlib
import re
import sys

ROW = re.compile(r"^```cpp\n(row\(.*?\n)```$", re.DOTALL | re.MULTILINE)
FIRST_LIST = "  return {\n"


def main(arguments):
    if len(arguments) != 3:
        sys.exit(__doc__)
    page, catalogue, output = map(pathlib.Path, arguments)
    rows, text = ROW.findall(page.read_text()), catalogue.read_text()
    if len(rows) != 1 or FIRST_LIST not in text:
        sys.exit(f"{page} has {len(rows)} rows of a method where one is expected, or {catalogue} has no list of them")
    output.write_text(text.replace(FIRST_LIST, FIRST_LIST + rows[0], 1))


if __name__ == "__main__":
    main(sys.argv[1:])
