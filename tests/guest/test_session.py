"""What the two ends of a session promise each other, and the text that they hear each other in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoinstall.guest.listener import Listener
from autoinstall.guest.plain_text import PlainText
from autoinstall.guest.prompts import LOGIN_PROMPT, PASSWORD_PROMPT, SHELL_PROMPT
from autoinstall.guest.session import Session, answer_pattern, new_word, request_line
from autoinstall.guest.transfer import send_bytes


@pytest.fixture
def session(open_listener: Callable[..., Listener]) -> Session:
    return Session.begin(open_listener())


def test_a_job_is_started_once_however_often_it_is_asked_for(session: Session, tmp_path: Path) -> None:
    session.ask("ai_job 7")
    send_bytes(session, f"echo run >>{tmp_path}/runs".encode(), f"{session.folder}/7/command")
    for _ in range(3):
        assert session.ask("ai_start 7") == "started"
        assert session.ask("ai_wait 7") == "ended 0 0 0"
    session.ask("ai_end")
    assert (tmp_path / "runs").read_text() == "run\n"


def test_what_is_sent_may_be_unpacked_and_placed_twice(session: Session, tmp_path: Path) -> None:
    send_bytes(session, b"bytes", f"{session.folder}/x")
    for _ in range(2):
        assert session.ask(f"ai_unpack {session.folder}/x") == hashlib.sha256(b"bytes").hexdigest()
    for _ in range(2):
        assert session.ask(f"ai_place {session.folder}/x {tmp_path}/file 644 0:0") == "placed"
    session.ask("ai_end")
    assert (tmp_path / "file").read_bytes() == b"bytes"


def test_a_request_never_matches_its_own_echo() -> None:
    word = new_word()
    line = request_line(word, f"echo {word}={word}")
    assert not answer_pattern(word).search(line)


def test_an_answer_that_says_two_things_is_none() -> None:
    assert answer_pattern("BCF").search(b"BCF=ended 0=ended 0=BCF")
    assert not answer_pattern("BCF").search(b"BCF=ended 10=ended 0=BCF")
    assert not answer_pattern("BCF").search(b"BCF=ended 0=end[ 1.0] x\r\ned 0=BCF")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\x1b[?2004hroot@x:~# \x1b[?2004l\r", b"root@x:~# \r"),
        (b"\x1b]0;user@host: ~\x07$ ", b"$ "),
        (b"\x1b[!p\x1b]104\x07\x1b[?7h\x1b[6n\x1b[32766;32766Hx login: ", b"x login: "),
        (b"\x1b]R never ended\r\nx login: ", b"]R never ended\r\nx login: "),
        (b"\x1b(B\x1b)0\x0fa\x08b\0c\td", b"abc\td"),
    ],
)
def test_escape_sequences_are_no_text(raw: bytes, text: bytes) -> None:
    plain = PlainText()
    assert plain.feed(raw) + plain.feed(b"") == text


pieces = st.sampled_from(
    [b"\x1b[1;31m", b"\x1b]0;t\x07", b"\x1b]0;t\x1b\\", b"\x1b(B", b"text", b"\r\n", b"\x1b[?25l", b"0"]
)


@given(st.lists(pieces, max_size=8).map(b"".join), st.lists(st.integers(0, 60), max_size=6))
def test_text_is_the_same_wherever_it_was_cut(raw: bytes, cuts: list[int]) -> None:
    whole = PlainText().feed(raw)
    plain, at, text = PlainText(), 0, b""
    for cut in sorted(cuts):
        text += plain.feed(raw[at : max(at, cut)])
        at = max(at, cut)
    assert text + plain.feed(raw[at:]) == whole


@pytest.mark.parametrize(
    ("text", "is_prompt"),
    [
        (b"\r\nubuntu login: ", True),
        (b"ubuntu login:", True),
        (b"web-1.example login: [  12.5] eth0: up\r\n", True),
        (b"\r\nLast login: ", False),
        (b"the ubuntu login: ", False),
        (b"ubuntu login: root", False),
        (b"ubuntu login: \r\nmore", False),
    ],
)
def test_login_prompts(text: bytes, is_prompt: bool) -> None:
    assert bool(LOGIN_PROMPT.search(text)) == is_prompt


@pytest.mark.parametrize(
    ("text", "is_prompt"),
    [
        ("ubuntu\r\nPassword: ", True),
        ("ubuntu\r\nPasswort: ", True),
        ("[sudo] password for ubuntu: ", True),
        ("パスワード：", True),
        ("Password: x", False),
        ("ubuntu login: ", False),
    ],
)
def test_password_prompts(text: str, is_prompt: bool) -> None:
    assert bool(PASSWORD_PROMPT.search(text.encode())) == is_prompt


@pytest.mark.parametrize(
    ("text", "is_prompt"),
    [
        (b"motd\r\nubuntu@x:~$ ", True),
        (b"# ", True),
        (b"~ # \r", False),
        (b"50%\r\n", False),
        (b"name: ", False),
    ],
)
def test_shell_prompts(text: bytes, is_prompt: bool) -> None:
    assert bool(SHELL_PROMPT.search(text)) == is_prompt
