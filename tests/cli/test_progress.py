"""Progress: plain lines where nobody draws, a picture on a terminal; the guest's bytes never get through."""

import os
import signal
import sys
import time
from pathlib import Path

import pexpect
import pytest

from autoinstall.cli.output import Output
from autoinstall.cli.progress import ProgressLines
from autoinstall.events import Event, EventFile
from autoinstall.recording.mask import Masker
from autoinstall.recording.recorder import Recorder

STORY = [
    Event("build-started", None, {"id": "0123abcd", "build": "/b"}),
    Event("stage-started", "install"),
    Event("lifecycle", "install", {"happening": "kernel-boot"}),
    Event(
        "answered",
        "install",
        {
            "question": "netcfg/get_hostname",
            "title": "t",
            "answer": "a\x1b[2Jb",
            "presses": 3,
            "seconds": 0.1,
        },
    ),
    Event("progress", "install", {"title": "Installing", "percent": 50}),
    Event("step", "install", {"name": "put_file /etc/x", "state": "already", "diff": "-a\n+b"}),
    Event("check", "install", {"name": "login", "ok": True, "evidence": "e"}),
    Event("check", "install", {"name": "edit", "ok": False, "evidence": "no\x1bline"}),
    Event("domain-created", "install", {"name": "ubuntu", "domid": 3, "purpose": "install"}),
    Event("progress", "install", {"text": "the installer came up again: left by Ctrl+]"}),
    Event("stage-finished", "install", {"state": "done", "seconds": 12.34}),
]
SHORT = [
    "build 0123abcd in /b",
    "[3/8] install ...",
    "    check edit: failed: no\\eline",
    "    the installer came up again: left by Ctrl+]",
    "[3/8] install: done in 12.3 s",
]
LONG = [
    *SHORT[:2],
    "    guest: kernel-boot",
    "    netcfg/get_hostname: a\\e[2Jb (3 keys, 0.10 s)",
    "    Installing 50 %",
    "    step put_file /etc/x: already",
    "    check login: ok",
    SHORT[2],
    "    domain-created: ubuntu (domain 3)",
    *SHORT[3:],
]


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        ({}, SHORT),
        ({"verbose": 2}, LONG),
        ({"verbose": 1}, [line for line in LONG if "%" not in line]),
        ({"quiet": True, "verbose": 1}, []),
    ],
)
def test_plain_lines_go_to_stderr(capsys, options, lines):
    progress = ProgressLines(Output(**options))
    for event in STORY:
        progress(event)
    captured = capsys.readouterr()
    assert captured.err.splitlines() == lines and captured.out == ""


DRAW = """
import signal, sys
from pathlib import Path
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
from autoinstall.cli.live import LiveView
from autoinstall.cli.output import Output
view = LiveView(Path(sys.argv[1]), Output())
signal.sigwait({signal.SIGUSR1})
view.close()
print("over", file=sys.stderr)
"""


@pytest.fixture
def drawn(tmp_path, environment):
    """The drawing of a build in tmp_path on a terminal, its events told."""
    child = pexpect.spawn(
        "sh",
        ["-c", '"$@" & echo driver $!; wait; exec cat', "sh", sys.executable, "-c", DRAW, str(tmp_path)],
        env=environment | {"TERM": "xterm-256color"},
        encoding="utf-8",
        dimensions=(40, 100),
        timeout=30,
    )
    child.expect(r"driver (\d+)")
    child.driver = int(child.match[1])
    child.expect_exact("\x1b[?25l")
    yield child
    child.close(force=True)


class Said(list):
    """Keeps what was read."""

    write = list.append

    def flush(self) -> None:
        pass


def tell(tmp_path, story) -> None:
    events = EventFile(tmp_path / "events.jsonl")
    for event in story:
        events(event)


def test_a_terminal_shows_the_stage_and_the_guests_screen(tmp_path, drawn):
    drawn.logfile_read = said = Said()
    tell(tmp_path, STORY[:2])
    drawn.expect_exact(" install  0:0")
    recorder = Recorder(tmp_path / "install.cast", columns=80, lines=24, mask=Masker())
    recorder.output(b"\x1b[5;10HChoose a \x1b[31mlanguage\x1b[0m\x1b]0;title\x07\x1b[6n")
    drawn.expect_exact("Choose a ")
    drawn.expect("\x1b\\[31m *language|language")
    tell(tmp_path, STORY[-2:])
    drawn.expect_exact("the installer came up again")
    os.kill(drawn.driver, signal.SIGUSR1)
    drawn.expect_exact("\x1b[?25h")
    drawn.expect_exact("over")
    everything = "".join(said)
    assert "]0;" not in everything and "[6n" not in everything


def test_the_drawing_ends_when_the_driver_is_killed(tmp_path, drawn):
    os.kill(drawn.driver, 9)
    drawn.expect_exact("\x1b[?25h")


def test_a_drawing_that_hangs_is_ended(tmp_path, drawn):
    children = [
        int(pid) for pid in Path(f"/proc/{drawn.driver}/task/{drawn.driver}/children").read_text().split()
    ]
    os.kill(children[0], 19)
    began = time.monotonic()
    os.kill(drawn.driver, signal.SIGUSR1)
    drawn.expect_exact("over")
    assert time.monotonic() - began < 15
