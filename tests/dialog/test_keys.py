"""What is pressed next, seen from one screen at a time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autoinstall.answers.secret import Secret
from autoinstall.dialog.keys import Seen, next_key
from autoinstall.dialog.model import (
    Choose,
    Dialog,
    Fill,
    Focus,
    Kind,
    Part,
    PressButton,
    Reply,
    ScrollBar,
    Tick,
)
from autoinstall.dialog.press import CLEAR, RETURN, SPACE, TAB, Press, Purpose, Unreachable

PASSWORD = Fill(Secret("pw", "secret12"))
MIDDLE = ScrollBar(at_start=False, at_end=False)


def dialog(kind: Kind, **parts: object) -> Dialog:
    return replace(Dialog(kind, "Title", "high", "Prompt:", "Prompt:"), **parts)  # type: ignore[arg-type]


def entry(value: str, *, kind: Kind = Kind.STRING, focus: Focus | None = None, width: int = 60) -> Dialog:
    buttons = ("Go Back", "Continue")
    return dialog(kind, value=value, buttons=buttons, width=width, focus=focus or Focus(Part.ENTRY))


def rows(*labels: str, focus: str, bar: ScrollBar | None = None) -> Dialog:
    return dialog(
        Kind.SELECT, choices=labels, focus=Focus(Part.LIST, focus), scroll_bar=bar, buttons=("Go Back",)
    )


def boxes(*labels: str, focus: str, ticked: tuple[str, ...] = (), bar: ScrollBar | None = None) -> Dialog:
    return dialog(
        Kind.MULTISELECT,
        choices=labels,
        ticked=ticked,
        focus=Focus(Part.LIST, focus),
        scroll_bar=bar,
        buttons=("Continue",),
    )


def press(shown: Dialog, reply: Reply, seen: Seen | None = None) -> Press:
    looked = (seen or Seen()).look(shown, reply)
    pressed = next_key(shown, reply, looked)
    assert isinstance(pressed, Press)
    return pressed


def test_a_default_is_cleared_before_typing() -> None:
    assert press(entry("debian"), Fill("lab1")).keys == CLEAR


def test_text_is_typed_into_an_empty_entry_and_entered_once_it_stands_there() -> None:
    assert press(entry(""), Fill("lab1")).text == "lab1"
    assert press(entry("lab1"), Fill("lab1")).keys == RETURN


def test_what_is_missing_at_the_end_is_typed_on() -> None:
    assert press(entry("lab"), Fill("lab1")).text == "1"


def test_a_wrong_text_is_never_entered() -> None:
    assert press(entry("lb1"), Fill("lab1")).keys == CLEAR
    assert press(entry("lab11"), Fill("lab1")).keys == CLEAR


def test_an_empty_answer_is_entered_on_an_empty_entry_only() -> None:
    assert press(entry(""), Fill("")).keys == RETURN
    assert press(entry("mirror"), Fill("")).keys == CLEAR


def test_the_focus_is_brought_back_from_a_button_before_enter() -> None:
    on_button = entry("lab1", focus=Focus(Part.BUTTON, "Go Back"))
    assert press(on_button, Fill("lab1")).keys == TAB


def test_stars_of_the_right_number_are_not_enough() -> None:
    shown = entry("*" * 8, kind=Kind.PASSWORD)
    assert press(shown, PASSWORD).keys == CLEAR


def test_stars_from_one_unbroken_run_into_an_empty_entry_are_entered() -> None:
    typed = press(entry("", kind=Kind.PASSWORD), PASSWORD)
    assert (typed.text, typed.secret) == ("secret12", True)
    seen = Seen().after(typed, effect=True)
    assert press(entry("*" * 8, kind=Kind.PASSWORD), PASSWORD, seen).keys == RETURN
    assert press(entry("*" * 7, kind=Kind.PASSWORD), PASSWORD, seen).keys == CLEAR


def test_a_cleared_password_is_typed_whole_again() -> None:
    seen = Seen().after(Press(Purpose.TYPE, text="secret12", secret=True), effect=True)
    seen = seen.after(Press(Purpose.CLEAR, CLEAR), effect=True)
    assert not seen.typed_whole
    assert press(entry("", kind=Kind.PASSWORD), PASSWORD, seen).text == "secret12"


def test_a_password_longer_than_its_stars_show_is_refused() -> None:
    shown = entry("", kind=Kind.PASSWORD, width=8)
    assert isinstance(next_key(shown, PASSWORD, Seen()), Unreachable)


def test_a_press_does_not_show_its_text_or_secret() -> None:
    assert "secret12" not in repr(press(entry("", kind=Kind.PASSWORD), PASSWORD))
    assert "secret12" not in repr(PASSWORD)


def test_a_letter_leads_to_a_row_and_enter_is_pressed_on_it_only() -> None:
    assert press(rows("C", "English", focus="C"), Choose("English")).keys == b"e"
    assert press(rows("C", "English", focus="English"), Choose("English")).keys == RETURN


def test_rows_that_no_letter_reaches_are_walked_to() -> None:
    shown = rows("- one", "- two", "- three", focus="- one")
    assert press(shown, Choose("- three")).keys == b"\x1b[B"
    lower = rows("- one", "- two", "- three", focus="- three")
    assert press(lower, Choose("- one")).keys == b"\x1b[A"


def test_arrows_follow_the_terminals_mode() -> None:
    shown = rows("- one", "- two", focus="- one")
    pressed = next_key(
        shown, Choose("- two"), Seen().look(shown, Choose("- two")), application_cursor_keys=True
    )
    assert isinstance(pressed, Press)
    assert (pressed.keys, pressed.escape) == (b"\x1bOB", True)


def test_two_rows_of_one_name_are_not_chosen_between() -> None:
    shown = rows("same", "same", focus="same")
    assert isinstance(next_key(shown, Choose("same"), Seen().look(shown, Choose("same"))), Unreachable)


def test_a_row_that_is_not_there_is_said_to_be_missing_after_the_whole_list_was_seen() -> None:
    shown = rows("- one", "- two", focus="- one")
    verdict = next_key(shown, Choose("- ten"), Seen().look(shown, Choose("- ten")))
    assert isinstance(verdict, Unreachable)
    assert verdict.offered == ("- one", "- two")


def test_a_list_that_goes_on_is_walked_down() -> None:
    shown = rows("- one", "- two", focus="- two", bar=MIDDLE)
    assert press(shown, Choose("- ten")).keys == b"\x1b[B"


def test_boxes_are_toggled_where_they_differ() -> None:
    assert press(boxes("a", "b", focus="a", ticked=("a",)), Tick(("b",))).keys == SPACE
    assert press(boxes("a", "b", focus="a", ticked=()), Tick(("b",))).keys == b"\x1b[B"
    assert press(boxes("a", "b", focus="b", ticked=("b",)), Tick(("b",))).keys == RETURN


def test_boxes_out_of_view_are_looked_at_before_enter() -> None:
    top = ScrollBar(at_start=True, at_end=False)
    shown = boxes("a", "b", focus="a", ticked=("a",), bar=top)
    assert press(shown, Tick(("a",))).keys == b"\x1b[B"


def test_a_box_seen_wrong_and_scrolled_away_is_gone_back_to() -> None:
    seen = Seen(ticks={"a": True, "b": False}, at_end=True, at_top=True)
    shown = boxes("b", "c", focus="c", bar=ScrollBar(at_start=False, at_end=True))
    assert press(shown, Tick(()), seen).keys == b"\x1b[A"


@pytest.mark.parametrize("focused", ["Go Back", "No"])
def test_a_button_is_reached_by_tab_and_entered_by_name(focused: str) -> None:
    buttons = ("Go Back", "Yes", "No")
    away = dialog(Kind.BOOLEAN, buttons=buttons, focus=Focus(Part.BUTTON, focused))
    assert press(away, PressButton("Yes")).keys == TAB
    there = dialog(Kind.BOOLEAN, buttons=buttons, focus=Focus(Part.BUTTON, "Yes"))
    assert press(there, PressButton("Yes")).keys == RETURN


def test_a_button_that_is_not_there_is_unreachable() -> None:
    shown = dialog(Kind.NOTE, buttons=("Continue",), focus=Focus(Part.BUTTON, "Continue"))
    verdict = next_key(shown, PressButton("Go Back"), Seen())
    assert isinstance(verdict, Unreachable)
    assert verdict.offered == ("Continue",)
