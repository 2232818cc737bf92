"""Where xm and xl differ: one table, so that the same code speaks both.

Formats and messages are those of Xen 4.2.2's xm and xl and of Xen 4.17's xl.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from autoinstall.toolstack.domain import DomainRow, DomainState, Ending

_ROW = re.compile(
    r"(?P<name>.{40,}?) (?P<domid> {5}|(?=[ \d]{5}) {0,4}\d+) (?P<memory>(?=[ \d]{5}) {0,4}\d+)"
    r" (?P<vcpus>(?=[ \d]{5}) {0,4}\d+) {5}(?P<letters>[-a-z]{6}| {6}) +\d+\.\d"
)
"""A row of `list`: the name filled up to 40 columns, then numbers; a managed domain has no id."""


_ENDED = re.compile(r"^Domain \d+ has (?:shut down, reason code \d+|been destroyed)")
"""A line of the log of xl's own watcher (4.2 to 4.17): the guest went down, or somebody destroyed its domain."""


@dataclass(frozen=True, slots=True)
class Differences:
    """What one toolstack says where the other says something else.

    `started` finds the domain's id in what a successful `create` prints, where it prints one;
    `uuid_arguments` list UUIDs, and `uuid_row` finds one domain's (`NAME` stands for its name);
    `waits_for_guest`: `shutdown` itself waits for the guest's acknowledgement and fails without one;
    `log` is the host's log of one domain's end, where there is one.
    """

    name: str
    started: re.Pattern[str] | None
    uuid_arguments: tuple[str, ...]
    uuid_row: str
    waits_for_guest: bool
    log: str | None = None

    def log_of(self, name: str) -> str | None:
        """Where the host tells how a domain ended."""
        return self.log.replace("NAME", name) if self.log and "/" not in name else None

    def list_arguments_of_uuid(self, name: str) -> tuple[str, ...]:
        return tuple(name if word == "NAME" else word for word in self.uuid_arguments)

    def uuid_in(self, text: str, name: str) -> str | None:
        found = re.search(self.uuid_row.replace("NAME", re.escape(name)), text, re.MULTILINE)
        return found["uuid"].lower() if found else None


XM = Differences(
    name="xm",
    started=re.compile(r"^Started domain .* \(id=(?P<domid>\d+)\)\s*$", re.MULTILINE),
    uuid_arguments=("list", "--long", "NAME"),
    uuid_row=r"^\s*\(uuid (?P<uuid>[0-9a-fA-F-]{36})\)",
    waits_for_guest=False,
)
"""xm of Xen 3.x to 4.4: the list's letters are r b p s c d."""

XL = Differences(
    name="xl",
    started=None,
    uuid_arguments=("vm-list",),
    uuid_row=r"^(?P<uuid>[0-9a-fA-F-]{36}) +\d+ +NAME\s*$",
    waits_for_guest=True,
    log="/var/log/xen/xl-NAME.log",
)
"""xl of Xen 4.1 on: the list's letters are r b p s, then the reason of a shutdown (- r s c w), then d."""

BY_NAME = {differences.name: differences for differences in (XM, XL)}


def rows_in(text: str) -> tuple[DomainRow, ...]:
    """The domains in what `list` of xm or xl printed; lines that are no rows (the header) are left out."""
    matches = (_ROW.fullmatch(line.rstrip("\r")) for line in text.split("\n"))
    return tuple(_row(match) for match in matches if match)


def ending_in(log: str) -> Ending | None:
    """How a domain ended, by the last word of xl's log of it; None where that is not told."""
    told = [line for line in log.splitlines() if _ENDED.search(line)]
    return Ending("has shut down" in told[-1], told[-1].strip()) if told else None


def _row(match: re.Match[str]) -> DomainRow:
    domid = match["domid"].strip()
    memory = int(match["memory"])
    return DomainRow(
        name=match["name"].rstrip(),
        domid=int(domid) if domid else None,
        memory=memory,
        state=_state(match["letters"], memory) if domid else DomainState.ABSENT,
    )


def _state(letters: str, memory: int) -> DomainState:
    """The state that the six letters mean; a crash stands fifth in both lists, by chance of their formats."""
    for place, letter, state in (
        (4, "c", DomainState.CRASHED),
        (5, "d", DomainState.DYING),
        (3, "s", DomainState.SHUTDOWN),
        (2, "p", DomainState.BUILDING if memory == 0 else DomainState.PAUSED),
        (1, "b", DomainState.BLOCKED),
    ):
        if letters[place] == letter:
            return state
    return DomainState.RUNNING
