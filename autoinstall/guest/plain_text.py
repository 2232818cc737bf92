"""The text of a console's bytes: escape sequences and terminal controls dropped, wherever the bytes were cut."""

from __future__ import annotations

import re

LONGEST_SEQUENCE = 256
"""Bytes of one escape sequence; what goes on for longer is no sequence (Linux's `ESC ] R` has no end)."""

_SEQUENCE = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor, bracketed paste, systemd's questions
    rb"|\x1b\][^\x07\x1b\r\n]{0,%d}(?:\x07|\x1b\\)"  # OSC: window titles
    rb"|\x1b(?![\[\]])[ -/]*[0-~]"
    rb"|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]" % LONGEST_SEQUENCE
)
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b\r\n]*\x1b?|[ -/]*)\Z")


class PlainText:
    """Drops escape sequences from a stream; a sequence cut in two is held back until its rest comes."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, piece: bytes) -> bytes:
        """The piece's text; only line ends and tabs are left of the controls."""
        data = self._held + piece
        cut = _UNFINISHED.search(data, max(0, len(data) - LONGEST_SEQUENCE))
        end = cut.start() if cut else len(data)
        self._held = data[end:]
        return _SEQUENCE.sub(b"", data[:end]).replace(b"\x1b", b"")
