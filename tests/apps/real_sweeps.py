"""The real m2m-sweep on a small study of the digits, for tests of the files that it leaves."""

import hashlib
import json
import os
import pathlib
import subprocess

STUDY = """
name = "small"
[data]
set = "digits"
ratio = 20
[train]
network = "mlp"
epochs = 12
defer_until = 8
batch_size = 64
[m2m]
beta = 0.9
gamma = 0.3
[grid]
method = {methods}
seed = [1]
"""
MPIRUN = ["mpirun", "--oversubscribe", "--bind-to", "none", "-np"]
for _name in ["OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"]:
    os.environ[_name] = "1"
os.environ.update(OMPI_MCA_btl_vader_single_copy_mechanism="none", OMP_NUM_THREADS="1")


class Sweeps:
    def __init__(self, sweep, checkout, folder, methods):
        self.sweep, self.checkout, self.folder = sweep, checkout, pathlib.Path(folder)
        self.study = self.folder / "small.toml"
        self.study.write_text(STUDY.format(methods=json.dumps(methods)))

    def run(self, out, *options, ranks=0):
        """Runs a sweep, without mpirun if `ranks` is 0; returns exit code and log."""
        launcher = [*MPIRUN, str(ranks)] if ranks else []
        done = subprocess.run(
            [*launcher, self.sweep, str(self.study), "--out", str(out), *options],
            cwd=self.checkout,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=120,
        )
        return done.returncode, done.stdout

    def ask(self, *words):
        return subprocess.run(
            [self.sweep, *map(str, words)], cwd=self.checkout, text=True, capture_output=True, check=True
        ).stdout


def saved_epoch(state):
    """The finished epochs of a resume.safetensors."""
    with open(state, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return json.loads(header["__metadata__"]["trial state"])["epoch"]


def lost_epochs(out):
    """{id of a stage or trial that has begun and not ended: epochs of its journal that it will train again}.

    A trial without a state of its own begins from that of its prefix if it has one: its journal begins with the same lines.
    """
    lost, out = {}, pathlib.Path(out)
    prefixes = {}  # first line of the journal -> finished epochs
    for state in out.glob("cache/*/state.safetensors"):
        with open(state.parent / "journal.jsonl") as journal:
            prefixes[journal.readline()] = saved_epoch(state)
    for journal in out.glob("*/*/journal.jsonl"):
        folder, lines = journal.parent, journal.read_text().splitlines(keepends=True)
        if (folder / "result.h5").exists() or (folder / "stage.json").exists():
            continue
        whole = [line for line in lines if line.endswith("\n")]
        finished = max((json.loads(line)["epoch"] + 1 for line in whole), default=0)
        states = [saved_epoch(state) for state in folder.glob("resume.safetensors")]
        begins = prefixes.get(whole[0], 0) if whole else 0
        lost[folder.name] = max(0, finished - max([*states, begins]))
    return lost


def weights(out):
    """{trial id: SHA-256 of its last weights}."""
    return {
        file.parent.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(pathlib.Path(out).glob("trials/*/last.safetensors"))
    }


def losses(out):
    """{id of a stage or trial that trains: the loss of each epoch; of an epoch's several lines the last counts}."""
    found = {}
    for journal in sorted(pathlib.Path(out).glob("*/*/journal.jsonl")):
        lines = [json.loads(line) for line in journal.read_text().splitlines()]
        found[journal.parent.name] = list({line["epoch"]: line["loss"] for line in lines}.values())
    return found
