"""An installation that lives on after the process that drove it: whether it can be gone on with.

Its console outlived that process, and its screen says what it asks. Whatever had been typed there is read from
the screen again, a secret is typed again as a whole, and Enter is pressed only once all earlier keys have
arrived for certain; so it does not matter at which moment the process ended. What must be known from the build
folder: that the domain is ours, that it has not begun anew since, and whether it was complete.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autoinstall.build.context import BuildContext
from autoinstall.build.domains import RESTART_SECONDS
from autoinstall.build.state import BuildState, DomainRecord, StageState
from autoinstall.deadline import Deadline
from autoinstall.events import read_events
from autoinstall.installer.lifecycle import Happening


@dataclass(frozen=True, slots=True)
class Earlier:
    """The newest install domain as the events tell it: its id when it was created, and whether its installer
    had said that the installation is complete (which is on disk before the Enter that confirms it is sent)."""

    domid: int | None = None
    complete: bool = False


def was_interrupted(state: BuildState, fingerprint: str) -> bool:
    """Whether the process that drove an install with these inputs ended in the middle of it."""
    install = state.stage("install")
    named = any(record.purpose == "install" for record in state.domains)
    return install.state is StageState.RUNNING and named and install.fingerprint == fingerprint


def can_go_on(context: BuildContext) -> bool:
    """Whether the install domain is where it was left. One that began anew was complete, or its disk is spoilt."""
    found = living_install(context)
    before = earlier(context.folder.events)
    return found is not None and (before.domid in (None, found.domid) or before.complete)


def living_install(context: BuildContext) -> DomainRecord | None:
    """The install domain, if it lives; one that was complete may just be restarting."""
    restarts = context.answers.machine.on_reboot == "restart" and earlier(context.folder.events).complete
    return context.domains.find_restarting("install", Deadline.after(RESTART_SECONDS if restarts else 0.0))


def earlier(events: Path) -> Earlier:
    """What the events of a build say of its newest install domain."""
    found = Earlier()
    for event in read_events(events):
        if event.get("event") == "domain-created" and event.get("purpose") == "install":
            found = Earlier(event.get("domid"))
        elif event.get("happening") == Happening.INSTALLATION_COMPLETE.value:
            found = Earlier(found.domid, complete=True)
    return found
