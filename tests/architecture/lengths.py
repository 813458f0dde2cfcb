"""Finds files and functions that are too long. Functions are recognised by the layout of clang-format."""

import re

from modules import MAX_FILE_LINES, MAX_FUNCTION_LINES

# Braces that open no function: namespaces do not indent their content, types do by two.
NAMESPACE = re.compile(r'^\s*(inline\s+)?(namespace\b|extern\s+"C"\s*\{)')
TYPE = re.compile(r"^\s*(template\s*<.*>\s*)?(class|struct|union|enum)\b[^()=]*\{$", re.DOTALL)
SKIPPED = re.compile(r"^\s*($|//|#|\}|public:|private:|protected:)")


def indentation(line):
    return len(line) - len(line.lstrip(" "))


def statement_from(lines, start):
    """(the first line after a declaration that begins at `start`, its text): up to a ';' or '{' that ends a line."""
    text = ""
    for index in range(start, len(lines)):
        text += lines[index].split("//")[0].rstrip() + "\n"
        if text.rstrip().endswith((";", "{", "}")):
            return index + 1, text.strip()
    return len(lines), text.strip()


def block_end(lines, start, indent):
    """The first line at or after `start` that closes a block of this indentation."""
    for index in range(start, len(lines)):
        if lines[index].startswith(" " * indent + "}"):
            return index
    return len(lines) - 1


def functions(lines):
    """(first line, number of lines) of each function body with its head, lines counted from 1."""
    index = 0
    while index < len(lines):
        if SKIPPED.match(lines[index]):
            index += 1
            continue
        begin = index
        index, text = statement_from(lines, begin)
        if text.endswith("{") and not NAMESPACE.match(text) and not TYPE.match(text):
            end = block_end(lines, index, indentation(lines[begin]))
            yield begin + 1, end - begin + 1
            index = end + 1


def violations(folder, paths):
    """A sentence for each file or function of `paths` that is too long; names are relative to `folder`."""
    found = []
    for path in paths:
        file, lines = path.relative_to(folder).as_posix(), path.read_text().splitlines()
        if len(lines) > MAX_FILE_LINES:
            found.append(f"{file}: {len(lines)} lines, at most {MAX_FILE_LINES}")
        for line, length in functions(lines):
            if length > MAX_FUNCTION_LINES:
                found.append(f"{file}:{line}: a function of {length} lines, at most {MAX_FUNCTION_LINES}")
    return found
