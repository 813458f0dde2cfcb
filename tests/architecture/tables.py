"""Finds rows of tables in documents that have more or fewer cells than the head of their table: a cell with an unescaped |
is shown as two, and the last ones are lost."""

import re

import documents

RULE = re.compile(r"\|?(?: *:?-+:? *\|)+(?: *:?-+:? *\|?)?")  # below the head of a table
CODE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
END = re.compile(r"(?<!\\)\|")


def count_cells(row):
    """Cells of a row that begins and ends with |."""
    return len(END.split(row.strip().strip("|")))


def wrong_rows(text):
    """(line number, cells of the row, cells of the head) of rows that differ from their head."""
    lines = CODE.sub(lambda block: "\n" * block.group().count("\n"), text).split("\n")
    for rule, line in enumerate(lines):
        if not rule or "|" not in line or not RULE.fullmatch(line.strip()):
            continue
        expected, number = count_cells(lines[rule - 1]), rule + 1
        while number < len(lines) and lines[number].startswith("|"):
            if count_cells(lines[number]) != expected:
                yield number + 1, count_cells(lines[number]), expected
            number += 1


def violations(root):
    """A sentence for each row that does not fit its table."""
    return [
        f"{document.relative_to(root).as_posix()}:{number}: a row of {cells} cells in a table of {expected}; write \\| in text"
        for pattern in documents.DOCUMENTS
        for document in sorted(root.glob(pattern))
        for number, cells, expected in wrong_rows(document.read_text())
    ]
