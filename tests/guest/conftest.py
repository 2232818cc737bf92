"""A root shell on a terminal of its own, the machine's kernel log level out of its reach."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autoinstall.console.channel import Channel, attach
from autoinstall.guest.listener import Listener
from autoinstall.guest.shell import Shell

LINE = Path(__file__).parent / "damaged_line.py"

OpenShell = Callable[..., Shell]


@pytest.fixture(scope="session")
def as_root() -> list[str]:
    """What makes a command root's: nothing for root, a user namespace for others."""
    if os.geteuid() == 0:
        return []
    if subprocess.run(["unshare", "-Ur", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no root and no user namespaces")
    return ["unshare", "-Ur"]


@pytest.fixture
def guest_path(tmp_path: Path) -> str:
    """PATH for the guest's shell: its dmesg and poweroff must not reach the real machine."""
    folder = tmp_path / "guest-bin"
    folder.mkdir()
    (folder / "dmesg").write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >>{tmp_path}/dmesg\n')
    for name in ("poweroff", "shutdown", "halt", "reboot"):
        (folder / name).write_text("#!/bin/sh\nexit 0\n")
    for tool in folder.iterdir():
        tool.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


@pytest.fixture
def open_listener(as_root: list[str], guest_path: str, tmp_path: Path) -> Iterator[Callable[..., Listener]]:
    """Opens a root's login shell `program`; `damage` are the arguments of damaged_line.py."""
    channels: list[Channel] = []

    def opened(
        program: str = "bash --norc --noprofile -i", damage: tuple[int, int, int, int] | None = None
    ) -> Listener:
        line = [sys.executable, str(LINE), *map(str, damage), "--"] if damage else []
        channel = attach(
            [*line, *as_root, "sh", "-c", f"stty sane; echo ready; exec {program}"],
            recorder=None,
            cwd=tmp_path,
            environment={"PATH": guest_path, "HOME": str(tmp_path), "PS1": "root@guest:~# "},
        )
        channels.append(channel)
        listener = Listener(channel)
        while b"ready" not in listener.heard and not damage:
            assert listener.hear(30)
        return listener

    yield opened
    for channel in channels:
        channel.close()


@pytest.fixture
def open_shell(open_listener: Callable[..., Listener]) -> OpenShell:
    """The same, and the session in it."""
    return lambda *program, **options: Shell.open(open_listener(*program, **options))


@pytest.fixture
def shell(open_shell: OpenShell) -> Iterator[Shell]:
    shell = open_shell()
    yield shell
    shell.close()
