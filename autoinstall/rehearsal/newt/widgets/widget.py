"""What all widgets have in common."""

from __future__ import annotations

from enum import Enum, auto

from autoinstall.rehearsal.newt.windows import Desktop


class Obeyed(Enum):
    """What became of a key."""

    IGNORED = auto()
    SWALLOWED = auto()
    LEAVE = auto()
    """The form is to be left by this widget."""


class Widget:
    """A rectangle of the uppermost window; it is drawn once it is `mapped`."""

    takes_focus = False

    def __init__(self, desktop: Desktop, left: int, top: int, width: int, height: int = 1) -> None:
        self.desktop = desktop
        self.left = left
        self.top = top
        self.width = width
        self.height = height
        self.mapped = False

    def draw(self) -> None:
        """Draw it as it is now, if it is mapped."""

    def map(self, mapped: bool) -> None:
        """Say whether it lies within what is visible."""
        self.mapped = mapped

    def place(self, left: int, top: int) -> None:
        """Move it."""
        self.left, self.top = left, top

    def focus(self) -> None:
        """Take the focus."""

    def unfocus(self) -> None:
        """Lose the focus."""

    def obey(self, key: int) -> Obeyed:
        """Take a key while it has the focus."""
        return Obeyed.IGNORED

    def obey_late(self, key: int) -> Obeyed:
        """Take a key that it ignored at first, before the form around it moves the focus by it."""
        return Obeyed.IGNORED
