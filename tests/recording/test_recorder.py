"""The recorder: append-only, on disk at once, in order, and it goes on after a crash."""

import json
import stat
from pathlib import Path

import pytest

from autoinstall.answers.secret import Secret
from autoinstall.errors import HostError, InvalidFileError
from autoinstall.recording.asciicast import read_cast
from autoinstall.recording.mask import Masker
from autoinstall.recording.recorder import Recorder, set_aside

SECRET = "pass'word-7"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "install.cast"


def recorder(path, **options) -> Recorder:
    return Recorder(path, columns=80, lines=24, mask=Masker([Secret("s", SECRET)]), **options)


def events(path) -> list[tuple[str, str]]:
    return [(event.code, event.text) for event in read_cast(path).events]


def test_each_event_is_on_disk_before_the_call_returns(path):
    record = recorder(path, title="precise")
    record.output(b"Language: ")
    assert events(path) == [("o", "Language: ")]
    record.input(b"\r")
    assert events(path)[-1] == ("i", "\r")
    header = json.loads(path.read_bytes().splitlines()[0])
    assert (header["version"], header["width"], header["height"], header["title"]) == (2, 80, 24, "precise")


def test_only_its_owner_can_read_a_recording(path):
    recorder(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_output_that_is_held_back_stands_before_the_keys_that_follow_it(path):
    record = recorder(path)
    record.output(b"go pa")
    record.input(b"x")
    assert events(path) == [("o", "go "), ("o", "pa"), ("i", "x")]


def test_keys_of_a_secret_are_stars_one_a_key(path):
    record = recorder(path)
    for char in SECRET:
        record.input(char.encode(), secret=True)
    record.input("\u00fcx".encode(), secret=True)
    assert events(path) == [("i", "*")] * len(SECRET) + [("i", "**")]


def test_a_secret_sent_unmarked_is_masked_too(path):
    recorder(path).input(SECRET.encode() + b"\r")
    assert events(path) == [("i", "*" * len(SECRET) + "\r")]


def test_enter_ends_a_secrets_field(path):
    record = Recorder(path, columns=80, lines=24, mask=Masker([Secret("s", "abc")]))
    record.input(b"abc", secret=True)
    record.output(b"abc")
    record.input(b"\r")
    record.output(b"abc")
    record.close()
    assert [text for code, text in events(path) if code == "o"] == ["***", "abc"]


def test_silence_and_the_end_bring_what_was_held_back(path):
    record = recorder(path)
    record.output(b"pa")
    assert events(path) == []
    record.settle()
    assert events(path) == [("o", "pa")]
    record.output(b"\x1b[")
    record.console_closed()
    assert events(path)[1:] == [("o", "\x1b["), ("m", "console-closed")]


def test_a_marker_holds_no_secret(path):
    recorder(path).marker(f"at {SECRET}")
    assert events(path) == [("m", "at ***")]


def test_a_recording_goes_on_where_it_was_torn(path):
    first = recorder(path)
    first.output(b"one")
    first.close()
    with path.open("ab") as torn:
        torn.write(b'[99.0, "o", "to')
    second = recorder(path)
    second.output(b"two")
    second.close()
    assert events(path) == [("o", "one"), ("o", "two")]
    times = [event.at for event in read_cast(path).events]
    assert times == sorted(times) and times[-1] < 60
    assert path.read_bytes().count(b'"version"') == 1


def test_a_file_torn_in_its_header_begins_anew(path):
    path.write_bytes(b'{"version": 2, "wid')
    record = recorder(path)
    record.output(b"x")
    assert events(path) == [("o", "x")]


def test_what_is_no_recording_is_never_appended_to(path):
    path.write_bytes(b"a diary\n")
    with pytest.raises(InvalidFileError):
        recorder(path)
    assert path.read_bytes() == b"a diary\n"


def test_an_older_recording_is_set_aside(path):
    set_aside(path)
    for content in (b"1", b"2"):
        path.write_bytes(content)
        set_aside(path)
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["install.1.cast", "install.2.cast"]
    assert path.with_name("install.1.cast").read_bytes() == b"1"


def test_a_full_disk_is_the_hosts_failure():
    with pytest.raises(HostError, match="cannot be written"):
        recorder(Path("/dev/full"))
