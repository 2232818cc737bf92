"""A folder that a lab made, told from any other by a mark in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from autoinstall.errors import BusyError, UsageError


@dataclass(frozen=True, slots=True)
class LabFolder:
    """The folder of one lab."""

    folder: Path
    program: ClassVar[str]
    """The lab's own name."""

    def claim(self) -> None:
        """Make the folder and mark it as ours. Raises BusyError where it holds what is not ours."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.is_ours:
            if any(self.folder.iterdir()):
                raise BusyError(
                    f"{self.folder} is in use for something else", hint="name an empty folder: --folder DIR"
                )
            self._mark.touch()

    def require_ours(self) -> None:
        """Raise UsageError for a folder that somebody else made: it is not removed."""
        if not self.is_ours:
            raise UsageError(
                f"{self.folder} was not made by {self.program}: it stays", hint="remove it by hand"
            )

    @property
    def is_ours(self) -> bool:
        return self._mark.is_file()

    @property
    def _mark(self) -> Path:
        return self.folder / f".{self.program}"
