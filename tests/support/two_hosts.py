"""Two hosts: network namespaces, each with a host name of its own, joined by a pair of virtual cables.

For programs that are in namespaces of their own (namespaces.py). mpirun starts on host1 and reaches host2 over TCP.
"""

import pathlib
import subprocess

NETWORK = "10.78.0"
# mpirun calls it as it would ssh: an address, then a command line.
AGENT = """#!/bin/bash
number=${1##*.}
shift
exec ip netns exec "host$number" unshare --uts bash -c 'hostname "$0"; exec bash -c "$1"' "host$number" "$*"
"""
# Files in /dev/shm have the names of hosts and process ids, which other namespaces have too.
CABLES = f"""
set -e
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /dev/shm
for number in 1 2; do
  ip netns add host$number
  ip netns exec host$number ip link set lo up
done
ip link add port1 netns host1 type veth peer name port2 netns host2
for number in 1 2; do
  ip netns exec host$number ip addr add {NETWORK}.$number/24 dev port$number
  ip netns exec host$number ip link set port$number up
done
"""


def on_host1(*words):
    """A command line that runs on host1."""
    name_host = ["unshare", "--uts", "bash", "-c", 'hostname host1; exec "$@"', "_"]
    return ["ip", "netns", "exec", "host1", *name_host, *map(str, words)]


class TwoHosts:
    def __init__(self, folder):
        """Makes the hosts; `folder` gets the files of mpirun."""
        self.folder = pathlib.Path(folder)
        self.agent = self.folder / "agent.sh"
        self.agent.write_text(AGENT)
        self.agent.chmod(0o755)
        subprocess.run(["bash", "-c", CABLES], check=True)

    def mpirun(self, slots, *words, settings=None):
        """A command line that starts `slots` ranks on either host. settings: of Open MPI, by name."""
        network = f"{NETWORK}.0/24"
        of_hosts = {
            "plm_rsh_agent": self.agent,
            "orte_tmpdir_base": self.folder,
            "orte_keep_fqdn_hostnames": 1,
            "btl_tcp_if_include": network,
            "oob_tcp_if_include": network,
            "btl": "self,vader,tcp",
            **(settings or {}),
        }
        options = [word for name, value in of_hosts.items() for word in ("--mca", name, value)]
        options += ["--host", f"{NETWORK}.1:{slots},{NETWORK}.2:{slots}", "--oversubscribe", "--bind-to", "none"]
        return on_host1("mpirun", *options, "-np", 2 * slots, *words)


def set_port(host, state):
    """Pulls the cable of host 1 or 2 ("down"): packets are lost, and no connection is refused; or plugs it in ("up")."""
    where = ["ip", "netns", "exec", f"host{host}"]
    subprocess.run([*where, "ip", "link", "set", f"port{host}", state], check=True)


def processes_on(host):
    """Numbers of the processes on host 1 or 2."""
    return [int(word) for word in subprocess.check_output(["ip", "netns", "pids", f"host{host}"], text=True).split()]
