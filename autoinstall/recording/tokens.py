"""Console output cut into what is seen and what only controls, whatever chunks it arrives in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LONGEST_GAP = 3
"""Cells that a painting program steps over rather than writes again, because they hold the right text already."""

_TOKEN = re.compile(
    rb"\x1b\[[\x20-\x3f]{0,64}[\x40-\x7e]"  # a control sequence
    rb"|\x1b[\x20-\x2f]{1,4}[\x30-\x7e]"  # a character set's designation, and the like
    rb"|\x1b[\x30-\x5a\x5c-\x7e]"
    rb"|[\x00-\x1a\x1c-\x1f\x7f]"
    rb"|[\x20-\x7e]"
    rb"|[\xc2-\xdf][\x80-\xbf]"
    rb"|(?:\xe0[\xa0-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]|\xed[\x80-\x9f])[\x80-\xbf]"
    rb"|(?:\xf0[\x90-\xbf]|[\xf1-\xf3][\x80-\xbf]|\xf4[\x80-\x8f])[\x80-\xbf]{2}"
)
_INCOMPLETE = re.compile(
    rb"\x1b(?:\[[\x20-\x3f]{0,64}|[\x20-\x2f]{0,4})"
    rb"|[\xc2-\xf4]"
    rb"|\xe0[\xa0-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]|\xed[\x80-\x9f]"
    rb"|(?:\xf0[\x90-\xbf]|[\xf1-\xf3][\x80-\xbf]|\xf4[\x80-\x8f])[\x80-\xbf]?"
)
_MOVE = re.compile(rb"\x1b\[(\d{0,4})(?:;(\d{0,4}))?([A-Hb`df])")


@dataclass(slots=True)
class Token:
    """One character on the screen, or one control (`char` is None), or a run of characters that begin nothing.

    `gap` is the number of cells that a control steps over to the right, where they may hold text.
    A byte that is not UTF-8 counts as the character of its Latin-1 value.
    """

    raw: bytes
    char: str | None = None
    gap: int = 0
    masked: bool = False
    is_run: bool = False

    @property
    def shown(self) -> bytes:
        """The bytes to record: stars of the same width where it is masked."""
        return b"*" * width(self.char) if self.masked and self.char is not None else self.raw


def width(char: str) -> int:
    """The cells that a character takes."""
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def _run_without(beginnings: frozenset[str]) -> re.Pattern[bytes]:
    """What matches a run of one-cell characters of ASCII and of the line drawings, without `beginnings`."""
    ascii_part = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in beginnings)
    drawings = (
        "" if any("\u2500" <= char <= "\u25bf" for char in beginnings) else "|\xe2[\x94-\x96][\x80-\xbf]"
    )
    return re.compile(f"(?:[{re.escape(ascii_part)}]{drawings})+".encode("latin-1"))


class Tokenizer:
    """Cuts a stream into tokens; what could still become one token is kept for the next bytes.

    While `quiet`, characters other than `beginnings` come in runs: most of a screen begins no secret.
    """

    def __init__(self, beginnings: Iterable[str] = ()) -> None:
        self.quiet = False
        self._run = _run_without(frozenset(beginnings))
        self._tail = b""
        self._row: int | None = None
        self._column: int | None = None

    def feed(self, data: bytes) -> Iterator[Token]:
        data = self._tail + data
        at = 0
        while at < len(data):
            if self.quiet and (run := self._run.match(data, at)):
                at = run.end()
                yield self._run_token(run.group())
                continue
            found = _TOKEN.match(data, at)
            if found is None and _INCOMPLETE.fullmatch(data, at):
                break
            raw = found.group() if found else data[at : at + 1]
            at += len(raw)
            yield self._token(raw)
        self._tail = data[at:]

    def rest(self) -> bytes:
        """The incomplete token at the end of the stream."""
        tail, self._tail = self._tail, b""
        return tail

    def _run_token(self, raw: bytes) -> Token:
        if self._column is not None:
            self._column += len(raw.decode())
        return Token(raw, "", is_run=True)

    def _token(self, raw: bytes) -> Token:
        if raw[0] < 0x20 or raw[0] == 0x7F:
            return Token(raw, gap=self._move(raw))
        char = raw.decode("utf-8") if raw[0] < 0x80 or len(raw) > 1 else raw.decode("latin-1")
        if self._column is not None:
            self._column += width(char)
        return Token(raw, char)

    def _move(self, raw: bytes) -> int:
        """Follow the cursor; the cells stepped over within the row, where they are few."""
        before = (self._row, self._column)
        move = _MOVE.fullmatch(raw)
        if move is None:
            self._move_plainly(raw)
            return 0
        first, second = int(move[1] or 1), int(move[2] or 1)
        key = move[3]
        if key in b"Cb":
            self._column = None if self._column is None else self._column + first
            return first if 0 < first <= LONGEST_GAP else 0
        self._row, self._column = self._target(key, first, second)
        same_row = before[0] == self._row is not None
        if not same_row or before[1] is None or self._column is None:
            return 0
        gap = self._column - before[1]
        return gap if 0 < gap <= LONGEST_GAP else 0

    def _move_plainly(self, raw: bytes) -> None:
        if raw == b"\r":
            self._column = 0
        elif raw == b"\b" and self._column:
            self._column -= 1
        elif raw == b"\n" and self._row is not None:
            self._row += 1
        elif raw in (b"\t", b"\v", b"\f", b"\x1bM", b"\x1bD", b"\x1bE", b"\x1b8", b"\x1bc"):
            self._row = self._column = None

    def _target(self, key: bytes, first: int, second: int) -> tuple[int | None, int | None]:
        if key in b"Hf":
            return first - 1, second - 1
        if key in b"G`":
            return self._row, first - 1
        if key == b"d":
            return first - 1, self._column
        if key == b"D":
            return self._row, None if self._column is None else max(0, self._column - first)
        sign = {b"A": -1, b"B": 1}.get(key)
        if sign is None or self._row is None:
            return None, None
        return self._row + sign * first, self._column
