"""The commands of the package: 'python -m m2m_results COMMAND', 'm2m-results COMMAND', and the scripts of results/."""

import argparse
import importlib
import sys

from m2m_results.command_line import MISSING_PART, Failure, refuse

COMMANDS = {
    "table": "means over seeds by method and data setting",
    "figures": "figures as SVG and PNG",
    "page": "one page that shows the study",
    "events": "event files for TensorBoard",
    "export": "tables as CSV or Parquet",
    "mllog": "log lines in the form of MLPerf training",
    "track": "runs in MLflow or Weights & Biases",
}
INSTALL = {
    "tensorboard": "'{python} -m pip install --require-hashes --no-deps --requirement requirements/tensorboard.txt' "
    "in the checkout, or 'pip install tensorboard' elsewhere, installs what it needs",
}


def run_command(command: str, program: str, words: list[str]) -> None:
    """Runs a command with the words of its command line; ends the process if it cannot."""
    parser = argparse.ArgumentParser(prog=program, formatter_class=argparse.RawDescriptionHelpFormatter)
    try:
        module = importlib.import_module(f"m2m_results.{command}")
    except ModuleNotFoundError as error:
        name = str(error.name).partition(".")[0]
        hint = INSTALL.get(name, "'make setup' installs it into .venv").format(python=sys.executable)
        parser.exit(MISSING_PART, f"{program}: no Python module {name}; {hint}\n")
    parser.description = module.__doc__
    module.add_arguments(parser)
    try:
        module.run(parser.parse_args(words))
    except Failure as failure:
        refuse(parser, failure)


def main() -> None:
    """Runs the command that the first word names."""
    epilog = "\n".join(f"  {name:8} {about}" for name, about in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="m2m-results",
        description="Figures, pages and tables of the results of m2m-sweep.",
        epilog=f"commands, each with --help:\n{epilog}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    command = parser.parse_args(sys.argv[1:2]).command
    run_command(command, f"{parser.prog} {command}", sys.argv[2:])


if __name__ == "__main__":
    main()
