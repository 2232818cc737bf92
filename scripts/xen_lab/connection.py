"""ssh into dom0: a configuration of its own, with the lab's key and dom0's own host key."""

from __future__ import annotations

import subprocess

from autoinstall import process
from autoinstall.process import Completed
from scripts.xen_lab.places import Lab

_CONFIG = """\
# The Xen lab's dom0; written by each `xen-lab up`.
Host xen-lab 127.0.0.1
    HostName 127.0.0.1
    Port {port}
    User root
    IdentityFile "{lab.key}"
    IdentitiesOnly yes
    HostKeyAlias xen-lab
    UserKnownHostsFile "{lab.known_hosts}"
    StrictHostKeyChecking yes
    Compression yes
    LogLevel ERROR
"""


def write_config(lab: Lab, port: int) -> None:
    lab.port.write_text(f"{port}\n")
    lab.ssh_config.write_text(_CONFIG.format(lab=lab, port=port))
    lab.key.chmod(0o600)


def ssh_command(lab: Lab, *words: str) -> tuple[str, ...]:
    """The command that runs `words` in dom0; without any, a shell there."""
    return ("ssh", "-F", str(lab.ssh_config), "-o", "ConnectTimeout=10", "xen-lab", *words)


def host_url(lab: Lab) -> str:
    """What `autoinstall build --host` is given."""
    return f"ssh://root@127.0.0.1:{lab.port.read_text().strip()}"


def in_dom0(lab: Lab, *words: str, seconds: float = 30.0) -> Completed | None:
    """Run a command in dom0; None where it does not answer (in time)."""
    try:
        done = process.run(ssh_command(lab, *words), timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    return None if done.status == 255 else done
