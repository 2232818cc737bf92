"""All 45 screens of Ubuntu 12.04's installer, in three drawings: read, and recognised by their templates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoinstall.catalogue.shipped import load_shipped
from autoinstall.dialog.document import dialog_document, kind_of
from autoinstall.dialog.history import History
from autoinstall.dialog.model import Dialog, Kind, Part
from autoinstall.dialog.read import read
from autoinstall.dialog.recognise import Recogniser
from autoinstall.terminal.emulator import Terminal
from autoinstall.terminal.snapshot import Snapshot

SCREENS = Path(__file__).parent.parent / "data" / "screens"
MODES = ("linux-utf8", "linux-c", "vt102-c")
QUESTIONS = {one["screen"]: one for one in json.loads((SCREENS / "questions.json").read_text())}
RECOGNISER = Recogniser(load_shipped())
BEFORE = {"20-password-again": "passwd/user-password"}
KINDS = {"note": {"note"}, "error": {"note", "error"}}


def shown(mode: str, name: str) -> Snapshot:
    terminal = Terminal()
    terminal.feed((SCREENS / mode / f"{name}.raw").read_bytes())
    return terminal.snapshot()


def dialog_on(mode: str, name: str) -> Dialog:
    dialog = read(shown(mode, name))
    assert dialog is not None
    return dialog


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", QUESTIONS)
def test_each_screen_is_its_question(mode: str, name: str) -> None:
    wanted = QUESTIONS[name]
    dialog = dialog_on(mode, name)
    recognition = RECOGNISER.recognise(dialog, History(answered=(BEFORE.get(name, ""),)))
    assert recognition.question is not None
    assert recognition.question.name == wanted["template"]
    assert kind_of(dialog, recognition).value in KINDS.get(wanted["type"], {wanted["type"]})
    assert dialog.complete


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_drawings_read_the_same(name: str) -> None:
    first, second, monochrome = (dialog_on(mode, name) for mode in MODES)
    assert first == second
    if first.kind is Kind.ERROR:
        assert monochrome.kind is Kind.NOTE
    else:
        assert monochrome == first


def test_an_error_is_told_by_its_red_root() -> None:
    assert dialog_on("linux-utf8", "16-mirror_bad").kind is Kind.ERROR
    assert dialog_on("linux-utf8", "09-dhcp_failed").kind is Kind.NOTE


def test_a_scrolled_list_gives_the_rows_in_view_and_the_focus() -> None:
    dialog = dialog_on("linux-utf8", "02-location")
    assert dialog.choices == (
        "Nigeria",
        "Philippines",
        "Singapore",
        "South Africa",
        "United Kingdom",
        "United States",
    )
    assert dialog.focus is not None
    assert (dialog.focus.part, dialog.focus.label) == (Part.LIST, "United States")


def test_a_document_of_a_cut_text_has_no_prompt() -> None:
    dialog = dialog_on("linux-utf8", "33-grub-bootdev")
    recognition = RECOGNISER.recognise(dialog, History())
    document = dialog_document(dialog, recognition)
    assert (document["prompt"], document["value"]) == (None, "/dev/xvda")


@pytest.mark.parametrize("mode", MODES)
def test_progress_boxes_are_read(mode: str) -> None:
    raw = (SCREENS / mode / "40-progress.raw").read_bytes()
    terminal = Terminal()
    titles = set()
    for start in range(0, len(raw), 200):
        terminal.feed(raw[start : start + 200])
        dialog = read(terminal.snapshot())
        if dialog is not None and dialog.kind is Kind.PROGRESS:
            titles.add(dialog.title)
    assert titles == {"Loading additional components", "Installing the base system", "Setting up the clock"}


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(MODES), st.sampled_from(sorted(QUESTIONS)), st.data())
def test_any_chunking_gives_the_same_screen(mode: str, name: str, data: st.DataObject) -> None:
    raw = (SCREENS / mode / f"{name}.raw").read_bytes()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=12)))
    terminal = Terminal()
    for start, end in zip([0, *cuts], [*cuts, len(raw)], strict=True):
        terminal.feed(raw[start:end])
    assert terminal.snapshot() == shown(mode, name)


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=400))
def test_no_bytes_make_the_terminal_or_the_reader_fail(noise: bytes) -> None:
    terminal = Terminal()
    terminal.feed((SCREENS / "linux-utf8" / "07-hostname.raw").read_bytes())
    terminal.feed(noise)
    read(terminal.snapshot())


@pytest.mark.parametrize(
    "hostile",
    [
        b"\x1b[;;;;;;H",
        b"\x1b[?3h",
        b"\x1bPq#0;2;0;0;0#0~~@@\x1b\\",
        b"\x1b]0;title\x07\x1b]52;c;aGk=\x1b\\",
        b"\x1b[99999999999999999999B",
        b"\x1b[!p\x1b]104\x07\x1b[?7h\x1b[6n",
        "e\u0301".encode() + "\u0301".encode() * 3000,
    ],
)
def test_hostile_sequences_leave_a_screen_of_the_same_size(hostile: bytes) -> None:
    terminal = Terminal()
    terminal.feed(hostile)
    snapshot = terminal.snapshot()
    assert (len(snapshot.rows), len(snapshot.rows[0].cells)) == (24, 80)
    assert all("\x1b" not in row.text and "q#0" not in row.text for row in snapshot.rows)
