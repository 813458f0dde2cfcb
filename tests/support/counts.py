"""Reads the numbers of a program's output, so that tests compare numbers and not the words between them."""

import re


def counts_in(text):
    """(done, of, failed) of each "5 of 6 trials done, 1 failed" in the text."""
    return [tuple(map(int, found)) for found in re.findall(r"(\d+) of (\d+) trials? done, (\d+) failed", text)]


def numbers_in(text):
    """The whole numbers of a text, in its order; those within a word ("a17", "m2m") do not count."""
    return [int(number) for number in re.findall(r"(?<![\w.])\d+(?![\w.])", text)]
