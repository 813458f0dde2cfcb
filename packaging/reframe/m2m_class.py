"""ReFrame tests of the problem classes: reframe -c packaging/reframe/m2m_class.py -r

ReFrame: python3 -m venv reframe && reframe/bin/pip install ReFrame-HPC. -C SITE_CONFIG names the site's configuration; without
one the tests run on this machine. Run them as an ordinary user, because mpirun refuses root.
m2m-bench has to be in PATH; -S m2m_class.program=/path/to/m2m-bench names another. Class M is skipped without M2M_DATA, the
folder with CIFAR-10. -S m2m_class.options='--precision bf16' adds options of m2m-bench class.
Under a scheduler the class takes as many ranks as the job has tasks: -S m2m_class.num_tasks=64 -S m2m_class.time_limit=1h
"""

import os

import reframe as rfm
import reframe.utility.sanity as sn
from reframe.core.backends import getlauncher


@rfm.simple_test
class m2m_class(rfm.RunOnlyRegressionTest):
    """Runs a problem class, which verifies itself, and takes the figure of merit."""

    descr = "m2m-bench class: trains, verifies, and gives full trials per device-hour"
    problem_class = parameter(["S", "M"])
    program = variable(str, value="m2m-bench")
    options = variable(str, value="")
    valid_systems = ["*"]
    valid_prog_environs = ["*"]

    @run_after("init")
    def skip_without_data(self):
        self.skip_if(self.problem_class == "M" and "M2M_DATA" not in os.environ, "class M needs M2M_DATA")

    @run_before("run")
    def set_command(self):
        """m2m-bench starts the ranks itself, so ReFrame starts it alone."""
        self.job.launcher = getlauncher("local")()
        self.executable = self.program
        self.executable_opts = ["class", self.problem_class, "--out", "out", *self.options.split()]
        self.keep_files = ["out/class.json", "out/system.json", "out/results.h5", "out/study.json"]

    @sanity_function
    def passed(self):
        return sn.assert_found(r"^result +PASSED", self.stdout)

    @performance_function("trials/device-hour", perf_key="figure_of_merit")
    def figure_of_merit(self):
        return sn.extractsingle(r"^figure of merit +(\S+)", self.stdout, 1, float)

    @performance_function("%", perf_key="parallel_efficiency")
    def parallel_efficiency(self):
        return sn.extractsingle(r"^parallel efficiency +([\d.]+) %", self.stdout, 1, float)
