"""Takes secrets out of a text of which nobody knows what it holds: a traceback."""

from __future__ import annotations

import os
from pathlib import Path

from autoinstall.process import SECRET_PREFIX

HIDDEN = "***"
TOO_SHORT = 3
"""Characters below which a value cannot be taken out of a text without destroying it."""


def concealed(text: str) -> str:
    """The text without the values of all secrets that this process was given."""
    for value in sorted(_values(), key=len, reverse=True):
        for form in (value, repr(value)[1:-1], ascii(value)[1:-1]):
            text = text.replace(form, HIDDEN)
    return text


def _values() -> set[str]:
    values = {value for name, value in os.environ.items() if name.startswith(SECRET_PREFIX)}
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if folder and Path(folder).is_dir():
        values |= {
            path.read_text("utf-8", "replace").rstrip("\n")
            for path in Path(folder).iterdir()
            if path.is_file()
        }
    return {value for value in values if len(value) >= TOO_SHORT}
