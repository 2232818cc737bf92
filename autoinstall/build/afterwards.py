"""What comes after "Installation complete": the reboot, and the installer that comes up again on such hosts.

Nothing is sent but the key that leaves the console: no answer, no redraw. The how-to's host restarts the
guest with the same kernel and ramdisk, so what comes up is the installer, waiting for its first answer.
"""

from __future__ import annotations

from autoinstall.build.consoles import AfterClose, DomainConsole
from autoinstall.build.context import BuildContext
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

LEAVE_SECONDS = 30.0
SHUTDOWN_SECONDS = 30.0
"""An installer that sits in a dialog powers off within 6 s where it listens at all."""


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
    if not _wait_for_end(channel, Deadline.after(REBOOT_SECONDS)):
        return f"installed; the guest stayed where it was and {_shut_down(context, record)}"
    after = console.after_close(channel, restarts=restarts)
    if after is AfterClose.GONE:
        return "installed; the domain is gone after its reboot, as it should be"
    seen = _look_for_installer(context, vocabulary, console, record)
    how = _shut_down(context, record)
    return f"installed; the installer came up again as domain {seen} (was {before}): not answered, left; it {how}"


def _look_for_installer(
    context: BuildContext, vocabulary: Vocabulary, console: DomainConsole, record: DomainRecord
) -> int | None:
    """Look on until the installer is there again, then leave by Ctrl+] and see that this did what it should."""
    deadline = Deadline.after(AGAIN_SECONDS)
    while not deadline.expired:
        channel = console.attach()
        try:
            _see_first_dialog(context, vocabulary, channel, deadline)
            _leave(channel)
            return context.domains.follow(record)
        except ConsoleClosed:
            if console.after_close(channel, restarts=True) is AfterClose.GONE:
                return record.domid
        finally:
            channel.close()
    return record.domid


def _see_first_dialog(
    context: BuildContext, vocabulary: Vocabulary, channel: Channel, deadline: Deadline
) -> None:
    def happened(happening: Happening) -> None:
        context.events.tell("lifecycle", happening=happening.value)

    view = View(channel, vocabulary, Lifecycle(starts=1), Pace(), happened)
    while not deadline.expired:
        view.look(min(1.0, deadline.remaining))
        if view.dialog is not None and view.dialog.complete and view.dialog.kind is not Kind.PROGRESS:
            return


def _leave(channel: Channel) -> None:
    if not channel.leave(Deadline.after(LEAVE_SECONDS)):
        raise HostError(
            "the console could not be left by Ctrl+]",
            kind="console-stuck",
            hint="end the `console` command by hand; nothing was answered",
        )


def _wait_for_end(channel: Channel, deadline: Deadline) -> bool:
    """Listen to the console's last words; False where it does not end."""
    try:
        while not deadline.expired:
            channel.read(deadline.remaining)
    except ConsoleClosed:
        return True
    return False


def _shut_down(context: BuildContext, record: DomainRecord) -> str:
    return context.domains.shut_down(record, Deadline.after(SHUTDOWN_SECONDS))
