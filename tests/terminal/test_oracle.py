"""Our faster ways through pyte against pyte itself, on whatever a console may send."""

from __future__ import annotations

from pathlib import Path

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoinstall.recording.asciicast import OUTPUT, read_cast
from autoinstall.terminal.decoding import ConsoleDecoder
from autoinstall.terminal.emulator import Terminal

RECORDINGS = Path(__file__).parents[1] / "recordings"

PIECES = st.sampled_from(
    [
        *(
            "\x1b[H",
            "\x1b[2J",
            "\x1b[5;70H",
            "\x1b[24;1H",
            "\x1b[K",
            "\x1b[1m",
            "\x1b[0m",
            "\x1b[44;37m",
            "\x1b[7m",
        ),
        *(
            "\x1b[3;10r",
            "\x1b[r",
            "\x1b[4h",
            "\x1b[4l",
            "\x1b[?7l",
            "\x1b[?7h",
            "\x1b(0",
            "\x1b(B",
            "\x0e",
            "\x0f",
        ),
        *(
            "\r",
            "\n",
            "\r\n",
            "\x08",
            "\t",
            "lqqqk",
            "│ text │",
            "表示",
            "é",
            "e\u0301",
            "x" * 85,
            "┌──┤ Title ├──┐",
        ),
        *("\x1bM", "\x1b[2L", "\x1b[M", "\x1b[3P", "\x1b[2@", "plain text"),
    ]
)


def rows(screen: pyte.Screen) -> list[str]:
    return [
        "".join(screen.buffer[row][column].data for column in range(screen.columns))
        for row in range(screen.lines)
    ]


class Oracle(pyte.Screen):
    """pyte's screen, all lines of which it knows: 0.8.2 forgets to move a line up that nothing was drawn on."""

    def delete_lines(self, count: int | None = None) -> None:
        for row in range(self.lines):
            self.buffer[row]
        super().delete_lines(count)


def plain() -> tuple[pyte.Screen, pyte.Stream]:
    screen = Oracle(80, 24)
    stream = pyte.Stream(screen)
    stream.use_utf8 = False
    return screen, stream


@settings(max_examples=300)
@given(pieces=st.lists(PIECES, max_size=60), looks=st.integers(1, 7))
def test_the_same_screen_whenever_it_is_looked_at(pieces: list[str], looks: int) -> None:
    screen, stream = plain()
    terminal = Terminal(80, 24)
    for number, piece in enumerate(pieces):
        stream.feed(piece)
        terminal.feed(piece.encode())
        if number % looks == 0:
            assert [row.text for row in terminal.snapshot().rows] == rows(screen)
    shown = terminal.snapshot()
    assert [row.text for row in shown.rows] == rows(screen)
    assert (shown.cursor.row, shown.cursor.column) == (screen.cursor.y, min(screen.cursor.x, 79))
    cells = [
        [(cell.foreground, cell.background, cell.bold, cell.reverse) for cell in row.cells]
        for row in shown.rows
    ]
    wanted = [
        [(c.fg, c.bg, c.bold, c.reverse) for c in (screen.buffer[row][column] for column in range(80))]
        for row in range(24)
    ]
    assert cells == wanted


@pytest.mark.parametrize("recording", sorted(RECORDINGS.glob("*.cast")), ids=lambda path: path.stem)
def test_real_sessions_look_the_same(recording: Path) -> None:
    screen, stream = plain()
    terminal = Terminal(80, 24)
    decoder = ConsoleDecoder()
    for number, event in enumerate(one for one in read_cast(recording).events if one.code == OUTPUT):
        stream.feed(decoder.decode(event.data))
        terminal.feed(event.data)
        if number % 50 == 0:
            assert [row.text for row in terminal.snapshot().rows] == rows(screen)
    assert [row.text for row in terminal.snapshot().rows] == rows(screen)


def test_marks_without_a_width_stay_with_the_letter_before_them() -> None:
    terminal = Terminal(80, 24)
    said = "คำสั่ง: ดูวิธีใช้ | prompt:\u200f | مقدار پیش\u200cفرض | සහාය"
    terminal.feed(said.encode())
    assert terminal.snapshot().lines[0] == said
