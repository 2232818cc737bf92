"""grub.cfg as pygrub reads it: all entries in a flat list, submenus without their titles, variables of the top."""

from __future__ import annotations

import re
from typing import NamedTuple

_ENTRY = re.compile(r"""menuentry\s+(?:'([^']*)'|"([^"]*)")""")
_SET = re.compile(r"""set\s+(default|timeout)=["']?(-?\d+)["']?\s*$""")


class Entry(NamedTuple):
    """One thing that can be booted: its kernel, its ramdisk (may be empty) and the kernel's arguments."""

    title: str
    kernel: str = ""
    ramdisk: str = ""
    arguments: str = ""


class Menu(NamedTuple):
    """All entries, the number of the highlighted one, and the seconds of the countdown (below 0: none)."""

    entries: tuple[Entry, ...]
    default: int
    timeout: int


def parse(text: str) -> Menu:
    """The menu of a grub.cfg; of several settings the last one holds, conditions are not looked at."""
    entries: list[Entry] = []
    settings = {"default": 0, "timeout": 5}
    for line in map(str.strip, text.splitlines()):
        if found := _ENTRY.match(line):
            entries.append(Entry(found[1] or found[2] or ""))
        elif found := _SET.match(line):
            settings[found[1]] = int(found[2])
        elif entries:
            entries[-1] = _with(entries[-1], line)
    default = settings["default"] if 0 <= settings["default"] < len(entries) else 0
    return Menu(tuple(entries), default, settings["timeout"])


def _with(entry: Entry, line: str) -> Entry:
    words = line.split()
    if len(words) < 2:
        return entry
    path = re.sub(r"^\([^)]*\)", "", words[1])
    if words[0] in ("linux", "linux16", "linuxefi") and not entry.kernel:
        kept = [word for word in words[2:] if not word.startswith("BOOT_IMAGE=")]
        return entry._replace(kernel=path, arguments=" ".join(kept))
    if words[0] in ("initrd", "initrd16", "initrdefi") and not entry.ramdisk:
        return entry._replace(ramdisk=path)
    return entry
