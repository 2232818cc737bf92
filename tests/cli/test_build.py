"""`build` and `rehearse` as their users see them; what a build does is told in tests/build."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

CANARY = "c4n'ry $(x) {{y}}"
GIVEN = {"AUTOINSTALL_SECRET_USER_PASSWORD": CANARY, "AUTOINSTALL_REHEARSAL_PACE": "0"}


@pytest.fixture
def build(autoinstall, answers_file):
    def run(*options: str, command: str = "build", **variables: str):
        toolstack = ["--toolstack", "rehearsal"] if command == "build" else []
        return autoinstall(command, answers_file.name, *toolstack, *options, **(GIVEN | variables))

    return run


def test_a_build_prints_its_summary_on_stdout_and_its_story_on_stderr(build, tmp_path):
    done = build("--work", "b", "--until", "netboot")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1] == f"build: {tmp_path}/b"
    assert "[1/8] disk: done" in done.stderr and "[2/8] netboot: done" in done.stderr
    assert "[3/8]" not in done.stderr


def test_a_build_is_one_json_document(build, tmp_path):
    done = build("--work", "b", "--until", "disk", "--json", "--quiet")
    document = json.loads(done.stdout)
    assert (document["result"], document["image"], document["failure"]) == ("done", None, None)
    assert document["build"] == f"{tmp_path}/b"
    assert [stage["state"] for stage in document["stages"]] == ["done"] + ["pending"] * 7
    assert done.stderr == ""


def test_a_finished_build_is_told_again_and_a_second_one_refused(build):
    first = build("--work", "b", "--until", "disk", "--json")
    assert json.loads(build("--work", "b", "--until", "disk", "--resume", "--json").stdout) == json.loads(
        first.stdout
    )
    again = build("--work", "b")
    assert again.returncode == 6
    assert "--resume" in again.stderr
    document = json.loads(build("--work", "b", "--json").stdout)
    assert document["failure"]["exit"] == 6
    assert {"result", "build", "id", "stages", "image", "failure"} <= document.keys()


def test_resume_without_a_folder_takes_the_newest_of_that_name_and_its_id(build):
    named = ("--set", "machine.names.boot=boot-{{ build.id }}", "--json")
    first = json.loads(build("--until", "disk", *named).stdout)
    second = json.loads(build("--until", "netboot", "--resume", *named).stdout)
    assert first["build"] == second["build"] and first["id"] == second["id"]
    assert f"boot-{first['id']}" in (Path(first["build"]) / "answers.yaml").read_text()


def test_without_a_toolstack_a_host_is_needed(autoinstall, answers_file, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("sh", "env"):
        (tools / tool).symlink_to(shutil.which(tool))
    done = autoinstall("build", answers_file.name, **(GIVEN | {"PATH": str(tools)}))
    assert done.returncode == 2 and "--toolstack rehearsal" in done.stderr


def test_a_real_build_needs_its_keyring(autoinstall, answers_file):
    text = answers_file.read_text()
    answers_file.write_text(text.replace("/usr/share/keyrings/ubuntu-archive-keyring.gpg", "absent.gpg"))
    done = autoinstall("build", answers_file.name, "--toolstack", "xl", "--work", "b", **GIVEN)
    assert done.returncode == 3 and "absent.gpg" in done.stderr


def test_a_rehearsal_ends_with_a_table_and_the_answers_never_used(build, tmp_path):
    done = build("--work", "b", "--until", "install", command="rehearse")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["asked", "answered", "keys", "again", "by"]
    hostname = next(line for line in lines if line.startswith("netcfg/get_hostname"))
    assert hostname.split()[1] == "ubuntu" and "answers.yaml:" in hostname
    assert any(line.startswith("passwd/user-password") and "***" in line for line in lines)
    unused = next(line for line in lines if line.startswith("answers that no dialog asked for: "))
    assert "keyboard-configuration/layout" in unused and "netcfg/get_hostname" not in unused
    assert "the installer came up again" in done.stderr
    for path in (tmp_path / "b").rglob("*"):
        assert not path.is_file() or path.name == "disk.img" or b"c4n" not in path.read_bytes(), path
    assert "c4n" not in done.stdout + done.stderr


def test_a_build_that_goes_on_tells_of_all_that_was_asked(build, answers_file):
    stopped = build("--work", "b", "--fault", "unknown-question", "--keep", "--json", command="rehearse")
    asked = json.loads(stopped.stdout)["asked"]
    assert asked[-1]["answer"] is None
    rule = 'dialogs: [{match: {prompt: "Force UEFI installation?"}, reply: false}]\n'
    answers_file.write_text(answers_file.read_text().replace("\nquestions:", f"\n{rule}\nquestions:"))
    done = build("--work", "b", "--until", "install", "--resume", "--json", command="rehearse")
    document = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert document["asked"][: len(asked) - 1] == asked[:-1]
    assert document["asked"][len(asked) - 1]["answer"] is False
    assert "netcfg/get_hostname" not in document["never_used"]
    assert "user-setup/password-weak" in document["never_used"]


def test_a_dialog_without_an_answer_tells_everything_and_how_to_go_on(build, tmp_path):
    done = build("--work", "b", "--fault", "unknown-question=1", "--json", command="rehearse")
    assert done.returncode == 1
    document = json.loads(done.stdout)
    failure = document["failure"]
    assert (document["result"], failure["kind"], failure["exit"]) == ("failed", "unknown-dialog", 1)
    assert len(failure["screen"]) == 24 and failure["stage"] == "install"
    assert {
        "kind",
        "exit",
        "stage",
        "awaited",
        "waited",
        "dialog",
        "question",
        "message",
        "hint",
        "next",
    } <= set(failure)
    for piece in (
        "error in stage install: ",
        "awaited: ",
        "the last screen:",
        "reply: ",
        "next: autoinstall build ",
    ):
        assert piece in done.stderr
    assert f"--work {tmp_path}/b --resume" in failure["next"]
    assert document["asked"][-1]["answer"] is None
    assert (tmp_path / "b" / "failure" / "screen.txt").exists()


def test_the_faults_can_be_listed_and_are_checked(autoinstall, build):
    done = autoinstall("rehearse", "--faults")
    names = [line.split()[0] for line in done.stdout.splitlines()]
    assert done.returncode == 0 and {"lose-keys", "drop-console", "wrong-mode"} <= set(names)
    listed = json.loads(autoinstall("rehearse", "--faults", "--json").stdout)
    assert [fault["name"] for fault in listed["faults"]] == names
    wrong = build("--work", "b", "--fault", "lose-kees", command="rehearse")
    assert wrong.returncode == 2 and "lose-keys" in wrong.stderr
    assert autoinstall("rehearse").returncode == 2


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_a_build_and_leaves_no_process(environment, answers_file, tmp_path, number, code):
    child = subprocess.Popen(
        [sys.executable, "-m", "autoinstall", "rehearse", str(answers_file), "--work", "b", "--json", "-v"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=environment | GIVEN | {"AUTOINSTALL_REHEARSAL_PACE": "1"},
    )
    while "localechooser/languagelist" not in (line := child.stderr.readline()):
        assert line, "it ended before its first answer"
    child.send_signal(number)
    stdout, stderr = child.communicate(timeout=60)
    assert child.returncode == code
    failure = json.loads(stdout)["failure"]
    assert (failure["kind"], failure["exit"], failure["stage"]) == ("interrupted", code, "install")
    assert "next: autoinstall build" in stderr
    assert json.loads((tmp_path / "b" / "state.json").read_text())["domains"] == []
    assert str(tmp_path / "b") not in running()


def running() -> str:
    """The command lines of all processes."""
    return subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True, check=True).stdout


def test_a_terminal_gets_a_picture_of_the_guest(environment, answers_file, tmp_path):
    child = pexpect.spawn(
        sys.executable,
        ["-m", "autoinstall", "rehearse", str(answers_file), "--work", "b", "--until", "install"],
        cwd=str(tmp_path),
        env=environment | GIVEN | {"TERM": "xterm-256color", "AUTOINSTALL_REHEARSAL_PACE": "0.2"},
        encoding="utf-8",
        dimensions=(40, 100),
        timeout=60,
    )
    child.expect_exact("[2/8] netboot: done")
    child.expect_exact(" install  0:0")
    child.expect_exact("Installing the base system")
    child.sendintr()
    child.expect_exact("[3/8] install: failed")
    child.expect_exact("the last screen:")
    child.expect_exact(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130


def test_no_color_is_kept(environment, answers_file, tmp_path):
    child = pexpect.spawn(
        sys.executable,
        ["-m", "autoinstall", "rehearse", str(answers_file), "--work", "b", "--until", "disk"],
        cwd=str(tmp_path),
        env=environment | GIVEN | {"TERM": "xterm-256color", "NO_COLOR": "1"},
        encoding="utf-8",
        dimensions=(40, 100),
        timeout=60,
    )
    child.expect_exact(pexpect.EOF)
    assert "done in" in child.before
    assert "\x1b[3" not in child.before and "\x1b[9" not in child.before
    child.close()
    assert child.exitstatus == 0
