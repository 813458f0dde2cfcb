"""Finds the package m2m_results of the checkout for the scripts beside this file."""

import importlib
import pathlib
import sys


def run(command: str) -> None:
    """Runs a command of the package with the script's command line; ends the process if it cannot."""
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
    name = pathlib.Path(sys.argv[0]).name
    try:
        commands = importlib.import_module("m2m_results.__main__")
    except ModuleNotFoundError as error:
        sys.exit(f"{name}: no Python module {error.name}; 'make setup' installs it: .venv/bin/python {sys.argv[0]}")
    commands.run_command(command, name, sys.argv[1:])
