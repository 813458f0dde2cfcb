#!/usr/bin/env python3
"""Sweeps as jobs of a real Slurm: launchers, arrays, GPUs, time limit, preemption, exit codes.

Usage: slurm_test.py CHECKOUT FAKE_SWEEP
Ends with 77 if Slurm cannot run. All jobs are submitted before the first is waited for.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import node  # which says where the next two are found
from counts import counts_in
from waiting import eventually

GRID = "[grid]\nmethod = ['ERM', 'M2m']\nseed = [0, 1, 2]\n"  # 6 trials and 3 g of 10 epochs each
SITE = """
. {checkout}/slurm/site.sh
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_btl_vader_single_copy_mechanism=none
m2m_launcher=({launcher})
"""
SRUN, MPIRUN = "srun --mpi=pmix", "mpirun --oversubscribe --bind-to none"
PRINT_GPUS = "#!/bin/sh\necho local $SLURM_LOCALID sees $CUDA_VISIBLE_DEVICES\n"
PATIENCE = 240  # seconds, for all jobs together


def call(*words, **more):
    return subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True, **more).stdout


class Job:
    """A sweep in a folder of its own, submitted by a script that the program itself has printed."""

    def __init__(self, folder, study=GRID, settings=(), options=(), launcher=SRUN, sbatch=(), program=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        (self.folder / "grid.toml").write_text(study)
        (self.folder / "site.sh").write_text(SITE.format(checkout=checkout, launcher=launcher))
        script = call(sweep_program, "slurm", "grid.toml", *settings, *options, cwd=self.folder)
        (self.folder / "job.sh").write_text(script)
        self.submit(*sbatch, "job.sh", program=program or sweep_program)

    def submit(self, *words, program=None):
        environment = dict(os.environ, M2M_SITE=str(self.folder / "site.sh"), M2M_SWEEP=str(program or sweep_program))
        self.number = call("sbatch", "--parsable", *words, cwd=self.folder, env=environment).strip()

    def fields(self):
        line = call("scontrol", "show", "job", "-o", self.number).splitlines()[0]
        return dict(word.split("=", 1) for word in line.split() if "=" in word)

    def ended(self):
        return self.fields()["JobState"] in ("COMPLETED", "FAILED", "TIMEOUT", "CANCELLED", "NODE_FAIL")

    def wait(self):
        """The job's last state, exit code and number of restarts."""
        self.wait_until(self.ended)
        fields = self.fields()
        return fields["JobState"], fields["ExitCode"], int(fields["Restarts"])

    def wait_until(self, true):
        """Waits until `true()`. Fails with the logs of job and Slurm if the job ends first or takes too long."""
        while True:
            too_late = self.ended() or time.monotonic() > deadline  # asked first: what a job did before its end counts
            if true():
                return
            if too_late:
                raise AssertionError(
                    f"waited in vain for job {self.number}: {self.fields()}\n{self.log()}\n{node.log()}"
                )
            time.sleep(0.3)

    def log(self):
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def lines(self, word, out="results/grid"):
        ran = self.folder / out / "ran.log"
        return [line for line in ran.read_text().splitlines() if line.startswith(word + " ")] if ran.exists() else []


class Slurm(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="m2m-slurm-"))
        cls.folder.chmod(0o755)  # mkdtemp's mode would keep munge's clients from its socket
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        (cls.folder / "print_gpus.sh").write_text(PRINT_GPUS)
        (cls.folder / "print_gpus.sh").chmod(0o755)
        node.start(cls.folder)
        two, slow = ("--ntasks-per-node", 2, "--time", 1), ("fake.milliseconds=400",)
        half = ("--gpus-per-node", 4, "--ntasks-per-node", 2, "--time", 2)
        low = {"settings": slow, "options": half, "sbatch": ["--partition=low"]}
        cls.preempted = [cls.job("preempted", **low), cls.job("preempted_mpirun", launcher=MPIRUN, **low)]
        # Of one minute, 45 s of margin leave a quarter.
        cls.limited = cls.job("limited", settings=slow, options=(*two, "--time-margin", 45))
        cls.srun = cls.job("srun", options=two)
        cls.mpirun = cls.job("mpirun", options=two, launcher=MPIRUN)
        cls.array = cls.job("array", options=(*two, "--array", 2))
        cls.broken = cls.job(
            "broken", study=GRID + "[[point]]\nlabel = 'T'\nmethod = 'RS'\nfake.does = 'throw'\n", options=two
        )

    @classmethod
    def job(cls, name, **more):
        return Job(cls.folder / name, **more)

    def expect_end(self, job, state="COMPLETED", code="0:0"):
        ended = job.wait()
        self.assertEqual(ended[:2], (state, code), job.log())
        return ended[2]

    def expect_whole(self, job):
        self.assertEqual(len({line.split()[2] for line in job.lines("done")}), 9, job.log())
        self.assertIn((6, 6, 0), counts_in(job.log()))
        self.assertTrue((job.folder / "results/grid/results.h5").exists())

    def expect_requeued(self, job):
        self.assertEqual(self.expect_end(job), 1, job.log())
        first, *_ = counts_in(job.log())  # the log is appended to: of the run that was stopped
        self.assertLess(first[0], 6, job.log())
        self.assertEqual(len(job.lines("done")), 9, "what was done has been done again: " + job.log())
        self.expect_whole(job)

    def test_1_preempted_jobs_come_back_and_finish(self):
        for job in self.preempted:
            job.wait_until(lambda job=job: job.lines("done"))
        high = self.job(
            "high",
            options=("--gpus-per-node", 8, "--ntasks-per-node", 8, "--time", 1),
            sbatch=["--partition=high"],
            program=self.folder / "print_gpus.sh",
        )
        self.expect_end(high)
        # Every rank sees every GPU, so that they can send to each other, and takes the one of its number.
        self.assertEqual(sorted(high.log().splitlines()), [f"local {i} sees 0,1,2,3,4,5,6,7" for i in range(8)])
        for job in self.preempted:
            self.expect_requeued(job)

    def test_2_both_launchers_run_a_job(self):
        for job in (self.srun, self.mpirun):
            self.assertEqual(self.expect_end(job), 0)
            self.expect_whole(job)
            self.assertEqual(len({line.split()[1] for line in job.lines("began")}), 2)  # two ranks, not two sweeps

    def test_3_an_array_shares_the_study(self):
        self.expect_end(self.array)

        def parts():
            return [self.array.lines("done", f"results/grid.{part}-of-2") for part in (1, 2)]

        self.assertTrue(eventually(lambda: len(sum(parts(), [])) >= 9, seconds=deadline - time.monotonic(), pause=0.3))
        self.assertTrue(all(parts()))
        self.assertEqual(len({line.split()[2] for line in sum(parts(), [])}), 9, self.array.log())
        joined = self.array.folder / "results/grid/results.h5"
        self.assertTrue(eventually(joined.exists, seconds=deadline - time.monotonic(), pause=0.3), self.array.log())
        self.assertEqual(self.array.lines("done"), [], "the joining job has trained")

    def test_4_one_exit_code_reaches_slurm(self):
        self.expect_end(self.broken, "FAILED", "3:0")
        self.broken.submit(checkout / "slurm/table2.sh")
        self.expect_end(self.broken, "FAILED", "2:0")
        self.assertRegex(self.broken.log(), r"slurm/table2\.sh: .*folder")

    def test_5_a_script_of_the_project_runs_as_it_is(self):
        shutil.copytree(checkout / "slurm", self.srun.folder / "slurm")
        self.srun.submit(checkout / "slurm/bench.sh", "grid.toml")
        self.expect_end(self.srun)
        self.assertEqual(counts_in(self.srun.log()), [(6, 6, 0)] * 2)  # once by test 2's script

    def test_6_a_job_stops_before_its_limit_comes_back_and_finishes(self):
        self.expect_requeued(self.limited)
        self.assertRegex(self.limited.log(), r"time left\D* \d+ s")  # the program knew when its job ends


if __name__ == "__main__":
    reason = node.why_not()
    if reason:
        print(f"skipped: {reason}")
        sys.exit(77)
    node.namespaces.enter_own_namespaces()
    sweep_program, checkout = pathlib.Path(sys.argv.pop()), pathlib.Path(sys.argv.pop())
    deadline = time.monotonic() + PATIENCE
    unittest.main()
