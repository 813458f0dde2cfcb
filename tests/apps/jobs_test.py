"""Checks that the program accepts every study that ships in jobs/ and that trials have their pinned ids.

Skips studies without data, which are found in M2M_DATA and in `shared/datasets` beside the checkout. An id depends on the
data, so a study is skipped if its data differ from those of the pins. Usage: jobs_test.py M2M_SWEEP CHECKOUT
"""

import concurrent.futures
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "pins"))
import pins

DONE, USAGE, BAD_DATA = 0, 2, 65
NEEDS_CHECKPOINT = "train.start_epoch = 160"  # a template; its first comment shows how to call it
DATA_FILES = {
    "cifar10": "cifar-10-batches-bin/*.bin",
    "cifar100": "cifar-100-binary/*.bin",
    "reuters36": "reuters52/*.txt",
    "twitter": "twitter-pos/*.t[sx][vt]",
}


def fingerprint(roots, name):
    """Returns the SHA-256 of the data set's files in the first root that has any; empty if there are no files."""
    for root in roots:
        if files := sorted(pathlib.Path(root).glob(DATA_FILES[name])):
            return hashlib.sha256(b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files)).hexdigest()
    return ""


class Lister:
    """Calls `m2m-sweep list` with each root of data in turn until the data are found."""

    def __init__(self, sweep, checkout):
        self.sweep, self.checkout = sweep, checkout
        roots = [os.environ.get("M2M_DATA"), checkout.resolve().parent / "shared/datasets"]
        self.roots = [str(root) for root in roots if root and pathlib.Path(root).is_dir()]

    def __call__(self, study):
        """Returns the exit code, and the lines 'id label' of trials or the error."""
        with tempfile.TemporaryDirectory() as folder:
            for root in self.roots or [""]:
                done = subprocess.run(
                    [self.sweep, "list", study, "--out", folder + "/out"],
                    text=True,
                    capture_output=True,
                    cwd=self.checkout,
                    env=dict(os.environ, **{"M2M_DATA": root} if root else {}),
                )
                if done.returncode != BAD_DATA:
                    break
        output = done.stdout if done.returncode == DONE else done.stdout + done.stderr
        return done.returncode, output.replace("  to do  ", " ")


def shipped_studies(checkout, pinned):
    """Returns the studies of jobs/ that git tracks, or those with pins if there is no git; the others are a user's own."""
    tracked = subprocess.run(["git", "ls-files", "-z", "jobs/*.toml"], text=True, capture_output=True, cwd=checkout)
    names = tracked.stdout.split("\0")[:-1] or [f"jobs/{name}" for name in pinned]
    return sorted(checkout / name for name in names)


def main():
    sweep, checkout = sys.argv[1], pathlib.Path(sys.argv[2])
    lister, pinned = Lister(sweep, checkout), pins.read("jobs")
    studies = shipped_studies(checkout, pinned["trials"])
    assert len(studies) > 10, studies
    data = {name: fingerprint(lister.roots, name) or pinned["data"][name] for name in DATA_FILES}
    others = {name for name in DATA_FILES if data[name] != pinned["data"][name] and not pins.RENEWS}
    trials, skipped = {}, {}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for study, (code, output) in zip(studies, pool.map(lister, studies)):
            if code == DONE:
                trials[study.name] = output.splitlines()
            if code == BAD_DATA or any(f'"{name}"' in study.read_text() for name in others):
                skipped[study.name] = "no data" if code == BAD_DATA else "other data"
            elif code != DONE and (code != USAGE or NEEDS_CHECKPOINT not in output):
                sys.exit(f"{study.name}: exit code {code}\n{output}")
    compared = sum(len(ids) for name, ids in trials.items() if name not in skipped)
    trials.update({name: ids for name, ids in pinned["trials"].items() if name in skipped})
    pins.check("jobs", {"data": data if pins.RENEWS else pinned["data"], "trials": trials})
    print(f"{len(studies)} studies, {compared} trials")
    for name, why in skipped.items():
        print(f"{name} skipped: {why}")


if __name__ == "__main__":
    main()
