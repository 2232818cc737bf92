"""The installers that can be rehearsed."""

from __future__ import annotations

from pathlib import Path

from autoinstall.rehearsal.installer.precise.script import SCRIPT as PRECISE
from autoinstall.rehearsal.installer.recorded import recorded
from autoinstall.rehearsal.installer.script import Script


def script(suite: str, session: Path) -> Script:
    """The installer of a suite, or that of a recorded session where one was written down.

    Raises KeyError for a suite that is not known.
    """
    return recorded(session) if session.exists() else {"precise": PRECISE}[suite]
