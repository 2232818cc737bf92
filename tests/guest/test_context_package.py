"""OpenNebula's own contextualization package before the network: its files, ordered by upstart's jobs and by insserv.

In a real guest that systemd starts, `make test-real` installs it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from autoinstall.guest.init_systems import ProveContext
from autoinstall.guest.profiles import steps_of
from autoinstall.guest.shell import Shell
from autoinstall.guest.steps import Check
from tests.one_context import PACKAGE

FILES = Path(__file__).parent / "files"
SBIN = f"{os.environ['PATH']}:/usr/sbin:/sbin"

HEADERS = {
    "mountkernfs": "Required-Start:",
    "mountall": "Required-Start: mountkernfs",
    "urandom": "Required-Start: $local_fs",
    "networking": "Required-Start: mountkernfs $local_fs urandom",
}
"""What the boot of Debian 12 by sysvinit says of its order (initscripts 3.06, ifupdown 0.8.41)."""

HEADER = """\
#!/bin/sh
### BEGIN INIT INFO
# Provides: {name}
# {order}
# Required-Stop:
# Default-Start: S
# Default-Stop:
# Short-Description: {name}
### END INIT INFO
"""
VIRTUAL = "$local_fs +mountall\n$network +networking\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    subprocess.run(["dpkg-deb", "-x", PACKAGE, root], check=True)
    return root


def proved(shell: Shell, root: Path) -> Check:
    """What the profile's own proof says of this root folder."""
    (proof,) = [step for step in steps_of("opennebula-context") if isinstance(step, ProveContext)]
    return replace(proof, root=str(root)).prove(shell)


def test_upstart_starts_it_before_the_network(shell: Shell, root: Path) -> None:
    shutil.copy(FILES / "networking.conf", root / "etc/init")
    check = proved(shell, root)
    assert check.ok, check.evidence
    assert "one-context-local.conf calls /usr/sbin/one-contextd before the network" in check.evidence


@pytest.mark.insserv
def test_sysvinit_starts_it_before_the_network(shell: Shell, root: Path) -> None:
    shutil.rmtree(root / "etc/init")
    scripts = root / "etc/init.d"
    for name, order in HEADERS.items():
        (scripts / name).write_text(HEADER.format(name=name, order=order))
        (scripts / name).chmod(0o755)
    assert not proved(shell, root).ok
    enable_by_insserv(root, [*HEADERS, "one-context-local"])
    check = proved(shell, root)
    assert check.ok, check.evidence
    assert "starts S" in check.evidence and "one-context-local before S" in check.evidence


def enable_by_insserv(root: Path, names: list[str]) -> None:
    """The links that Debian's own insserv makes."""
    configuration = root / "insserv.conf"
    configuration.write_text(VIRTUAL)
    for level in "0123456S":
        (root / f"etc/rc{level}.d").mkdir()
    scripts = root / "etc/init.d"
    command = ["insserv", "-p", scripts, "-c", configuration, "-o", root / "none", "-i", root]
    subprocess.run(
        [*command, *(scripts / name for name in names)], env={"PATH": SBIN}, check=True, capture_output=True
    )
