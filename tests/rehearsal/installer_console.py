"""Runs the rehearsal's installer on a terminal of its own and types at it blindly, as an expect script does."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import pexpect

ROOT = Path(__file__).parents[2]
CLEAR = b"\x15"
ENTER = b"\r"
TAB = b"\t"
HOME = b"\x1b[1~"
DOWN = b"\x1b[B"
LEFT = b"\x1b[D"
SPACE = b" "
DRAWN = b"activates buttons"
"""The help line is the last line of a dialog."""

PATIENCE = 20.0
"""Seconds: an immediate answer takes milliseconds, a progress window without pace as well."""


class Installer:
    """One installer on a terminal of 80 columns and 24 rows. All that it wrote is in `seen`."""

    def __init__(
        self,
        folder: Path,
        *,
        extra: str = "",
        memory: int = 256,
        cards: int = 1,
        faults: Sequence[tuple[str, int | None, str | None]] = (),
        seed: int = 0,
        pace: str = "0",
        term: str = "linux",
    ) -> None:
        self.disk = folder / "disk.img"
        if not self.disk.exists():
            with self.disk.open("wb") as disk:
                disk.truncate(8 << 30)
        self.question_file = folder / "question"
        domain = folder / "domain.json"
        domain.write_text(
            json.dumps(
                {
                    "name": "ubuntu",
                    "memory": memory,
                    "extra": extra,
                    "disks": [{"path": str(self.disk), "device": "xvda"}],
                    "vifs": [{"bridge": "xenbr0", "mac": ""}] * cards,
                }
            )
        )
        asked = [{"name": name, "times": times, "question": question} for name, times, question in faults]
        (folder / "faults.json").write_text(json.dumps({"seed": seed, "faults": asked}))
        self._child: Any = pexpect.spawn(
            sys.executable,
            ["-m", "autoinstall.rehearsal.installer"],
            dimensions=(24, 80),
            timeout=PATIENCE,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "TERM": term,
                "AUTOINSTALL_REHEARSAL_HOME": str(folder),
                "AUTOINSTALL_REHEARSAL_PACE": pace,
                "REHEARSAL_DOMAIN": str(domain),
                "REHEARSAL_QUESTION_FILE": str(self.question_file),
            },
        )
        self._child.delaybeforesend = None
        self.seen = b""

    def __enter__(self) -> Installer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.close(force=True)

    def expect(self, text: str | bytes) -> None:
        """Wait until this is on the terminal, after what was waited for before."""
        self._child.expect_exact(text)
        self.seen += self._child.before + self._child.after

    def dialog(self, prompt: str) -> None:
        """Wait for the dialog with this question line to be drawn."""
        self.expect(prompt)
        self.expect(DRAWN)

    def answer(self, prompt: str, *keys: bytes) -> None:
        """Wait for a dialog, type the keys."""
        self.dialog(prompt)
        for key in keys:
            self.type(key)

    def type(self, keys: bytes) -> None:
        self._child.send(keys)

    def shut_down(self) -> None:
        self._child.kill(signal.SIGTERM)

    def status(self) -> int | None:
        """Wait for the end; the exit status."""
        self._child.expect_exact(pexpect.EOF)
        self.seen += self._child.before
        self._child.wait()
        status: int | None = self._child.exitstatus
        return status


def to_network(installer: Installer) -> None:
    """The language and the location, as they are."""
    installer.answer("Language:", ENTER)
    installer.answer("Country, territory or area:", ENTER)


def manual_mirror(
    installer: Installer, hostname: bytes = b"old-releases.ubuntu.com", directory: bytes = b"/ubuntu"
) -> None:
    """A mirror by hand, no proxy."""
    installer.answer("Ubuntu archive mirror country:", HOME, ENTER)
    installer.answer("Ubuntu archive mirror hostname:", CLEAR, hostname, ENTER)
    installer.answer("Ubuntu archive mirror directory:", CLEAR, directory, ENTER)
    installer.answer("HTTP proxy information (blank for none):", CLEAR, ENTER)


def to_users(installer: Installer) -> None:
    """Up to the first user's name, with DHCP."""
    to_network(installer)
    installer.answer("Hostname:", CLEAR, b"web", ENTER)
    manual_mirror(installer)


def user(installer: Installer, password: bytes = b"correct horse") -> None:
    """The first user, no encrypted home."""
    installer.answer("Full name for the new user:", b"Ubuntu User", ENTER)
    installer.answer("Username for your account:", ENTER)
    installer.answer("Choose a password for the new user:", password, ENTER)
    installer.answer("Re-enter password to verify:", password, ENTER)
    installer.answer("Encrypt your home directory?", ENTER)


def to_partitions(installer: Installer) -> None:
    """Up to the partitioning method, in an eastern time zone."""
    to_users(installer)
    user(installer)
    installer.answer("Select your time zone:", ENTER)


def partition(installer: Installer) -> None:
    """The whole disk, confirmed."""
    installer.answer("Partitioning method:", HOME, ENTER)
    installer.answer("Select disk to partition:", ENTER)
    installer.answer("Write the changes to disks?", TAB, ENTER)


def to_the_end(installer: Installer) -> None:
    """From after partitioning to the last dialog, which is answered."""
    installer.answer("How do you want to manage upgrades on this system?", ENTER)
    installer.answer("Choose software to install:", DOWN, SPACE, ENTER)
    installer.answer("Install the GRUB boot loader to the master boot record?", ENTER)
    installer.answer("Is the system clock set to UTC?", ENTER)
    installer.answer("Installation complete", ENTER)
