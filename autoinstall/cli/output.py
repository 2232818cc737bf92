"""All that the driver prints: results on stdout, everything else on stderr, no raw control character ever."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.console import RenderableType


def printable(text: str) -> str:
    """A text of a guest or host as one line that cannot act on a terminal: controls are written as escapes."""
    return "".join(char if _harmless(char) else _escape(char) for char in text)


def _harmless(char: str) -> bool:
    return char == " " or char.isprintable()


def _escape(char: str) -> str:
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "\\e"}
    if char in short:
        return short[char]
    code = ord(char)
    if unicodedata.category(char) == "Zs":
        return " "
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def printable_lines(text: str) -> list[str]:
    """The lines of a text, each printable."""
    return [printable(line) for line in text.splitlines()]


class Output:
    """Where a command prints.

    `result` and `document` go to stdout; `progress`, `detail` and `complaint` to stderr. With `quiet` there
    are only results and complaints; `detail` needs `verbose`. With `as_json` only `document` reaches stdout.
    """

    def __init__(self, *, quiet: bool = False, verbose: int = 0, as_json: bool = False) -> None:
        self.quiet = quiet
        self.verbose = verbose
        self.as_json = as_json

    @property
    def live(self) -> bool:
        """Whether a picture that is drawn over and over suits stderr."""
        return not self.quiet and sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"

    def result(self, lines: Iterable[str]) -> None:
        """The result for people (nothing with `--json`)."""
        if not self.as_json:
            _print(sys.stdout, lines)

    def document(self, document: Any) -> None:
        """The result for machines (nothing without `--json`)."""
        if self.as_json:
            self.raw(json.dumps(document, indent=2) + "\n")

    def raw(self, text: str) -> None:
        """A text that is a file of its own: a schema, a completion script."""
        _write(sys.stdout, text)

    def progress(self, line: str) -> None:
        if not self.quiet:
            _print(sys.stderr, [line])

    def detail(self, line: str) -> None:
        if self.verbose and not self.quiet:
            _print(sys.stderr, [line])

    def complaint(self, lines: Iterable[str]) -> None:
        _print(sys.stderr, lines)


class Drawing:
    """A picture at the bottom of stderr's terminal that is drawn over and over, with lines that stay above it."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        self._console = Console(stderr=True, highlight=False, markup=False, emoji=False)
        self._live = Live(console=self._console, auto_refresh=False, transient=True, vertical_overflow="crop")

    def __enter__(self) -> Drawing:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def line(self, text: str) -> None:
        self._console.print(printable(text), soft_wrap=True)

    def show(self, picture: RenderableType) -> None:
        self._live.update(picture, refresh=True)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns under their heads, as wide as their widest cell (the last one runs on)."""
    cells = [list(heads), *([printable(cell) for cell in row] for row in rows)]
    widths = [max(_width(row[column]) for row in cells) for column in range(len(heads))]
    lines = []
    for row in cells:
        padded = (cell + " " * (size - _width(cell)) for cell, size in zip(row, widths, strict=True))
        lines.append("  ".join(padded).rstrip())
    return lines


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in ("W", "F") else 1 for char in text)


def _print(stream: TextIO, lines: Iterable[str]) -> None:
    _write(stream, "".join(printable(line) + "\n" for line in lines))


def _write(stream: TextIO, text: str) -> None:
    """Write to a stream that may be narrower than Unicode, or gone."""
    encoding = stream.encoding or "ascii"
    safe = text.encode(encoding, "backslashreplace").decode(encoding)
    try:
        stream.write(safe)
        stream.flush()
    except BrokenPipeError:
        # The reader has seen enough. What is still buffered must not fail once more when Python ends.
        with contextlib.suppress(OSError), Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())
