"""What a failure leaves: the last screen as text and picture, the console's words without their controls."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from autoinstall.answers.secret import Secret
from autoinstall.build.evidence import last_screen, screen_picture, write_evidence
from autoinstall.process import Completed
from autoinstall.recording.mask import Masker
from autoinstall.recording.recorder import Recorder


def record(path: Path, *pieces: bytes) -> None:
    recorder = Recorder(path, columns=80, lines=24, mask=Masker())
    for piece in pieces:
        recorder.output(piece)
    recorder.close()


def test_the_last_screen_is_what_a_terminal_would_show(tmp_path: Path) -> None:
    record(tmp_path / "a.cast", b"gone\x1b[2J\x1b[H", b"first\r\n", b"\x1b[3;5Hthird \x1b[1mbold")
    lines = last_screen(tmp_path / "a.cast")
    assert [line.rstrip() for line in lines[:3]] == ["first", "", "    third bold"]
    assert len(lines) == 24


def test_a_console_that_was_refused_is_no_screen_of_the_guest(tmp_path: Path) -> None:
    refusal = b"xenconsole: Could not lock tty '/dev/pts/13': Resource temporarily unavailable\n"
    recorder = Recorder(tmp_path / "a.cast", columns=80, lines=24, mask=Masker())
    recorder.output(refusal)
    recorder.marker("console-closed")
    recorder.close()
    assert last_screen(tmp_path / "a.cast") == ()
    recorder = Recorder(tmp_path / "a.cast", columns=80, lines=24, mask=Masker())
    for said in (b"\x1b[2J\x1b[Hthe guest", refusal, refusal):
        recorder.output(said)
        recorder.marker("console-closed")
    recorder.close()
    assert [line.rstrip() for line in last_screen(tmp_path / "a.cast") if line.strip()] == ["the guest"]


def test_without_a_recording_there_is_no_screen(tmp_path: Path) -> None:
    assert last_screen(tmp_path / "absent.cast") == ()


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=90), max_size=24))
def test_any_screen_makes_a_picture(screen: list[str]) -> None:
    picture = ElementTree.fromstring(screen_picture(screen))
    shown = [element.text for element in picture.iter() if element.tag.endswith("text")]
    assert [text.split() for text in shown if text] == [line.split() for line in screen if line.strip()]


def test_the_folder_holds_what_the_contract_names(tmp_path: Path) -> None:
    cast = tmp_path / "a.cast"
    record(cast, b"\x1b[31mpanic\x1b[0m\r\n\x1b]0;title\x07done\x07\r\n")
    failure = {"screen": ["a <b> & c"], "kind": "x"}
    secret = Secret("p", "correct horse battery")
    commands = [Completed(("xm", "create", "f"), 1, "", "no \x1b[31mway: correct horse battery\n")]
    folder = tmp_path / "failure"
    write_evidence(folder, failure, cast, commands, Masker([secret]))
    assert (folder / "screen.txt").read_text() == "a <b> & c\n"
    assert json.loads((folder / "why.json").read_text()) == failure
    assert (folder / "console.log").read_text() == "panic\ndone\n"
    log = (folder / "toolstack.log").read_text()
    assert log.startswith("$ xm create f\n") and log.endswith("(exit status 1)\n")
    assert "\x1b" not in log and "correct horse" not in log
    assert {oct(path.stat().st_mode & 0o777) for path in folder.iterdir()} == {"0o600"}
    assert oct(folder.stat().st_mode & 0o777) == "0o700"
