"""The way to a row of a list: letters where they lead there, arrows where they do not, and remains of old rows."""

from __future__ import annotations

import pytest

from autoinstall.dialog.keys import Seen, next_key
from autoinstall.dialog.model import Choose, ScrollBar
from autoinstall.dialog.press import REPAINT, RETURN, Press, Purpose
from tests.dialog.test_keys import MIDDLE, press, rows

DOWN, UP = b"\x1b[B", b"\x1b[A"
TURKEY = Choose("Türkiye")


def test_a_letter_is_not_pressed_for_a_row_above_that_it_leads_away_from() -> None:
    shown = rows("South Africa", "United Kingdom", "United States", focus="United States")
    assert press(shown, Choose("United Kingdom")).keys == UP
    assert press(shown, Choose("South Africa")).keys == b"s"


def test_a_letter_that_does_not_move_on_from_its_own_row_is_not_tried_again() -> None:
    shown = rows("Tonga", "Tuvalu", "Vanuatu", focus="Tuvalu", bar=MIDDLE)
    seen = Seen().look(shown, TURKEY)
    letter = next_key(shown, TURKEY, seen)
    assert isinstance(letter, Press)
    assert letter.keys == b"t"
    assert press(shown, TURKEY, seen.after(letter, effect=False)).keys == DOWN


def test_a_letter_may_be_lost_where_no_row_of_its_own_is_in_focus() -> None:
    shown = rows("Samoa", "Tonga", focus="Samoa", bar=MIDDLE)
    seen = Seen().look(shown, TURKEY).after(Press(Purpose.MOVE, b"t"), effect=False)
    assert press(shown, TURKEY, seen).keys == b"t"


@pytest.mark.parametrize("row", ["Türkiye n", "Türkiyen"])
def test_a_row_with_remains_behind_it_is_painted_anew_and_not_entered(row: str) -> None:
    shown = rows(row, "Yemen", focus=row)
    repaint = press(shown, TURKEY)
    assert (repaint.keys, repaint.purpose) == (REPAINT, Purpose.REPAINT)
    seen = Seen().look(shown, TURKEY).after(repaint, effect=True)
    assert press(rows("Türkiye", "Yemen", focus="Türkiye"), TURKEY, seen).keys == RETURN
    assert press(shown, TURKEY, seen).purpose is Purpose.MOVE


@pytest.mark.parametrize(
    ("row", "wanted"), [("Türkiye no", "Türkiye"), ("Turkey n", "Turkey"), ("Yemen", "Yem")]
)
def test_more_than_newt_leaves_behind_is_another_row(row: str, wanted: str) -> None:
    assert press(rows(row, "Other", focus=row, bar=MIDDLE), Choose(wanted)).purpose is Purpose.MOVE


def test_rows_that_a_letter_leapt_over_are_looked_at_before_one_is_said_to_be_missing() -> None:
    top, end = ScrollBar(at_start=True, at_end=False), ScrollBar(at_start=False, at_end=True)
    seen = Seen().look(rows("Afghanistan", "Bahrain", focus="Afghanistan", bar=top), TURKEY)
    assert seen.at_top
    seen = seen.after(Press(Purpose.MOVE, b"t"), effect=True)
    last = rows("Tunisia", "Yemen", focus="Yemen", bar=end)
    walked = Seen(visits={"Tunisia": 2}, at_top=seen.at_top, last_focus="Tunisia")
    assert press(last, TURKEY, walked).keys == UP
