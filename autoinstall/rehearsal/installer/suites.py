"""The installers that can be rehearsed."""

from __future__ import annotations

from autoinstall.rehearsal.installer.precise.script import SCRIPT as PRECISE
from autoinstall.rehearsal.installer.script import Script


def script(suite: str) -> Script:
    """The installer of a suite. Raises KeyError for one that is not known."""
    return {"precise": PRECISE}[suite]
