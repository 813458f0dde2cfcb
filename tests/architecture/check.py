#!/usr/bin/env python3
"""Fails if a source breaks a rule: dependencies that are not allowed, modules or headers in a circle, libraries outside
their module, declarations outside its namespace, files or functions that are too long, types that share a name, settings
spelt outside their module, headers that no file includes, headers of tests outside their folder, files whose head comment
does not say what they are about; or if a document names a file, heading, make target, option, setting or variable that does
not exist or has a row that does not fit its table, or src/README.md is older than the comments it is made from.
Also prints how many headers have one user, which they could join; this is no failure.

Usage: check.py CHECKOUT
"""

import pathlib
import sys

import cycles
import documents
import includes
import lengths
import module_namespaces
import setting_literals
import shared_support
import source_index
import tables
import type_names
import users


def violations(checkout):
    """A sentence for each broken rule in the tree."""
    src, tests = checkout / "src", checkout / "tests"
    paths = [*includes.sources(src), *includes.sources(tests)]
    of_src = [rule.violations(src) for rule in (includes, setting_literals, module_namespaces)]
    others = [
        cycles.violations(src),
        lengths.violations(checkout, paths),
        type_names.violations(checkout, paths),
        users.violations(checkout),
        list(shared_support.violations(checkout)),
        documents.violations(checkout),
        tables.violations(checkout),
        source_index.violations(checkout),
    ]
    return ["src/" + sentence for sentence in sum(of_src, [])] + sum(others, [])


def main(arguments):
    if len(arguments) != 1:
        sys.exit(__doc__)
    checkout = pathlib.Path(arguments[0])
    found = violations(checkout)
    for sentence in found:
        print(sentence)
    print(f"{len(users.single_user_headers(checkout))} headers of src/ have one user besides their own source")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
