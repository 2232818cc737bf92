"""The console of a domain of ours: attached with patience, and asked about when it is over.

The end of a console says only that it is over; detach, reboot, destroy and crash look alike. The
toolstack knows which it was (Xen 4.17, measured).
"""

from __future__ import annotations

import threading
from enum import StrEnum

from autoinstall.build.context import BuildContext
from autoinstall.build.domains import RESTART_SECONDS
from autoinstall.build.state import DomainRecord
from autoinstall.console.channel import Channel, attach
from autoinstall.deadline import Deadline
from autoinstall.errors import BusyError, HostError
from autoinstall.recording.recorder import Recorder
from autoinstall.toolstack.refusals import ConsoleEnd, console_end

BUSY_SECONDS = 15.0
"""A holder whose connection was cut lets go within 1.7 to 5.5 s; after 15 s somebody else is attached."""

NOT_READY_SECONDS = 60.0
"""A restarted domain was without a console for 6 to 20 s while it was built."""

DYING_SECONDS = 30.0
"""A domain that powered off stays listed for up to 13 s after its console has ended."""

CUT_SECONDS = 120.0
"""For consoles that are cut before they show anything, one after the other."""

QUICK_TRIES = 2
"""Cuts in a row after which a console is taken again at once, on condition that the domain is still the same; a
question to the host beforehand would cost another second or two."""

SOMETHING_SHOWN = 400
"""Characters: ssh's own words about a lost connection are fewer, a dialog painted anew has more."""

PAUSE = 0.2
REFUSALS_TAKEN = 5


class AfterClose(StrEnum):
    """What became of the domain whose console ended."""

    SAME = "same"
    RESTARTED = "restarted"
    GONE = "gone"


class DomainConsole:
    """Attaches to one domain's console, again and again, into one recording."""

    def __init__(self, context: BuildContext, record: DomainRecord, recorder: Recorder) -> None:
        self._context = context
        self._record = record
        self._recorder = recorder
        self._busy: Deadline | None = None
        self._not_ready: Deadline | None = None
        self._cut: Deadline | None = None
        self._quick = 0
        self._refusals = 0

    def attach(self) -> Channel:
        """A new client on the console. What it is refused is seen only when it ends: `after_close`."""
        toolstack = self._context.toolstack
        channel = attach(
            toolstack.console_command(self._record.name, self._record.domid if self._quick else None),
            recorder=self._recorder,
            cwd=self._context.folder.root,
            environment=toolstack.environment,
        )
        self._context.events.tell("console-attached", name=self._record.name, domid=self._record.domid)
        return channel

    def after_close(self, channel: Channel, *, restarts: bool = False) -> AfterClose:
        """Why a console ended. With `restarts`, a domain that is gone gets its time to come again.

        Raises BusyError where somebody else holds the console, HostError where the host refuses it.
        """
        said = channel.last_output.decode("utf-8", "replace")
        self._context.events.tell(
            "console-closed",
            name=self._record.name,
            domid=self._record.domid,
            exit_status=channel.exit_status,
        )
        end = console_end(said, channel.exit_status, over_ssh=self._context.host is not None)
        if end is ConsoleEnd.IN_USE:
            self._wait_for_holder(said)
            return AfterClose.SAME
        if end is ConsoleEnd.NOT_READY:
            self._wait_for_tty(said)
            return self._domain_now(restarts)
        if end is ConsoleEnd.REFUSED:
            self._count_refusal(said, channel.exit_status)
        elif end is ConsoleEnd.CUT:
            shown = len(said) >= SOMETHING_SHOWN
            self._quick = 1 if shown else self._quick + 1
            self._cut = None if shown else self._cut
            if self._context.host and self._quick <= QUICK_TRIES:
                return AfterClose.SAME
            self._quick = 0
            self._wait_for_connection(said)
        else:
            self._quick = 0
            self._busy = self._not_ready = self._cut = None
            self._refusals = 0
        return self._domain_now(restarts)

    def _domain_now(self, restarts: bool) -> AfterClose:
        before = self._record.domid
        patience = Deadline.after(RESTART_SECONDS if restarts else 0.0)
        now = self._context.domains.follow_restart(self._record, patience)
        if now is None:
            self._require_same_host()
            return AfterClose.GONE
        if now != before:
            return AfterClose.RESTARTED
        _pause(PAUSE)
        return AfterClose.SAME

    def _wait_for_holder(self, said: str) -> None:
        self._busy = self._busy or Deadline.after(BUSY_SECONDS)
        if self._busy.expired:
            raise BusyError(
                f"the console of {self._record.name} is held by somebody else",
                kind="console-in-use",
                hint="end the other `console` command, then go on with --resume",
                host_said=_last_line(said),
            )
        _pause(PAUSE * 2)

    def _wait_for_connection(self, said: str) -> None:
        """The host answers, or asking it about the domain says that it does not; only its consoles are cut."""
        self._cut = self._cut or Deadline.after(CUT_SECONDS)
        if self._cut.expired:
            raise HostError(
                f"the connection to the console of {self._record.name} is cut again and again",
                kind="console-cut",
                hint="is the connection to the host stable?",
                host_said=_last_line(said),
            )

    def _require_same_host(self) -> None:
        host = self._context.host
        if host and host.was_restarted:
            raise HostError(
                f"{host.address.url} was restarted, and its domains are gone",
                kind="host-restarted",
                hint="what was finished is kept there: go on with --resume",
            )

    def _wait_for_tty(self, said: str) -> None:
        self._not_ready = self._not_ready or Deadline.after(NOT_READY_SECONDS)
        if self._not_ready.expired:
            raise HostError(
                f"the domain {self._record.name} has no console",
                kind="console-refused",
                hint="does xenconsoled run on the host?",
                host_said=_last_line(said),
            )

    def _count_refusal(self, said: str, status: int | None) -> None:
        self._refusals += 1
        if self._refusals > REFUSALS_TAKEN:
            command = " ".join(self._context.toolstack.console_command(self._record.name))
            raise HostError(
                f"the console of {self._record.name} cannot be had (exit status {status})",
                kind="console-refused",
                hint=f"try it by hand: {command}",
                host_said=_last_line(said),
            )


def _pause(seconds: float) -> None:
    """Between two questions to the toolstack, which tells nothing unasked."""
    threading.Event().wait(seconds)


def _last_line(said: str) -> str | None:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1] if lines else None
