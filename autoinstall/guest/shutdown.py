"""Shuts the guest down from its own shell."""

from __future__ import annotations

from collections.abc import Callable

from autoinstall.console.channel import ConsoleClosed
from autoinstall.deadline import Deadline
from autoinstall.guest.shell import Shell

LOOK_EVERY = 1.0
"""Seconds of a silent console between two questions to the toolstack."""

SYNC_TIMEOUT = 120.0

_POWER_OFF = "sync; poweroff || shutdown -h now || halt -p"


def sync(shell: Shell) -> None:
    """Everything that was written is on the guest's disk when this returns."""
    shell.run("sync", timeout=SYNC_TIMEOUT)


def shut_down(shell: Shell, deadline: Deadline, *, is_gone: Callable[[], bool]) -> bool:
    """Power the guest off; True once its console is closed or the toolstack says that it is gone.

    False when it is still there at the deadline: the toolstack must end it. The session is over either way.
    """
    try:
        shell.close()
        shell.send_line(_POWER_OFF)
        while not deadline.expired:
            if not shell.hear(min(LOOK_EVERY, deadline.remaining)) and is_gone():
                return True
    except ConsoleClosed:
        return True
    return is_gone()
