"""Console bytes to text: UTF-8, and any byte that is none as the Latin-1 character of its value.

Debian's installer in the C locale sends Latin-1 on the same line on which its shell sends UTF-8,
so the choice is made byte by byte, as it arrives.
"""

from __future__ import annotations

import codecs


class ConsoleDecoder:
    """Decodes a stream in pieces; the text does not depend on where the pieces were cut."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("latin1-fallback")

    def decode(self, data: bytes) -> str:
        return self._decoder.decode(data)


def _as_latin1(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return chr(error.object[error.start]), error.start + 1


codecs.register_error("latin1-fallback", _as_latin1)
