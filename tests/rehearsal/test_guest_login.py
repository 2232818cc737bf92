"""The guest's console: what it prints on its way to the prompt, who gets in, and who becomes root."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from tests.rehearsal.guest_rig import (
    PASSWORD,
    Guest,
    become_root,
    ended,
    killed_after,
    leave_shells,
    log_in,
    run,
    shut_down,
    wait_for_raw,
)

pytestmark = pytest.mark.guest

ONE_USER = ("unshare", "--user", "--map-root-user")
"""As somebody without root: one id is mapped, so that users are imitated."""


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    return Guest(tmp_path)


class Shared:
    """One guest for many tests; booted again after a test that did not end in a shell."""

    def __init__(self, guest: Guest, before: tuple[str, ...]) -> None:
        self._guest = guest
        self._before = before
        self._child: pexpect.spawn | None = None

    def at_login(self) -> pexpect.spawn:
        if self._child is None:
            self._child = self._guest.boot_to_login(*self._before)
        return self._child

    def tidy(self) -> None:
        if self._child and not leave_shells(self._child):
            self.end()

    def end(self) -> None:
        if self._child:
            with killed_after(self._child):
                self._child = None


@pytest.fixture(scope="module", params=[(), ONE_USER], ids=["all-users", "one-user"])
def shared(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Shared]:
    shared = Shared(Guest(tmp_path_factory.mktemp("guest")), request.param)
    yield shared
    shared.end()


@pytest.fixture
def console(shared: Shared) -> Iterator[pexpect.spawn]:
    """A guest at its login prompt."""
    yield shared.at_login()
    shared.tidy()


def test_a_boot_prints_the_kernel_and_the_login_prompt_once(guest: Guest) -> None:
    guest.arguments = "root=/dev/xvda1 ro"
    child = guest.boot()
    with killed_after(child):
        child.expect(r"\[ +0\.\d{6}\] Initializing cgroup.*Linux version 3\.2\.0-23-generic")
        child.expect(r"\r\nUbuntu 12\.04 LTS ubuntu hvc0\r\n\r\nubuntu login: ")
        assert child.expect([r".", pexpect.TIMEOUT], timeout=1) == 1


def test_quiet_keeps_the_kernel_off_the_console(guest: Guest) -> None:
    child = guest.boot_to_login()
    with killed_after(child):
        assert "fsck from util-linux" in child.boot_text
        assert "Linux version" not in child.boot_text


def test_getty_throws_away_what_is_typed_too_early(guest: Guest) -> None:
    guest.pace = 4
    child = guest.boot()
    with killed_after(child):
        child.expect("ubuntu login: $")
        child.send("early\r")
        assert child.expect(["Password: ", pexpect.TIMEOUT], timeout=2) == 1


def test_a_newline_brings_the_issue_and_the_prompt_again(console: pexpect.spawn) -> None:
    console.send("\r")
    console.expect(r"Ubuntu 12\.04 LTS ubuntu hvc0\r\n\r\nubuntu login: $")
    wait_for_raw(console)
    log_in(console)


def test_the_password_is_not_echoed_and_opens_a_shell_of_the_user(console: pexpect.spawn) -> None:
    log_in(console)
    assert PASSWORD not in console.before
    assert "Welcome to Ubuntu 12.04 LTS (GNU/Linux 3.2.0-23-generic x86_64)" in console.before
    assert 'To run a command as administrator (user "root")' in console.before
    assert run(console, "id -u; id -un; whoami; pwd; tty; hostname") == (
        "1000\nubuntu\nubuntu\n/home/ubuntu\n/dev/hvc0\nubuntu\n=0"
    )


def test_a_wrong_password_is_refused_after_a_while_and_login_asks_again(console: pexpect.spawn) -> None:
    console.send("ubuntu\r")
    console.expect("Password: $")
    console.send("wrong\r")
    console.expect(r"\r\n\r\nLogin incorrect\r\nubuntu login: $")
    log_in(console)


def test_five_wrong_passwords_bring_getty_back(console: pexpect.spawn) -> None:
    for _ in range(5):
        console.send("nobody-here\r")
        console.expect("Password: $")
        console.send("x\r")
        console.expect("Login incorrect")
        console.expect(["login: $", "Maximum number of tries exceeded"])
    console.expect(r"Ubuntu 12\.04 LTS ubuntu hvc0\r\n\r\nubuntu login: $")


def test_root_is_locked(console: pexpect.spawn) -> None:
    console.send("root\r")
    console.expect("Password: $")
    console.send("\r")
    console.expect("Login incorrect")


def test_sudo_asks_refuses_and_gives_a_root_shell(console: pexpect.spawn) -> None:
    log_in(console)
    console.send("sudo -i\r")
    console.expect(r"\[sudo\] password for ubuntu: $")
    console.send("wrong\r")
    console.expect(r"\r\nSorry, try again\.\r\n\[sudo\] password for ubuntu: $")
    console.send(f"{PASSWORD}\r")
    console.expect(r"\r\nroot@ubuntu:~# $")
    assert run(console, "id -u; echo $HOME; pwd; echo $SUDO_USER") == "0\n/root\n/root\nubuntu\n=0"
    console.send("exit\r")
    console.expect(r"ubuntu@ubuntu:~\$ $")
    assert run(console, "id -u; sudo -n id -u") == "1000\n0\n=0"


def test_sudo_without_asking_fails_where_a_password_is_due(console: pexpect.spawn) -> None:
    log_in(console)
    assert run(console, "sudo -n true") == "sudo: sorry, a password is required to run sudo\n=1"


def test_three_wrong_passwords_end_sudo(console: pexpect.spawn) -> None:
    log_in(console)
    console.send("sudo -s\r")
    for _ in range(3):
        console.expect(r"\[sudo\] password for ubuntu: $")
        console.send("wrong\r")
    console.expect("sudo: 3 incorrect password attempts")
    console.expect(r"ubuntu@ubuntu:~\$ $")


def test_sudo_passes_files_words_and_status_on(console: pexpect.spawn) -> None:
    log_in(console)
    become_root(console)
    console.send("exit\r")
    console.expect(r"ubuntu@ubuntu:~\$ $")
    assert (
        run(console, "echo in | sudo -n sh -c 'cat; echo \"$1\"; exit 7' sh 'two words'")
        == "in\ntwo words\n=7"
    )
    assert run(console, "sudo -n -u ubuntu id -un") == "ubuntu\n=0"


def test_somebody_without_rights_is_not_in_the_sudoers_file(tmp_path: Path) -> None:
    guest = Guest(tmp_path, root_password="root's own")
    child = guest.boot_to_login()
    with killed_after(child):
        log_in(child)
        child.send("sudo -i\r")
        child.expect("password for ubuntu: $")
        child.send(f"{PASSWORD}\r")
        child.expect(r"ubuntu is not in the sudoers file\.  This incident will be reported\.")


def test_root_logs_in_where_the_installer_gave_it_a_password(tmp_path: Path) -> None:
    guest = Guest(tmp_path, root_password="root's own")
    child = guest.boot_to_login()
    with killed_after(child):
        child.send("root\r")
        child.expect("Password: $")
        child.send("root's own\r")
        child.expect("root@ubuntu:~# $")


def test_where_ids_are_mapped_roots_files_are_closed_to_the_user(guest: Guest) -> None:
    child = guest.boot_to_login()
    with killed_after(child):
        log_in(child)
        assert "Permission denied" in run(child, "cat /etc/shadow")
        assert run(child, "touch mine; stat -c %U mine") == "ubuntu\n=0"


def test_the_last_login_is_told_after_the_next_boot(guest: Guest) -> None:
    child = guest.root_shell()
    with killed_after(child):
        assert "Last login" not in child.before
        assert shut_down(child) == 0
    child = guest.boot_to_login()
    with killed_after(child):
        log_in(child)
        assert re.search(r"Last login: \w{3} \w{3} +\d+ [\d:]{8} UTC \d{4} on hvc0", child.before)
        assert "ABSOLUTELY NO WARRANTY" not in child.before


def test_the_kernels_lines_stop_where_the_console_level_is_lowered(guest: Guest) -> None:
    guest.fault("kernel-lines")
    child = guest.boot()
    with killed_after(child):
        child.expect("ubuntu login: ")
        for _ in range(5):
            child.expect(r"\[ +\d+\.\d{6}\] [a-zA-Z]")
        child.send("\r")
        child.expect("ubuntu login: ")
        child.expect(r"\[ +\d+\.\d{6}\] [a-zA-Z]")
        child.send("ubuntu\r")
        child.expect("Password: ")
        child.send(f"{PASSWORD}\r")
        child.expect(r"ubuntu@ubuntu:~\$ ")
        child.send("sudo -i\r")
        child.expect(r"\[sudo\] password for ubuntu: ")
        child.send(f"{PASSWORD}\r")
        child.expect(r"root@ubuntu:~# ")
        child.send("dmesg -n 1; cat /proc/sys/kernel/printk\r")
        child.expect("1\t4\t1\t7")
        assert child.expect([r"\] [a-z]", pexpect.TIMEOUT], timeout=2) == 1


def test_under_silent_boot_nothing_is_ever_printed(guest: Guest) -> None:
    guest.fault("silent-boot")
    child = guest.boot()
    with killed_after(child):
        assert child.expect([r".", pexpect.TIMEOUT], timeout=3) == 1
        child.send("\r")
        assert child.expect([r"[^\r\n]", pexpect.TIMEOUT], timeout=1) == 1
        child.kill(15)
        assert ended(child) == 0
