"""Linux namespaces (processes, network, host name, mounts) for tests that simulate a machine or a cluster.

Processes in them reach nothing outside, and the kernel ends them with the process that entered. Root is needed.
"""

import os
import shutil
import subprocess
import sys

MARK = "M2M_INSIDE_OWN_NAMESPACES"


def why_not(programs):
    """The reason why namespaces are not available, or which of `programs` are missing; None if nothing is missing."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = [name for name in [*programs, "unshare", "ip"] if shutil.which(name) is None]
    if missing:
        return f"{', '.join(missing)} not installed"
    if os.geteuid() != 0:
        return "only root can start them"
    if (
        subprocess.run(
            ["unshare", "--net", "--pid", "--fork", "--mount", "--uts", "true"], check=False, capture_output=True
        ).returncode
        != 0
    ):
        return "this machine allows no namespaces"
    return None


def enter_own_namespaces():
    """Starts this program again in namespaces of its own, and returns only there."""
    if MARK in os.environ:
        return
    os.environ[MARK] = "1"
    # The first process is a shell, because it reaps the orphans of daemons; Python would not.
    os.execvp(
        "unshare",
        [
            "unshare",
            "--net",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount",
            "--mount-proc",
            "--uts",
            "bash",
            "-c",
            '"$@" & wait $!',
            "init",
            sys.executable,
            *sys.argv,
        ],
    )
