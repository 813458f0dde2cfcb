"""Compares options, verbs and exit codes of the programs, and the rows of `m2m-sweep describe`, with the pins.

Usage: command_lines_test.py M2M_SWEEP M2M_REPORT M2M_DOCTOR M2M_BENCH CHECKOUT
"""

import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import pins

OPTION = re.compile(r"(?<![\w-])(?:--[a-z][\w-]*|-[a-z](?![\w-]))")
SUBCOMMANDS = re.compile(r"^subcommands:\n((?:  .*\n)+)", re.MULTILINE | re.IGNORECASE)
DESCRIBED_TYPES = {"flag": "true/false"}
# Command lines, most of them wrong; {} stands for an empty folder.
CALLS = {
    "m2m-sweep": [
        "--version",
        "--nosuch",
        "nosuch",
        "jobs/nosuch.toml",
        "list jobs/digits.toml",
        "list jobs/digits.toml train.epochs=0",
        "list jobs/digits.toml nosuch=1",
        "list jobs/digits.toml method=nosuch",
        "list jobs/digits.toml data.root={} data.set=cifar10",
        "list jobs/digits.toml jobs/variance.toml",
        "list seed=1 jobs/digits.toml method=ERM,DRS",
        "--cache {} list jobs/digits.toml --out {}/new --ranks-per-trial 2 --part 1/2 --verbose",
        "validate jobs/digits.toml",
        "validate jobs/digits.toml --time-limit nosuch",
        "jobs/digits.toml --out",
        "jobs/digits.toml --part 3/2",
        "jobs/digits.toml --trials-per-device 99",
        "jobs/digits.toml --max-retries x",
        "jobs/digits.toml --dry-run --out {}/new",
        "slurm jobs/digits.toml --gpus-per-node x",
        "simulate jobs/digits.toml",
        "simulate jobs/digits.toml --ranks 0",
        "simulate jobs/digits.toml --ranks 1,2",
        "status",
        "status {}",
        "status {} --nosuch",
        "describe nosuch",
        "describe a b",
        "describe train.lr",
        "describe M2m",
        "--help",
        "jobs/digits.toml --help",
        "run --help",
        "list --help",
        "validate --help",
        "slurm --help",
        "simulate --help",
        "status --help",
        "describe --help",
        "list --version",
        "jobs/digits.toml list",
        "jobs/digits.toml --nodes 2",
        "jobs/digits.toml --ranks 2",
        "--out {}/new run jobs/digits.toml --dry-run",
        "--nodes 2 slurm jobs/digits.toml",
        "list jobs/digits.toml --wait",
        "validate jobs/digits.toml --array 2",
        "slurm jobs/digits.toml --part 1/2",
        "slurm jobs/digits.toml --array 0",
        "simulate jobs/digits.toml --ranks 1 --out {}",
        "status {} --out {}",
        "describe M2m --json",
    ],
    "m2m-report": [
        "",
        "--version",
        "{}",
        "{}/nosuch",
        "--nosuch",
        "--format pdf {}",
        "--select nosuch {}",
        "compare {}",
        "nosuch x y",
        "merge",
        "merge {}",
        "table",
        "variance {} --difference 0",
        "--help",
        "{} --help",
        "table --help",
        "aggregate --help",
        "compare --help",
        "variance --help",
        "reference --help",
        "merge --help",
        "table --version",
        "table {} --difference 1",
        "aggregate {} --metric few",
        "compare {} A B --choose",
        "variance {} --rows label",
        "reference {} --gm zero",
        "merge {} --format csv",
    ],
    "m2m-doctor": ["--version", "--nosuch", "stray", "--out", "--help"],
    "m2m-bench": [
        "--version",
        "--nosuch",
        "stray",
        "--list",
        "--filter nosuch",
        "--repetitions 0",
        "--threads x",
        "--device nosuch",
        "compare",
        "compare --authors {}",
        "run --nosuch",
        "collectives --nosuch",
        "--help",
        "run --help",
        "compare --help",
        "collectives --help",
        "class",
        "class XL",
        "class S --ranks 0",
        "class S --launch none --ranks 2",
        "class --help",
        "check",
        "check {}",
        "check {}/nosuch",
        "check --help",
        "run --version",
        "run --list",
        "run --authors {}",
        "compare --authors {} --filter x",
        "collectives --threads 1",
    ],
}


class Programs:
    def __init__(self, paths, checkout, folder):
        self.paths, self.checkout, self.folder = paths, checkout, folder

    def run(self, name, words):
        return subprocess.run(
            [self.paths[name], *(word.replace("{}", self.folder) for word in words.split())],
            cwd=self.checkout,
            text=True,
            capture_output=True,
            timeout=60,
        )

    def exit_code(self, call):
        return self.run(*call).returncode

    def help(self, call):
        """Returns (verbs, options) that --help lists."""
        text = self.run(call[0], call[1] + " --help").stdout
        verbs = {
            line.split()[0]
            for group in SUBCOMMANDS.findall(text)
            for line in group.splitlines()
            if re.match(r"  [a-z]", line)
        }
        return verbs, set(OPTION.findall(text))


def described(text):
    """Returns (name, type, default, unit) of each row of `m2m-sweep describe`."""
    lines = text.split("\n\n")[0].splitlines()
    begins = [lines[0].index(word) for word in ("setting", "type", "default", "unit", "meaning")]
    return [tuple(line[begin:end].strip() for begin, end in zip(begins, begins[1:])) for line in lines[1:]]


def pinned_rows():
    """Yields (name, type, default, unit) of each pinned setting."""
    settings = pins.read("settings")
    for row in (settings["rows"][name] for name in settings["order"]):
        yield row["name"], DESCRIBED_TYPES.get(row["type"], row["type"]), row["default"], row.get("unit", "")


def same_default(shown, default):
    """True if `shown`, a cell of `describe`, is this default."""
    if default is None or isinstance(default, str):
        return shown == ("-" if default is None else f"'{default}'")
    if isinstance(default, list):
        return [float(number) for number in shown.split("/")] == default
    return json.loads(shown) == default


def main():
    *paths, checkout = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        programs = Programs(dict(zip(CALLS, paths)), pathlib.Path(checkout), folder)
        calls = [(name, words) for name in CALLS for words in CALLS[name]]
        codes = pool.map(programs.exit_code, calls)
        helps = dict(zip(CALLS, pool.map(programs.help, [(name, "") for name in CALLS])))
        of_verbs = [(name, verb) for name in CALLS for verb in sorted(helps[name][0])]
        for (name, _), (_, options) in zip(of_verbs, pool.map(programs.help, of_verbs)):
            helps[name][1].update(options)
        rows = described(programs.run("m2m-sweep", "describe").stdout)
    answers = {
        name: {"verbs": sorted(verbs), "options": sorted(options), "exit codes": {}}
        for name, (verbs, options) in helps.items()
    }
    for (name, words), code in zip(calls, codes):
        answers[name]["exit codes"][words] = code
    pins.check("command_lines", answers)
    for row, (name, kind, default, unit) in zip(rows, [] if pins.RENEWS else pinned_rows(), strict=not pins.RENEWS):
        if (row[0], row[1], row[3]) != (name, kind, unit) or not same_default(row[2], default):
            sys.exit(f"m2m-sweep describe: {row}, pinned {(name, kind, default, unit)}")
    print(f"{len(calls)} command lines, {len(of_verbs)} verbs, {len(rows)} settings")


if __name__ == "__main__":
    main()
