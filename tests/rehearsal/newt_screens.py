"""The recorded screens of the real frontend, and how a terminal shows them."""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass
from pathlib import Path

import pyte

from autoinstall.rehearsal.newt import Form, FormType, Style

SCREENS = Path(__file__).parents[1] / "data" / "screens"


@dataclass(frozen=True)
class Recorded:
    """One screen: what was asked, and the keys of its answer."""

    name: str
    form: Form
    keys: bytes

    def drawn(self, style: Style) -> bytes:
        """What the real frontend sent until the question was up."""
        return (SCREENS / style.value / f"{self.name}.raw").read_bytes()

    def answered(self, style: Style) -> bytes:
        """What it sent from the first key to its end."""
        return (SCREENS / style.value / f"{self.name}.after.raw").read_bytes()


def recorded_screens() -> list[Recorded]:
    """All recorded questions."""
    return [_recorded(entry) for entry in json.loads((SCREENS / "questions.json").read_text())]


def _recorded(entry: dict[str, object]) -> Recorded:
    lists = {name: tuple(value) for name, value in entry.items() if isinstance(value, list)}
    default = lists.get("default", entry["default"])
    form = Form(
        FormType(entry["type"]),
        str(entry["title"]),
        str(entry["description"]),
        "\n".join(lists["extended"]),
        lists["choices"],
        default,
        bool(entry["backup"]),
        bool(entry["align"]),
    )
    keys = str(entry["keys"]).encode().decode("unicode_escape").encode("latin-1")
    return Recorded(str(entry["screen"]), form, keys)


@dataclass(frozen=True)
class Shown:
    """What a terminal shows: characters with their attributes, and where the cursor is."""

    cells: tuple[tuple[tuple[object, ...], ...], ...]
    cursor: tuple[int, int]
    hidden: bool

    @property
    def text(self) -> str:
        """The characters alone."""
        return "\n".join("".join(str(cell[0]) for cell in row).rstrip() for row in self.cells)


class Terminal:
    """A terminal emulator that knows both drawings: UTF-8, and the alternate character set."""

    def __init__(self, style: Style) -> None:
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.Stream(self._screen)
        self._stream.use_utf8 = False
        encoding = "utf-8" if style is Style.LINUX_UTF8 else "latin-1"
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")

    def feed(self, data: bytes) -> None:
        """Take what was sent, in pieces cut anywhere."""
        self._stream.feed(self._decoder.decode(data))

    def line(self, row: int) -> str:
        """The characters of one row."""
        return "".join(self._screen.buffer[row][column].data for column in range(80))

    def shown(self) -> Shown:
        """What it shows now."""
        buffer, cursor = self._screen.buffer, self._screen.cursor
        cells = tuple(tuple(tuple(buffer[row][column]) for column in range(80)) for row in range(24))
        return Shown(cells, (cursor.y, cursor.x), cursor.hidden)
