"""A failure at the installer's console: with the dialog, the screen, and what nearly fitted."""

from __future__ import annotations

from typing import Any

from autoinstall.errors import JobError


class InstallerError(JobError):
    """The installation cannot go on.

    `dialog` is the JSON of the dialog at which it stopped, `screen` its rows (secrets starred), `awaited`
    what was waited for and `waited` how long in seconds, `near_misses` rules and templates that almost
    fitted, `proposal` the lines of an answers file that would go on.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: str,
        hint: str | None = None,
        awaited: str = "",
        waited: float = 0.0,
        dialog: dict[str, Any] | None = None,
        screen: tuple[str, ...] = (),
        near_misses: tuple[str, ...] = (),
        proposal: str | None = None,
    ) -> None:
        super().__init__(message, kind=kind, hint=hint)
        self.awaited = awaited
        self.waited = waited
        self.dialog = dialog
        self.screen = screen
        self.near_misses = near_misses
        self.proposal = proposal

    @property
    def question(self) -> str | None:
        """The debconf name of the question at which it stopped."""
        name = self.dialog.get("question") if self.dialog else None
        return name if isinstance(name, str) else None
