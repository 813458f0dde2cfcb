#!/usr/bin/env python3
"""A disk that fills up during a sweep: the sweep stops in order, wastes no training, and continues once there is space.

Usage: full_disk_test.py M2M_SWEEP CHECKOUT
Ends with 77 if no small file system can be mounted.
"""

import contextlib
import errno
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from real_sweeps import Sweeps, losses, weights
from waiting import eventually

MARK = "M2M_INSIDE_OWN_MOUNTS"
INPUT_OUTPUT = 74
SIZE = 8 << 20  # of the disk, in bytes


def enter_own_mounts():
    """Starts this program again in a namespace in which it may mount, and returns only there.

    The kernel unmounts all at its end.
    """
    if MARK in os.environ:
        return
    for unshare in [["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"]]:
        tried = subprocess.run([*unshare, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], check=False, capture_output=True)
        if tried.returncode == 0:
            os.environ[MARK] = "1"
            os.execvp(unshare[0], [*unshare, sys.executable, *sys.argv])
    print("skipped: this machine mounts no file system for a test")
    sys.exit(77)


class FullDisk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="m2m-full-disk-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.disk = cls.folder / "disk"
        cls.disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", cls.disk], check=True)
        cls.addClassCleanup(subprocess.run, ["umount", cls.disk], check=True)
        cls.sweeps = Sweeps(sweep, checkout, cls.folder, ["ERM", "M2m", "LA-post-hoc"])
        for ranks in (0, 2):
            code, log = cls.sweeps.run(cls.folder / f"reference{ranks}", *cls.group(ranks), ranks=ranks)
            assert code == 0, log

    @staticmethod
    def group(ranks):
        return ["--ranks-per-trial", str(ranks)] if ranks else []

    def leave(self, kilobytes):
        """Fills the disk up to this much free space."""
        free = os.statvfs(self.disk).f_bavail * os.statvfs(self.disk).f_frsize
        with open(self.disk / "filler", "wb") as filler, contextlib.suppress(OSError):  # the sweep writes as well
            filler.write(bytes(max(0, free - (kilobytes << 10))))

    def run_while_it_fills(self, kilobytes, ranks):
        """Runs a sweep; the disk fills up once the sweep has found enough space for its study."""
        subprocess.run(["rm", "-rf", self.disk / "out", self.disk / "filler"], check=True)

        def fill():
            if eventually((self.disk / "out/study.json").exists, pause=0.002):
                self.leave(kilobytes)

        filling = threading.Thread(target=fill)
        filling.start()
        ran = self.sweeps.run(self.disk / "out", *self.group(ranks), ranks=ranks)
        filling.join()
        return ran

    def test_it_is_too_small_for_the_study(self):
        subprocess.run(["rm", "-rf", self.disk / "out", self.disk / "filler"], check=True)
        self.leave(100)
        code, log = self.sweeps.run(self.disk / "out")
        self.assertEqual(code, INPUT_OUTPUT, log)
        self.assertRegex(log, "disk/out: .* 0.1 MB are free")
        self.assertNotIn("start  ", log)

    def test_it_stops_at_the_first_file_and_goes_on_with_space(self):
        stopped = 0
        for ranks, sizes in ((0, (4, 12, 32, 160, 420)), (2, (12, 48, 260))):
            for kilobytes in sizes:
                with self.subTest(ranks=ranks, kilobytes=kilobytes):
                    code, log = self.run_while_it_fills(kilobytes, ranks)
                    if code != 0:
                        self.assertEqual(code, INPUT_OUTPUT, log)
                        stopped += 1
                        sentence = [line for line in log.splitlines() if line.startswith("m2m-sweep: ")]
                        self.assertEqual(len(sentence), 1, log)
                        self.assertRegex(sentence[0], f"disk/out.*{os.strerror(errno.ENOSPC)}.*free space")
                        self.assertNotIn("failed  ", log)
                        starts = [
                            line.split("start ")[1].split(" on rank")[0]
                            for line in log.splitlines()
                            if "start  " in line
                        ]
                        self.assertEqual(len(starts), len(set(starts)), log)  # nothing is tried twice
                        self.assertEqual(list(self.disk.glob("out/trials/*/failure.json")), [])
                        self.assertFalse((self.disk / "out/lock.json").exists())
                    (self.disk / "filler").unlink()
                    code, log = self.sweeps.run(self.disk / "out", *self.group(ranks), ranks=ranks)
                    self.assertEqual(code, 0, log)
                    self.assertEqual(weights(self.disk / "out"), weights(self.folder / f"reference{ranks}"))
                    self.assertEqual(losses(self.disk / "out"), losses(self.folder / f"reference{ranks}"))
        self.assertGreater(stopped, 4)

    def test_shared_memory_of_64_mb_is_enough_for_ranks_of_a_host(self):
        """As a container has by default: the ranks exchange messages there."""
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={64 << 20}", "tmpfs", "/dev/shm"], check=True)
        self.addCleanup(subprocess.run, ["umount", "/dev/shm"], check=True)
        for out, ranks in (("pair", 2), ("four", 4)):
            code, log = self.sweeps.run(self.folder / out, "--ranks-per-trial", "2", ranks=ranks)
            self.assertEqual(code, 0, log)
            self.assertEqual(weights(self.folder / out), weights(self.folder / "reference2"))


if __name__ == "__main__":
    enter_own_mounts()
    checkout, sweep = sys.argv.pop(), sys.argv.pop()
    unittest.main()
