#!/usr/bin/env python3
"""The job scripts of slurm/: options that sbatch would silently ignore, and the rules for a requeue.

Usage: scripts_test.py CHECKOUT
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

CHECKOUT = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]
REQUIRED = [
    "--job-name=",
    "--nodes=",
    "--ntasks-per-node=",
    "--time=",
    "--signal=B:USR1@",
    "--requeue",
    "--open-mode=append",
    "--output=",
]


def options(text):
    """The options that sbatch reads: those before the first command."""
    found = []
    for line in text.splitlines():
        if line.startswith("#SBATCH "):
            found.append(line.removeprefix("#SBATCH ").strip())
        elif line.strip() and not line.startswith("#"):
            break
    return found


def faults(text):
    """A sentence for each rule that a job script breaks, with the common part that it ends in."""
    read, found = options(text), []
    lines = text.rstrip().splitlines()
    if lines[-1].startswith(". slurm/run.sh "):
        text = "\n".join([*lines[:-1], (CHECKOUT / "slurm/run.sh").read_text()])
    found += [f"has no {wanted}" for wanted in REQUIRED if not any(option.startswith(wanted) for option in read)]
    if len(read) != len(re.findall(r"^\s*#\s*SBATCH", text, re.MULTILINE)):
        found.append("has an #SBATCH line that sbatch ignores: after the first command, indented or misspelt")
    if "--gpus-per-task" in text:
        found.append("hides the GPUs of its neighbours from a rank: --gpus-per-task instead of --gpus-per-node")
    if not text.startswith("#!/usr/bin/env bash\n"):
        found.append("does not begin with #!/usr/bin/env bash")
    if not re.match(r"exec ", text.rstrip().splitlines()[-1]):
        found.append("does not end by becoming the launcher: its exit code and signals would be the shell's")
    if "trap 'exit 85' USR1" not in text:
        found.append("dies of a USR1 that comes before the launcher runs")
    return found


class Scripts(unittest.TestCase):
    def scripts(self):
        found = sorted(path for path in (CHECKOUT / "slurm").glob("*.sh") if path.name not in ("site.sh", "run.sh"))
        self.assertGreaterEqual(len(found), 3)
        return found

    def test_each_says_what_it_must(self):
        for path in self.scripts():
            with self.subTest(script=path.name):
                self.assertEqual(faults(path.read_text()), [])

    def test_each_is_bash(self):
        for path in [*self.scripts(), CHECKOUT / "slurm/site.sh", CHECKOUT / "slurm/run.sh"]:
            with self.subTest(script=path.name):
                subprocess.run(["bash", "-n", path], check=True)

    def test_each_says_from_which_folder_it_is_submitted(self):
        for path in self.scripts():
            done = subprocess.run(["bash", path], cwd="/", capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertRegex(done.stderr, rf"\nslurm/{path.name}: [^\n]*folder\n$")

    def test_the_program_of_the_checkout_or_of_an_installation_is_started_with_the_study(self):
        for program, folder in (("build/bin/m2m-sweep", "."), ("bin/m2m-sweep", "share/m2m")):
            with tempfile.TemporaryDirectory() as root:
                tool = pathlib.Path(root) / program
                tool.parent.mkdir(parents=True)
                tool.write_text('#!/bin/sh\necho "$0 $*"\n')
                tool.chmod(0o755)
                project = pathlib.Path(root) / folder
                (project / "slurm").mkdir(parents=True)
                (project / "slurm/run.sh").write_bytes((CHECKOUT / "slurm/run.sh").read_bytes())
                (project / "slurm/site.sh").write_text("m2m_launcher=(env)\n")
                words = ["bash", CHECKOUT / "slurm/bench.sh", "jobs/other.toml"]
                said = subprocess.check_output(words, cwd=project, text=True)
                self.assertRegex(said, r"^\S*bin/m2m-sweep jobs/other\.toml\n$")


class Site(unittest.TestCase):
    """slurm/site.sh asks a synthetic squeue when jobs end, which answers with the file of the job's number, if there is one."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "squeue").write_text('#!/bin/sh\nwhile [ "$1" != --jobs ]; do shift; done\ncat "$0.$2"\n')
        (self.folder / "squeue").chmod(0o755)

    def says(self, job, end):
        (self.folder / f"squeue.{job}").write_text(end + "\n")

    def end_time(self, script, **variables):
        """SLURM_JOB_END_TIME after `script`, which sources site.sh."""
        environment = {
            "PATH": f"{self.folder}:{os.environ['PATH']}",
            "SITE": str(CHECKOUT / "slurm/site.sh"),
            "TZ": "UTC",
            **variables,
        }
        run = subprocess.run(
            ["bash", "-c", script + '; echo "${SLURM_JOB_END_TIME-none}"'],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return run.stdout.strip()

    def test_it_asks_when_the_job_ends(self):
        self.says(100, "2030-01-02T03:04:05")
        self.assertEqual(self.end_time('. "$SITE"', SLURM_JOB_ID="100"), "1893553445")
        self.assertEqual(self.end_time('. "$SITE"'), "none")

    def test_a_job_submitted_from_inside_another_has_an_end_of_its_own(self):
        self.says(100, "2030-01-02T03:04:05")
        self.says(200, "2030-01-02T15:04:05")
        inner = 'bash -c \'. "$SITE"; echo "$SLURM_JOB_END_TIME"\''
        self.assertEqual(
            self.end_time(f'. "$SITE"; export SLURM_JOB_ID=200; {inner}; exit', SLURM_JOB_ID="100"), "1893596645"
        )

    def test_what_slurm_says_itself_stays(self):
        self.says(100, "2030-01-02T03:04:05")
        self.assertEqual(self.end_time('. "$SITE"', SLURM_JOB_ID="100", SLURM_JOB_END_TIME="1800000000"), "1800000000")

    def test_no_end_is_made_up(self):
        for end in ["", "N/A", "Unknown"]:
            self.says(100, end)
            self.assertEqual(self.end_time('. "$SITE"', SLURM_JOB_ID="100"), "none", end)
        self.assertEqual(self.end_time('. "$SITE"', SLURM_JOB_ID="300"), "none")  # squeue fails


class Rules(unittest.TestCase):
    """Tests the rules: a script that breaks one has to fail."""

    GOOD = (
        "#!/usr/bin/env bash\n# What it is.\n"
        + "".join(f"#SBATCH {option}1\n" for option in REQUIRED)
        + "\ntrap 'exit 85' USR1\nexec srun true\n"
    )

    def fails(self, text, expected):
        found = faults(text)
        self.assertEqual(len(found), 1, found)
        self.assertIn(expected, found[0])

    def test_a_good_one_passes(self):
        self.assertEqual(faults(self.GOOD), [])

    def test_bad_ones_fail(self):
        self.fails(self.GOOD.replace("#SBATCH --requeue1\n", ""), "--requeue")
        self.fails(self.GOOD.replace("\nexec", "\n#SBATCH --nice\nexec"), "ignores")
        self.fails(self.GOOD.replace("#SBATCH --time", "#SBATCH --gpus-per-task=1\n#SBATCH --time"), "neighbours")
        self.fails(self.GOOD.replace("exec srun", "srun"), "launcher")
        self.fails(self.GOOD.replace("trap", "# trap").replace("exit 85", "exit"), "USR1")


if __name__ == "__main__":
    unittest.main()
