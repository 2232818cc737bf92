"""The real Debian 12 installer as it was recorded: what stood on the screen at each Enter, without a machine."""

from __future__ import annotations

from pathlib import Path

from autoinstall.dialog.model import Dialog, Kind
from autoinstall.dialog.read import read
from autoinstall.installer.lifecycle import Happening, Lifecycle
from autoinstall.recording.asciicast import Recording, read_cast
from autoinstall.terminal.emulator import Terminal

RECORDING = Path(__file__).parents[1] / "recordings" / "debian-12-to-the-proxy.cast"

ENTERED = [
    ("Select a language", "critical", Kind.SELECT, "English"),
    ("Select your location", "critical", Kind.SELECT, "other"),
    ("Select your location", "critical", Kind.SELECT, "Asia"),
    ("Select your location", "critical", Kind.SELECT, "Türkiye"),
    ("Configure locales", "high", Kind.SELECT, "United Kingdom - en_GB.UTF-8"),
    ("Configure the keyboard", "critical", Kind.SELECT, "American English"),
    ("Configure the network", "high", Kind.STRING, "lab1"),
    ("Configure the network", "high", Kind.STRING, "example.org"),
    ("Choose a mirror of the Debian archive", "high", Kind.SELECT, "enter information manually"),
    ("Choose a mirror of the Debian archive", "critical", Kind.STRING, "archive.example.org"),
    ("Choose a mirror of the Debian archive", "critical", Kind.STRING, "/archive"),
    ("Choose a mirror of the Debian archive", "high", Kind.STRING, "http://127.0.0.1:9/"),
]


def test_each_dialog_reads_as_it_was_answered() -> None:
    entered = [
        (dialog.title, dialog.priority, dialog.kind, answer(dialog))
        for dialog in at_enter(read_cast(RECORDING))
    ]
    assert entered == ENTERED


def test_the_last_screen_is_an_error() -> None:
    terminal = Terminal(80, 24)
    for event in read_cast(RECORDING).events:
        if event.code == "o":
            terminal.feed(event.data)
    dialog = read(terminal.snapshot())
    assert dialog is not None and dialog.complete
    assert (dialog.kind, dialog.prompt) == (Kind.ERROR, "Bad archive mirror")
    assert dialog.buttons == ("Go Back", "Continue")


def test_the_kernel_and_the_installer_start_once() -> None:
    lifecycle = Lifecycle()
    seen = [
        happening
        for event in read_cast(RECORDING).events
        if event.code == "o"
        for happening in lifecycle.feed(event.text)
    ]
    assert seen == [Happening.KERNEL_BOOT, Happening.INSTALLER_STARTED]


def at_enter(recording: Recording) -> list[Dialog]:
    """The dialog on the screen before each Enter."""
    terminal = Terminal(recording.header.width, recording.header.height)
    dialogs = []
    for event in recording.events:
        if event.code == "o":
            terminal.feed(event.data)
        elif event.code == "i" and event.text == "\r":
            dialog = read(terminal.snapshot())
            assert dialog is not None and dialog.complete
            dialogs.append(dialog)
    return dialogs


def answer(dialog: Dialog) -> str | None:
    """The row in focus, or what stands in the entry."""
    return dialog.value if dialog.kind is Kind.STRING else dialog.focus.label if dialog.focus else None
