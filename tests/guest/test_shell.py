"""Commands and files over a real terminal, whole and over lines that lose what goes over them."""

from __future__ import annotations

import os
import random
import stat
import time
from pathlib import Path

import pytest

from autoinstall.errors import JobError
from autoinstall.guest.shell import CommandResult, Shell

from .conftest import OpenShell


@pytest.mark.parametrize(
    "program", ["bash --norc --noprofile -i", "dash -i", "bash --norc --noprofile --posix -i"]
)
def test_a_command_gives_its_status_and_both_outputs(open_shell: OpenShell, program: str) -> None:
    shell = open_shell(program)
    assert shell.run("echo out; echo err >&2; exit 3") == CommandResult(3, b"out\n", b"err\n")
    assert shell.run("true") == CommandResult(0, b"", b"")
    shell.close()


def test_the_command_is_one_for_sh_in_a_process_of_its_own(shell: Shell) -> None:
    assert (
        shell.run('x=1; cd /; set -- "a  b"; echo "$1" $# \'`\' "$((1 + 1))"\n\n# and\necho last').stdout
        == b"a  b 1 ` 2\nlast\n"
    )
    assert shell.run('echo "[$x]"').stdout == b"[]\n"
    assert shell.run("env | grep -c ^ai_").status == 1


def test_stdin_is_empty_unless_given(shell: Shell) -> None:
    assert shell.run("cat") == CommandResult(0, b"", b"")
    assert shell.run("cat", stdin=b"a\0b").stdout == b"a\0b"


def test_a_command_ended_by_a_signal(shell: Shell) -> None:
    assert shell.run("kill -9 $$").status == 137


def test_a_command_that_sh_cannot_read(shell: Shell) -> None:
    result = shell.run("echo 'never closed")
    assert result.status == 2
    assert b"nterminated" in result.stderr or b"unexpected EOF" in result.stderr


@pytest.mark.parametrize("size", [0, 1, 24 * 1024 - 1, 24 * 1024, 24 * 1024 + 1, 100_000])
def test_output_of_any_bytes_and_size(shell: Shell, tmp_path: Path, size: int) -> None:
    data = random.Random(size).randbytes(size)
    (tmp_path / "data").write_bytes(data)
    assert shell.run(f"cat {tmp_path}/data; cat {tmp_path}/data >&2") == CommandResult(0, data, data)


def test_output_that_looks_like_answers_is_output(shell: Shell) -> None:
    text = "BCDFGHJKLMNP=ended 0 1 1=ended 0 1 1=BCDFGHJKLMNP\n[x]# \nubuntu login: \nKernel panic - not syncing\n"
    assert shell.run(f"cat <<'END'\n{text}END\n").stdout == text.encode()


def test_noise_on_the_console_itself_is_no_output(shell: Shell) -> None:
    result = shell.run("echo '=0=0=' >/dev/tty; echo out; printf '\\033[2J\\033]0;x' >/dev/tty")
    assert result == CommandResult(0, b"out\n", b"")


def test_a_long_command_arrives_whole(shell: Shell) -> None:
    words = " ".join(str(number) for number in range(12_000))
    assert shell.run(f"set -- {words}\necho $#").stdout == b"12000\n"


def test_background_children_do_not_hold_a_command(shell: Shell) -> None:
    began = time.monotonic()
    assert shell.run("sleep 100 & echo $!").status == 0
    assert time.monotonic() - began < 15


@pytest.mark.parametrize("program", ["bash --norc --noprofile -i", "dash -i"])
def test_a_hung_command_is_interrupted_and_the_session_lives(open_shell: OpenShell, program: str) -> None:
    shell = open_shell(program)
    with pytest.raises(JobError) as failure:
        shell.run("echo so far; sleep 1000", timeout=1)
    assert failure.value.kind == "step-timeout"
    assert "did not end within 1 s" in failure.value.message
    assert "so far" in failure.value.message
    assert shell.run("echo on").stdout == b"on\n"
    shell.close()


def test_a_command_that_ignores_signals_is_killed(shell: Shell, tmp_path: Path) -> None:
    with pytest.raises(JobError):
        shell.run(f"trap '' INT TERM; echo $$ >{tmp_path}/pid; while :; do sleep 0.1; done", timeout=1)
    process = Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}/stat")
    assert not process.exists() or process.read_text().split()[2] in "ZX"


def test_a_command_that_asks_the_terminal_is_reported(shell: Shell) -> None:
    with pytest.raises(JobError, match=r"it wants a terminal|did not end") as failure:
        shell.run("read answer </dev/tty", timeout=5)
    assert failure.value.kind == "step-timeout"


def test_a_slow_command_is_waited_for(shell: Shell) -> None:
    assert shell.run("sleep 4; echo done", timeout=60).stdout == b"done\n"


def test_the_kernel_is_silenced(shell: Shell, tmp_path: Path) -> None:
    level = Path("/proc/sys/kernel/printk").read_text().split()[0]
    assert "-n 1" in (tmp_path / "dmesg").read_text()
    assert shell.kernel_silenced == (level == "1")


def test_nothing_stays_in_the_guest(open_shell: OpenShell) -> None:
    shell = open_shell()
    folder = shell.lay_down(b"x", "name").rpartition("/")[0]
    assert Path(folder).is_dir()
    assert stat.S_IMODE(Path(folder).stat().st_mode) == 0o700
    shell.close()
    assert not Path(folder).exists()


# --- files --------------------------------------------------------------------------------------


def test_a_mebibyte_goes_there_and_back(shell: Shell, tmp_path: Path) -> None:
    data = os.urandom(1 << 20)
    state = shell.put(data, f"{tmp_path}/big")
    assert shell.fetch(f"{tmp_path}/big").data == data
    assert (tmp_path / "big").read_bytes() == data
    assert state.size == 1 << 20


def test_a_new_file_is_roots_and_a_known_one_keeps_its_mode(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "file name'"
    assert shell.look(str(path)) is None
    assert shell.put(b"1", str(path)).mode == "0644"
    path.chmod(0o4750)
    state = shell.put(b"2", str(path))
    assert (state.mode, state.owner_ids, path.read_bytes()) == ("4750", "0:0", b"2")
    assert shell.put(b"3", str(path), mode="600").mode == "0600"


def test_a_file_keeps_its_owner(shell: Shell, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    (tmp_path / "file").write_bytes(b"1")
    os.chown(tmp_path / "file", 12, 34)
    assert shell.put(b"2", f"{tmp_path}/file").owner_ids == "12:34"
    assert shell.put(b"3", f"{tmp_path}/file", owner="0:0").owner_ids == "0:0"


def test_a_write_is_whole_or_not_at_all(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"before")
    inode = (tmp_path / "file").stat().st_ino
    shell.put(b"after", f"{tmp_path}/file")
    assert (tmp_path / "file").stat().st_ino != inode
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".auto")) == []


def test_a_folder_that_is_not_there(shell: Shell, tmp_path: Path) -> None:
    with pytest.raises(JobError, match="cannot be written") as failure:
        shell.put(b"x", f"{tmp_path}/none/file")
    assert failure.value.kind == "guest-file"
    assert "none" in failure.value.message


def test_an_owner_that_is_not_there_leaves_the_file_alone(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"before")
    with pytest.raises(JobError, match="nobody-there"):
        shell.put(b"x", f"{tmp_path}/file", owner="nobody-there")
    assert [path.name for path in tmp_path.iterdir() if "file" in path.name or path.name[0] == "."] == [
        "file"
    ]
    assert (tmp_path / "file").read_bytes() == b"before"


def test_what_is_no_file(shell: Shell, tmp_path: Path) -> None:
    with pytest.raises(JobError, match="is no file, but a folder"):
        shell.look(str(tmp_path))
    with pytest.raises(JobError, match="is no file, but a other"):
        shell.fetch("/dev/null")
    with pytest.raises(JobError, match="has no file"):
        shell.fetch(f"{tmp_path}/absent")


@pytest.mark.parametrize("path", ["relative", "/", "/a/", "/a\nb", "/" + "x" * 2000, ""])
def test_paths_that_cannot_be_named(shell: Shell, path: str) -> None:
    with pytest.raises(JobError, match="cannot be used as a file's path"):
        shell.put(b"x", path)


def test_a_link_in_the_same_folder_is_followed(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"1")
    (tmp_path / "link").symlink_to("real")
    shell.put(b"2", f"{tmp_path}/link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"2"


def test_a_link_that_leads_outside_is_not(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "outside").write_bytes(b"1")
    (tmp_path / "inside/link").symlink_to("../outside")
    with pytest.raises(JobError, match="is a link to") as failure:
        shell.put(b"2", f"{tmp_path}/inside/link")
    assert str(tmp_path / "outside") in failure.value.message
    assert (tmp_path / "outside").read_bytes() == b"1"


def test_folders_may_be_links(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "usr-lib").mkdir()
    (tmp_path / "lib").symlink_to("usr-lib")
    shell.put(b"x", f"{tmp_path}/lib/file")
    assert (tmp_path / "usr-lib/file").read_bytes() == b"x"


# --- damaged lines ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [2])
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param((2000, 0, 0), id="keys-lost"),
        pytest.param((0, 3000, 0), id="output-lost"),
        pytest.param((0, 0, 1500), id="kernel-lines"),
        pytest.param((4000, 6000, 3000), id="all"),
    ],
)
def test_a_damaged_line_costs_time_and_nothing_else(
    open_shell: OpenShell, tmp_path: Path, seed: int, damage: tuple[int, int, int]
) -> None:
    shell = open_shell(damage=(seed, *damage))
    data = random.Random(seed).randbytes(8_000)
    shell.put(data, f"{tmp_path}/file")
    assert shell.fetch(f"{tmp_path}/file").data == data
    for number in range(3):
        result = shell.run(f"echo {number} >>{tmp_path}/runs; echo out {number}; exit {number}")
        assert result == CommandResult(number, b"out %d\n" % number, b"")
    assert (tmp_path / "runs").read_text() == "0\n1\n2\n"
    shell.close()
