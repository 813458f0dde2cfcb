#!/usr/bin/env python3
"""Sweeps over two hosts (../support/two_hosts.py).

Usage: hosts_test.py CHECKOUT FAKE_SWEEP M2M_SWEEP
Ends with 77 if namespaces are not available.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import namespaces
import two_hosts
from waiting import eventually

GRID = "[grid]\nmethod = ['ERM', 'M2m']\nseed = [0, 1, 2]\n"  # 6 trials and 3 g of 10 epochs each


class SweepsOverTwoHosts(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="m2m-hosts-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        (self.folder / "grid.toml").write_text(GRID)

    def run_on_both(self, slots, *words):
        return subprocess.run(
            hosts.mpirun(slots, *words), cwd=self.folder, check=False, capture_output=True, text=True, timeout=60
        )

    def lines(self, word):
        log = self.folder / "results/grid/ran.log"
        return [line for line in log.read_text().splitlines() if line.startswith(word + " ")] if log.exists() else []

    def test_a_sweep_uses_the_ranks_of_both(self):
        ended = self.run_on_both(2, fake_sweep, "grid.toml", "fake.milliseconds=20")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertEqual(len(self.lines("done")), 9)
        for host in ("host1", "host2"):
            self.assertIn(f"(host {host})", ended.stderr)

    def test_a_trial_across_both_gives_what_one_host_gives(self):
        study = [
            "method=DRS",
            "data.set=digits",
            "train.network=resnet8",
            "train.epochs=3",
            "train.defer_until=2",
            "train.deterministic=true",
            f"data.root={checkout}/datasets",
        ]
        (self.folder / "digits.toml").write_text("method = 'DRS'\n")
        across = self.run_on_both(1, m2m_sweep, "digits.toml", *study, "--ranks-per-trial", 2, "--out", "across")
        self.assertEqual(across.returncode, 0, across.stderr)
        self.assertRegex(across.stderr, r"\b2 ranks\b.*\b1 group of 2\b")
        alone = subprocess.run(
            two_hosts.on_host1(m2m_sweep, "digits.toml", *study, "--out", "alone"),
            cwd=self.folder,
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual(alone.returncode, 0, alone.stderr)
        weights = [next((self.folder / out / "trials").glob("*/last.safetensors")) for out in ("across", "alone")]
        self.assertEqual(weights[0].parent.name, weights[1].parent.name)  # the same trial
        self.assertEqual(weights[0].read_bytes(), weights[1].read_bytes())  # the same bits

    def test_the_loss_of_one_ends_the_job_at_once_and_loses_nothing(self):
        command = hosts.mpirun(2, fake_sweep, "grid.toml", "fake.milliseconds=100")
        with subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as job:
            self.assertTrue(eventually(lambda: len(self.lines("done")) >= 3, seconds=30))
            for process in two_hosts.processes_on(2):
                os.kill(process, signal.SIGKILL)
            lost = time.monotonic()
            self.assertNotEqual(job.wait(timeout=30), 0)
            self.assertLess(time.monotonic() - lost, 10)  # about 1 s on a quiet machine
        finished = {
            path.parent.name
            for path in (self.folder / "results/grid").glob("*/*/*")
            if path.name in ("result.h5", "stage.json")
        }
        self.assertLess(len(finished), 9)
        resumed = self.run_on_both(2, fake_sweep, "grid.toml", "fake.milliseconds=1", "--wait")
        self.assertEqual(resumed.returncode, 0, resumed.stderr)
        began = [line.split()[2] for line in self.lines("began")]
        for stage in finished:
            self.assertEqual(began.count(stage), 1)


if __name__ == "__main__":
    reason = namespaces.why_not(["mpirun"])
    if reason:
        print(f"skipped: no two hosts ({reason})")
        sys.exit(77)
    namespaces.enter_own_namespaces()
    m2m_sweep, fake_sweep, checkout = sys.argv.pop(), sys.argv.pop(), sys.argv.pop()
    os.environ.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    with tempfile.TemporaryDirectory(prefix="m2m-mpi-", ignore_cleanup_errors=True) as of_mpirun:
        hosts = two_hosts.TwoHosts(of_mpirun)
        unittest.main()
