"""The end of the installer: busybox init's last words and the kernel's, and the status that tells the host."""

from __future__ import annotations

from enum import Enum

from autoinstall.rehearsal.installer.console import Console

POWERED_OFF = 0
REBOOT = 10


class Ending(Enum):
    """How init leaves: what it asks the kernel for, the kernel's last line, and the process's exit status."""

    REBOOT = ("reboot", "Restarting system.", REBOOT)
    HALT = ("halt", "System halted.", POWERED_OFF)
    POWEROFF = ("poweroff", "Power down.", POWERED_OFF)


def end(console: Console, ending: Ending) -> int:
    """Print the shutdown; gives the exit status."""
    request, last, status = ending.value
    for text in (
        "The system is going down NOW!",
        "Sent SIGTERM to all processes",
        "Sent SIGKILL to all processes",
        f"Requesting system {request}",
    ):
        console.write(b"\r" + text.encode() + b"\r\n")
    console.kernel(last)
    return status
