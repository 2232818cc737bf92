"""The lines that went off at the screen's top are remembered, however the console scrolls."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoinstall.terminal.emulator import SCROLLBACK, Terminal

PLAIN = "\r\n"
BELOW_A_STATUS_LINE = "\r\x1b[22A\x1b[M\x1b[22B"
"""How GNU screen scrolls the 23 rows below its status line (TERM=vt102)."""

WITHIN_MARGINS = "\x1b[2;24r\x1b[24;1H\n"
"""How it does where it knows that the cursor is elsewhere."""

ENDINGS = [PLAIN, BELOW_A_STATUS_LINE, WITHIN_MARGINS]


def scrolled(ending: str, lines: int) -> Terminal:
    terminal = Terminal(80, 24)
    begin = "\x1b[24;1H" if ending == PLAIN else "[ status ]\x1b[24;1H"
    terminal.feed((begin + "".join(f"line {number}{ending}" for number in range(lines))).encode())
    return terminal


@pytest.mark.parametrize("ending", ENDINGS)
def test_lines_that_went_off_come_before_those_in_view(ending: str) -> None:
    terminal = scrolled(ending, 100)
    texts = [row.text.rstrip() for row in terminal.above()]
    texts += [line for line in terminal.snapshot().lines if not line.startswith("[")]
    assert [text for text in texts if text] == [f"line {number}" for number in range(100)]
    assert terminal.snapshot().gone == len(terminal.above()) == 100


def test_only_the_last_lines_are_remembered() -> None:
    terminal = scrolled(PLAIN, SCROLLBACK + 500)
    assert len(terminal.above()) == SCROLLBACK
    assert terminal.snapshot().gone == SCROLLBACK + 500
    assert terminal.above()[-1].text.rstrip() == f"line {SCROLLBACK + 500 - 24}"


def test_an_empty_line_moves_up_too() -> None:
    terminal = Terminal(80, 4)
    terminal.feed(b"status\r\none\r\n\ntwo" + b"\x1b[2;1H\x1b[M")
    assert terminal.snapshot().lines == ("status", "", "two", "")


@pytest.mark.parametrize("erasing", ["\x1b[2J", "\x1b[H\x1b[J"])
def test_an_erased_screen_leaves_a_blank_line(erasing: str) -> None:
    terminal = scrolled(PLAIN, 30)
    terminal.feed(erasing.encode())
    assert [row.text.rstrip() for row in terminal.above()[-2:]] == ["line 6", ""]
    assert terminal.snapshot().gone == len(terminal.above()) == 31


@given(
    lines=st.integers(0, 60),
    cuts=st.lists(st.integers(0, 3000)),
    ending=st.sampled_from(ENDINGS),
)
def test_any_chunking_leaves_the_same_lines(lines: int, cuts: list[int], ending: str) -> None:
    data = "".join(f"line {number}{ending}" for number in range(lines)).encode()
    whole, pieces = Terminal(80, 24), Terminal(80, 24)
    whole.feed(data)
    at = 0
    for cut in [*sorted(cuts), len(data)]:
        pieces.feed(data[at:cut])
        pieces.snapshot()
        at = max(at, cut)
    assert pieces.above() == whole.above()
    assert pieces.snapshot() == whole.snapshot()
