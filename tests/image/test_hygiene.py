"""What a finished disk shows of each hygiene item; disks are real ones, made and read with e2fsprogs."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from autoinstall.errors import InvalidFileError, VerificationError
from autoinstall.guest.cleaning import clean_command
from autoinstall.image.finished_disk import FinishedDisk
from autoinstall.image.hygiene import HygieneState, findings, items_of, tolerated

USER = "jane"
ITEMS = tuple(items_of(USER))
DIRT = {
    "etc/passwd": "root:x:0:0::/root:/bin/sh\njane:x:1000:1000:Jane,,,:/home/jane:/bin/bash\n",
    "etc/group": "sudo:x:27:jane\naudio:x:29:joe,jane\nvideo:x:44:jane,joe\njane:x:1000:\njanet:x:1001:joe\n",
    "home/jane/.profile": "# hers\n",
    "etc/ssh/ssh_host_rsa_key": "secret",
    "etc/ssh/sshd_config": "",
    "etc/machine-id": "0123456789abcdef\n",
    "etc/udev/rules.d/70-persistent-net.rules": "SUBSYSTEM==...\n",
    "etc/udev/rules.d/70-persistent-cd.rules": "# a cd\n",
    "var/lib/dhcp/dhclient.eth0.leases": "lease {}\n",
    "var/log/syslog": "words\n",
    "var/log/syslog.1": "older words\n",
    "var/log/a name with blanks.log": "words\n",
    "var/log/installer/cdebconf/questions.dat": "Name: passwd/user-password\n",
    "var/lib/apt/lists/mirror_Packages": "Package: x\n",
    "var/cache/apt/archives/x_1_all.deb": "!<arch>\n",
    "etc/apt/apt.conf": 'Acquire::http::Proxy "http://10.0.2.2:3142/";\nAPT::Install-Recommends "0";\n',
    "var/cache/debconf/passwords.dat": "Name: x\n",
    "etc/shadow-": "root:$6$x:1:\n",
    "var/lib/systemd/random-seed": "\x01\x02",
    "etc/resolv.conf": "nameserver 10.0.2.3\n",
    "etc/hosts": "127.0.0.1\tlocalhost\n127.0.1.1\tlab1\n",
    "root/.bash_history": "passwd\n",
    "home/jane/.bash_history": "ls\n",
    "boot/grub/grubenv": "# GRUB Environment Block\nrecordfail=1\n" + "#" * 987,
}


def tree(folder: Path) -> Path:
    for path, text in DIRT.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def disk_of(folder: Path, image: Path) -> FinishedDisk:
    """A disk with a swap partition and then one that holds the folder."""
    file_system = image.with_suffix(".ext4")
    subprocess.run(
        ["mke2fs", "-q", "-F", "-t", "ext4", "-d", str(folder), str(file_system), "16M"],
        check=True,
        env={"PATH": "/usr/sbin:/sbin:/usr/bin:/bin"},
    )
    with image.open("wb") as disk:
        disk.truncate(20 << 20)
        disk.seek(3 << 20)
        disk.write(file_system.read_bytes())
    table = "label: dos\nstart=2048, size=4096, type=82\nstart=6144, size=32768, type=83\n"
    subprocess.run(
        ["sfdisk", "-q", str(image)],
        input=table.encode(),
        check=True,
        env={"PATH": "/usr/sbin:/sbin:/usr/bin:/bin"},
    )
    return FinishedDisk(image)


def run_in(folder: Path, items: list[str]) -> str:
    """The guest's commands, every absolute path of theirs put below the folder."""
    places = re.compile(r"/(?:etc|var|root|home|boot|run|sbin)/")
    command = places.sub(lambda place: f"{folder}{place[0]}", clean_command(items, USER))
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    return done.stdout.replace(str(folder), "")


def test_a_dirty_disk_keeps_everything_and_says_where(tmp_path: Path) -> None:
    found = {one.item: one for one in findings(disk_of(tree(tmp_path / "root"), tmp_path / "disk"), {}, USER)}
    assert set(found) == set(ITEMS)
    assert {one.state for one in found.values()} == {HygieneState.KEPT}
    assert found["hosts"].paths == ("/etc/hosts",)
    assert [Path(path).parent.name for path in found["shell-history"].paths] == ["root", "jane"]
    assert "/var/log/a name with blanks.log" in found["logs"].paths
    assert not any("installer" in path for path in found["logs"].paths)
    assert not any(tolerated(one, has_systemd=True) for one in found.values())
    assert [one.item for one in found.values() if tolerated(one, has_systemd=False)] == ["random-seed"]


def test_what_the_guest_runs_cleans_every_item_and_nothing_else(tmp_path: Path) -> None:
    folder = tree(tmp_path / "root")
    (folder / "etc" / "linked").write_text("stays\n")
    (folder / "root" / ".zsh_history").symlink_to("/etc/linked")
    said = run_in(folder, list(ITEMS))
    assert said.count("item ") == len(ITEMS)
    disk = disk_of(folder, tmp_path / "disk")
    found = findings(disk, {name: ["/somewhere"] for name in ITEMS}, USER)
    assert {one.item: one.state for one in found} == dict.fromkeys(ITEMS, HygieneState.REMOVED)
    assert disk.content("/etc/hosts") == b"127.0.0.1\tlocalhost\n"
    assert disk.content("/etc/apt/apt.conf") == b'APT::Install-Recommends "0";\n'
    assert len(disk.content("/boot/grub/grubenv")) == len(DIRT["boot/grub/grubenv"])
    assert disk.content("/etc/passwd") == b"root:x:0:0::/root:/bin/sh\n"
    assert disk.content("/etc/group") == b"sudo:x:27:\naudio:x:29:joe\nvideo:x:44:joe\njanet:x:1001:joe\n"
    assert not disk.exists("/home/jane")
    assert disk.content("/etc/linked") == b"stays\n"
    assert disk.exists("/etc/ssh/sshd_config") and disk.exists("/var/log/syslog")
    assert not disk.exists("/var/log/syslog.1")
    assert "/" not in run_in(folder, list(ITEMS))


def test_what_is_not_asked_for_is_left_alone(tmp_path: Path) -> None:
    folder = tree(tmp_path / "root")
    run_in(folder, ["hosts"])
    found = {
        one.item: one.state
        for one in findings(disk_of(folder, tmp_path / "disk"), {"hosts": ["/etc/hosts"]}, USER)
    }
    assert [item for item, state in found.items() if state is not HygieneState.KEPT] == ["hosts"]


def test_a_resolv_conf_of_comments_only_holds_nothing(tmp_path: Path) -> None:
    folder = tree(tmp_path / "root")
    run_in(folder, ["resolv-conf"])
    (folder / "etc" / "resolv.conf").write_text("# Generated by dhcpcd\n; it has no server\n\n")
    found = findings(disk_of(folder, tmp_path / "disk"), {"resolv-conf": ["/etc/resolv.conf"]}, USER)
    assert {one.item: one.state for one in found}["resolv-conf"] is HygieneState.REMOVED


@pytest.mark.parametrize("content", [b"", b"\0" * (1 << 20)])
def test_a_disk_that_cannot_be_read_is_no_clean_one(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "disk").write_bytes(content)
    with pytest.raises(VerificationError, match="no partitions"):
        FinishedDisk(tmp_path / "disk")


@pytest.mark.parametrize("name", ["../etc", "jane;reboot", "x.*", ""])
def test_a_name_that_no_user_has_never_reaches_a_command(name: str) -> None:
    with pytest.raises(InvalidFileError, match="is no name of a user"):
        clean_command(["installer-user"], name)
