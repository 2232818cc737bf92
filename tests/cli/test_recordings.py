"""inspect, replay, learn and diff as their users run them."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.rigs import eighteen
from tests.rigs.cdebconf import CdebconfRig

RECORDINGS = Path(__file__).parents[1] / "recordings"
EIGHTEEN = str(RECORDINGS / "cdebconf-eighteen.cast")
DEBIAN_12 = str(RECORDINGS / "debian-12-to-the-proxy.cast")


def test_inspect_gives_the_documents_of_the_contract(autoinstall):
    done = autoinstall("inspect", EIGHTEEN, "--json")
    document = json.loads(done.stdout)
    assert (done.returncode, document["result"]) == (0, "done")
    assert set(document) == {"result", "recording", "dialogs", "events"}
    assert set(document["recording"]) == {"width", "height", "duration", "bytes"}
    assert set(document["dialogs"][0]) >= {
        *("at", "kind", "priority", "title", "question", "prompt", "text"),
        *("choices", "focus", "checked", "value", "buttons", "answer"),
    }
    assert [event["event"] for event in document["events"]] == ["installation-complete", "console-closed"]


def test_inspect_for_people_shows_what_happened(autoinstall):
    done = autoinstall("inspect", DEBIAN_12)
    assert "localechooser/countrylist/Asia" in done.stdout
    assert "'Türkiye'" in done.stdout
    assert "-- kernel-boot" in done.stdout
    assert "\x1b" not in done.stdout


def test_drive_once_learn_replay_green(autoinstall, tmp_path):
    learned = autoinstall("learn", DEBIAN_12, "-o", "mine.yaml")
    assert (learned.returncode, learned.stderr) == (0, "")
    assert autoinstall("validate", "mine.yaml").returncode == 0
    replayed = autoinstall("replay", DEBIAN_12, "--answers", "mine.yaml", "--json")
    document = json.loads(replayed.stdout)
    assert replayed.returncode == 0
    assert (document["result"], document["level"], document["divergence"]) == ("matched", "decisions", None)
    assert document["dialogs"] == document["matched"] == 12
    assert document["recorded_seconds"] == pytest.approx(160.2, abs=0.1)
    again = autoinstall("learn", DEBIAN_12, "-o", "mine.yaml")
    assert again.returncode == 2
    assert "is there already" in again.stderr


def test_a_divergence_is_explained(autoinstall, tmp_path):
    autoinstall("learn", DEBIAN_12, "-o", "mine.yaml")
    done = autoinstall(
        "replay", DEBIAN_12, "--answers", "mine.yaml", "--set", "questions.netcfg/get_hostname=lab2"
    )
    assert done.returncode == 1
    assert "diverged: 11 of 12" in done.stdout
    assert "the operator answered 'lab1'" in done.stderr
    assert "the answers file gives 'lab2'" in done.stderr
    assert 'netcfg/get_hostname: "lab1"' in done.stderr
    assert "Please enter the hostname for this system." in done.stderr


def test_diff_tells_what_is_new(autoinstall):
    same = autoinstall("diff", DEBIAN_12, DEBIAN_12, "--json")
    assert json.loads(same.stdout) == {"result": "same", "changes": []}
    other = autoinstall("diff", DEBIAN_12, EIGHTEEN)
    assert other.returncode == 0
    assert "gone after localechooser/shortlist/en: localechooser/continentlist" in other.stdout


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b'{"version": 7}\n',
        b'{"version": 2, "width": 0, "height": 24}\n',
        b'{"version": 2, "width": 99999999, "height": 24}\n',
        b'{"version": 2, "width": 80, "height": 24}\n[1, "o"\n[2, "o", "x"]\n',
        b'{"version": 2, "width": 80, "height": 24}\n[NaN, "o", "x"]\n[2, "o", "x"]\n',
        b"[" * 100_000,
    ],
    ids=["empty", "png", "version", "no width", "absurd width", "broken line", "not a number", "deep"],
)
@pytest.mark.parametrize("command", ["inspect", "learn"])
def test_what_is_no_recording_is_said_to_be_none(autoinstall, tmp_path, content: bytes, command: str):
    (tmp_path / "no.cast").write_bytes(content)
    options = ["-o", "mine.yaml"] if command == "learn" else ["--json"]
    done = autoinstall(command, "no.cast", *options)
    assert done.returncode == 3
    assert "no.cast:" in done.stderr
    assert not (tmp_path / "mine.yaml").exists()
    if command == "inspect":
        assert json.loads(done.stdout)["result"] == "invalid"


def test_a_recording_that_is_absent_is_a_wrong_command(autoinstall):
    done = autoinstall("inspect", "absent.cast", "--json")
    assert (done.returncode, done.stdout) == (2, "")


def test_nothing_answered_is_exit_1_and_no_file(autoinstall, tmp_path):
    (tmp_path / "quiet.cast").write_text('{"version": 2, "width": 80, "height": 24}\n[1.0, "o", "hello"]\n')
    done = autoinstall("learn", "quiet.cast", "-o", "mine.yaml", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["failure"]["kind"] == "nothing-answered"
    assert not (tmp_path / "mine.yaml").exists()


def test_time_that_runs_backwards_and_torn_ends_are_read_over(autoinstall, tmp_path):
    lines = Path(EIGHTEEN).read_text().splitlines()
    lines.insert(3, '[-5.0, "o", ""]')
    (tmp_path / "odd.cast").write_text("\n".join(lines) + '\n[9.0, "o", "to')
    document = json.loads(autoinstall("inspect", "odd.cast", "--json").stdout)
    assert sum(one["answer"] is not None for one in document["dialogs"]) == 18


class Size(NamedTuple):
    """Of a window, in cells."""

    columns: int
    lines: int


def person(
    command: list[str], typed: list[tuple[bytes, bytes | Size]], cwd: Path, environment: dict[str, str]
) -> bytes:
    """Run a command on a terminal of its own and type: each text once the other has been seen. What was shown.

    A size instead of a text is what the window is given then.
    """
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(cwd)
        os.execvpe(command[0], command, environment)
    shown = b""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if typed and typed[0][0] in shown:
            act = typed.pop(0)[1]
            if isinstance(act, bytes):
                os.write(terminal, act)
            else:
                fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", act.lines, act.columns, 0, 0))
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                piece = os.read(terminal, 65536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
    os.waitpid(child, 0)
    os.close(terminal)
    return shown


def test_a_person_records_a_session_and_no_key_is_changed(environment, tmp_path):
    script = 'printf "name: "; read n; printf "Password: "; stty -echo; read p; stty echo; printf "[%s]" "$n"'
    command = [sys.executable, "-m", "autoinstall", "record", "-o", "mine.cast", "--", "sh", "-c", script]
    shown = person(
        command, [(b"name: ", b"ad\x1d\x03a\x7f\r"), (b"Password: ", b"canary 73\r")], tmp_path, environment
    )
    assert b"name: " in shown
    events = [json.loads(line) for line in (tmp_path / "mine.cast").read_text().splitlines()[1:]]
    assert events[-1][1:] == ["m", "console-closed"]
    typed = "".join(event[2] for event in events if event[1] == "i")
    assert "canary" not in (tmp_path / "mine.cast").read_text()
    assert typed.startswith("ad\x1d\x03")


def test_a_window_that_changes_its_size_is_told_to_the_command_and_recorded(environment, tmp_path):
    script = "trap 'stty size; exit 0' WINCH; echo ready; while :; do read -r line; done"
    command = [sys.executable, "-m", "autoinstall", "record", "-o", "mine.cast", "--", "sh", "-c", script]
    shown = person(command, [(b"ready", Size(100, 30)), (b"ready", b"\r")], tmp_path, environment)
    assert b"30 100" in shown
    events = [json.loads(line) for line in (tmp_path / "mine.cast").read_text().splitlines()[1:]]
    assert [event[2] for event in events if event[1] == "r"] == ["100x30"]


def test_what_a_command_prints_as_it_ends_is_shown_and_recorded(environment, tmp_path):
    """Our terminal is full, so that record stands still until the command has ended: then the rest is there at once."""
    size = capacity() + 2500
    script = f"echo $$ > pid; echo ready; read -r line; head -c {size} /dev/zero | tr '\\0' x; echo the end"
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        record = [sys.executable, "-m", "autoinstall", "record", "-o", "mine.cast", "--", "sh", "-c", script]
        os.execvpe(record[0], record, environment)
    shown = b""
    while b"ready" not in shown:
        shown += os.read(terminal, 65536)
    os.write(terminal, b"\r")
    deadline = time.monotonic() + 60
    while not has_ended(int((tmp_path / "pid").read_text())) and time.monotonic() < deadline:
        os.sched_yield()
    with contextlib.suppress(OSError):
        while piece := os.read(terminal, 65536):
            shown += piece
    os.waitpid(child, 0)
    os.close(terminal)
    assert shown.count(b"x" * size) == 1
    assert b"the end" in shown
    assert "the end" in (tmp_path / "mine.cast").read_text()


def capacity() -> int:
    """How much a terminal takes while nobody reads from it."""
    terminal, program = pty.openpty()
    os.set_blocking(program, False)
    taken = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            taken += os.write(program, b"x" * 100)
    os.close(terminal)
    os.close(program)
    return taken


def has_ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.mark.parametrize(("frontend", "username"), [("newt", "ubuntujane"), ("text", "jane")])
def test_a_password_typed_into_a_dialog_is_not_recorded(environment, tmp_path, frontend: str, username: str):
    """The newt frontend shows stars, the text frontend nothing; the keys must be stars, the dialogs around it whole."""
    wanted = ("passwd/username", "passwd/user-password", "passwd/user-password-again", "clock-setup/utc")
    steps = [step for step in eighteen.STEPS if step.questions[0] in wanted]
    rig = CdebconfRig.prepare(tmp_path / "rig", eighteen.templates(), steps, frontend=frontend)
    variables = [f"{name}={value}" for name, value in rig.environment().items()]
    recorded = str(tmp_path / "mine.cast")
    command = [sys.executable, "-m", "autoinstall", "record", "-o", recorded, "--"]
    keys: list[tuple[bytes, bytes | Size]] = [
        (b"Username for your account", b"jane\r"),
        (b"Choose a password", b"canary-73-bird\r"),
        (b"Re-enter password", b"canary-73-bird\r"),
        (b"Is the system clock", b"\r"),
    ]
    person([*command, "/usr/bin/env", "-i", *variables, *rig.argv], keys, rig.folder, environment)
    given = {answer.question: answer.value for answer in rig.answers()}
    assert given["passwd/user-password"] == given["passwd/user-password-again"] == "canary-73-bird"
    text = (tmp_path / "mine.cast").read_text()
    assert "canary" not in text
    dialogs = json.loads(subprocess_inspect(recorded, environment))["dialogs"]
    assert [(one["question"], one["answer"]) for one in dialogs] == [
        ("passwd/username", username),
        ("passwd/user-password", "***"),
        ("passwd/user-password-again", "***"),
        ("clock-setup/utc", True),
    ]


def subprocess_inspect(recording: str, environment: dict[str, str]) -> str:
    command = [sys.executable, "-m", "autoinstall", "inspect", recording, "--json"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def test_recording_needs_a_terminal(environment, tmp_path):
    command = [sys.executable, "-m", "autoinstall", "record", "-o", "mine.cast", "--", "true"]
    done = subprocess.run(
        command, env=environment, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "terminal" in done.stderr


@pytest.mark.guest
@pytest.mark.parametrize("recording", ["ubuntu-12.04-rehearsed", "cdebconf-eighteen"])
def test_a_recorded_session_is_rehearsed_with_live_dialogs(autoinstall, tmp_path, recording: str):
    cast = str(RECORDINGS / f"{recording}.cast")
    autoinstall("learn", cast, "-o", "mine.yaml")
    with (tmp_path / "mine.yaml").open("a") as answers:
        answers.write('installer: {verify: none, mirror: "http://mirror.example.org/ubuntu"}\n')
        answers.write("login: {user: ubuntu, password: {secret: user_password}}\n")
    words = ("rehearse", "mine.yaml", "--from", cast, "--work", "work", "--json")
    variables = {
        "AUTOINSTALL_SECRET_USER_PASSWORD": "correct horse battery",
        "AUTOINSTALL_REHEARSAL_PACE": "0",
    }
    done = autoinstall(*words, timeout=300, **variables)
    document = json.loads(done.stdout)
    assert document["failure"] is None, done.stderr
    recorded = json.loads(autoinstall("inspect", cast, "--json").stdout)["dialogs"]
    wanted = [(one["question"], one["answer"]) for one in recorded if one["answer"] is not None]
    assert [(one["question"], one["answer"]) for one in document["asked"]] == wanted
    assert document["stages"][-1]["state"] == "pending"
    replayed = autoinstall(
        "replay", "work/install.cast", "--answers", "mine.yaml", "--level", "keys", "--json"
    )
    assert json.loads(replayed.stdout)["result"] == "matched"


@pytest.mark.guest
def test_a_recorded_session_is_answered_as_the_file_says_not_as_it_was(autoinstall, tmp_path):
    autoinstall("learn", EIGHTEEN, "-o", "mine.yaml")
    text = (tmp_path / "mine.yaml").read_text().replace("clock-setup/utc", "clock-setup/other")
    (tmp_path / "mine.yaml").write_text(
        text + 'installer: {verify: none, mirror: "http://mirror.example.org/ubuntu"}\n'
        "login: {user: ubuntu, password: {secret: user_password}}\n"
    )
    words = ("rehearse", "mine.yaml", "--from", EIGHTEEN, "--work", "work", "--json")
    variables = {
        "AUTOINSTALL_SECRET_USER_PASSWORD": "correct horse battery",
        "AUTOINSTALL_REHEARSAL_PACE": "0",
    }
    done = autoinstall(*words, timeout=300, **variables)
    failure = json.loads(done.stdout)["failure"]
    assert (done.returncode, failure["kind"], failure["question"]) == (1, "unanswered", "clock-setup/utc")


@pytest.mark.guest
def test_the_shipped_answers_for_debian_13_answer_what_its_real_installer_asked(autoinstall, tmp_path):
    cast = str(RECORDINGS / "debian-13-whole.cast")
    answers = str(RECORDINGS.parents[1] / "answers" / "debian-13.yaml")
    variables = {
        "AUTOINSTALL_SECRET_USER_PASSWORD": "correct horse battery",
        "AUTOINSTALL_SECRET_ROOT_PASSWORD": "staple for debian",
        "AUTOINSTALL_REHEARSAL_PACE": "0",
    }
    done = autoinstall(
        "rehearse", answers, "--from", cast, "--work", "work", "--json", timeout=300, **variables
    )
    document = json.loads(done.stdout)
    assert document["failure"] is None, done.stderr
    recorded = json.loads(autoinstall("inspect", cast, "--json").stdout)["dialogs"]
    wanted = [one["question"] for one in recorded if one["answer"] is not None]
    assert [one["question"] for one in document["asked"]] == wanted
    assert len(wanted) == 25
