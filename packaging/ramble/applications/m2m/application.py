"""Ramble application of m2m: ramble repo add packaging/ramble"""

from ramble.appkit import *


class M2m(ExecutableApplication):
    """Problem classes of m2m: long-tailed image classification by major-to-minor translation, verified"""

    name = "m2m"

    tags("machine-learning", "mini-app")

    # m2m-bench starts the ranks itself.
    executable("class", "{m2m_bench} class {problem_class} --out {experiment_run_dir}/out {options}", use_mpi=False)
    workload("class", executable="class")
    workload_variable("m2m_bench", default="m2m-bench", description="The program", workloads=["class"])
    workload_variable("problem_class", default="S", description="S, M or L", workloads=["class"])
    workload_variable("options", default="", description="Options of m2m-bench class", workloads=["class"])

    figure_of_merit(
        "figure of merit",
        log_file="{log_file}",
        fom_regex=r"^figure of merit +(?P<merit>\S+)",
        group_name="merit",
        units="trials/device-hour",
    )
    figure_of_merit(
        "parallel efficiency",
        log_file="{log_file}",
        fom_regex=r"^parallel efficiency +(?P<share>[\d.]+) %",
        group_name="share",
        units="%",
    )
    success_criteria("passed", mode="string", match=r"^result +PASSED.*", file="{log_file}")
