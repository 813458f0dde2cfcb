#!/usr/bin/env python3
"""Fails if a source breaks a rule: dependencies that are not allowed, libraries outside their module, files or functions
that are too long, types that share a name, settings spelt outside their module, headers of tests outside their folder; or
if a document names a file, heading, make target, option, setting or variable that does not exist.

Usage: check.py CHECKOUT
"""
import pathlib
import sys

import documents
import includes
import lengths
import setting_literals
import shared_support
import type_names


def violations(checkout):
    """A sentence for each broken rule in the tree."""
    src, tests = checkout / "src", checkout / "tests"
    found = ["src/" + sentence for sentence in includes.violations(src) + setting_literals.violations(src)]
    paths = [*includes.sources(src), *includes.sources(tests)]
    return (found + lengths.violations(checkout, paths) + type_names.violations(checkout, paths) +
            list(shared_support.violations(checkout)) + documents.violations(checkout))


def main(arguments):
    if len(arguments) != 1:
        sys.exit(__doc__)
    found = violations(pathlib.Path(arguments[0]))
    for sentence in found:
        print(sentence)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
