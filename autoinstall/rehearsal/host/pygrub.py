"""pygrub, the boot loader of paravirtual guests: a menu on a terminal of its own, drawn for a VT100.

It reads the guest's disk from the host. Any key stops its countdown for good; Enter boots the highlighted entry.
"""

from __future__ import annotations

import json
import os
import select
import time
import tty
from pathlib import Path

from autoinstall.rehearsal.host import guestdisk, pace
from autoinstall.rehearsal.host.grubconfig import Entry, Menu, parse

PLACES = ("/boot/grub/grub.cfg", "/grub/grub.cfg", "/boot/grub2/grub.cfg", "/grub2/grub.cfg")

VISIBLE = 8
"""Entries that the box shows at once."""

_INNER = 70
_BEGIN = b"\x1b(B\x1b)0\x1b[1;24r\x1b[m\x0f\x1b[?7h\x1b[?1h\x1b=\x1b[H\x1b[J\x1b[?1h\x1b=\x1b[1B"
_END = b"\x1b[?1l\x1b>\x1b[24;1H\r\x1b[?1l\x1b>"
_TICK = b"\x1b[?1h\x1b=\r\x1b[J\x1b[17A\x1b[73C\x1b[17B\x1b[68D"
_UP, _DOWN, _CONTROL_C = b"\x1bOA", b"\x1bOB", b"\x03"
_TRACEBACK = (
    'Traceback (most recent call last):\r\n  File "/usr/lib/xen-4.17/bin/pygrub", line 1032, in <module>\r\n'
)
_NO_KERNEL = "Unable to find partition containing kernel"


class Failed(Exception):
    """Nothing to boot; the text is what pygrub prints last."""


class _Release:
    """How one version of pygrub differs: its number, its arrows, and the keys that bring it down."""

    def __init__(self, toolstack: str) -> None:
        old = toolstack == "xm"
        self.number = "0.6" if old else "0.7"
        self.arrows = (b"^", b"v") if old else (b"\x0e\x0f\xe2\x86\x91", b"\x0e\x0f\xe2\x86\x93")
        self.deadly = (_CONTROL_C,) if old else (_CONTROL_C, b"a", b"c")
        self.looks_first = old


def run(disk: Path, tell: int, log: Path, toolstack: str) -> None:
    """Let the guest's disk be booted, on the terminal that standard input and output are.

    Writes `menu` and a line feed to `tell` when the menu stands there, then the chosen entry as JSON: title,
    kernel, ramdisk, arguments. On failure nothing more is written there, and the terminal shows why.
    """
    tty.setraw(0)
    screen = _Screen(log)
    try:
        choice = _choose(disk, tell, screen, _Release(toolstack))
    except (Failed, guestdisk.Unreadable) as problem:
        screen.write(f"{problem}\r\n".encode())
        return
    os.write(tell, json.dumps(choice._asdict()).encode())


def _choose(disk: Path, tell: int, screen: _Screen, release: _Release) -> Entry:
    menu = _menu(disk, screen)
    if release.looks_first and menu.entries:
        _check_kernel(disk, menu.entries[menu.default])
    screen.write(_BEGIN + f"    pyGRUB  version {release.number}".encode() + _help(release))
    chosen = menu.default
    screen.write(_box(menu, chosen))
    if not menu.entries:
        screen.write(_END)
        raise Failed(f"{_TRACEBACK}RuntimeError: {_NO_KERNEL}")
    os.write(tell, b"menu\n")
    chosen = _wait_for_choice(menu, screen, release)
    screen.write(_END)
    _check_kernel(disk, menu.entries[chosen])
    return menu.entries[chosen]


def _menu(disk: Path, screen: _Screen) -> Menu:
    for place in PLACES:
        content = guestdisk.read_file(disk, place)
        if content is not None:
            screen.write(f"Using <class 'grub.GrubConf.Grub2ConfigFile'> to parse {place}\n".encode())
            return parse(content.decode("utf-8", "replace"))
    raise Failed(f"{_TRACEBACK}RuntimeError: {_NO_KERNEL}")


def _check_kernel(disk: Path, entry: Entry) -> None:
    for path in filter(None, (entry.kernel, entry.ramdisk)):
        if not guestdisk.exists(disk, path):
            raise Failed(f"[Errno 2] No such file or directory\r\nError opening {path} in guest")
    if not entry.kernel:
        raise Failed(f"{_TRACEBACK}RuntimeError: {_NO_KERNEL}")


def _wait_for_choice(menu: Menu, screen: _Screen, release: _Release) -> int:
    """Count down, or wait for Enter once anything was typed; the number of the entry to boot."""
    chosen = menu.default
    if not _stopped(menu.timeout, screen):
        return chosen
    while True:
        keys = os.read(0, 64)
        if not keys or any(key in keys for key in release.deadly):
            raise Failed(f"{_TRACEBACK}RuntimeError: {_NO_KERNEL}")
        before, enter, _ = keys.replace(b"\n", b"\r").partition(b"\r")
        moved = chosen + before.count(_DOWN) - before.count(_UP)
        chosen = max(0, min(len(menu.entries) - 1, moved))
        if enter:
            return chosen
        screen.write(_box(menu, chosen))


def _stopped(timeout: int, screen: _Screen) -> bool:
    """Show the countdown; True as soon as a key waits, False when it ran out."""
    if timeout < 0:
        return True
    limit = time.monotonic() + pace.COUNTDOWN
    for left in range(timeout, 0, -1):
        screen.write(_TICK + f"Will boot selected entry in {left:2d} seconds".encode())
        tick = limit - pace.COUNTDOWN * (left - 1) / timeout
        ready, _, _ = select.select([0], [], [], max(0.0, tick - time.monotonic()))
        if ready:
            screen.write(b"\r\x1b[J")
            return True
    return False


def _box(menu: Menu, chosen: int) -> bytes:
    """The frame and the entries in it, the chosen one in reverse."""
    first = max(0, min(chosen - VISIBLE + 1, len(menu.entries) - VISIBLE)) if chosen >= VISIBLE else 0
    parts = [b"\x1b[3;2H\x1b[0m\x0el" + b"q" * (_INNER + 2) + b"k\x0f"]
    for row in range(VISIBLE):
        number = first + row
        title = menu.entries[number].title if number < len(menu.entries) else ""
        look = b"\x1b[0;7m" if number == chosen else b""
        cells = f" {title[:_INNER]:<{_INNER}} ".encode()
        parts.append(b"\x1b[%d;2H\x0ex\x0f" % (4 + row) + look + cells + b"\x1b[m\x1b[0m\x0ex\x0f")
    parts.append(b"\x1b[12;2H\x0em" + b"q" * (_INNER + 2) + b"j\x0f\x1b[21;1H")
    return b"".join(parts)


def _help(release: _Release) -> bytes:
    up, down = release.arrows
    lines = (
        b"Use the " + up + b" and " + down + b" keys to select which entry is highlighted.",
        b"Press enter to boot the selected OS, 'e' to edit the",
        b"commands before booting, 'a' to modify the kernel arguments",
        b"before booting, or 'c' for a command line.",
    )
    return b"".join(b"\x1b[%d;6H" % (13 + number) + line for number, line in enumerate(lines))


class _Screen:
    """pygrub's terminal, and the host's log of it, byte for byte."""

    def __init__(self, log: Path) -> None:
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def write(self, output: bytes) -> None:
        os.write(self._log, output)
        while output:
            output = output[os.write(1, output) :]
