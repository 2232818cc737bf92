"""The channel over real PTYs and real clients; the client of Xen's consoles is played by a small program."""

import sys
import time
from pathlib import Path

import pytest

from autoinstall.answers.secret import Secret
from autoinstall.console.channel import Channel, ConsoleClosed, attach
from autoinstall.deadline import Deadline
from autoinstall.errors import UsageError
from autoinstall.recording.asciicast import read_cast
from autoinstall.recording.mask import Masker
from autoinstall.recording.recorder import Recorder

SECRET = "hunter2-and-more"

CLIENT = """
import os, sys, time, tty
tty.setraw(0)
refusals = int(sys.argv[1])
os.write(1, b"attached")
while (keys := os.read(0, 60)):
    if keys == b"\\x1d":
        refusals -= 1
        if refusals < 0:
            sys.exit(0)
    os.write(1, b"<" + keys + b">")
"""
"""Leaves, as xenconsole does, when one read gives exactly Ctrl+]; the first ARGV[1] times it does not."""

WITNESS = """
import os, sys
os.write(1, b"?")
os.read(0, 9)
os.write(1, b"%d" % open(sys.argv[1]).read().count("KEY"))
"""
"""Says how many KEYs stood in the recording when the first key came."""

TALKING = """
import threading
def talk():
    while True:
        os.write(1, b".")
        time.sleep(0.05)
threading.Thread(target=talk, daemon=True).start()
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.cast"


@pytest.fixture
def opened(path):
    """A function that attaches a command; all are closed in the end."""
    channels: list[Channel] = []
    recorder = Recorder(path, columns=80, lines=24, mask=Masker([Secret("s", SECRET)]))

    def attach_one(*argv: str, **options) -> Channel:
        channels.append(attach(argv, recorder=recorder, **options))
        return channels[-1]

    yield attach_one
    for channel in channels:
        channel.close()


def read_until(channel: Channel, end: bytes, seconds: float = 10.0) -> bytes:
    got, deadline = b"", Deadline.after(seconds)
    while end not in got and not deadline.expired:
        got += channel.read(deadline.remaining)
    assert end in got, got
    return got


def all_until_closed(channel: Channel) -> tuple[bytes, int | None]:
    got = b""
    for _ in range(1000):
        try:
            got += channel.read(5.0)
        except ConsoleClosed as closed:
            return got, closed.exit_status
    raise AssertionError("never closed")


def recorded(path: Path, code: str) -> list[bytes]:
    return [event.data for event in read_cast(path).events if event.code == code]


def test_read_returns_as_soon_as_something_is_there(opened):
    channel = opened("sh", "-c", "echo now; exec sleep 60")
    began = time.monotonic()
    assert channel.read(30.0) == b"now\n"
    assert time.monotonic() - began < 5


def test_read_gives_nothing_after_its_time(opened):
    channel = opened("sleep", "60")
    began = time.monotonic()
    assert channel.read(0.3) == b""
    assert 0.3 <= time.monotonic() - began < 2


def test_all_bytes_come_before_the_end_of_file(opened):
    got, status = all_until_closed(opened("sh", "-c", "seq 20000; exit 3"))
    assert got == b"".join(b"%d\n" % number for number in range(1, 20001))
    assert status == 3


def test_the_end_says_which_signal_ended_the_client(opened):
    assert all_until_closed(opened("sh", "-c", "kill -TERM $$"))[1] == -15


def test_a_client_that_leaves_a_process_on_its_terminal_has_ended_all_the_same(opened):
    began = time.monotonic()
    assert all_until_closed(opened("sh", "-c", "trap '' HUP; sleep 20 & echo bye")) == (b"bye\n", 0)
    assert time.monotonic() - began < 5


def test_early_keys_are_neither_echoed_nor_lost(opened):
    channel = opened("sh", "-c", "sleep 0.3; exec head -c 3 | od -An -c")
    channel.send(b"\x03\r\x11")
    assert all_until_closed(channel)[0].split() == [b"003", b"\\r", b"021"]


def test_a_send_larger_than_the_terminals_buffer_loses_nothing(opened):
    channel = opened("cat")
    keys = bytes(range(256)) * 200
    channel.send(keys)
    got = b""
    while len(got) < len(keys):
        piece = channel.read(10.0)
        assert piece
        got += piece
    assert got == keys


def test_keys_of_one_send_arrive_in_one_piece(opened):
    channel = opened(sys.executable, "-c", CLIENT, "0")
    read_until(channel, b"attached")
    channel.send(b"\x1b[A\x1d")
    assert read_until(channel, b">") == b"<\x1b[A\x1d>"


def test_an_input_event_is_on_disk_before_its_key_is_sent(opened, path):
    channel = opened(sys.executable, "-c", WITNESS, str(path))
    read_until(channel, b"?")
    channel.send(b"KEY")
    assert all_until_closed(channel)[0] == b"1"


def test_the_recording_holds_what_was_said_and_sent_but_no_secret(opened, path):
    channel = opened("cat")
    channel.send(b"name\n")
    read_until(channel, b"name\n")
    channel.send(SECRET.encode(), secret=True)
    assert read_until(channel, SECRET.encode()) == SECRET.encode()
    channel.close()
    assert recorded(path, "i") == [b"name\n", b"*" * len(SECRET)]
    assert b"".join(recorded(path, "o")) == b"name\n" + b"*" * len(SECRET)
    assert recorded(path, "m") == [b"console-closed"]
    assert SECRET.encode() not in path.read_bytes()


def test_silence_brings_a_beginning_into_the_recording(opened, path):
    channel = opened("sh", "-c", "printf 'then hu'; exec sleep 60")
    read_until(channel, b"hu")
    channel.read(0.5)
    assert b"".join(recorded(path, "o")) == b"then hu"


@pytest.mark.parametrize("refusals", [0, 1])
def test_leaving_sends_the_key_alone_after_quiet_until_the_end(opened, path, refusals):
    channel = opened(sys.executable, "-c", CLIENT, str(refusals))
    read_until(channel, b"attached")
    channel.send(b"x")
    began = time.monotonic()
    assert channel.leave(Deadline.after(30.0))
    assert time.monotonic() - began >= 0.5
    assert recorded(path, "i") == [b"x"] + [b"\x1d"] * (refusals + 1)
    got, status = all_until_closed(channel)
    assert got == b"<x>" + b"<\x1d>" * refusals
    assert status == 0


def test_leaving_gives_up_at_its_deadline(opened):
    channel = opened("sh", "-c", "exec cat > /dev/null")
    assert not channel.leave(Deadline.after(1.0))
    assert not channel.closed


def test_a_guest_that_never_stops_talking_cannot_keep_us_from_leaving(opened):
    talker = CLIENT.replace("while (keys", TALKING + "while (keys")
    channel = opened(sys.executable, "-c", talker, "0")
    read_until(channel, b"attached")
    assert channel.leave(Deadline.after(30.0))


def test_leaving_waits_until_the_guest_is_quiet_where_it_can(opened, path):
    talker = CLIENT.replace(
        "while (keys", TALKING.replace("while True", "for _ in range(20)") + "while (keys"
    )
    channel = opened(sys.executable, "-c", talker, "0")
    read_until(channel, b"attached")
    assert channel.leave(Deadline.after(30.0))
    events = read_cast(path).events
    left = next(number for number, event in enumerate(events) if event.code == "i")
    said = max(event.at for event in events[:left] if event.code == "o")
    assert events[left].at - said >= 0.5


def test_close_hangs_up_first_and_kills_then(opened, tmp_path):
    told = tmp_path / "told"
    polite = opened(
        "sh", "-c", f"trap 'echo hup > {told}; exit 7' HUP; echo up; while :; do sleep 0.05; done"
    )
    read_until(polite, b"up")
    assert polite.close() == 7
    assert told.exists()
    stubborn = opened("sh", "-c", "trap '' HUP; echo up; while :; do sleep 0.05; done")
    read_until(stubborn, b"up")
    assert stubborn.close() == -9
    assert stubborn.close() == -9


def test_nothing_can_be_sent_to_a_console_that_is_over(opened):
    channel = opened("true")
    all_until_closed(channel)
    with pytest.raises(ConsoleClosed):
        channel.send(b"x")


def test_a_client_that_dies_while_it_is_sent_to_loses_no_word(opened):
    channel = opened("sh", "-c", "echo last words; exit 4")
    with pytest.raises(ConsoleClosed):
        for _ in range(10_000):
            channel.send(b"x" * 100)
    assert all_until_closed(channel) == (b"last words\n", 4)


def test_the_window_has_the_size_asked_for(opened):
    assert all_until_closed(opened("stty", "size"))[0].split() == [b"24", b"80"]
    assert all_until_closed(opened("stty", "size", columns=100, lines=30))[0].split() == [b"30", b"100"]


def test_a_client_inherits_no_secret(opened, monkeypatch):
    monkeypatch.setenv("AUTOINSTALL_SECRET_X", "canary")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/nowhere")
    got = all_until_closed(opened("env", environment={"MINE": "1"}))[0]
    assert b"MINE=1" in got and b"canary" not in got and b"CREDENTIALS" not in got


def test_a_command_that_is_not_there_is_a_usage_error(opened):
    with pytest.raises(UsageError, match="no-such-client"):
        opened("no-such-client")
