#!/usr/bin/env python3
"""Soak: sweeps under kills, stops, signals, a full disk and damaged files end with the table of an undisturbed sweep.

As root, the ranks are on two hosts in network namespaces, and the output folder is on a small disk of its own. The seed
determines the faults; which step of the training they meet depends on the machine, too.

Usage: soak.py [--minutes M] [--seed N] [--bin PROGRAMS] [--folder OUTPUT] [--counts FILE], or soak.py --total FILE
"""

import argparse
import collections
import contextlib
import hashlib
import itertools
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import typing
import uuid

import h5py

sys.path.extend(str(pathlib.Path(__file__).parent / folder) for folder in ("apps", "support"))
import namespaces
import real_sweeps
from marked_processes import processes_with
from two_hosts import TwoHosts
from waiting import eventually

CHECKOUT = pathlib.Path(__file__).resolve().parents[1]
# 24 trials, 8 g and 8 prefixes, with a checkpoint about twice a second.
SWEEP = "m2m-sweep jobs/digits.toml data.ratio=100 train.epochs=12 train.checkpoint_every=0.01 --max-retries 1000"
RANKS = 4
DISK_BYTES = 256 << 20
SECONDS_TO_END = 5  # of all ranks, after mpirun has ended
MAX_SECONDS = 300  # of one start
MAX_DISTURBED = 12  # starts of a round
RANK, MPIRUN, ALL_RANKS, DISK = "to a rank", "to mpirun", "to all ranks", "disk"
# The exit code of mpirun that README.md gives for each fault.
CODES = {("SIGKILL", RANK): 137, ("SIGKILL", ALL_RANKS): 137, ("SIGKILL", MPIRUN): -9, ("SIGSTOP", RANK): 0}
CODES |= {(name, to): code for name in ("SIGINT", "SIGTERM", "SIGHUP") for to, code in ((RANK, 4), (MPIRUN, 1))}
CODES |= {(name, to): 85 for name in ("SIGUSR1", "SIGUSR2", "SIGXCPU") for to in (RANK, MPIRUN)}
CODES |= {("full", DISK): 74}
FLIPPED, CUT, EMPTIED = "flipped bit in", "cut off", "emptied"
DAMAGEABLE = "study.json results.h5 trials/*/result.h5 trials/*/failure.json */*/journal.jsonl */*/resume.safetensors"
DAMAGEABLE += " cache/*/stage.json cache/*/state.safetensors cache/*/best.safetensors"


class Choice(typing.NamedTuple):
    """What happens during and after one start of the sweep; chosen as a whole, so that it depends on the seed only."""

    fault: tuple | None = None
    stages: int = 0  # that end before the fault
    rank: int = 0
    pause: float = 0  # seconds for which a rank is stopped or the disk is full
    damages: tuple = ()  # (kind, which file as a fraction, which bit as a fraction)


def choose(soak, number, start):
    dice = random.Random(f"{soak.seed} {number} {start}")
    fault = dice.choice([fault for fault in CODES if soak.disk or fault[1] != DISK])
    choice = Choice(fault, dice.randrange(10), dice.randrange(RANKS), dice.uniform(0.5, 4))
    kinds = [dice.choice((FLIPPED, CUT, EMPTIED)) for _ in range(dice.randrange(3))]
    return choice._replace(damages=[(kind, dice.random(), dice.random()) for kind in kinds])


class Run:
    """One start of the sweep. A word in the environment of its processes tells them from others."""

    def __init__(self, soak, out, log):
        self.out, self.disk, self.word = out, soak.disk, uuid.uuid4().hex
        command = [*soak.launcher, soak.bin / SWEEP.split()[0], *SWEEP.split()[1:], "--out", out]
        environment = {**os.environ, "M2M_SOAK": self.word}
        self.mpirun = subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=log, stderr=log)

    def processes(self):
        return processes_with(self.word)

    def ranks(self):
        return sorted(number for number, name in self.processes().items() if name == "m2m-sweep")

    def has_ended(self):
        return self.mpirun.poll() is not None

    def stages(self):
        return len([*self.out.glob("cache/*/stage.json"), *self.out.glob("trials/*/result.h5")])

    def strike(self, choice):
        """Brings the fault about. Returns the right exit codes; none if the sweep ended before."""
        due = self.stages() + choice.stages
        eventually(lambda: self.has_ended() or self.stages() >= due and len(self.ranks()) == RANKS, MAX_SECONDS, 0.05)
        (name, to), ranks = choice.fault, self.ranks()
        if self.has_ended() or len(ranks) < RANKS:
            return set()
        if to == DISK:
            self.fill_disk(choice.pause)
            return {CODES[choice.fault]}
        numbers = {MPIRUN: [self.mpirun.pid], ALL_RANKS: ranks, RANK: [ranks[choice.rank]]}[to]
        codes = {CODES[choice.fault], *(128 + signal.Signals[name] for rank in ranks if not catches(rank, name))}
        send(name, numbers)
        if name == "SIGSTOP":
            eventually(self.has_ended, choice.pause)
            send("SIGCONT", numbers)
        return codes

    def fill_disk(self, seconds):
        filler = self.disk / "filler"
        with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(1 << 16))
        eventually(self.has_ended, seconds)
        filler.unlink()


def send(name, numbers):
    for number in numbers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.Signals[name])


def catches(number, name):
    """True if the process handles the signal; false while the loader reads it and after its end."""
    with contextlib.suppress(OSError):
        mask = pathlib.Path(f"/proc/{number}/status").read_text().split("SigCgt:")[1].split()[0]
        return bool(int(mask, 16) >> (signal.Signals[name] - 1) & 1)
    return False


def damage(out, log, kind, which, where):
    """Damages a file of the output folder; returns the class of the damage."""
    present = [found for found in (sorted(out.glob(pattern)) for pattern in DAMAGEABLE.split()) if found]
    files = present[int(which * len(present))]
    file = files[int(which * len(present) % 1 * len(files))]
    content = bytearray(file.read_bytes())
    byte, bit = divmod(int(where * 8 * len(content)), 8)
    if kind == FLIPPED and content:
        content[byte] ^= 1 << bit
    else:
        del content[byte if kind == CUT else 0 :]
    file.write_bytes(content)
    log.write(f"--- {kind} {file.relative_to(out)}: byte {byte}, bit {bit}\n")
    return f"{kind} {file.name}"


def table(soak, out):
    """The reports on a sweep, and for each trial a hash of the outputs and decisions of its network."""
    asked = [["table", out, "--format", "json"], ["table", out, "--format", "csv"], ["aggregate", out]]
    reports = [subprocess.run([soak.bin / "m2m-report", *words], capture_output=True, text=True) for words in asked]
    found = {str(number): report.stdout + report.stderr for number, report in enumerate(reports)}
    with h5py.File(out / "results.h5", locking=False) as file:
        for name, trial in file["trial"].items():
            parts = [trial[f"{epoch}/test/{part}"] for epoch in ("last", "best") for part in ("confusion", "logits")]
            found[name] = hashlib.sha256(b"".join(part[:].tobytes() for part in parts)).hexdigest()
    return found


class Round:
    """One output folder, from the first start of its sweep to its table."""

    def __init__(self, soak, number):
        self.soak, self.number = soak, number
        self.out = (soak.disk or soak.folder) / f"round{number}"
        self.log = open(soak.folder / f"{self.out.name}.log", "w", buffering=1)
        self.faults, self.suspects, self.problem = [], [], ""

    def complain(self, suspects, problem):
        self.suspects, self.problem = suspects or ["no fault"], problem
        self.log.write(f"--- PROBLEM: {problem}\n")

    def play(self):
        code, damages = None, []  # damages: since the last start that merged, and so read every result
        for start in itertools.count():
            # 3: merging has found damage, and the next start has to make it good.
            is_calm = code == 3 or start >= MAX_DISTURBED or time.monotonic() > self.soak.end
            choice = Choice() if is_calm else choose(self.soak, self.number, start)
            code = self.start(choice, damages)
            is_damageable = code != 3 and not self.problem and (self.out / "study.json").exists()
            fresh = [damage(self.out, self.log, *words) for words in choice.damages if is_damageable]
            self.faults += fresh
            if self.problem or (code == 0 and not fresh):
                break
            damages = (damages if code not in (0, 3) else []) + fresh
        self.close()
        return self

    def start(self, choice, damages):
        """Starts the sweep and disturbs it. Returns the exit code. damages: classes of those that it may find."""
        run = Run(self.soak, self.out, self.log)
        try:
            codes = run.strike(choice) if choice.fault else set()
            faults = [" ".join(choice.fault)] if codes else []
            self.faults += faults
            self.judge(run, {0, *codes, *([3] if damages else [])}, faults + damages)
        finally:
            send("SIGKILL", run.processes())
        return run.mpirun.wait()

    def judge(self, run, codes, suspects):
        code = run.mpirun.poll() if eventually(run.has_ended, MAX_SECONDS) else None
        self.log.write(f"--- exit code {code} after {suspects}\n")
        if code not in codes:
            self.complain(suspects, f"exit code {code} after {suspects}; None: no end for {MAX_SECONDS} s")
        elif not eventually(lambda: not run.processes(), SECONDS_TO_END):
            self.complain(suspects, f"left {SECONDS_TO_END} s after {suspects}: {run.processes()}")

    def close(self):
        """Compares the table. Keeps the output folder of a round with a problem, and deletes that of another."""
        wanted, found = self.soak.table, {} if self.problem else table(self.soak, self.out)
        different = [name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name)]
        if different and not self.problem:
            self.complain(self.faults, f"another table: {', '.join(sorted(different))}")
        if self.problem and self.soak.disk:
            shutil.move(self.out, self.soak.folder)
        elif not self.problem:
            shutil.rmtree(self.out)


class Soak:
    def __init__(self, arguments, is_in_namespaces):
        self.seed, self.bin = arguments.seed, arguments.bin.resolve()
        self.folder = pathlib.Path(arguments.folder or tempfile.mkdtemp(prefix="m2m-soak-")).resolve()
        self.folder.mkdir(exist_ok=True)
        one_host = (None, [*real_sweeps.MPIRUN, str(RANKS)])
        self.disk, self.launcher = prepare_machine(self.folder) if is_in_namespaces else one_host
        self.seconds, self.end, self.rows = 60 * arguments.minutes, 0, []

    def run(self):
        out = self.folder / "clean"
        with open(f"{out}.log", "w") as log:
            assert Run(self, out, log).mpirun.wait() == 0, f"{out}.log"
        self.table, self.end = table(self, out), time.monotonic() + self.seconds
        for number in itertools.takewhile(lambda _: time.monotonic() < self.end, itertools.count()):
            played = Round(self, number).play()
            self.rows.append({"seed": self.seed, "round": number, "faults": played.faults, "suspects": played.suspects})
            print(f"round {number}: {len(played.faults)} faults: {played.problem or 'the same table'}", flush=True)


def prepare_machine(folder):
    """Mounts a small disk and makes two hosts; returns the disk and the command that starts half of the ranks on each."""
    disk = pathlib.Path("/mnt")
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", disk], check=True)
    return disk, TwoHosts(folder).mpirun(RANKS // 2)


def print_counts(rounds):
    tried = collections.Counter(fault for row in rounds for fault in row["faults"])
    failed = collections.Counter(fault for row in rounds for fault in set(row["suspects"]))
    for fault in sorted(tried):
        print(f"{fault:36} {tried[fault]:6} tried {failed[fault]:6} suspected of a difference")
    print(f"{len(rounds)} rounds, {sum(bool(row['suspects']) for row in rounds)} with a difference")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bin", type=pathlib.Path, default=CHECKOUT / "build/bin")
    for name in ("folder", "counts", "total"):
        parser.add_argument(f"--{name}", type=pathlib.Path)
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    if arguments.total:
        print_counts([json.loads(line) for line in arguments.total.read_text().splitlines()])
        return
    reason = namespaces.why_not(["mpirun"])
    if reason:
        print(f"one host, and no full disk: {reason}")
    else:
        namespaces.enter_own_namespaces()
    soak = Soak(arguments, not reason)
    soak.run()
    print_counts(soak.rows)
    if arguments.counts:
        with open(arguments.counts, "a") as file:
            file.writelines(json.dumps(row) + "\n" for row in soak.rows)
    if any(row["suspects"] for row in soak.rows):
        sys.exit(f"a difference, with --seed {soak.seed}; logs and output folders: {soak.folder}")
    shutil.rmtree(soak.folder, ignore_errors=True)


if __name__ == "__main__":
    main()
