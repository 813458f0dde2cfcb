"""The programs that the package asks: how they are found and run.

A program is the one of its variable (M2M_REPORT for m2m-report), of the checkout or the installation that this package
lies in, or on PATH.
"""

import os
import pathlib
import shutil
import subprocess

from m2m_results.command_line import INPUT_OUTPUT, MISSING_PART, Failure

BUILT = pathlib.Path(__file__).resolve().parents[2] / "build" / "bin"
INSTALLED = pathlib.Path(__file__).resolve().parents[4] / "bin"  # of PREFIX/share/m2m/python/m2m_results


def find_program(name: str) -> str:
    """The path of a program. Throws Failure if there is none."""
    variable = name.upper().replace("-", "_")
    places = (str(folder / name) for folder in (BUILT, INSTALLED) if (folder / name).exists())
    found = os.environ.get(variable) or next(places, shutil.which(name))
    if not found:
        raise Failure(
            MISSING_PART,
            f"no {name} in build/bin of the checkout or on PATH; 'make programs' builds it, {variable} can name another",
        )
    return found


def ask_program(name: str, *words: str) -> str:
    """Runs a program and returns its standard output. Throws Failure with its sentence and exit code."""
    program = find_program(name)
    try:
        done = subprocess.run([program, *words], capture_output=True, encoding="utf-8", check=False)
    except OSError as error:
        raise Failure(INPUT_OUTPUT, f"{program}: cannot be run: {error.strerror}") from error
    if done.returncode != 0:
        sentence = done.stderr.strip().removeprefix(f"{name}: ") or f"{program} ended with code {done.returncode}"
        raise Failure(max(done.returncode, MISSING_PART), sentence)
    return done.stdout
