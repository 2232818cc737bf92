"""What is typed on the text frontend's line, and the letters that prove what has arrived."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from autoinstall.dialog.model import Dialog, Fill, Kind, Line
from autoinstall.dialog.press import CLEAR, Press, Purpose, Unreachable
from autoinstall.dialog.text_keys import next_line_key, probe


def asked(typed: str, *, broken: bool = False) -> Dialog:
    return Dialog(Kind.STRING, "Users", None, "Name:", "Name:", line=Line(typed, 7, 9, broken), width=80)


@given(texts=st.lists(st.text(string.ascii_letters + string.digits), max_size=5))
def test_a_probe_stands_in_none_of_the_texts_and_there_may_be_none(texts: list[str]) -> None:
    letter = probe(*texts)
    assert (letter is None) == (set(string.ascii_letters) <= set("".join(texts)))
    assert letter is None or not any(letter in text for text in texts)


def test_every_letter_may_be_taken() -> None:
    assert probe(string.ascii_letters) is None


def test_a_torn_line_is_seen_to_be_cleared_before_anything_is_typed() -> None:
    reply = Fill(string.ascii_letters)
    first = next_line_key(asked("", broken=True), reply, cleared=None)
    assert isinstance(first, Press) and first.purpose is Purpose.TYPE and len(first.text) == 1
    then = next_line_key(asked(first.text, broken=True), reply, cleared=None)
    assert then == Press(Purpose.CLEAR, CLEAR)
    last = next_line_key(asked("", broken=True), reply, cleared=9)
    assert last == Press(Purpose.TYPE, text=string.ascii_letters)


def test_a_text_that_fills_its_row_is_refused() -> None:
    assert isinstance(next_line_key(asked(""), Fill("x" * 160), None), Unreachable)
    assert next_line_key(asked(""), Fill("x" * 159), None) == Press(Purpose.TYPE, text="x" * 159)
