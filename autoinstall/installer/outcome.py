"""How long an installation may take, how it ended, and what was answered in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from autoinstall.installer.stall import Patience


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: for one dialog to be answered, for a screen that does not change, for the whole installation.

    They nest: a dialog's deadline never outlives the installation's, nor that the build's. Where the host
    counts what the guest does, a screen may stand still for as long as the guest works; one that does nothing
    is given `hung` seconds, and `dead` where not even a clock moves any more.
    """

    dialog: float = 180.0
    silence: float = 1800.0
    whole: float = 4 * 3600.0
    hung: float = 600.0
    dead: float = 180.0
    sampling: float = 15.0

    @property
    def patience(self) -> Patience:
        return Patience(self.silence, self.silence, self.hung, self.dead, self.sampling)


class End(StrEnum):
    """How a console was left."""

    COMPLETE = "complete"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How driving ended on one console: complete and rebooting, or the console was over (exit status)."""

    end: End
    exit_status: int | None = None


@dataclass(slots=True)
class Answers:
    """One line of `drive --json`'s `answered`."""

    question: str | None
    title: str
    answer: Any
    presses: int
    retyped: int
    seconds: float
