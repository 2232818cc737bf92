"""What the rehearsal's frontend promises to the installer that asks through it."""

from __future__ import annotations

import os
import tty
from collections.abc import Iterator
from contextlib import suppress

import pytest

from autoinstall.rehearsal.newt import Form, FormType, Frontend, Outcome, Style, TerminalGone
from autoinstall.rehearsal.newt.charset import Charset, unfold
from autoinstall.rehearsal.newt.wording import HELP_LINE
from tests.rehearsal.newt_screens import Terminal

HOST = Form(
    FormType.STRING,
    "[!] Configure the network",
    "Hostname:",
    "Please enter it.",
    default="ubuntu",
    backup=True,
)
KEYBOARD = Form(
    FormType.SELECT, "[!] Configure the keyboard", "Layout:", choices=("Belgian", "Czech"), default="Czech"
)


class Console:
    """A PTY with a frontend on it; `keys` are typed, one answer each, when a dialog is up."""

    def __init__(self) -> None:
        self.typing, self.reading = os.openpty()
        tty.setraw(self.reading)
        self.terminal = Terminal(Style.LINUX_UTF8)
        self.keys: list[bytes] = []
        self.while_up = ""
        self._asked = b""
        self.frontend = Frontend(self.reading, self.reading, Style.LINUX_UTF8, self._take)

    def _take(self, data: bytes) -> None:
        self.terminal.feed(data)
        self._asked += data
        if HELP_LINE.encode() in self._asked and self.keys:
            self._asked = b""
            self.while_up = self.terminal.shown().text
            os.write(self.typing, self.keys.pop(0))

    def ask(self, form: Form, keys: bytes) -> Outcome:
        """Answer a form with keys typed once it is up."""
        self.keys = [keys]
        return self.frontend.ask(form)


@pytest.fixture
def console() -> Iterator[Console]:
    console = Console()
    yield console
    os.close(console.reading)
    with suppress(OSError):
        os.close(console.typing)


def test_keys_typed_before_the_dialog_is_up_are_lost(console: Console) -> None:
    os.write(console.typing, b"early\r")
    assert console.ask(HOST, b"12\r") == Outcome(back=False, value="ubuntu12")


def test_an_unknown_sequence_goes_back_even_without_the_button(console: Console) -> None:
    assert console.ask(HOST, b"\x1b[F") == Outcome(back=True)
    assert console.ask(KEYBOARD, b"\x1b[99~") == Outcome(back=True)


def test_what_follows_an_unknown_sequence_is_not_typed_into_the_next_dialog(console: Console) -> None:
    assert console.ask(HOST, b"\x1b[999x").back
    assert console.ask(HOST, b"\r") == Outcome(back=False, value="ubuntu")


def test_f12_takes_a_list_or_a_text_as_it_stands(console: Console) -> None:
    assert console.ask(HOST, b"x\x1b[24~") == Outcome(back=False, value="ubuntux")
    assert console.ask(KEYBOARD, b"\x1b[A\x1b[24~") == Outcome(back=False, value="Belgian")


def test_a_dialog_over_a_progress_window_leaves_its_edges_on_the_screen(console: Console) -> None:
    console.frontend.progress_start("Select and install software")
    console.frontend.progress(30, "Running tasksel...")
    bar = console.terminal.shown().text.splitlines()
    assert console.ask(HOST, b"\r").value == "ubuntu"
    dialog = console.while_up.splitlines()
    assert "Hostname:" in console.while_up
    assert [row[:3] for row in dialog[8:15]] == ["  ┌", *["  │"] * 5, "  └"]
    assert console.terminal.shown().text.splitlines()[:23] == bar[:23]


def test_cancel_is_told_by_the_next_change_of_the_bar(console: Console) -> None:
    console.frontend.progress_start("Setting up the clock", cancel=True)
    assert not console.frontend.progress(10, "Getting the time...")
    os.write(console.typing, b"\r")
    assert console.frontend.progress(20)
    assert not console.frontend.progress(30)


def test_enter_cancels_nothing_where_there_is_no_button(console: Console) -> None:
    console.frontend.progress_start("Installing the base system")
    os.write(console.typing, b"\r\x1b[24~")
    assert not console.frontend.progress(20)


def test_the_end_of_the_console_ends_the_question(console: Console) -> None:
    os.close(console.typing)
    with pytest.raises(TerminalGone):
        console.frontend.ask(HOST)


def test_template_lines_are_joined_but_for_those_that_begin_with_a_blank() -> None:
    assert unfold("one\ntwo\n.\n - three\n   four\nfive\nsix") == "one two\n\n - three\n   four\nfive six"


def test_a_line_that_is_too_long_by_its_last_blank_loses_only_that() -> None:
    assert Charset(utf8=True).wrap("four five six", 9) == ["four five", "six"]
    assert Charset(utf8=True).wrap("four five six", 10) == ["four five ", "six"]
    assert Charset(utf8=True).wrap("incomprehensibilities", 9) == ["incompreh", "ensibilit", "ies"]
