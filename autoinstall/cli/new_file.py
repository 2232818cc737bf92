"""Files that a command writes for its user: new ones only, for one that is there may hold a person's work."""

from __future__ import annotations

from pathlib import Path

from autoinstall.errors import UsageError


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet. Raises UsageError."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(
            f"{path} is there already", kind="file-exists", hint="name a new file, or remove that one"
        ) from None
    except OSError as failure:
        raise UsageError(f"{path} cannot be written: {failure.strerror}", kind="unwritable") from None
