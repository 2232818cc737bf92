"""Questions asked while a progress window is open, against the real frontend, byte for byte."""

from __future__ import annotations

import os
import tty
from pathlib import Path

import pytest

from autoinstall.rehearsal.newt import Form, FormType, Frontend, Style
from autoinstall.rehearsal.newt.wording import HELP_LINE
from tests.rehearsal.newt_real import TERM_AND_LANG, Watched
from tests.rigs.cdebconf import Ask, CdebconfRig, Say

LONG_LINE = (
    "A line that is so long that it has to be wrapped, and then once more, so that "
    "the window, which has two rows for it, is not high enough and is made anew with three of them"
)
TEMPLATES = f"""\
Template: t/bar
Type: text
Description: Select and install software

Template: t/first
Type: text
Description: Running tasksel...

Template: t/second
Type: text
Description: {LONG_LINE}

Template: t/title
Type: title
Description: Configuring the boot loader

Template: t/host
Type: string
Default: /dev/xvda
Description: Device for boot loader installation:
 Please name it.

Template: t/bad
Type: error
Description: Unable to install
 This is a fatal error.
"""

STEPS = (
    Say(["CAPB backup", "PROGRESS START 0 100 t/bar", "PROGRESS INFO t/first", "PROGRESS SET 30"]),
    Ask(["t/host"], "t/title", capabilities="backup"),
    Say(["PROGRESS INFO t/second", "PROGRESS SET 60"]),
    Ask(["t/bad"], "t/title", priority="critical", capabilities="backup"),
    Say(["PROGRESS SET 100", "PROGRESS STOP"]),
)
QUESTION = Form(
    FormType.STRING,
    "[!] Configuring the boot loader",
    "Device for boot loader installation:",
    "Please name it.",
    default="/dev/xvda",
    backup=True,
)
ERROR = Form(
    FormType.ERROR,
    "[!!] Configuring the boot loader",
    "Unable to install",
    "This is a fatal error.",
    backup=True,
)


def ours(style: Style, early: bytes = b"") -> bytes:
    """The same by the rehearsal's frontend, Enter pressed at each dialog, other keys before the first window."""
    typing, reading = os.openpty()
    tty.setraw(reading)
    os.write(typing, early)
    drawn = bytearray()
    answered = 0

    def take(data: bytes) -> None:
        nonlocal answered
        drawn.extend(data)
        if drawn.count(HELP_LINE.encode()) > answered:
            answered += 1
            os.write(typing, b"\r")

    frontend = Frontend(reading, reading, style, take)
    frontend.progress_start("Select and install software")
    frontend.progress(30, "Running tasksel...")
    frontend.ask(QUESTION)
    frontend.progress(60, LONG_LINE)
    frontend.ask(ERROR)
    frontend.progress(100)
    frontend.progress_stop()
    os.close(typing)
    os.close(reading)
    return bytes(drawn)


@pytest.mark.cdebconf
@pytest.mark.parametrize("style", Style, ids=lambda style: style.value)
def test_dialogs_over_a_progress_window_are_drawn_as_by_the_real_frontend(
    tmp_path: Path, style: Style
) -> None:
    rig = CdebconfRig.prepare(tmp_path, TEMPLATES, STEPS)
    real = Watched(rig.argv, tmp_path, rig.environment(*TERM_AND_LANG[style]), style)
    try:
        real.until_drawn()
        real.press(b"\r")
        real.until_drawn(2)
        real.press(b"\r")
        real.wait()
    finally:
        real.close()
    assert ours(style) == real.sent


@pytest.mark.cdebconf
@pytest.mark.parametrize(
    "early", [b"\x0c\t", b"\x0c\x0c\x0cx", b"a\x0cb"], ids=["once", "three times", "amid keys"]
)
@pytest.mark.parametrize("style", Style, ids=lambda style: style.value)
def test_a_repaint_asked_for_before_a_window_takes_a_key_with_it(
    tmp_path: Path, style: Style, early: bytes
) -> None:
    rig = CdebconfRig.prepare(tmp_path, TEMPLATES, STEPS)
    real = Watched(rig.argv, tmp_path, rig.environment(*TERM_AND_LANG[style]), style, early)
    try:
        for dialogs in (1, 2):
            real.until_drawn(dialogs)
            real.press(b"\r")
        real.wait()
    finally:
        real.close()
    assert ours(style, early) == real.sent
