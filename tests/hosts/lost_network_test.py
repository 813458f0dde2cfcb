#!/usr/bin/env python3
"""A network that is gone while its two hosts live: the ranks of both end, and the same command leaves the table of a calm run.

Usage: lost_network_test.py CHECKOUT M2M_SWEEP
M2M_NETWORK_LOSSES: how many of each kind (default: 1), M2M_NETWORK_SEED: when, and on which host. Ends with 77 if namespaces
are not available.
"""

import contextlib
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

sys.path.extend(str(pathlib.Path(__file__).resolve().parents[1] / folder) for folder in ("apps", "support"))
import namespaces
import real_sweeps
import two_hosts
from marked_processes import processes_with
from waiting import eventually

METHODS = ["ERM", "M2m", "cRT"]  # with a g, a prefix, and a trial that another one begins from
STALL_TIMEOUT = 2
SECONDS_TO_END = STALL_TIMEOUT + 15  # of all ranks: 10 to save states, 5 for a launcher that does not answer
OF_A_RANK = "m2m-sweep"
# mpirun sees within 2 s that a host is gone.
KEEPALIVE = {"oob_tcp_keepalive_time": 1, "oob_tcp_keepalive_intvl": 1, "oob_tcp_keepalive_probes": 1}
LOST_A_HOST = 205  # exit code of mpirun
TOGETHER, ALONE = ["--ranks-per-trial", "2"], ["--ranks-per-trial", "1"]
ENDED = 4  # the exit code of a stall
WAITS = "in phase '(reduce|agree|forward|backward|evaluate)'"  # these sum over ranks


class Start:
    """A start of the sweep on two hosts; its word tells its processes from others."""

    def __init__(self, out, *options, settings=None):
        self.out, self.word = out, uuid.uuid4().hex
        command = [m2m_sweep, sweeps.study, "train.checkpoint_every=0.000001", "--out", out, *options]
        self.log = out.with_suffix(".log")
        with open(self.log, "w") as log:
            self.mpirun = subprocess.Popen(
                hosts.mpirun(1, *command, settings=settings),
                cwd=checkout,
                env={**os.environ, "M2M_MARK": self.word},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def journal_lines(self):
        return sum(file.read_bytes().count(b"\n") for file in self.out.glob("*/*/journal.jsonl"))

    def ranks(self):
        return [number for number, name in processes_with(self.word).items() if name == OF_A_RANK]

    def daemons(self):
        return [number for number, name in processes_with(self.word).items() if name == "orted"]

    def is_gone(self):
        return not processes_with(self.word)

    def kill(self):
        for number in processes_with(self.word):
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        self.mpirun.wait()


class LostNetwork(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        calm = folder / "calm"
        start = Start(calm, *TOGETHER)
        assert start.mpirun.wait(120) == 0, start.log.read_text()
        cls.of_groups = real_sweeps.weights(calm)
        calm = folder / "calm-alone"
        start = Start(calm, *ALONE)
        assert start.mpirun.wait(120) == 0, start.log.read_text()
        cls.of_single_ranks = real_sweeps.weights(calm)

    def setUp(self):
        self.out = folder / "out"
        self.addCleanup(shutil.rmtree, self.out, ignore_errors=True)

    def lose_network(self, start):
        """Pulls the cable of one of the hosts once some epochs are done, at a time that depends on the seed."""
        host, lines, pause = dice.choice((1, 2)), dice.randint(1, 30), dice.random() / 10
        self.addCleanup(start.kill)
        self.assertTrue(eventually(lambda: start.journal_lines() >= lines, 60), start.log.read_text())
        time.sleep(pause)
        two_hosts.set_port(host, "down")
        self.addCleanup(two_hosts.set_port, host, "up")
        return host

    def expect_end_of_ranks(self, start):
        lost = time.monotonic()
        self.assertTrue(eventually(lambda: not start.ranks(), SECONDS_TO_END), start.log.read_text())
        print(f"the ranks of both hosts ended {time.monotonic() - lost:.1f} s after the loss")

    def expect_completion(self, weights, *options):
        start = Start(self.out, *options)
        self.assertEqual(start.mpirun.wait(120), 0, start.log.read_text())
        self.assertEqual(real_sweeps.weights(self.out), weights)
        self.assertEqual(list(self.out.rglob("*.damaged*")), [])
        shutil.rmtree(self.out)

    def lose_and_resume(self, weights, *options, stop_daemon=False):
        """Returns the log of the start that lost the network."""
        start = Start(self.out, *options, "--stall-timeout", str(STALL_TIMEOUT))
        host = self.lose_network(start)
        if stop_daemon:
            for number in start.daemons():
                os.kill(number, signal.SIGSTOP)
        self.expect_end_of_ranks(start)
        for number in start.daemons():
            os.kill(number, signal.SIGCONT)
        two_hosts.set_port(host, "up")  # until then mpirun waits for its daemon on the other host
        self.assertEqual(start.mpirun.wait(60), ENDED, start.log.read_text())
        self.assertTrue(eventually(start.is_gone, 20), processes_with(start.word))
        log = start.log.read_text()
        self.expect_completion(weights, *options)
        return log

    def test_ends_ranks_that_train_a_trial_together(self):
        for _ in range(LOSSES):
            log = self.lose_and_resume(self.of_groups, *TOGETHER)
            stage = "in (g|prefix|trial) [0-9a-f]{8}"
            self.assertRegex(log, rf"rank 1 \(host host2\): has given no sign of life for \d+ s, {stage}")
            self.assertRegex(log, rf"rank 0 \(host host1\): makes no step for \d+ s, {stage}, {WAITS}")

    def test_ends_ranks_that_train_alone(self):
        for _ in range(LOSSES):
            log = self.lose_and_resume(self.of_single_ranks, *ALONE)
            # a fast machine may have trained everything by then, and misses the rank while the job shuts down
            self.assertRegex(log, r"rank 1 \(host host2\):? has given no sign of life")

    def test_ends_ranks_whose_daemon_is_stopped_too(self):
        for _ in range(LOSSES):
            self.lose_and_resume(self.of_groups, *TOGETHER, stop_daemon=True)

    def test_ends_the_whole_job_if_mpirun_looks_for_its_hosts(self):
        for _ in range(LOSSES):
            start = Start(self.out, *TOGETHER, settings=KEEPALIVE)
            host = self.lose_network(start)
            self.assertEqual(start.mpirun.wait(SECONDS_TO_END), LOST_A_HOST, start.log.read_text())
            self.assertTrue(eventually(start.is_gone, 20), processes_with(start.word))
            two_hosts.set_port(host, "up")
            self.expect_completion(self.of_groups, *TOGETHER)


if __name__ == "__main__":
    reason = namespaces.why_not(["mpirun"])
    if not reason and " 4." not in subprocess.check_output(["mpirun", "--version"], text=True).splitlines()[0]:
        reason = "daemons and options are those of Open MPI 4"
    if reason:
        print(f"skipped: no two hosts ({reason})")
        sys.exit(77)
    namespaces.enter_own_namespaces()
    m2m_sweep, checkout = sys.argv.pop(), pathlib.Path(sys.argv.pop()).resolve()
    LOSSES, dice = (
        int(os.environ.get("M2M_NETWORK_LOSSES", "1")),
        random.Random(os.environ.get("M2M_NETWORK_SEED", "1")),
    )
    with tempfile.TemporaryDirectory(prefix="m2m-network-", ignore_cleanup_errors=True) as temporary:
        folder = pathlib.Path(temporary)
        hosts, sweeps = two_hosts.TwoHosts(folder), real_sweeps.Sweeps(m2m_sweep, checkout, folder, METHODS)
        unittest.main()
