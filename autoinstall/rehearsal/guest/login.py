"""getty and login(1) on the guest's console: the issue, the name, the password, and what a first login shows."""

from __future__ import annotations

import contextlib
import os
import struct
import termios
import time
from collections.abc import Iterator
from pathlib import Path

from autoinstall.rehearsal.guest import accounts
from autoinstall.rehearsal.guest.accounts import User
from autoinstall.rehearsal.guest.boot import KERNEL
from autoinstall.rehearsal.guest.machine import Machine

_GETTY_SLEEPS = 0.3
"""Seconds after which getty throws away what was typed: agetty sleeps one."""

_DELAY_AFTER_FAILURE = 1.0
"""pam_unix waits two to three seconds."""

_LOGIN_LIMIT = 60.0
_TRIES = 5
_LASTLOG = struct.Struct("=i32s256s")
_CONTROL_U, _BACKSPACE, _DELETE, _ENTER = 0x15, 0x08, 0x7F, (0x0D, 0x0A)
_LFLAG, _CC = 3, 6


class Getty:
    """The console's getty and its login, one after the other, for ever."""

    def __init__(self, machine: Machine, hostname: str) -> None:
        self._machine = machine
        self._hostname = hostname
        self._plain = _plain(termios.tcgetattr(0))

    def log_in(self) -> User:
        """Ask until somebody gives a name and its password. Raises Ended."""
        while True:
            _take_console(self._plain)
            name = self._ask_name()
            user = self._login(name)
            if user:
                return user

    def _ask_name(self) -> str:
        """The issue and the prompt, printed once; a newline alone brings them again."""
        while True:
            with _raw(self._plain):
                self._machine.write(f"\n{self._issue()}{self._hostname} login: ")
                self._machine.pause(_GETTY_SLEEPS)
                termios.tcflush(0, termios.TCIFLUSH)
                name = self._read_name()
            self._machine.write("\n")
            if name:
                return name

    def _issue(self) -> str:
        path = self._machine.root / "etc/issue"
        text = path.read_text(errors="replace") if path.is_file() else ""
        return text.replace("\\n", self._hostname).replace("\\l", "hvc0")

    def _read_name(self) -> str:
        """A line typed to getty, which echoes for itself."""
        name = bytearray()
        while True:
            self._machine.wait(0, None)
            for key in self._typed():
                if key in _ENTER:
                    return name.decode(errors="replace")
                if key in (_BACKSPACE, _DELETE):
                    self._erase(name, 1)
                elif key == _CONTROL_U:
                    self._erase(name, len(name))
                elif key >= 0x20:
                    name.append(key)
                    self._machine.write(chr(key) if key < _DELETE else "?")

    def _typed(self) -> bytes:
        typed = os.read(0, 1)
        if not typed:
            raise EOFError("the console has gone")
        return typed

    def _erase(self, name: bytearray, count: int) -> None:
        count = min(count, len(name))
        del name[len(name) - count :]
        self._machine.write("\b \b" * count)

    def _login(self, name: str) -> User | None:
        """login(1) with the first name that getty read; None sends the caller back to getty."""
        limit = time.monotonic() + _LOGIN_LIMIT
        for attempt in range(_TRIES):
            if attempt:
                given = self._read_line(f"{self._hostname} login: ", limit, echo=True)
                if given is None:
                    return None
                name = given
            password = self._read_line("Password: ", limit, echo=False)
            if password is None:
                return None
            self._machine.write("\n")
            user = accounts.find(self._machine.root, name)
            if accounts.password_fits(self._machine.root, name, password) and user:
                return user
            self._machine.pause(_DELAY_AFTER_FAILURE)
            self._machine.write("\nLogin incorrect\n")
        self._machine.write(f"Maximum number of tries exceeded ({_TRIES})\n")
        return None

    def _read_line(self, prompt: str, limit: float, *, echo: bool) -> str | None:
        """A line that the terminal edits, or None when the time is over or somebody typed Ctrl-D.

        As in Linux-PAM's misc_conv the echo is off, and what was typed before is gone, when the prompt is shown.
        """
        mode = [list(part) if isinstance(part, list) else part for part in self._plain]
        if not echo:
            mode[_LFLAG] = _number(mode[_LFLAG]) & ~(termios.ECHO | termios.ECHOE | termios.ECHOK)
        termios.tcsetattr(0, termios.TCSAFLUSH if not echo else termios.TCSADRAIN, mode)
        self._machine.write(prompt)
        try:
            if not self._machine.wait(0, max(0.0, limit - time.monotonic())):
                self._machine.write(f"\nLogin timed out after {_LOGIN_LIMIT:.0f} seconds.\n")
                return None
            line = os.read(0, 4096)
        finally:
            termios.tcsetattr(0, termios.TCSADRAIN, self._plain)
        if not line:
            return None
        return line.decode(errors="replace").rstrip("\n")


def welcome(machine: Machine, user: User) -> None:
    """Print what login and pam_motd show, and note the login in lastlog."""
    root = machine.root
    last = _note_login(root / "var/log/lastlog", user.uid)
    if last:
        stamp = time.strftime("%a %b %e %H:%M:%S UTC %Y", time.gmtime(last))
        machine.write(f"Last login: {stamp} on hvc0\n")
    for name in ("run/motd", "etc/motd.tail"):
        if (root / name).is_file():
            machine.write((root / name).read_text(errors="replace"))
    seen = root / user.home.lstrip("/") / ".cache/motd.legal-displayed"
    if user.uid and not seen.exists() and (root / "etc/legal").is_file():
        machine.write((root / "etc/legal").read_text(errors="replace"))
        _touch_for(user, seen)


def message_of_the_day(issue: str) -> str:
    """The message that update-motd makes at boot; `issue` is the text of /etc/issue."""
    release = issue.split("\\n")[0].strip() or "Ubuntu"
    return (
        f"Welcome to {release} (GNU/Linux {KERNEL} x86_64)\n\n * Documentation:  https://help.ubuntu.com/\n\n"
    )


def _touch_for(user: User, path: Path) -> None:
    with contextlib.suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        path.touch()
        os.chown(path, user.uid, user.gid)


def _note_login(path: Path, uid: int) -> int:
    """Write now into lastlog(8); returns when the user logged in before, 0 for never."""
    if not path.exists():
        return 0
    with path.open("r+b") as lastlog:
        place = uid * _LASTLOG.size
        old = os.pread(lastlog.fileno(), _LASTLOG.size, place)
        os.pwrite(lastlog.fileno(), _LASTLOG.pack(int(time.time()), b"hvc0", b""), place)
    return int(_LASTLOG.unpack(old)[0]) if len(old) == _LASTLOG.size else 0


_Mode = list[int | list[bytes | int]]


def _number(part: int | list[bytes | int]) -> int:
    assert isinstance(part, int)
    return part


def _plain(mode: _Mode) -> _Mode:
    """The mode of a terminal that a fresh login shell finds: lines edited and echoed, line feeds completed."""
    plain = [list(part) if isinstance(part, list) else part for part in mode]
    plain[0] = _number(plain[0]) | termios.ICRNL
    plain[1] = _number(plain[1]) | termios.OPOST | termios.ONLCR
    plain[_LFLAG] = _number(plain[_LFLAG]) | (
        termios.ICANON | termios.ECHO | termios.ECHOE | termios.ECHOK | termios.ISIG | termios.IEXTEN
    )
    return plain


def _take_console(mode: _Mode) -> None:
    """After a session: the console is ours again, in its plain mode."""
    with contextlib.suppress(OSError):
        os.tcsetpgrp(0, os.getpgrp())
    termios.tcsetattr(0, termios.TCSADRAIN, mode)


@contextlib.contextmanager
def _raw(plain: _Mode) -> Iterator[None]:
    """The terminal gives each key at once, without echo."""
    mode = [list(part) if isinstance(part, list) else part for part in plain]
    mode[0] = _number(mode[0]) & ~termios.ICRNL
    mode[_LFLAG] = _number(mode[_LFLAG]) & ~(termios.ICANON | termios.ECHO | termios.ISIG)
    termios.tcsetattr(0, termios.TCSADRAIN, mode)
    try:
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, plain)
