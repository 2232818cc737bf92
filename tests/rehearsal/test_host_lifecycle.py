"""A domain's lives: what follows when its guest powers off, reboots or crashes."""

import json
import os
import shutil
import signal

import pexpect
import pytest

from autoinstall.rehearsal.host import wire
from autoinstall.rehearsal.host.domains import Host
from tests.rehearsal.host_rig import Rig, alive, ended, eventually


@pytest.fixture
def host(tmp_path):
    rig = Rig(tmp_path)
    yield rig
    rig.close()


def gone(host):
    return host.xm("list", "ubuntu").returncode == 3


def test_restart_gives_a_new_id_a_new_guest_and_its_output_from_the_first_byte(host):
    host.create()
    console = host.console()
    console.send("R")
    console.expect_exact("Restarting system.\r\n")
    assert ended(console) == 0
    assert eventually(lambda: host.xm("domid", "ubuntu").stdout == "2\n")
    console = host.attach("xm", "console", "ubuntu")
    if console.expect_exact(["ready\r\n", "xenconsole: "]) == 1:  # still being built
        console = host.console()
    assert b"first byte of install, domain 2, None\r\n" in console.before


def reboot(host, tool="xl"):
    """Let the guest reboot, and wait for the end of its console."""
    console = host.attach(tool, "console", "ubuntu")
    console.send("R")
    return ended(console)


def test_between_two_lives_the_name_is_absent_or_the_console_not_ready(host):
    host.create("xl")
    seen = []

    def attached():
        done = host.xl("console", "ubuntu")
        seen.append((done.returncode, done.stderr))
        return done.returncode == 0

    for _ in range(5):  # a machine that is very busy may miss the moment
        reboot(host)
        assert eventually(attached)
        if len(seen) > 1:
            break
    assert (0, "") in seen
    assert set(seen) <= {
        (0, ""),
        (1, "ubuntu is an invalid domain identifier (rc=-6)\n"),
        (2, "xenconsole: Could not read tty from store: No such file or directory\n"),
    }


def test_a_domain_that_is_built_again_has_no_console_yet(host):
    there = Host(host.home)
    host.create()

    def refused():
        reboot(host)
        if not eventually(lambda: (record := there.record("ubuntu")) and record.state == "building", 1):
            return False
        record = there.record("ubuntu")
        connection, answer = wire.ask(
            there.socket(record.keeper), {"do": "console", "domid": record.domid, "follow": True}
        )
        connection.close()
        return answer == {"refused": "gone"}

    assert any(refused() for _ in range(5))  # a machine that is very busy may miss the moment


def test_a_domain_that_is_built_again_has_no_memory_yet(host):
    host.create("xl")
    rows = []

    def seen():
        reboot(host)
        return eventually(lambda: rows.append(host.xl("list", "ubuntu").stdout) or "--p---" in rows[-1], 1)

    assert any(seen() for _ in range(5))
    assert rows[-1].splitlines()[1].split()[2:5] == ["0", "0", "--p---"]


@pytest.mark.parametrize(("key", "action"), [("R", "on_reboot"), ("Q", "on_poweroff"), ("X", "on_crash")])
def test_destroy(host, key, action):
    host.create(**{action: "destroy"})
    console = host.console()
    console.send(key)
    assert ended(console) == 0
    assert eventually(lambda: gone(host))


@pytest.mark.parametrize(
    ("key", "action", "xm", "xl"),
    [
        ("R", "on_reboot", "---s--", "---sr-"),
        ("Q", "on_poweroff", "---s--", "---s--"),
        ("X", "on_crash", "----c-", "---sc-"),
    ],
)
def test_preserve_keeps_the_console_and_the_name(host, key, action, xm, xl):
    host.create(**{action: "preserve"})
    console = host.console()
    console.send(key)
    assert eventually(lambda: f" {xm} " in host.xm("list", "ubuntu").stdout)
    assert f" {xl} " in host.xl("list", "ubuntu").stdout
    console.send("keys go nowhere")
    while console.expect_exact([pexpect.EOF, pexpect.TIMEOUT], timeout=0.3):
        console.send("\x1d")  # one that is read together with other keys is lost
    assert ended(console) == 0
    host.console(ready=False).send("\x1d")
    assert host.xm("destroy", "ubuntu").returncode == 0
    assert gone(host)


def test_a_crash_is_restarted_by_xm_and_destroyed_by_xl(host):
    host.create()
    host.console().send("X")
    assert eventually(lambda: host.xm("domid", "ubuntu").stdout == "2\n")
    host.xm("destroy", "ubuntu")
    host.create("xl")
    host.console().send("X")
    assert eventually(lambda: gone(host))


def test_the_log_says_why(host):
    host.create("xl", on_reboot="destroy")
    host.console("xl").send("R")
    assert eventually(lambda: gone(host))
    assert (host.home / "log" / "xl-ubuntu.log").read_text().splitlines()[1:] == [
        "Domain 1 has shut down, reason code 1 0x1",
        "Action for shutdown reason code 1 is destroy",
        "Domain 1 needs to be cleaned up: destroying the domain",
        "Done. Exiting now",
    ]


def test_last_words_are_not_lost(host):
    host.create()
    console = host.console()
    console.send("L")
    console.expect_exact("last words\r\n")
    assert console.before == b"." * 12000
    assert ended(console) == 0


def test_destroy_between_two_lives(host):
    host.create()
    host.console().send("R")
    assert eventually(lambda: host.xm("domid", "ubuntu").stdout == "2\n")
    assert host.xm("destroy", "ubuntu").returncode == 0
    assert gone(host)


def test_nothing_that_a_guest_started_outlives_it(host):
    host.create()
    console = host.console()
    console.send("O")
    console.expect(rb"orphan (\d+);")
    orphan = int(console.match[1])
    assert alive(orphan)
    console.send("Q")
    ended(console)
    assert eventually(lambda: not alive(orphan))


def test_destroy_ends_the_guest_and_its_children(host):
    host.create()
    console = host.console()
    console.send("O")
    console.expect(rb"orphan (\d+);")
    record = json.loads((host.home / "domains" / "ubuntu.state.json").read_text())
    host.xm("destroy", "ubuntu")
    victims = [record["keeper"][0], record["program"][0], int(console.match[1])]
    assert eventually(lambda: not any(map(alive, victims)))


def test_a_keeper_that_was_killed_leaves_no_domain_and_no_guest(host):
    host.create()
    record = json.loads((host.home / "domains" / "ubuntu.state.json").read_text())
    os.kill(record["keeper"][0], signal.SIGKILL)
    assert eventually(lambda: gone(host))
    assert eventually(lambda: not alive(record["program"][0]))
    assert host.create() == 2


def test_a_host_whose_folder_was_removed_ends_its_domains(host):
    host.create()
    record = json.loads((host.home / "domains" / "ubuntu.state.json").read_text())
    shutil.rmtree(host.home)
    assert eventually(lambda: not alive(record["keeper"][0]))
    assert not alive(record["program"][0])


def test_nothing_is_left_in_the_folder_after_the_end(host):
    host.create()
    host.console().send("A")
    host.xm("destroy", "ubuntu")
    assert sorted(path.name for path in (host.home / "domains").iterdir()) == ["last-domid", "lock"]


def test_the_guest_knows_its_description_and_no_secret(host, monkeypatch):
    monkeypatch.setenv("AUTOINSTALL_SECRET_ROOT", "hunter2")
    host.create(extra="priority=high", vif=["bridge=xenbr0,mac=00:16:3e:01:02:03"], root="/dev/xvda1 ro")
    domain = json.loads((host.home / "domains" / "ubuntu.json").read_text())
    uuid = domain.pop("uuid")
    assert len(uuid) == 36
    assert domain == {
        "name": "ubuntu",
        "domid": 1,
        "memory": 256,
        "vcpus": 1,
        "kernel": str(host.folder / "vmlinuz"),
        "ramdisk": str(host.folder / "initrd.gz"),
        "extra": "root=/dev/xvda1 ro priority=high",
        "disks": [{"path": str(host.disk), "device": "xvda", "writable": True}],
        "vifs": [{"bridge": "xenbr0", "mac": "00:16:3e:01:02:03"}],
        "boot": None,
    }
    record = json.loads((host.home / "domains" / "ubuntu.state.json").read_text())
    with open(f"/proc/{record['program'][0]}/environ", "rb") as file:  # noqa: PTH123
        assert b"hunter2" not in file.read()
