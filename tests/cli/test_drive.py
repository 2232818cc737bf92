"""`drive`: the loop of `build` on any console command."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from autoinstall.recording.asciicast import read_cast

CANARY = "c4n'ry $(x) {{y}}"


@pytest.fixture
def drive(autoinstall, answers_file):
    """A function that drives a command with our answers file."""

    def run(*command: str, options=(), **variables: str):
        return autoinstall(
            "drive", answers_file.name, *options, "--", *command,
            **({"AUTOINSTALL_SECRET_USER_PASSWORD": CANARY} | variables),
        )  # fmt: skip

    return run


@pytest.mark.guest
def test_a_whole_installation_is_answered_to_its_end(drive, installer_command, tmp_path):
    done = drive(*installer_command, options=["--json", "-o", "session.cast"])
    document = json.loads(done.stdout)
    assert (done.returncode, document["result"], document["failure"]) == (0, "complete", None)
    answered = {one["question"]: one for one in document["answered"]}
    assert answered["localechooser/languagelist"]["answer"] == "English"
    assert answered["passwd/user-password"]["answer"] == "***"
    assert set(document["answered"][0]) == {"question", "title", "answer", "presses", "retyped", "seconds"}
    events = read_cast(tmp_path / "session.cast").events
    assert events[-1].text == "console-closed"
    for text in (done.stdout, done.stderr, (tmp_path / "session.cast").read_text()):
        assert "c4n" not in text
    assert "c4n" not in b"".join(event.data for event in events).decode()


def test_a_command_that_ends_by_itself_has_ended(drive):
    done = drive("sh", "-c", "echo no installer here", options=["--json"])
    assert done.returncode == 0
    assert json.loads(done.stdout) == {"result": "ended", "answered": [], "failure": None}


def test_a_dialog_without_an_answer_fails_with_all_that_helps(drive, installer_command, answers_file):
    lines = answers_file.read_text().splitlines(keepends=True)
    answers_file.write_text("".join(line for line in lines if "netcfg/get_hostname" not in line))
    done = drive(*installer_command)
    assert done.returncode == 1
    assert done.stdout == "failed: 2 dialogs answered\n"
    for piece in ("netcfg/get_hostname", "| ", "the last screen:", "hint: ", "would answer it:", "awaited: "):
        assert piece in done.stderr
    assert "\x1b" not in done.stderr


OPEN = r"""
import sys, tty
tty.setraw(0)
sys.stdout.buffer.write(open(sys.argv[1], "rb").read())
sys.stdout.flush()
sys.stdin.buffer.raw.read(9)
"""


def test_a_command_that_ends_with_an_open_dialog_has_failed(drive, tmp_path):
    screen = str(Path(__file__).parents[1] / "data" / "screens" / "linux-utf8" / "07-hostname.raw")
    done = drive(
        sys.executable, "-c", OPEN, screen, options=["--json", "--set", "questions.netcfg/get_hostname=other"]
    )
    document = json.loads(done.stdout)
    assert (done.returncode, document["result"]) == (1, "failed")
    failure = document["failure"]
    assert (failure["kind"], failure["question"]) == ("console-ended", "netcfg/get_hostname")


def test_a_command_that_ends_at_its_last_answer_has_ended(drive):
    screen = str(Path(__file__).parents[1] / "data" / "screens" / "linux-utf8" / "07-hostname.raw")
    done = drive(sys.executable, "-c", OPEN, screen, options=["--json"])
    assert (done.returncode, json.loads(done.stdout)["result"]) == (0, "ended")


def test_a_command_that_is_not_there_is_a_usage_error(drive):
    done = drive("no-such-client", options=["--json"])
    assert (done.returncode, done.stdout) == (2, "")
    assert "no-such-client" in done.stderr


def test_only_the_dialogs_secrets_are_needed(autoinstall, answers_file):
    answers_file.write_text(
        "version: 1\nname: x\nlogin: {user: a, password: {secret: other}}\nquestions: {a/b: {secret: mine}}\n"
    )
    done = autoinstall("drive", answers_file.name, "--json", "--", "true")
    assert done.returncode == 3
    (problem,) = json.loads(done.stdout)["errors"]
    assert "mine" in problem["message"] and "other" not in done.stdout
    given = autoinstall("drive", answers_file.name, "--", "true", AUTOINSTALL_SECRET_MINE="x")
    assert given.returncode == 0


def test_an_older_recording_is_kept(drive, tmp_path):
    (tmp_path / "a.cast").write_text("older")
    assert drive("true", options=["-o", "a.cast"]).returncode == 0
    assert (tmp_path / "a.1.cast").read_text() == "older"


def test_a_recording_that_cannot_be_made_is_a_usage_error(drive):
    assert drive("true", options=["-o", "no/such/folder/a.cast"]).returncode == 2


def test_a_signal_ends_the_console_command(environment, answers_file, tmp_path):
    pid = tmp_path / "pid"
    child = subprocess.Popen(
        [
            *(sys.executable, "-m", "autoinstall", "drive", str(answers_file), "--json", "--"),
            *("sh", "-c", f"trap '' HUP; echo $$ > {pid}.new; mv {pid}.new {pid}; exec sleep 600"),
        ],
        env=environment | {"AUTOINSTALL_SECRET_USER_PASSWORD": CANARY},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(pid)
    child.send_signal(signal.SIGTERM)
    stdout, _ = child.communicate(timeout=30)
    assert child.returncode == 143
    document = json.loads(stdout)
    assert (document["result"], document["failure"]["exit"]) == ("failed", 143)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


def wait_for(path) -> None:
    """Wait until a file is there."""
    subprocess.run(["sh", "-c", f"until [ -e {path} ]; do sleep 0.05; done"], timeout=30, check=True)
