"""The rehearsal's dialogs against the recorded screens of the real frontend, byte for byte."""

from __future__ import annotations

import os
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from autoinstall.rehearsal.newt import Form, Frontend, Outcome, Style
from autoinstall.rehearsal.newt.wording import HELP_LINE
from tests.rehearsal.newt_screens import SCREENS, Recorded, Terminal, recorded_screens

PROGRESS = (
    ("Loading additional components", "Retrieving virtio-modules-3.2.0-23-virtual-di", (10, 55, 100), False),
    ("Installing the base system", "Preparing to install the base system...", (6, 50, 100), False),
    ("Setting up the clock", "Getting the time from a network time server...", (50, 100), True),
)
"""What the recorded progress windows showed: title, line, percentages, Cancel."""


@pytest.fixture
def console() -> Iterator[tuple[int, int]]:
    """A PTY: the end that types, and the end that the frontend reads."""
    typing, reading = os.openpty()
    tty.setraw(reading)
    yield typing, reading
    os.close(typing)
    os.close(reading)


class Person:
    """Takes what is drawn, and types the keys once the dialog is up (its last line is drawn last)."""

    def __init__(self, typing: int, keys: bytes) -> None:
        self._typing = typing
        self._keys = keys
        self.drawn = b""
        self.after: bytes | None = None

    def __call__(self, data: bytes) -> None:
        if self.after is not None:
            self.after += data
            return
        self.drawn += data
        if HELP_LINE.encode() in self.drawn:
            self.after = b""
            os.write(self._typing, self._keys)


def ask(console: tuple[int, int], style: Style, form: Form, keys: bytes) -> tuple[Person, Outcome]:
    """One form on a frontend that was just started."""
    typing, reading = console
    person = Person(typing, keys)
    return person, Frontend(reading, reading, style, person).ask(form)


@pytest.mark.parametrize("style", Style, ids=lambda style: style.value)
@pytest.mark.parametrize("recorded", recorded_screens(), ids=lambda recorded: recorded.name)
def test_a_dialog_is_drawn_and_left_byte_for_byte_as_by_the_real_frontend(
    console: tuple[int, int], recorded: Recorded, style: Style
) -> None:
    person, outcome = ask(console, style, recorded.form, recorded.keys)
    assert not outcome.back
    real, ours = Terminal(style), Terminal(style)
    real.feed(recorded.drawn(style))
    ours.feed(person.drawn)
    assert ours.shown() == real.shown()
    assert person.drawn == recorded.drawn(style)
    assert person.after == recorded.answered(style)


@pytest.mark.parametrize("style", Style, ids=lambda style: style.value)
def test_progress_windows_are_drawn_byte_for_byte_as_by_the_real_frontend(
    console: tuple[int, int], style: Style
) -> None:
    drawn = bytearray()
    frontend = Frontend(console[1], console[1], style, drawn.extend)
    for title, info, percentages, cancel in PROGRESS:
        frontend.progress_start(title, cancel)
        frontend.progress(info=info)
        for percent in percentages:
            assert not frontend.progress(percent)
    frontend.close()
    assert bytes(drawn) == (SCREENS / style.value / "40-progress.raw").read_bytes()


def test_the_recorded_screens_are_what_their_texts_say() -> None:
    """Else a comparison of cells would compare two screens misread in the same way."""
    for style in Style:
        for recorded in recorded_screens():
            terminal = Terminal(style)
            terminal.feed(recorded.drawn(style))
            text = Path(SCREENS / style.value / f"{recorded.name}.txt").read_text()
            assert terminal.shown().text.rstrip() == "\n".join(map(str.rstrip, text.split("\n"))).rstrip()
