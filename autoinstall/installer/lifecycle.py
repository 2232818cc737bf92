"""What the console's text says of the life of the installer and its guest: boots, reboots, the end.

The strings: the kernel's own, busybox init's, and rootskel's of debian-installer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_CONTROL = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][ -~]|[ -/]*[0-~])|[\x0e\x0f\x07]"
)
LONGEST_LINE = 2000

COMPLETION = "finish-install/reboot_in_progress"
"""The question whose answer ends the installation."""


class Happening(StrEnum):
    """An event of the guest's life, as `inspect` names it."""

    KERNEL_BOOT = "kernel-boot"
    INSTALLER_STARTED = "installer-started"
    INSTALLER_AGAIN = "installer-again"
    INSTALLATION_COMPLETE = "installation-complete"
    REBOOT = "reboot"
    SHUTDOWN = "shutdown"
    LOGIN_PROMPT = "login-prompt"
    KERNEL_PANIC = "kernel-panic"


_SIGNS = (
    (Happening.KERNEL_BOOT, re.compile(r"(?:^|[\s\]])Linux version \d")),
    (Happening.INSTALLER_STARTED, re.compile(r"Starting system log daemon")),
    (Happening.INSTALLATION_COMPLETE, re.compile(r"Rebooting into your new system\.\.\.")),
    (Happening.REBOOT, re.compile(r"Restarting system")),
    (Happening.SHUTDOWN, re.compile(r"Power down|System halted")),
    (Happening.KERNEL_PANIC, re.compile(r"Kernel panic - not syncing")),
)
_ANY = re.compile("|".join(sign.pattern for _, sign in _SIGNS) + "|Requesting system|login: $")
_GOING_DOWN = re.compile(r"Requesting system (?:reboot|halt|poweroff)")
"""busybox init's last words (init.c); the kernel's own may not reach the console."""

_LOGIN = re.compile(r"^[A-Za-z0-9][A-Za-z0-9.-]* login: $")


@dataclass(slots=True)
class Lifecycle:
    """Follows one console's text; knows whether this installer was complete, and whether it came again.

    `rebooted`: another boot than the installer's began, or is about to. `going_down`: the guest said so itself.
    `booted`: a kernel began to run.
    """

    starts: int = 0
    complete: bool = False
    rebooted: bool = False
    going_down: bool = False
    booted: bool = False
    _line: str = ""
    _started_this_boot: bool = False
    _told: frozenset[Happening] = frozenset()

    def feed(self, text: str) -> tuple[Happening, ...]:
        """The happenings that this piece of text makes certain, in order."""
        happenings: list[Happening] = []
        for piece in re.split(r"(\r\n|\n|\r)", text):
            if piece in ("\r\n", "\n", "\r"):
                self._line, self._told = "", frozenset()
            elif piece:
                self._line = (self._line + piece)[-LONGEST_LINE:]
                happenings += self._in_line()
        return tuple(happenings)

    def saw_dialog(self) -> tuple[Happening, ...]:
        """A dialog or progress box of the installer stands on the screen."""
        return self._started()

    def saw_completion(self) -> tuple[Happening, ...]:
        """The dialog that says "Installation complete" stands on the screen."""
        if self.complete:
            return ()
        self.complete = True
        return (Happening.INSTALLATION_COMPLETE,)

    @property
    def over(self) -> bool:
        """Nothing that this console shows may be answered any more."""
        return self.complete or self.rebooted

    def _in_line(self) -> list[Happening]:
        line = _CONTROL.sub("", self._line)
        if not _ANY.search(line):
            return []
        self.going_down = self.going_down or bool(_GOING_DOWN.search(line))
        found: list[Happening] = []
        for happening, sign in _SIGNS:
            if happening not in self._told and sign.search(line):
                self._told |= {happening}
                found += self._noted(happening)
        if Happening.LOGIN_PROMPT not in self._told and _LOGIN.match(line):
            self._told |= {Happening.LOGIN_PROMPT}
            found.append(Happening.LOGIN_PROMPT)
        return found

    def _noted(self, happening: Happening) -> tuple[Happening, ...]:
        if happening is Happening.KERNEL_BOOT:
            self.booted = True
            self.rebooted = self.rebooted or self._started_this_boot
            self._started_this_boot = False
        elif happening is Happening.REBOOT:
            self.rebooted = self.going_down = True
        elif happening is Happening.SHUTDOWN:
            self.going_down = True
        elif happening is Happening.INSTALLATION_COMPLETE:
            return self.saw_completion()
        elif happening is Happening.INSTALLER_STARTED:
            return self._started()
        return (happening,)

    def _started(self) -> tuple[Happening, ...]:
        """The installer's start, once for each boot of the kernel."""
        if self._started_this_boot:
            return ()
        self._started_this_boot = True
        self.starts += 1
        return (Happening.INSTALLER_STARTED if self.starts == 1 else Happening.INSTALLER_AGAIN,)
