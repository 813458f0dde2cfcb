"""A Slurm of one node, with 8 simulated GPUs, which lives as long as this process.

Its daemons run in namespaces of their own (processes, network, host name, mounts): they meet no other Slurm, and the
kernel ends them with the process that started them. Root and Debian's packages slurmctld, slurmd, slurm-client, munge
and libpmix2 are needed; no systemd, no cgroups.
"""

import os
import pathlib
import stat
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import namespaces
from waiting import eventually

HOST, ADDRESS = "node1", "10.77.1.1"
PROGRAMS = ["slurmctld", "slurmd", "munged", "sbatch", "srun", "scontrol"]

# What matters to a requeue: RequeueExit takes a job back that ends with 85; a preempted job is sent the signal that it
# asked for and has GraceTime to end; a short-lived credential lets it start again within seconds. MessageTimeout: a
# machine that stands still for ten seconds must not lose a job's start.
CONF = """
ClusterName=test
SlurmctldHost={host}({address})
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
SlurmctldParameters=preempt_send_user_signal
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=5
MessageTimeout=60
RequeueExit=85
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
GresTypes=gpu
NodeName={host} NodeAddr={address} CPUs=64 CoresPerSocket=64 RealMemory=8000 Gres=gpu:8 State=UNKNOWN
PartitionName=usual Nodes={host} Default=YES PriorityTier=10 PreemptMode=OFF
PartitionName=low   Nodes={host} PriorityTier=1 PreemptMode=REQUEUE GraceTime=10
PartitionName=high  Nodes={host} PriorityTier=10 PreemptMode=OFF
"""
# This Slurm has no switch for cgroups; it does without them if their folder does not exist.
CGROUP = "CgroupPlugin=cgroup/v1\nCgroupAutomount=no\nCgroupMountpoint={folder}/none\n"


def why_not():
    """The reason why Slurm cannot run on this machine, or None."""
    reason = namespaces.why_not(PROGRAMS)
    return reason and f"no Slurm ({reason})"


def bring_up_host(folder):
    """Gives the namespaces a host name and a network: with only the loopback device, Slurm finds no address."""
    (folder / "hosts").write_text(f"127.0.0.1 localhost\n{ADDRESS} {HOST}\n")
    subprocess.run(
        f"""
        set -e
        hostname {HOST}
        ip link set lo up
        ip link add port0 type veth peer name port1
        ip addr add {ADDRESS}/24 dev port0
        ip link set port0 up
        ip link set port1 up
        mount --bind {folder}/hosts /etc/hosts
        """,
        shell=True,
        check=True,
    )


def start(folder):
    """Starts the daemons; returns when the node waits for jobs. Their files and logs lie in `folder`."""
    folder = pathlib.Path(folder)
    bring_up_host(folder)
    for name in ("state", "spool"):
        (folder / name).mkdir()
    for gpu in range(8):
        os.mknod(folder / f"gpu{gpu}", stat.S_IFCHR | 0o666, os.makedev(1, 3))  # each is another /dev/null
    (folder / "slurm.conf").write_text(CONF.format(host=HOST, address=ADDRESS, folder=folder))
    (folder / "gres.conf").write_text(f"NodeName={HOST} Name=gpu File={folder}/gpu[0-7]\n")
    (folder / "cgroup.conf").write_text(CGROUP.format(folder=folder))
    (folder / "munge.key").write_bytes(os.urandom(1024))
    (folder / "munge.key").chmod(0o400)
    os.environ["SLURM_CONF"] = str(folder / "slurm.conf")
    subprocess.run(
        [
            "munged",
            "--force",
            f"--key-file={folder}/munge.key",
            f"--socket={folder}/munge.socket",
            f"--pid-file={folder}/munged.pid",
            f"--log-file={folder}/munged.log",
            f"--seed-file={folder}/munged.seed",
        ],
        check=True,
    )
    subprocess.run(["slurmctld"], check=True)
    subprocess.run(["slurmd"], check=True)
    wait_until_idle()


def log():
    """The state of jobs and node, and the end of the daemons' logs."""
    folder = pathlib.Path(os.environ["SLURM_CONF"]).parent
    texts = [
        subprocess.run(words, check=False, capture_output=True, text=True).stdout for words in (["squeue"], ["sinfo"])
    ]
    return "\n".join(texts + [path.read_text()[-4000:] for path in sorted(folder.glob("slurm*.log"))])


def wait_until_idle():
    def idle():
        state = subprocess.run(["sinfo", "-h", "-o", "%T"], check=False, capture_output=True, text=True).stdout
        return set(state.split()) == {"idle"}

    if not eventually(idle, seconds=20, pause=0.1):
        raise RuntimeError(f"Slurm did not come up:\n{log()}")
