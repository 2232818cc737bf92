"""Xen through its command, xm or xl: the same code with one table of differences."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from autoinstall.deadline import Deadline
from autoinstall.errors import HostError
from autoinstall.process import Completed
from autoinstall.toolstack import refusals
from autoinstall.toolstack.differences import Differences, ending_in, rows_in
from autoinstall.toolstack.domain import Counters, DomainRow, Ending
from autoinstall.toolstack.host import Host, LocalHost, Same

QUESTION_SECONDS = 120.0
"""A `list` or `domid` answers within a second or two; a loaded host froze for over 40 s."""

POLL_SECONDS = 0.1

Listener = Callable[[Completed], None]


class XenToolstack:
    """A toolstack of a Xen host, this one or one that is reached over ssh."""

    def __init__(
        self,
        differences: Differences,
        host: Host | None = None,
        *,
        listener: Listener | None = None,
    ) -> None:
        """`host` is where the commands run, by default this machine; `listener` hears of each that ended."""
        self._differences = differences
        self._host: Host = host or LocalHost()
        self._listener = listener

    @property
    def name(self) -> str:
        return self._differences.name

    @property
    def environment(self) -> Mapping[str, str]:
        return self._host.environment

    def create(self, description: Path, name: str, deadline: Deadline) -> int:
        there = self._host.description(description)
        done = self._run(("create", there), deadline.remaining, once=True)
        if done.status != 0:
            raise refusals.error_of(done, f"start domain {name}")
        started = self._differences.started
        told = started.search(done.stdout) if started else None
        domid = int(told["domid"]) if told else self.domid(name)
        if domid is None:
            raise HostError(
                f"domain {name} was started and is gone again",
                kind="domain-gone",
                hint="look into the host's logs (/var/log/xen)",
                host_said=done.said or None,
            )
        return domid

    def domid(self, name: str) -> int | None:
        done = self._run(("domid", name), QUESTION_SECONDS)
        if done.status != 0:
            if refusals.means_absent(done.said):
                return None
            raise refusals.error_of(done, f"ask for domain {name}")
        said = done.stdout.strip()
        return int(said) if said.isascii() and said.isdigit() else None

    def uuid(self, name: str) -> str | None:
        done = self._run(self._differences.list_arguments_of_uuid(name), QUESTION_SECONDS)
        return self._differences.uuid_in(done.stdout, name) if done.status == 0 else None

    def rows(self) -> tuple[DomainRow, ...]:
        done = self._run(("list",), QUESTION_SECONDS)
        if done.status != 0:
            raise refusals.error_of(done, "list the domains")
        return rows_in(done.stdout)

    def console_command(self, name: str, domid: int | None = None) -> tuple[str, ...]:
        same = Same((self.name, "domid", name), domid) if domid is not None else None
        return self._host.console((self.name, "console", name), name, same)

    def counters(self, name: str) -> Counters | None:
        """Xen's list tells whole seconds of processor time and nothing of disks: too little to judge by."""
        return None

    def ending(self, name: str) -> Ending | None:
        """xl leaves a log of each domain that it watches; xm leaves nothing that a command of it would show."""
        log = self._differences.log_of(name)
        if log is None:
            return None
        done = self._host.run(("tail", "-n", "20", log), QUESTION_SECONDS)
        return ending_in(done.stdout) if done.status == 0 else None

    def shutdown(self, name: str, deadline: Deadline) -> bool:
        try:
            done = self._run(("shutdown", name), deadline.remaining)
        except HostError as error:
            if error.kind != "toolstack-timeout":
                raise
            return False
        if done.status == 0 or refusals.means_absent(done.said):
            return self._wait_until_gone(name, deadline)
        if self._differences.waits_for_guest:
            return self.domid(name) is None
        raise refusals.error_of(done, f"shut down domain {name}")

    def destroy(self, name: str, deadline: Deadline) -> None:
        done = self._run(("destroy", name), max(1.0, deadline.remaining))
        if done.status != 0 and not refusals.means_absent(done.said):
            raise refusals.error_of(done, f"destroy domain {name}")
        if not self._wait_until_gone(name, deadline):
            raise HostError(
                f"domain {name} is still there after it was destroyed",
                kind="domain-stays",
                hint=f"look at it: {self.name} list",
            )

    def _wait_until_gone(self, name: str, deadline: Deadline) -> bool:
        asking: Retrying = Retrying(
            retry=retry_if_result(lambda domid: domid is not None),
            wait=wait_fixed(POLL_SECONDS),
            stop=stop_after_delay(deadline.remaining),
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
        )
        return asking(self.domid, name) is None

    def _run(self, arguments: Sequence[str], seconds: float, *, once: bool = False) -> Completed:
        run = self._host.run_once if once else self._host.run
        try:
            done = run((self.name, *arguments), max(0.1, seconds))
        except (FileNotFoundError, PermissionError) as error:
            raise HostError(
                f"cannot run {error.filename or self.name}: {error.strerror}",
                kind="toolstack-missing",
                hint=f"this is no Xen host, or {self.name} is not on PATH; --toolstack rehearsal needs none",
            ) from error
        except subprocess.TimeoutExpired as error:
            raise HostError(
                f"{self.name} {arguments[0]} did not end within {seconds:.0f} s",
                kind="toolstack-timeout",
                hint="is the host overloaded? look at it by hand, then go on with --resume",
            ) from error
        if self._listener:
            self._listener(done)
        return done
