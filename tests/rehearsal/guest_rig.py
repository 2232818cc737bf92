"""A guest of the rehearsal on a real PTY, on a disk that was written for the test."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect

from autoinstall.rehearsal.disk import write_installed_disk
from autoinstall.rehearsal.system import InstalledSystem

PACKAGE_ROOT = Path(__file__).parents[2]
PASSWORD = 'it\'s a $ecret "pass"'
PATIENCE = 20.0
GUEST = ("-m", "autoinstall.rehearsal.guest")


class _Ready:
    """What the guests of a test run share, because making it takes longer than the tests."""

    disk: Path | None = None
    userland: Path | None = None


_ready = _Ready()


def _make_disk(disk: Path, answers: dict[str, object]) -> None:
    if not answers and _ready.disk and _ready.disk.exists():
        subprocess.run(["cp", "--sparse=auto", _ready.disk, disk], check=True)
        return
    with disk.open("wb") as image:
        image.truncate(8 << 30)
    chosen = {"hostname": "ubuntu", "username": "ubuntu", "password": PASSWORD, **answers}
    write_installed_disk(disk, InstalledSystem(**chosen))  # type: ignore[arg-type]
    if not answers:
        _ready.disk = disk.with_name("untouched.img")
        subprocess.run(["cp", "--sparse=auto", disk, _ready.disk], check=True)


class Guest:
    """One domain's disk and host folder, and the guest that runs on it now."""

    shell: pexpect.spawn

    def __init__(self, folder: Path, **answers: object) -> None:
        self.home = folder / "home"
        self.home.mkdir(mode=0o700)
        self.disk = folder / "disk.img"
        _make_disk(self.disk, answers)
        if _ready.userland:
            shutil.copytree(_ready.userland, self.home / "userland", copy_function=os.link, symlinks=True)
        self.domain = folder / "domain.json"
        self.arguments = "root=/dev/xvda1 ro quiet"
        self.mac = "02:00:c0:a8:00:0a"
        self.pace = 0.2

    def environment(self) -> dict[str, str]:
        self.domain.write_text(
            json.dumps(
                {
                    "name": "guest",
                    "domid": 1,
                    "memory": 512,
                    "disks": [{"path": str(self.disk), "device": "xvda", "writable": True}],
                    "vif": [{"bridge": "xenbr0", "mac": self.mac}],
                    "boot": {"arguments": self.arguments},
                }
            )
        )
        return {
            "PATH": os.environ["PATH"],
            "TERM": "linux",
            "PYTHONPATH": str(PACKAGE_ROOT),
            "AUTOINSTALL_REHEARSAL_HOME": str(self.home),
            "AUTOINSTALL_REHEARSAL_PACE": str(self.pace),
            "REHEARSAL_DOMAIN": str(self.domain),
        }

    def fault(self, name: str, times: int | None = None) -> None:
        fault = {"name": name, "times": times, "question": None}
        (self.home / "faults.json").write_text(json.dumps({"seed": 1, "faults": [fault]}))

    def boot(self, *before: str) -> pexpect.spawn:
        """Start the guest; `before` are words before its command."""
        command = [*before, sys.executable, *GUEST]
        child = pexpect.spawn(
            command[0], command[1:], env=self.environment(), encoding="utf-8", timeout=PATIENCE
        )
        child.delaybeforesend = None
        return child

    def boot_to_login(self, *before: str) -> pexpect.spawn:
        child = self.boot(*before)
        child.expect(r"\r\nubuntu login: $")
        child.boot_text = child.before
        if (self.home / "userland").exists():
            _ready.userland = self.home / "userland"
        wait_for_raw(child)
        return child

    def root_shell(self) -> pexpect.spawn:
        child = self.boot_to_login()
        log_in(child)
        become_root(child)
        return child

    def debugfs(self, request: str) -> str:
        """What debugfs says of the disk's first partition, with no guest anywhere near."""
        command = [tool("debugfs"), "-R", request, f"{self.disk}?offset={2048 * 512}"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return done.stdout

    def check_file_system(self) -> None:
        command = [tool("e2fsck"), "-fn", f"{self.disk}?offset={2048 * 512}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def tool(name: str) -> str:
    return next(str(path) for path in (Path("/usr/sbin", name), Path("/sbin", name)) if path.exists())


def wait_for_raw(child: pexpect.spawn) -> None:
    """Until getty has thrown typed-ahead keys away: typing early must show no echo, so type until one appears."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        child.send("x")
        if child.expect(["x", pexpect.TIMEOUT], timeout=0.2) == 0:
            child.send("\x15")
            child.expect("\x08 \x08")
            return
    raise AssertionError("getty does not listen")


def log_in(child: pexpect.spawn, name: str = "ubuntu", password: str = PASSWORD) -> None:
    child.send(f"{name}\r")
    child.expect("Password: $")
    child.send(f"{password}\r")
    child.expect(rf"\r\n{name}@ubuntu:~\$ $")


def become_root(child: pexpect.spawn, password: str = PASSWORD) -> None:
    child.send("sudo -i\r")
    child.expect(r"\[sudo\] password for ubuntu: $")
    child.send(f"{password}\r")
    child.expect(r"\r\nroot@ubuntu:~# $")


def run(child: pexpect.spawn, command: str) -> str:
    """What a command prints, and `=STATUS` after it."""
    child.send(f"{command}; echo 'END''ED'=$?\r")
    child.expect(r"ENDED=(\d+)\r\n")
    status = child.match.group(1)
    lines = child.before.split("\r\n", 1)[-1].replace("\r\n", "\n")
    child.expect(r"[#$] $")
    return f"{lines}={status}"


def shut_down(child: pexpect.spawn) -> int | None:
    child.send("shutdown -h now\r")
    child.expect(r"\] Power down\.\r\n")
    return ended(child)


def ended(child: pexpect.spawn) -> int | None:
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus


def leave_shells(child: pexpect.spawn) -> bool:
    """Leave what the last test left open, if it left a shell; whether the guest stands at its login prompt now."""
    for _ in range(3):
        child.send("\x15\r")
        if child.expect([r"[$#] $", pexpect.TIMEOUT, pexpect.EOF], timeout=1.5) != 0:
            return False
        child.send("sudo -k; exit\r")
        if child.expect([r"\r\nubuntu login: $", r"[$#] $", pexpect.TIMEOUT, pexpect.EOF], timeout=3) == 0:
            wait_for_raw(child)
            return True
    return False


@contextlib.contextmanager
def killed_after(child: pexpect.spawn) -> Iterator[None]:
    """Whatever the test did, its guest is gone afterwards."""
    try:
        yield
    finally:
        if child.isalive():
            child.kill(signal.SIGKILL)
            child.wait()
        child.close()
