"""The domains of a build: named in its state before they are made, and nothing but them is ever ended."""

from __future__ import annotations

from pathlib import Path

from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from autoinstall.build.state import DomainRecord, StateFile
from autoinstall.deadline import Deadline
from autoinstall.errors import AutoinstallError
from autoinstall.events import Events
from autoinstall.toolstack.description import name_in, uuid_of
from autoinstall.toolstack.domain import Toolstack

POLL_SECONDS = 0.1
RESTART_SECONDS = 30.0
"""After the end of a domain that is to restart, the new one has its name within that time."""

END_SECONDS = 60.0
"""For a domain to go after it was destroyed; a loaded host took 2.8 s (Xen 4.17)."""


class OwnDomains:
    """Creates, finds and ends the domains that a build's state names."""

    def __init__(self, toolstack: Toolstack, state: StateFile, events: Events) -> None:
        self._toolstack = toolstack
        self._state = state
        self._events = events

    def create(self, purpose: str, description: Path, deadline: Deadline) -> DomainRecord:
        """Start the domain of a description. Raises what the toolstack's refusal means."""
        state = self._state.state
        name = name_in(description.read_text(encoding="utf-8"))
        record = DomainRecord(purpose, name, uuid_of(state.id, purpose))
        state.domains.append(record)
        self._state.save()
        try:
            record.domid = self._toolstack.create(description, name, deadline)
        except AutoinstallError:
            if not self._may_be_there(record):
                self._forget(record)
            raise
        self._state.save()
        self._events.tell("domain-created", name=name, domid=record.domid, purpose=purpose)
        return record

    def find(self, purpose: str) -> DomainRecord | None:
        """The living domain of that purpose that is surely ours; its restarts are noted."""
        for record in self._state.state.domains:
            if record.purpose == purpose and self.follow(record) is not None:
                return record
        return None

    def follow(self, record: DomainRecord) -> int | None:
        """The domain's id now (another one after a restart), None where it is gone or not ours."""
        domid = self._toolstack.domid(record.name)
        if domid is None or not self._is_ours(record, domid):
            return None
        if domid != record.domid:
            record.domid = domid
            self._state.save()
        return domid

    def follow_restart(self, record: DomainRecord, patience: Deadline) -> int | None:
        """As `follow`, with patience: a host that restarts a guest has no such domain for a moment."""
        look = Retrying(
            retry=retry_if_result(lambda domid: domid is None),
            stop=stop_after_delay(patience.remaining),
            wait=wait_fixed(POLL_SECONDS),
            retry_error_callback=lambda state: None,
        )
        domid: int | None = look(self.follow, record)
        return domid

    def find_restarting(self, purpose: str, patience: Deadline) -> DomainRecord | None:
        """As `find`, with that patience; at once where nothing of that purpose was made and not seen to be gone."""
        records = [record for record in self._state.state.domains if record.purpose == purpose]
        found = [record for record in records if self.follow_restart(record, patience) is not None]
        return found[0] if found else None

    def is_gone(self, record: DomainRecord) -> bool:
        """Whether no domain of that name is left that could be ours."""
        if self.follow(record) is not None:
            return False
        self._forget(record)
        return True

    def shut_down(self, record: DomainRecord, deadline: Deadline) -> str:
        """End a domain, by the guest itself if it listens; says how it ended."""
        if self.follow(record) is None:
            how = "was gone already"
        elif self._toolstack.shutdown(record.name, deadline):
            how = "shut down"
        elif self.follow(record) is None:
            how = "shut down late"
        else:
            self._toolstack.destroy(record.name, Deadline.after(END_SECONDS))
            how = f"ignored the shutdown for {deadline.granted:.0f} s and was destroyed"
        self._forget(record)
        return how

    def wait_until_gone(self, record: DomainRecord, deadline: Deadline) -> bool:
        """Poll the toolstack until the domain has gone; False where it is still there."""
        asking: Retrying = Retrying(
            retry=retry_if_result(lambda gone: not gone),
            wait=wait_fixed(POLL_SECONDS),
            stop=stop_after_delay(deadline.remaining),
            retry_error_callback=lambda state: False,
        )
        return bool(asking(self.is_gone, record))

    def destroy(self, purpose: str | None = None) -> None:
        """Destroy the domains of that purpose (all without one) that are ours and still live."""
        for record in tuple(self._state.state.domains):
            if purpose not in (None, record.purpose):
                continue
            if self.follow(record) is not None:
                self.end(self._toolstack, record.name)
            self._forget(record)

    @staticmethod
    def end(toolstack: Toolstack, name: str) -> None:
        """Destroy a domain that is known to be ours."""
        toolstack.destroy(name, Deadline.after(END_SECONDS))

    def _is_ours(self, record: DomainRecord, domid: int) -> bool:
        shown = self._toolstack.uuid(record.name)
        return shown == record.uuid if shown else domid == record.domid

    def _may_be_there(self, record: DomainRecord) -> bool:
        """After a failed create: a half-built domain can be left behind, which only destroy removes."""
        try:
            return self.follow(record) is not None
        except AutoinstallError:
            return True

    def _forget(self, record: DomainRecord) -> None:
        if record in self._state.state.domains:
            self._state.state.domains.remove(record)
            self._state.save()
            if record.domid is not None:
                self._events.tell("domain-gone", name=record.name, domid=record.domid, purpose=record.purpose)
