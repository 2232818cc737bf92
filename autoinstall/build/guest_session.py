"""A running guest of ours with a root shell on its console: booted, logged in, gone on with after cuts, powered off."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import ExitStack
from math import inf

from autoinstall.build.consoles import AfterClose, DomainConsole
from autoinstall.build.context import BuildContext
from autoinstall.build.endings import error_of_ending
from autoinstall.build.state import DomainRecord
from autoinstall.console.channel import Channel, ConsoleClosed
from autoinstall.deadline import Deadline
from autoinstall.errors import HostError, JobError, UsageError
from autoinstall.guest import shutdown
from autoinstall.guest.listener import Listener
from autoinstall.guest.login import log_in_as_root
from autoinstall.guest.shell import Shell

CREATE_SECONDS = 600.0
"""With xl, `create` ends only when the boot loader has; a loaded host took minutes."""

BOOT_SECONDS = 900.0
"""From the start to the shell: 196 s on a quiet emulated host, 245 s on a loaded one."""

BOOT_VARIABLE = "AUTOINSTALL_BOOT_SECONDS"
"""In the environment, for hosts on which that is too short or too long."""

SHUTDOWN_SECONDS = 180.0
LAST_SECONDS = 30.0
"""A domain that powered off stays listed for up to 13 s after its console has ended (Xen 4.17)."""

RESTARTS_TAKEN = 2
"""A guest may boot again by itself (fsck does so after a repair), but not for ever."""

CUTS_TAKEN = 10

_LOGIN_SHOWN = re.compile(rb"login: |assword: ?$|[$#] ?$")
_ENDING = re.compile(rb"Power down|System halted|Restarting system|Kernel panic|going down")


class GuestSession:
    """The domain that boots a disk of ours. `purpose` is boot or verify; it names description and recording."""

    def __init__(self, purpose: str) -> None:
        self._purpose = purpose
        self._held = ExitStack()
        self._record: DomainRecord | None = None
        self._console: DomainConsole | None = None
        self._channel: Channel | None = None
        self._shell: Shell | None = None

    def shell(self, context: BuildContext) -> Shell:
        """The root shell; the guest is booted where it does not run yet (one that was kept does)."""
        if self._shell is None:
            kept = self._record or context.domains.find(self._purpose)
            self._record = kept or self._boot(context)
            self._shell = self._log_in(context, self._record, reattached=kept is not None)
        return self._shell

    def over_cuts(self, context: BuildContext, work: Callable[[Shell], None]) -> None:
        """Do something that may be done again from its beginning, over as many consoles as it takes."""
        for _ in range(CUTS_TAKEN):
            shell = self.shell(context)
            try:
                work(shell)
                return
            except ConsoleClosed:
                self._lost(context)
        raise HostError(
            "the guest's console was cut again and again",
            kind="console-cut",
            hint="is the connection to the host stable?",
        )

    def power_off(self, context: BuildContext) -> str:
        """Have the guest power itself off; where it does not, the toolstack ends it. Says how it ended."""
        record = self._record or context.domains.find(self._purpose)
        if record is None:
            return "was not running"
        if self._shell is not None:
            deadline = Deadline.after(SHUTDOWN_SECONDS)
            shutdown.shut_down(self._shell, deadline, is_gone=lambda: context.domains.is_gone(record))
        self.let_go()
        self._record = None
        if context.domains.wait_until_gone(record, Deadline.after(LAST_SECONDS)):
            return "powered off"
        return context.domains.shut_down(record, Deadline.after(SHUTDOWN_SECONDS))

    def end(self, context: BuildContext) -> None:
        """Let go of the guest: kept it lives on, failed it is destroyed, else it powers off."""
        if not context.failed:
            self.power_off(context)
            return
        self.let_go()
        if not context.kept:
            self._record = None
            context.domains.destroy(self._purpose)

    def let_go(self) -> None:
        """Leave the console; the guest lives on."""
        self._shell = None
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        self._console = None
        self._held.close()

    def _boot(self, context: BuildContext) -> DomainRecord:
        description = context.folder.description(self._purpose)
        return context.domains.create(self._purpose, description, context.deadline.nested(CREATE_SECONDS))

    def _log_in(self, context: BuildContext, record: DomainRecord, *, reattached: bool) -> Shell:
        """Over as many consoles as it takes: the boot loader's ends when it hands over, others are cut."""
        console = self._console_of(context, record)
        deadline = context.deadline.nested(_boot_seconds())
        restarts = 0
        while not deadline.expired:
            self._channel = channel = console.attach()
            listener = Listener(channel, context.secrets.values())
            try:
                log_in_as_root(listener, context.credentials, deadline, reattached=reattached)
                return Shell.open(listener)
            except ConsoleClosed:
                after = console.after_close(channel)
            if after is AfterClose.GONE:
                raise _gone(context, record, channel, "before anybody was logged in")
            restarts += after is AfterClose.RESTARTED
            if restarts > RESTARTS_TAKEN:
                raise JobError(
                    f"the guest {record.name} boots again and again",
                    kind="boot-loop",
                    hint="the recording shows what it says before it boots anew",
                )
            reattached = after is AfterClose.SAME and _LOGIN_SHOWN.search(channel.last_output) is not None
        raise JobError(
            f"the guest {record.name} gave no shell within {deadline.granted:.0f} s",
            kind="deadline",
            hint="the recording shows how far it came",
        )

    def _console_of(self, context: BuildContext, record: DomainRecord) -> DomainConsole:
        if self._console is None:
            cast = context.folder.cast(self._purpose)
            assert cast is not None
            title = f"{context.answers.name}: {self._purpose}"
            recorder = self._held.enter_context(context.recorder(cast, title))
            self._console = DomainConsole(context, record, recorder)
        return self._console

    def _lost(self, context: BuildContext) -> None:
        """The console has ended in the middle of work. Raises unless the same guest still runs."""
        self._shell = None
        if self._console is None or self._channel is None or self._record is None:
            return
        after = self._console.after_close(self._channel)
        if after is AfterClose.GONE:
            said_goodbye = bool(_ENDING.search(self._channel.last_output))
            raise error_of_ending(
                context, self._record, said_goodbye=said_goodbye, when="while it was worked on"
            )
        if after is AfterClose.RESTARTED:
            raise JobError(
                f"the guest {self._record.name} rebooted while it was worked on",
                kind="guest-rebooted",
                hint="the recording shows its last words; does a step reboot it?",
            )


def _gone(context: BuildContext, record: DomainRecord, channel: Channel, when: str) -> JobError | HostError:
    said_goodbye = bool(_ENDING.search(channel.last_output))
    return error_of_ending(context, record, said_goodbye=said_goodbye, when=when)


def _boot_seconds() -> float:
    given = os.environ.get(BOOT_VARIABLE, "")
    try:
        seconds = float(given or BOOT_SECONDS)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < inf:
        raise UsageError(f"{BOOT_VARIABLE} is no number of seconds: {given!r}", hint="for example 1800")
    return seconds
