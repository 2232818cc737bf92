"""Guest steps on real files through a real shell."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from autoinstall.answers import steps as answers
from autoinstall.errors import JobError
from autoinstall.guest.command_steps import InstallPackage, RunCommand
from autoinstall.guest.file_steps import (
    EditFile,
    PutFile,
    comment_line,
    empty_file,
    insert_after,
    replace_line,
)
from autoinstall.guest.from_answers import steps_from
from autoinstall.guest.init_systems import Enable, OnInit, ProveContext
from autoinstall.guest.profiles import opennebula_howto
from autoinstall.guest.shell import Shell
from autoinstall.guest.steps import Step, StepResult, StepState, apply_steps, prove

FILES = Path(__file__).parent / "files"


def applied(shell: Shell, *steps: Step) -> list[StepResult]:
    results: list[StepResult] = []
    apply_steps(shell, steps, results.append)
    return results


def snapshot(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mode, path.stat().st_ino)
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "guest").mkdir()
    return tmp_path / "guest"


def test_an_edit_keeps_mode_and_bytes_and_tells_its_diff(shell: Shell, folder: Path) -> None:
    path = folder / "file"
    path.write_bytes(b"caf\xe9\na\nb")
    path.chmod(0o640)
    (result,) = applied(shell, comment_line(str(path), "a"))
    assert path.read_bytes() == b"caf\xe9\n#a\nb"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert result.state is StepState.DONE
    assert (
        result.diff
        == f"--- a{path}\n+++ b{path}\n@@ -1,3 +1,3 @@\n caf\\udce9\n-a\n+#a\n b\n\\ No newline at end of file\n"
    )
    assert hashlib.sha256(path.read_bytes()).hexdigest() in result.evidence
    assert "mode 0640" in result.evidence


def test_twice_is_once(shell: Shell, folder: Path) -> None:
    path = str(folder / "file")
    Path(path).write_text("one\ntwo\nthree\n")
    steps = (
        comment_line(path, "one"),
        replace_line(path, "two", "  2\n  zwei\n"),
        insert_after(path, "three", "four"),
        empty_file(f"{folder}/empty"),
        PutFile(f"{folder}/put", b"#!/bin/sh\n", mode="0755", owner="0:0"),
    )
    assert {result.state for result in applied(shell, *steps)} == {StepState.DONE}
    assert Path(path).read_text() == "#one\n  2\n  zwei\nthree\nfour\n"
    once = snapshot(folder)
    again = applied(shell, *steps)
    assert {(result.state, result.diff) for result in again} == {(StepState.ALREADY, "")}
    assert snapshot(folder) == once
    checks = list(prove(shell, steps))
    assert [check.ok for check in checks] == [True] * 5
    assert snapshot(folder) == once


def test_a_step_that_no_longer_holds_is_found(shell: Shell, folder: Path) -> None:
    path = str(folder / "file")
    Path(path).write_text("one\n")
    steps = (
        comment_line(path, "one"),
        empty_file(f"{folder}/empty"),
        PutFile(f"{folder}/put", b"x", mode="0755"),
    )
    applied(shell, *steps)
    Path(path).write_text("one\n")
    (folder / "empty").write_text("\n")
    (folder / "put").chmod(0o644)
    checks = list(prove(shell, steps))
    assert [check.ok for check in checks] == [False, False, False]
    assert "is without the edit" in checks[0].evidence
    assert "1 bytes" in checks[1].evidence
    assert "mode 0644" in checks[2].evidence
    Path(path).unlink()
    (folder / "empty").unlink()
    (folder / "put").unlink()
    assert [check.ok for check in prove(shell, steps)] == [False, False, False]


def test_the_first_step_that_fails_ends_it_under_its_name(shell: Shell, folder: Path) -> None:
    path = str(folder / "file")
    Path(path).write_text("almost the line\n")
    done: list[StepResult] = []
    with pytest.raises(JobError) as failure:
        apply_steps(
            shell,
            (empty_file(f"{folder}/one"), comment_line(path, "almost a line"), empty_file(f"{folder}/two")),
            done.append,
        )
    assert [result.name for result in done] == [f"empty_file {folder}/one"]
    assert failure.value.kind == "line-not-found"
    assert failure.value.message.startswith(f"comment_line {path}: no line of the file is: almost a line")
    assert "line 1: almost the line" in failure.value.message
    assert not (folder / "two").exists()
    assert Path(path).read_text() == "almost the line\n"


def test_a_file_to_edit_must_be_there(shell: Shell, folder: Path) -> None:
    with pytest.raises(JobError, match="the guest has no file"):
        applied(shell, comment_line(f"{folder}/absent", "x"))


def test_a_file_with_other_bytes_or_another_mode_is_put_again(shell: Shell, folder: Path) -> None:
    path = folder / "file"
    path.write_bytes(b"x")
    path.chmod(0o600)
    assert applied(shell, PutFile(str(path), b"x"))[0].state is StepState.ALREADY
    assert applied(shell, PutFile(str(path), b"x", mode="0644"))[0].state is StepState.DONE
    result = applied(shell, PutFile(str(path), b"\0y"))[0]
    assert (result.state, path.read_bytes()) == (StepState.DONE, b"\0y")
    assert "Binary files" in result.diff


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param("ro", "Read-only file system", id="read-only"),
        pytest.param("size=64k", "No space left on device", id="full"),
    ],
)
def test_a_file_system_that_takes_nothing_is_said_and_left_as_it_was(
    open_shell: Callable[..., Shell], folder: Path, options: str, words: str
) -> None:
    """A real file system, in a mount namespace of the guest's shell."""
    mount = f"mount -t tmpfs -o size=64k none {folder} && echo one >{folder}/file"
    mount += f" && mount -o remount,{options} {folder}"
    shell = open_shell(f"unshare -m sh -c '{mount} && exec sh -i'")
    done: list[StepResult] = []
    big = PutFile(f"{folder}/file", os.urandom(200_000))
    with pytest.raises(JobError) as failure:
        apply_steps(shell, (RunCommand("true"), big), done.append)
    assert failure.value.kind == "guest-file"
    assert f"put_file {folder}/file: " in failure.value.message
    assert words in failure.value.message
    assert [result.name for result in done] == ["run true"]
    assert shell.run(f"cat {folder}/file; ls -A {folder}").stdout == b"one\nfile\n"
    shell.close()


def test_a_command_has_the_status_that_is_expected(shell: Shell, folder: Path) -> None:
    assert (
        applied(shell, RunCommand(f"touch {folder}/made; exit 3", expect=3))[0].evidence
        == "ended with status 3"
    )
    assert (folder / "made").exists()
    with pytest.raises(JobError) as failure:
        applied(shell, RunCommand("echo why; echo because >&2; exit 4"))
    assert failure.value.message == (
        "run echo why; echo because >&2; exit 4: the command ended with status 4, not 0; it printed:\nwhy\n\nbecause"
    )
    assert list(prove(shell, [RunCommand("exit 1")])) == []


def test_what_a_command_prints_reaches_nobodys_terminal_raw(shell: Shell) -> None:
    with pytest.raises(JobError) as failure:
        applied(shell, RunCommand("printf '\\033]0;evil\\007\\033[31mred\\r\\n'; exit 1"))
    assert "\033" not in failure.value.message
    assert "red" in failure.value.message


def test_the_howto_on_precises_files(shell: Shell, folder: Path) -> None:
    """Its absolute paths are the guest's: here they are put below a folder."""
    for name, place in (
        ("networking.conf", "etc/init"),
        ("network-interface.conf", "etc/init"),
        ("75-persistent-net-generator.rules", "lib/udev/rules.d"),
    ):
        (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / place / name).write_bytes((FILES / name).read_bytes())
    for place in ("etc/udev/rules.d", "etc/init.d"):
        (folder / place).mkdir(parents=True)
    steps = [_below(folder, step) for step in opennebula_howto(b"#!/bin/sh\nexit 0\n")]
    results = applied(shell, *steps)
    assert [result.state for result in results] == [StepState.DONE] * 6 + [StepState.ALREADY] * 4
    assert [result.evidence for result in results[6:9]] == ["not needed: upstart starts this system"] * 3
    assert "networking.conf calls /etc/init.d/vmcontext before the network" in results[9].evidence
    assert (folder / "etc/udev/rules.d/70-persistent-net.rules").read_bytes() == b""
    assert (folder / "etc/udev/rules.d/75-persistent-net-generator.rules").read_bytes() == b""
    assert os.access(folder / "etc/init.d/vmcontext", os.X_OK)
    assert "\n#DRIVERS==" in (folder / "lib/udev/rules.d/75-persistent-net-generator.rules").read_text()
    assert "  /etc/init.d/vmcontext\nend script\n" in (folder / "etc/init/networking.conf").read_text()
    assert [result.state for result in applied(shell, *steps)] == [StepState.ALREADY] * 10
    assert all(check.ok for check in prove(shell, steps))


def _below(folder: Path, step: Step) -> Step:
    if isinstance(step, OnInit):
        inner = step.step if isinstance(step.step, Enable) else _below(folder, step.step)
        return dataclasses.replace(step, step=inner, root=str(folder))
    if isinstance(step, ProveContext):
        return dataclasses.replace(step, root=str(folder))
    assert isinstance(step, EditFile | PutFile)
    return dataclasses.replace(step, path=f"{folder}{step.path}")


def test_a_system_without_the_generator_needs_no_edit(shell: Shell, folder: Path) -> None:
    step = _below(folder, opennebula_howto(b"")[0])
    assert applied(shell, step)[0].state is StepState.ALREADY
    assert [check.ok for check in prove(shell, [step])] == [True]


DPKG_QUERY = """#!/bin/sh
# -W -f=FORMAT NAME
[ -e {state}/$3 ] && echo "install ok installed $3 $(cat {state}/$3)"
"""
DPKG_DEB = """#!/bin/sh
sed -n "s/^$3: //p" "$2"
"""
DPKG = """#!/bin/sh
[ "$2" = -i ] || exit 2
sed -n 's/^Version: //p' "$3" >{state}/$(sed -n 's/^Package: //p' "$3")
"""
APT = """#!/bin/sh
echo "apt $*" >>{state}/log
case "$*" in
*"install wanted") echo 2.0 >{state}/wanted ;;
*) echo "E: Unable to locate package"; exit 100 ;;
esac
"""


@pytest.fixture
def packages(guest_path: str, tmp_path: Path) -> Path:
    """dpkg and apt that keep what is installed in a folder."""
    state = tmp_path / "packages"
    state.mkdir()
    tools = (("dpkg-query", DPKG_QUERY), ("dpkg-deb", DPKG_DEB), ("dpkg", DPKG), ("apt-get", APT))
    for name, text in tools:
        (Path(guest_path.split(":")[0]) / name).write_text(text.format(state=state))
        (Path(guest_path.split(":")[0]) / name).chmod(0o755)
    return state


def test_a_package_file_is_installed_once_and_again_for_another_version(shell: Shell, packages: Path) -> None:
    step = InstallPackage("context_1.deb", b"Package: one-context\nVersion: 1.0-1\n")
    assert [check.ok for check in prove(shell, [step])] == [False]
    result = applied(shell, step)[0]
    assert (result.state, result.evidence) == (StepState.DONE, "one-context 1.0-1 is installed")
    assert applied(shell, step)[0].state is StepState.ALREADY
    assert [check.ok for check in prove(shell, [step])] == [True]
    newer = InstallPackage("context_2.deb", b"Package: one-context\nVersion: 2.0-1\n")
    assert applied(shell, newer)[0].state is StepState.DONE


def test_a_package_of_the_guests_repositories(shell: Shell, packages: Path) -> None:
    assert applied(shell, InstallPackage("wanted"))[0].evidence == "wanted 2.0 is installed"
    assert applied(shell, InstallPackage("wanted"))[0].state is StepState.ALREADY
    assert (packages / "log").read_text().count("apt ") == 1


def test_a_package_that_is_nowhere(shell: Shell, packages: Path) -> None:
    with pytest.raises(JobError, match="Unable to locate package"):
        applied(shell, InstallPackage("absent"))


def test_the_answers_files_steps_become_ours() -> None:
    def read(source: str, sha256: str | None) -> bytes:
        return f"{source} {sha256}".encode()

    given: list[answers.Step] = [
        answers.CommentLine(path="/a", line="l"),
        answers.EmptyFile(path="/b"),
        answers.PutFile(source="/files/x", to="/c", mode="0755"),
        answers.ReplaceLine(path="/d", line="l", replacement="r"),
        answers.InsertAfter(path="/e", line="l", insert="i"),
        answers.Run(command="true", expect="2", timeout="7"),
        answers.InstallPackage(file="https://host/one.deb", sha256="0" * 64),
        answers.InstallPackage(name="sudo"),
        answers.Profile(name="opennebula-howto"),
    ]
    steps = steps_from(given, read)
    assert [step.name for step in steps[:8]] == [
        "comment_line /a",
        "empty_file /b",
        "put_file /c",
        "replace_line /d",
        "insert_after /e",
        "run true",
        "install_package one.deb",
        "install_package sudo",
    ]
    assert steps[2] == PutFile("/c", b"/files/x None", mode="0755")
    assert steps[5] == RunCommand("true", 2, 7.0)
    assert steps[6] == InstallPackage("one.deb", f"https://host/one.deb {'0' * 64}".encode())
    assert len(steps) == 18
    with_file = answers.Profile(name="opennebula-context", file="/one.rpm")
    assert steps_from([with_file], read)[0] == InstallPackage("one.rpm", b"/one.rpm None")
