"""Sessions that script(1) recorded: both of its timing formats, with and without the input."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from autoinstall.errors import InvalidFileError, UsageError
from autoinstall.recording.typescript import MAGIC, read_typescript

HEAD = MAGIC + b'2026-01-01 00:00:00+00:00 [TERM="linux" TTY="/dev/pts/0" COLUMNS="100" LINES="30"]\n'


def read(folder: Path, said: bytes, timing: str, name: str = "session.timing"):
    (folder / name).write_text(timing)
    (folder / "session").write_bytes(HEAD + said)
    return read_typescript(folder / "session")


@pytest.mark.parametrize("name", ["session.timing", "session.tm"])
def test_pieces_come_when_the_timing_says(tmp_path: Path, name: str) -> None:
    recording = read(tmp_path, b"abcde\nScript done on 2026-01-01\n", "0.5 2\n0.25 3\n", name)
    assert (recording.header.width, recording.header.height) == (100, 30)
    assert [(one.at, one.code, one.data) for one in recording.events] == [
        (0.5, "o", b"ab"),
        (0.75, "o", b"cde"),
    ]


def test_input_and_bytes_that_are_no_text(tmp_path: Path) -> None:
    recording = read(
        tmp_path, b"a\xffx\r", "H 0.0 START_TIME 2026\nO 0.1 2\nI 0.1 1\nO 0.1 1\nS 0.0 SIGWINCH\n"
    )
    assert [(one.code, one.data) for one in recording.events] == [("o", b"a\xff"), ("i", b"x"), ("o", b"\r")]


@pytest.mark.parametrize("timing", ["soon 2\n", "0.1\n", "-1 2\n", "nan 2\n", "0.1 -2\n"])
def test_what_is_no_timing_is_said_with_its_line(tmp_path: Path, timing: str) -> None:
    with pytest.raises(InvalidFileError, match=r"session\.timing:2:1: no line"):
        read(tmp_path, b"abc", "0.1 1\n" + timing)


def test_a_missing_timing_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "session").write_bytes(HEAD)
    with pytest.raises(UsageError) as error:
        read_typescript(tmp_path / "session")
    assert error.value.hint and "script -T session.timing" in error.value.hint


@pytest.mark.skipif(not shutil.which("script"), reason="script(1) is missing here")
def test_what_script_itself_records(tmp_path: Path) -> None:
    command = ["script", "-q", "-T", "session.timing", "-O", "session", "-c", "printf one; printf two"]
    subprocess.run(command, cwd=tmp_path, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    recording = read_typescript(tmp_path / "session")
    assert b"".join(one.data for one in recording.events) == b"onetwo"
