"""What comes after "Installation complete": the reboot, and the installer that comes up again on such hosts.

Nothing is sent but the key that leaves the console: no answer, no redraw. The how-to's host restarts the
guest with the same kernel and ramdisk, so what comes up is the installer, waiting for its first answer.
"""

from __future__ import annotations

import threading
from enum import StrEnum

from autoinstall.build.consoles import AfterClose, DomainConsole
from autoinstall.build.context import BuildContext
from autoinstall.build.domains import RESTART_SECONDS
from autoinstall.build.state import DomainRecord
from autoinstall.console.channel import Channel, ConsoleClosed
from autoinstall.deadline import Deadline
from autoinstall.dialog.model import Kind
from autoinstall.dialog.vocabulary import Vocabulary
from autoinstall.errors import HostError
from autoinstall.installer.lifecycle import Happening, Lifecycle
from autoinstall.installer.pace import Pace
from autoinstall.installer.view import View

REBOOT_SECONDS = 300.0
"""From the confirmation to the end of the console; the installer unmounts and copies its logs meanwhile."""

AGAIN_SECONDS = 600.0
"""For the installer's first dialog after a restart: 74 s on an emulated host."""

POLL_SECONDS = 1.0
WINDOW_SECONDS = 5.0
"""A window that was there for so long is the installer's, also one that cannot be read for the kernel's lines."""

LEAVE_SECONDS = 30.0
SHUTDOWN_SECONDS = 30.0
"""An installer that sits in a dialog powers off within 6 s where it listens at all."""


class _Seen(StrEnum):
    """What a console showed after the installation was complete."""

    END = "end"
    INSTALLER = "installer"
    NOTHING = "nothing"


def see_off(
    context: BuildContext,
    vocabulary: Vocabulary,
    console: DomainConsole,
    channel: Channel,
    record: DomainRecord,
) -> str:
    """From the complete installation to a domain that is gone; says in one sentence what happened."""
    before = record.domid
    restarts = context.answers.machine.on_reboot == "restart"
    seen = _look_on(context, vocabulary, channel)
    if seen is _Seen.NOTHING:
        return f"installed; the guest stayed where it was and {_shut_down(context, record)}"
    if seen is _Seen.INSTALLER:
        _leave(channel)
        again = context.domains.follow(record)
    elif console.after_close(channel, restarts=restarts) is AfterClose.GONE:
        return "installed; the domain is gone after its reboot, as it should be"
    else:
        again = _look_for_installer(context, vocabulary, console, record)
    return _left(again, before, _shut_down(context, record))


def see_off_unseen(context: BuildContext, record: DomainRecord, before: int | None) -> str:
    """The same for an installation that was complete before this process began; its console is not attached.

    `before` is the domain's id when it was last known. What it finishes before its reboot, it may finish.
    """
    deadline = Deadline.after(REBOOT_SECONDS)
    while (again := context.domains.follow(record)) == before and not deadline.expired:
        _pause(POLL_SECONDS)
    if again is None and context.answers.machine.on_reboot == "restart":
        again = context.domains.follow_restart(record, Deadline.after(RESTART_SECONDS))
    if again is None:
        return "installed; the domain is gone after its reboot, as it should be"
    how = _shut_down(context, record)
    if again == before:
        return f"installed; the guest stayed where it was and {how}"
    return _left(again, before, how)


def _left(again: int | None, before: int | None, how: str) -> str:
    return f"installed; the installer came up again as domain {again} (was {before}): not answered, left; it {how}"


def _look_for_installer(
    context: BuildContext, vocabulary: Vocabulary, console: DomainConsole, record: DomainRecord
) -> int | None:
    """Look on until the installer is there again, then leave by Ctrl+] and see that this did what it should."""
    deadline = Deadline.after(AGAIN_SECONDS)
    while not deadline.expired:
        channel = console.attach()
        try:
            if _see_first_dialog(_view(context, vocabulary, channel), deadline, damaged_too=True):
                _leave(channel)
                return context.domains.follow(record)
        except ConsoleClosed:
            if console.after_close(channel, restarts=True) is AfterClose.GONE:
                return record.domid
        finally:
            channel.close()
    return record.domid


def _look_on(context: BuildContext, vocabulary: Vocabulary, channel: Channel) -> _Seen:
    """Listen to the last words on a console, and where it outlives the reboot, to the installer's first ones."""
    lifecycle = Lifecycle(starts=1)
    view = _view(context, vocabulary, channel, lifecycle)
    reboot = Deadline.after(REBOOT_SECONDS)
    try:
        while not (lifecycle.booted or reboot.expired):
            if _see_first_dialog(view, reboot.nested(1.0)):
                return _Seen.INSTALLER
        found = lifecycle.booted and _see_first_dialog(view, Deadline.after(AGAIN_SECONDS))
    except ConsoleClosed:
        return _Seen.END
    return _Seen.INSTALLER if found else _Seen.NOTHING


def _view(
    context: BuildContext, vocabulary: Vocabulary, channel: Channel, lifecycle: Lifecycle | None = None
) -> View:
    def happened(happening: Happening) -> None:
        context.events.tell("lifecycle", happening=happening.value)

    return View(channel, vocabulary, lifecycle or Lifecycle(starts=1), Pace(), happened)


def _see_first_dialog(view: View, deadline: Deadline, *, damaged_too: bool = False) -> bool:
    """Look on until a dialog wants an answer, or stands there and cannot be read; False where none came."""
    window = deadline
    while not (deadline.expired or window.expired):
        view.look(min(1.0, window.remaining))
        if damaged_too and view.window_seen and window is deadline:
            window = deadline.nested(WINDOW_SECONDS)
        if view.dialog is not None and view.dialog.complete and view.dialog.kind is not Kind.PROGRESS:
            return True
    return window is not deadline


def _leave(channel: Channel) -> None:
    if not channel.leave(Deadline.after(LEAVE_SECONDS)):
        raise HostError(
            "the console could not be left by Ctrl+]",
            kind="console-stuck",
            hint="end the `console` command by hand; nothing was answered",
        )


def _shut_down(context: BuildContext, record: DomainRecord) -> str:
    return context.domains.shut_down(record, Deadline.after(SHUTDOWN_SECONDS))


def _pause(seconds: float) -> None:
    """Between two questions to the toolstack, which tells nothing unasked."""
    threading.Event().wait(seconds)
