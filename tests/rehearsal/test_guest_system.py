"""The guest's system: what survives on its disk, what never reaches the host, how it boots its network and ends."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from tests.rehearsal.guest_rig import PASSWORD, Guest, ended, killed_after, log_in, run, shut_down

pytestmark = pytest.mark.guest

ONE_USER = ("unshare", "--user", "--map-root-user")


def without(*kinds: str) -> tuple[str, ...]:
    """Words before a command that run it as root where no more namespaces of these kinds can be made."""
    limits = "; ".join(f"echo 0 >/proc/sys/user/max_{kind}_namespaces" for kind in kinds)
    return (*ONE_USER, "sh", "-c", f'{limits}; exec "$@"', "sh")


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    return Guest(tmp_path)


@pytest.fixture
def shell(guest: Guest) -> Iterator[pexpect.spawn]:
    child = guest.root_shell()
    with killed_after(child):
        yield child


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guest]:
    """A guest that tests share which do not end it: `running.shell` is root's."""
    guest = Guest(tmp_path_factory.mktemp("guest"))
    guest.shell = guest.root_shell()
    with killed_after(guest.shell):
        yield guest


def test_edits_survive_shutdown_and_the_next_boot(guest: Guest) -> None:
    child = guest.root_shell()
    with killed_after(child):
        run(child, "printf '#!/bin/sh\\nexit 0\\n' > /etc/init.d/vmcontext; chmod 755 /etc/init.d/vmcontext")
        run(child, "rm /etc/motd; chown 1000:4 /etc/timezone")
        assert shut_down(child) == 0
    guest.check_file_system()
    assert "exit 0" in guest.debugfs("cat /etc/init.d/vmcontext")
    assert "Mode:  0755" in guest.debugfs("stat /etc/init.d/vmcontext")
    assert "User:  1000" in guest.debugfs("stat /etc/timezone")
    child = guest.root_shell()
    with killed_after(child):
        assert run(
            child, "stat -c '%a %U:%G' /etc/init.d/vmcontext /etc/timezone; ls /etc/motd 2>/dev/null"
        ) == ("755 root:root\n644 ubuntu:adm\n=2")


def test_a_destroyed_guest_keeps_what_was_synced_and_nothing_else(guest: Guest) -> None:
    child = guest.root_shell()
    with killed_after(child):
        assert run(child, "echo kept > /etc/kept; sync") == "=0"
        run(child, "echo lost > /etc/lost")
        child.kill(signal.SIGKILL)
        child.wait()
    guest.check_file_system()
    assert guest.debugfs("cat /etc/kept") == "kept\n"
    assert "lost" not in guest.debugfs("ls /etc")


def test_nothing_of_a_destroyed_guest_lives_on_and_the_next_one_tidies_up(guest: Guest) -> None:
    child = guest.root_shell()
    with killed_after(child):
        run(child, "sleep 987654 & disown")
        child.kill(signal.SIGKILL)
        child.wait()
        child.close()
    while subprocess.run(["pgrep", "-f", "sleep 987654"], capture_output=True, check=False).returncode == 0:
        os.sched_yield()
    child = guest.boot_to_login()
    with killed_after(child):
        assert len(list((guest.home / "roots").iterdir())) == 1
        child.kill(signal.SIGTERM)
        assert ended(child) == 0
    assert list((guest.home / "roots").iterdir()) == []


def test_a_shutdown_asked_from_outside_prints_writes_back_and_powers_off(guest: Guest) -> None:
    child = guest.root_shell()
    with killed_after(child):
        run(child, "echo kept > /etc/kept")
        child.kill(signal.SIGTERM)
        child.expect(r"The system is going down for power off NOW!.*\] Power down\.\r\n")
        assert ended(child) == 0
    assert guest.debugfs("cat /etc/kept") == "kept\n"


@pytest.mark.parametrize(
    ("command", "last", "status"),
    [
        ("reboot", "Restarting system.", 10),
        ("shutdown -r now", "Restarting system.", 10),
        ("halt", "System halted.", 0),
        ("poweroff", "Power down.", 0),
    ],
)
def test_each_way_to_end_says_so(shell: pexpect.spawn, command: str, last: str, status: int) -> None:
    shell.send(f"{command}\r")
    shell.expect_exact(f"] {last}\r\n")
    assert ended(shell) == status


def test_the_hosts_files_are_out_of_reach(shell: pexpect.spawn, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    marker.write_text("the host's")
    before = Path("/etc/passwd").read_bytes(), Path("/etc/hostname").stat().st_mtime_ns
    assert run(shell, f"ls {marker} 2>/dev/null") == "=2"
    run(
        shell,
        "echo changed > /etc/hostname; echo x >> /etc/passwd; rm -rf /host/lib/libnothing /usr/share /lib/udev",
    )
    assert (
        run(shell, f"ls -d /proc/1/root{marker} /proc/1/cwd/etc/apt/sources.list 2>/dev/null | wc -l")
        == "1\n=0"
    )
    assert (Path("/etc/passwd").read_bytes(), Path("/etc/hostname").stat().st_mtime_ns) == before
    assert marker.read_text() == "the host's"


def test_the_guests_own_files_are_never_hidden_by_the_hosts(running: Guest) -> None:
    shell = running.shell
    assert (
        run(shell, "grep -c write_net_rules /lib/udev/rules.d/75-persistent-net-generator.rules") == "1\n=0"
    )
    assert run(shell, "ls /lib; ls /lib64 2>/dev/null") == "modules  udev\n=2"
    assert run(shell, "readlink -f /bin/sh /bin/bash | cut -d/ -f2 | sort -u") == "host\n=0"


def test_scripts_find_their_interpreters_even_with_an_empty_environment(running: Guest) -> None:
    shell = running.shell
    run(
        shell,
        "printf '#!/bin/bash\\n[[ a == a ]] && echo bash\\n' > /tmp/b; printf '#!/bin/sh\\necho sh\\n' > /tmp/s",
    )
    assert (
        run(shell, "chmod +x /tmp/b /tmp/s; env -i /tmp/b; env -i /tmp/s; env -i /usr/bin/id -u")
        == "bash\nsh\n0\n=0"
    )
    assert run(shell, "cat <(echo hi) | tr a-z A-Z | base64 | sha256sum | cut -c1-8").endswith("=0")


def test_it_is_a_machine_of_its_own(running: Guest) -> None:
    shell = running.shell
    assert run(shell, "uname -r; cat /proc/sys/kernel/printk; dmesg -n 1; cat /proc/sys/kernel/printk") == (
        "3.2.0-23-generic\n7\t4\t1\t7\n1\t4\t1\t7\n=0"
    )
    assert "root=/dev/xvda1 ro quiet" in run(shell, "cat /proc/cmdline")
    assert run(shell, "ifconfig -a | grep ^eth | awk '{print $1, $5}'") == "eth0 02:00:c0:a8:00:0a\n=0"
    assert run(shell, "cat /sys/class/net/eth0/address") == "02:00:c0:a8:00:0a\n=0"


def test_the_network_jobs_run_before_the_prompt_as_their_files_say(guest: Guest) -> None:
    child = guest.root_shell()
    with killed_after(child):
        run(child, "printf '#!/bin/sh\\necho context of ${INTERFACE:-networking}\\n' > /etc/init.d/vmcontext")
        run(child, "chmod 755 /etc/init.d/vmcontext")
        block = r"pre-start script\n  mkdir -p /run/network\n  /etc/init.d/vmcontext\nend script"
        edit = f"s,^pre-start exec mkdir -p /run/network,{block},"
        run(child, f"sed -i '{edit}' /etc/init/networking.conf")
        run(
            child,
            "sed -i 's,^pre-start script,&\\n    /etc/init.d/vmcontext,' /etc/init/network-interface.conf",
        )
        run(child, "rm /var/log/upstart/*")
        assert shut_down(child) == 0
    child = guest.root_shell()
    with killed_after(child):
        log = run(child, "cat /var/log/upstart/network-interface-eth0.log")
        assert log.index("context of eth0") < log.index("bound to 192.168.122.77")
        assert run(child, "cat /var/log/upstart/networking.log") == "context of networking\n=0"
        assert run(child, "cat /run/network/ifstate") == "lo=lo\neth0=eth0\n=0"


def test_a_failing_pre_start_leaves_the_interface_down_and_init_says_so(guest: Guest) -> None:
    child = guest.root_shell()
    with killed_after(child):
        run(child, "sed -i 's,^pre-start script,&\\n    false,' /etc/init/network-interface.conf")
        run(child, "sed -i 's,^pre-start exec.*,pre-start exec /bin/false,' /etc/init/networking.conf")
        assert shut_down(child) == 0
    child = guest.boot_to_login()
    with killed_after(child):
        assert "init: network-interface (eth0) pre-start process" in child.boot_text
        assert "init: networking pre-start process" in child.boot_text
        log_in(child)
        assert run(child, "cat /run/network/ifstate").endswith("=1")


def test_under_wrong_mode_a_file_is_not_executable_after_all(guest: Guest) -> None:
    guest.fault("wrong-mode", times=1)
    child = guest.root_shell()
    with killed_after(child):
        run(
            child,
            "touch /etc/init.d/one /etc/init.d/two; chmod 755 /etc/init.d/one; chmod 755 /etc/init.d/two",
        )
        assert run(child, "stat -c %a /etc/init.d/one /etc/init.d/two") == "644\n755\n=0"


def test_where_one_id_is_mapped_owners_stay_what_they_were(guest: Guest) -> None:
    child = guest.boot_to_login(*ONE_USER)
    with killed_after(child):
        log_in(child)
        assert run(child, "echo more >> .profile") == "=0"
        child.kill(signal.SIGTERM)
        assert ended(child) == 0
    assert "more" in guest.debugfs("cat /home/ubuntu/.profile")
    assert "User:  1000" in guest.debugfs("stat /home/ubuntu/.profile")
    assert "Group:    42" in guest.debugfs("stat /etc/shadow")


def test_root_without_user_namespaces_has_a_guest_all_the_same(guest: Guest) -> None:
    child = guest.boot_to_login(*without("user"))
    with killed_after(child):
        log_in(child)
        assert run(child, "id -un; hostname; ls /lib") == "ubuntu\nubuntu\nmodules  udev\n=0"


def test_where_no_private_root_can_be_made_it_refuses_with_a_hint(guest: Guest) -> None:
    child = guest.boot(*without("user", "mnt"))
    with killed_after(child):
        child.expect(
            "rehearsal: no private root can be made for the guest: .* A rehearsal needs user namespaces, or root"
        )
        assert ended(child) == 30
    assert list((guest.home / "roots").iterdir()) == []


def test_a_disk_without_a_system_is_a_kernel_panic(guest: Guest) -> None:
    with guest.disk.open("r+b") as disk:
        disk.write(bytes(512))
    child = guest.boot()
    with killed_after(child):
        child.expect("Kernel panic - not syncing: VFS: Unable to mount root fs")
        assert ended(child) == 20


def test_the_password_is_in_no_file_and_no_argument(running: Guest) -> None:
    needle = PASSWORD.encode()
    for path in running.home.rglob("*"):
        if path.is_file() and not path.is_symlink():
            assert needle not in path.read_bytes(), path
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert needle not in command.read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
