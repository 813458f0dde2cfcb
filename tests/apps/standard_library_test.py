#!/usr/bin/env python3
"""Fails if a program takes code of libstdc++ from a library of the wheel, which exports copies that another compiler made.

Usage: standard_library_test.py SITE_PACKAGES PROGRAM...
Asks the loader, which binds every symbol and starts nothing; libraries that are missing here do not matter.
"""

import os
import pathlib
import re
import subprocess
import sys

BINDING = re.compile(r"binding file (.+) \[\d+\] to (.+) \[\d+\]: \w+ symbol `(\w+)'")
STANDARD_LIBRARY = "libstdc++.so.6"


def bindings(program):
    """(symbol, library that provides it) for each symbol that the program looks up."""
    asked = {"LD_TRACE_LOADED_OBJECTS": "1", "LD_WARN": "yes", "LD_BIND_NOW": "1", "LD_DEBUG": "bindings"}
    loader = subprocess.run(
        [program], env={**os.environ, **asked}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    for line in loader.stderr.splitlines():
        if (found := BINDING.search(line)) and found.group(1) == program:
            yield found.group(3), os.path.realpath(found.group(2))


def exported(library):
    """The symbols that a library defines, without their versions."""
    listed = subprocess.run(["nm", "-D", "--defined-only", library], stdout=subprocess.PIPE, text=True, check=True)
    return {line.split()[-1].split("@")[0] for line in listed.stdout.splitlines()}


def violations(program, wheel):
    """A sentence if the program takes symbols of libstdc++ from below `wheel`, or if the loader does not answer."""
    bound = list(bindings(program))
    standard = next((library for _, library in bound if os.path.basename(library).startswith("libstdc++.so.6")), None)
    if standard is None:
        return [f"{program}: the loader names no symbol of {STANDARD_LIBRARY}"]
    standard_symbols = exported(standard)
    wrong = [
        f"{symbol} ({os.path.basename(library)})"
        for symbol, library in bound
        if symbol in standard_symbols and library.startswith(wheel + "/")
    ]
    return (
        [f"{program}: {len(wrong)} symbols of libstdc++ come from the wheel: {', '.join(wrong[:3])} ..."]
        if wrong
        else []
    )


def main(arguments):
    if len(arguments) < 2:
        sys.exit(__doc__)
    wheel = os.path.realpath(arguments[0])
    if not pathlib.Path(wheel, "torch").is_dir():
        sys.exit(f"{wheel}: no torch here")
    found = [sentence for program in arguments[1:] for sentence in violations(program, wheel)]
    for sentence in found:
        print(sentence)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
