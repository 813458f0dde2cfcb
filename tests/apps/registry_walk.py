"""Every method of the catalogue trains two epochs on the digits through a sweep, and is found by `describe`.

Usage: registry_walk.py M2M_SWEEP CHECKOUT
"""

import json
import math
import pathlib
import subprocess
import sys
import tempfile

STUDY = """
name = "walk"
[data]
set = "digits"
ratio = 20
[train]
network = "resnet8"
epochs = 2
defer_until = 1
batch_size = 64
lr = 0.01
[second]
epochs = 2
[m2m]
beta = 0.9
gamma = 0.3
[cmo]
from = 0
until = 2
[grid]
method = {methods}
seed = [1]
"""


def run(*command, cwd=None):
    done = subprocess.run([str(part) for part in command], cwd=cwd, text=True, capture_output=True)
    if done.returncode != 0:
        sys.exit(f"{command}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def read_methods(sweep):
    line = [line for line in run(sweep, "describe").splitlines() if line.startswith("methods: ")]
    return line[0].removeprefix("methods: ").split(", ")


def check_trial(folder):
    """Checks that the journal has a finite loss per epoch; a post-hoc trial has only a result."""
    config = json.loads((folder / "config.json").read_text())
    assert (folder / "result.h5").is_file(), f"{config['method']}: no result"
    journal = folder / "journal.jsonl"
    if config["recipe.post_hoc"] != "none":
        assert not journal.exists(), f"{config['method']}: trains, and should not"
        return config["method"]
    losses = [json.loads(line)["loss"] for line in journal.read_text().splitlines()]
    assert len(losses) == 2, f"{config['method']}: {len(losses)} epochs"
    assert all(isinstance(loss, float) and math.isfinite(loss) for loss in losses), (config["method"], losses)
    return config["method"]


def main():
    sweep, checkout = sys.argv[1], pathlib.Path(sys.argv[2])
    methods = read_methods(sweep)
    assert len(methods) >= 23, methods
    for method in methods:
        assert run(sweep, "describe", method).startswith(method + ": "), method
    with tempfile.TemporaryDirectory() as folder:
        study = pathlib.Path(folder) / "walk.toml"
        study.write_text(STUDY.replace("{methods}", json.dumps(methods)))
        out = pathlib.Path(folder) / "out"
        run(sweep, study, "--out", out, cwd=checkout)
        trained = sorted(check_trial(trial) for trial in (out / "trials").iterdir())
        assert trained == sorted(methods), set(methods) ^ set(trained)
    print(f"{len(methods)} methods trained")


if __name__ == "__main__":
    main()
