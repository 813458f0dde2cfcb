"""Compares the structure of a small sweep's files, and of the JSON and CSV of m2m-report and m2m-sweep, with the pins.

The structure is names, types and ranks of arrays; values are not pinned. M2M_BIN: the folder of the programs.
"""

import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

import h5py
import pins

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(os.environ["M2M_BIN"]).resolve()
STUDY = """
name = "pins"
[data]
set = "digits"
ratio = 20
[train]
device = "cpu"
network = "resnet8"
epochs = 2
defer_until = 1
batch_size = 64
lr = 0.01
[second]
epochs = 2
[m2m]
beta = 0.9
gamma = 0       # every translation passes, on every processor
[record]
features = 2
samples = 4
[grid]
method = ["ERM", "M2m", "cRT", "LA-post-hoc"]
seed = [1, 2]
[[point]]
label = "diverges"
method = "ERM"
seed = 1
train.lr = 1e30
"""
SOME_TRIALS_FAILED = 3
REPORTS = {
    "as it is": ["OUT"],
    "chosen": ["OUT", "--choose"],
    "aggregate": ["aggregate", "OUT"],
    "table": ["table", "OUT"],
    "table with intervals": ["table", "OUT", "--bootstrap", "100", "--metric", "bacc", "--metric", "auroc"],
    "classes": ["classes", "OUT"],
    "compare": ["compare", "OUT", "ERM", "M2m"],
    "variance": ["variance", "OUT"],
    "reference": ["reference", "OUT"],
}
KINDS = {"S": "text", "O": "text", "b": "flag"}


def to_text(dtype):
    """Names a type of HDF5; texts of all lengths are one type."""
    return KINDS.get(dtype.kind, str(dtype))


def dataset_text(data):
    rank = f"rank {data.ndim}" if data.ndim else "scalar"
    if data.dtype.names:
        return {
            "rank": data.ndim,
            "columns": {name: to_text(data.dtype[name]) for name in data.dtype.names},
            "order": list(data.dtype.names),
        }
    return f"{rank} of {to_text(data.dtype)}"


def attribute_text(attributes, name):
    attribute = attributes.get_id(name)
    rank = f"rank {len(attribute.shape)} of " if attribute.shape else ""
    return rank + to_text(attribute.dtype)


def group_structure(group, skipped=()):
    """Describes the members of a group: attributes are '@name', groups end in '/'."""
    found = {"@" + name: attribute_text(group.attrs, name) for name in group.attrs}
    for name, member in group.items():
        if name not in skipped:
            is_group = isinstance(member, h5py.Group)
            found[name + "/" * is_group] = group_structure(member) if is_group else dataset_text(member)
    return found


def merged(structures):
    """Joins structures: an optional key ends in '?', types that differ are joined by 'or'."""
    structures = [s for s in structures if s is not None]
    if all(isinstance(s, dict) for s in structures) and structures:
        keys = {key for s in structures for key in s}
        return {
            key + "?" * (not all(key in s for s in structures)): merged([s[key] for s in structures if key in s])
            for key in sorted(keys)
        }
    if all(isinstance(s, list) for s in structures) and structures:
        items = [item for s in structures for item in s]
        return [merged(items)] if items else []
    return " or ".join(sorted({json.dumps(s) if not isinstance(s, str) else s for s in structures})) or "null"


def structure(value):
    """Describes JSON by keys and types; joins the items of a list. null stands for any number."""
    if isinstance(value, dict):
        return {key: structure(member) for key, member in value.items()}
    if isinstance(value, list):
        items = [structure(item) for item in value]
        return [merged(items)] if items else []
    names = {bool: "flag", int: "integer", float: "number", str: "text"}
    return None if value is None else names[type(value)]


def safetensors_structure(file):
    """Describes tensors by name, type and rank, and metadata by keys."""
    content = file.read_bytes()
    header = json.loads(content[8 : 8 + struct.unpack("<Q", content[:8])[0]])
    return {
        name: sorted(entry) if name == "__metadata__" else f"rank {len(entry['shape'])} of {entry['dtype']}"
        for name, entry in header.items()
    }


class Sweep:
    def __init__(self, folder):
        self.study, self.out = pathlib.Path(folder) / "pins.toml", pathlib.Path(folder) / "out"
        self.study.write_text(STUDY)

    def run(self, program, *words, expected=0):
        """Returns what a program prints; exits if its exit code is not the expected one."""
        done = subprocess.run(
            [PROGRAMS / program, *map(str, words)], cwd=ROOT, text=True, capture_output=True, timeout=120
        )
        if done.returncode != expected:
            sys.exit(f"{program} {words}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def report(self, words, form):
        """Returns what m2m-report prints; `words`: a command and its arguments, OUT for the output folder."""
        return self.run("m2m-report", *(self.out if word == "OUT" else word for word in words), "--format", form)

    def trials(self):
        """Yields (label, folder) of the trials with seed 1."""
        for trial in json.loads((self.out / "study.json").read_text())["trials"]:
            if trial["config"]["seed"] == 1:
                yield trial["label"], self.out / "trials" / trial["id"]

    def stages(self):
        """Returns (kind, folder) of one g and one prefix."""
        planned = json.loads((self.out / "study.json").read_text())["stages"]
        return {stage["kind"]: self.out / "cache" / stage["id"] for stage in planned}.items()


def describe_files(folder):
    """Describes the files of a trial or a stage."""
    found = {}
    for file in sorted(folder.iterdir()):
        if file.name == "config.json":  # study.json has the same settings
            found[file.name] = "settings"
        elif file.suffix == ".json":
            found[file.name] = structure(dict(json.loads(file.read_text()), config={}))
        elif file.suffix == ".jsonl":
            found[file.name] = merged([structure(json.loads(line)) for line in file.read_text().splitlines()])
        elif file.suffix == ".safetensors":
            found[file.name] = safetensors_structure(file)
        elif file.suffix == ".h5":
            with h5py.File(file) as opened:
                found[file.name] = group_structure(opened)
    return found


def results_structure(run):
    """Describes results.h5; for groups of trials, the differences from the trial's own file."""
    with h5py.File(run.out / "results.h5") as results:
        found = group_structure(results, skipped=["trial"])
        for label, path in run.trials():
            if path.name in results["trial"]:
                with h5py.File(path / "result.h5") as alone:
                    of_trial, of_study = group_structure(alone), group_structure(results["trial"][path.name])
                found[f"trial/ID/ of {label}"] = {
                    "lacks": sorted(key for key in of_trial if of_trial[key] != of_study.get(key)),
                    "adds": sorted(set(of_study) - set(of_trial)),
                }
    return found


def main():
    with tempfile.TemporaryDirectory() as folder:
        run = Sweep(folder)
        run.run("m2m-sweep", run.study, "--out", run.out, expected=SOME_TRIALS_FAILED)
        files = {f"trial {label}": describe_files(path) for label, path in run.trials()}
        files.update({f"stage {kind}": describe_files(path) for kind, path in run.stages()})
        files["study.json"] = structure(json.loads((run.out / "study.json").read_text()))
        files["results.h5"] = results_structure(run)
        pins.check("files", files)
        answers = {
            name: {
                "json": structure(json.loads(run.report(words, "json"))),
                "csv": run.report(words, "csv").splitlines()[0].split(","),
            }
            for name, words in REPORTS.items()
        }
        answers["m2m-sweep status"] = structure(json.loads(run.run("m2m-sweep", "status", run.out, "--json")))
        answers["m2m-sweep simulate"] = structure(
            json.loads(run.run("m2m-sweep", "simulate", run.study, "--ranks", "1,2", "--json"))
        )
    pins.check("reports", answers)
    print(f"{len(files)} groups of files, {len(answers)} reports")


if __name__ == "__main__":
    main()
