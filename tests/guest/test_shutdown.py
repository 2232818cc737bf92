"""The guest's own power-off, seen from its console."""

from __future__ import annotations

from pathlib import Path

from autoinstall.deadline import Deadline
from autoinstall.guest.shutdown import shut_down, sync

from .conftest import OpenShell


def power(guest_path: str, name: str, text: str) -> None:
    tool = Path(guest_path.split(":")[0]) / name
    tool.write_text("#!/bin/sh\n" + text)
    tool.chmod(0o755)


def test_the_console_that_closes_is_the_end(open_shell: OpenShell, guest_path: str) -> None:
    power(guest_path, "poweroff", "echo 'The system is going down NOW!'; kill -9 $PPID\n")
    assert shut_down(open_shell(), Deadline.after(60), is_gone=lambda: False)


def test_the_toolstacks_word_is_the_end_too(open_shell: OpenShell, guest_path: str, tmp_path: Path) -> None:
    power(guest_path, "poweroff", f"touch {tmp_path}/gone\n")
    assert shut_down(open_shell(), Deadline.after(60), is_gone=(tmp_path / "gone").exists)


def test_another_word_for_it_where_poweroff_fails(
    open_shell: OpenShell, guest_path: str, tmp_path: Path
) -> None:
    power(guest_path, "poweroff", "exit 1\n")
    power(guest_path, "shutdown", f'echo "$@" >{tmp_path}/said\n')
    assert shut_down(open_shell(), Deadline.after(60), is_gone=(tmp_path / "said").exists)
    assert (tmp_path / "said").read_text() == "-h now\n"


def test_a_guest_that_stays_is_said(open_shell: OpenShell, guest_path: str) -> None:
    for name in ("poweroff", "shutdown", "halt"):
        power(guest_path, name, "exit 0\n")
    assert not shut_down(open_shell(), Deadline.after(3), is_gone=lambda: False)


def test_sync_writes_before_it_returns(open_shell: OpenShell, guest_path: str, tmp_path: Path) -> None:
    power(guest_path, "sync", f"touch {tmp_path}/synced\n")
    sync(open_shell())
    assert (tmp_path / "synced").exists()


def test_the_disk_is_written_before_the_power_goes(
    open_shell: OpenShell, guest_path: str, tmp_path: Path
) -> None:
    power(guest_path, "sync", f"touch {tmp_path}/synced\n")
    power(guest_path, "poweroff", f"[ -e {tmp_path}/synced ] && touch {tmp_path}/gone\n")
    assert shut_down(open_shell(), Deadline.after(60), is_gone=(tmp_path / "gone").exists)
