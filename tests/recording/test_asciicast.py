"""Recordings: what is written can be read by every tool, what is read may be torn, old or new."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoinstall.errors import InvalidFileError, UsageError
from autoinstall.recording.asciicast import (
    LONGEST_LINE,
    Header,
    event_lines,
    header_line,
    open_cast,
    read_cast,
)

HEADER = b'{"version": 2, "width": 80, "height": 24}\n'


def cast(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "a.cast"
    path.write_bytes(content)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("casts")


@given(st.lists(st.tuples(st.sampled_from("oi"), st.binary(min_size=1, max_size=40)), max_size=8))
def test_all_bytes_come_back_and_every_line_is_json(folder, pieces):
    lines = [event_lines(float(number), code, data) for number, (code, data) in enumerate(pieces)]
    path = cast(folder, header_line(Header(2, 80, 24)) + b"".join(lines))
    assert [(event.code, event.data) for event in read_cast(path).events] == pieces
    for line in path.read_bytes().split(b"\n")[1:-1]:
        _, code, text = json.loads(line)
        assert len(code) == 1 and isinstance(text, str)


def test_bytes_that_are_not_utf8_look_to_other_tools_as_on_a_terminal():
    exact, shown = event_lines(1.5, "o", b"caf\xe9!").splitlines()
    assert json.loads(shown) == [1.5, "o", "caf\ufffd!"]
    assert json.loads(exact)[1] not in "oimrx"


def test_a_genuine_replacement_character_needs_no_exact_bytes():
    assert len(event_lines(0.0, "o", "\ufffd".encode()).splitlines()) == 1


@pytest.mark.parametrize("torn", [b'[2.0, "o", "b', b"[", b'[2.0, "o", "\xe2\x94'])
def test_a_torn_last_line_is_ignored(tmp_path, torn):
    recording = read_cast(cast(tmp_path, HEADER + b'[1.0, "o", "a"]\n' + torn))
    assert [event.text for event in recording.events] == ["a"]


def test_a_torn_line_in_the_middle_is_an_error_with_its_line(tmp_path):
    with pytest.raises(InvalidFileError, match=r"a\.cast:3:1"):
        read_cast(cast(tmp_path, HEADER + b'[1.0, "o", "a"]\n[1.5, "o\n[2.0, "o", "b"]\n'))


def test_unknown_event_codes_are_kept_apart(tmp_path):
    recording = read_cast(cast(tmp_path, HEADER + b'[1, "z", {"a": 1}]\n[2, "o", "b"]\n[3, "r", "80x24"]\n'))
    assert [event.code for event in recording.events] == ["z", "o", "r"]


def test_version_3_counts_from_event_to_event(tmp_path):
    header = b'{"version":3,"term":{"cols":100,"rows":30}}\n# a comment\n'
    recording = read_cast(cast(tmp_path, header + b'[1.0,"o","a"]\n[0.5,"o","b"]\n[0.25,"x","0"]\n'))
    assert (recording.header.width, recording.header.height) == (100, 30)
    assert [(event.at, event.code) for event in recording.events] == [(1.0, "o"), (1.5, "o"), (1.75, "x")]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"[]\n",
        b"not json\n",
        b'{"version": 1, "width": 80, "height": 24}\n',
        b'{"version": 2}\n',
        b'{"version": 2, "width": "80", "height": 24}\n',
        b'{"version": 2, "width": -1, "height": 24}\n',
        b'{"version": 3, "width": 80, "height": 24}\n',
        b"[" * 100_000,
    ],
)
def test_what_is_no_recording_is_an_invalid_file(tmp_path, content):
    with pytest.raises(InvalidFileError) as failure:
        read_cast(cast(tmp_path, content))
    assert failure.value.hint


@pytest.mark.parametrize(
    "line",
    [b"{}", b'["1", "o", "a"]', b'[1e999, "o", "a"]', b"[" + b"9" * 400 + b', "o", ""]', b'[1, "o", 5]'],
)
def test_what_is_no_event_is_named_by_its_line(tmp_path, line):
    with pytest.raises(InvalidFileError, match=":2:1"):
        read_cast(cast(tmp_path, HEADER + line + b'\n[2, "o", "b"]\n'))


def test_a_lone_surrogate_does_no_harm(tmp_path):
    recording = read_cast(cast(tmp_path, HEADER + b'[1, "o", "\\ud800x"]\n'))
    assert recording.events[0].data.endswith(b"x")


def test_an_absent_file_or_a_folder_is_a_usage_error(tmp_path):
    for path in (tmp_path / "absent.cast", tmp_path):
        with pytest.raises(UsageError):
            read_cast(path)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(folder, content):
    with contextlib.suppress(InvalidFileError):
        read_cast(cast(folder, HEADER + content))


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory(tmp_path: Path):
    path = cast(tmp_path, HEADER + b'[1, "o", "' + b"x" * (LONGEST_LINE + 10))
    with pytest.raises(InvalidFileError, match="a line of more than 16 MiB"):
        read_cast(path)


@pytest.mark.parametrize("line", [b'[1, "i", "a"]\n', b' [ 1.5 ,"i","a"]\n'])
def test_whether_keys_were_recorded_is_known_before_the_events_are_read(tmp_path: Path, line: bytes):
    assert open_cast(cast(tmp_path, HEADER + b'[0, "o", "a"]\n' + line)).has_input
    assert not open_cast(cast(tmp_path, HEADER + b'[0, "o", "[1, \\"i\\""]\n')).has_input


def test_a_recording_that_stays_in_its_file_can_be_gone_through_twice(tmp_path: Path):
    file = open_cast(cast(tmp_path, HEADER + b'[0, "o", "a"]\n[1, "o", "b"]\n'))
    assert list(file.events) == list(file.events) == list(read_cast(file.path).events)
