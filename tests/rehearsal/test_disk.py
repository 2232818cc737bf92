"""The rehearsal's disk is a real one: partition table, swap, and an ext4 that real tools read."""

from __future__ import annotations

import os
import stat
import struct
from pathlib import Path

import pytest

from autoinstall.rehearsal.disk import DiskError, read_tree, write_back, write_installed_disk
from autoinstall.rehearsal.system import InstalledSystem, Mirror, StaticNetwork
from tests.rehearsal.guest_rig import PASSWORD, Guest

pytestmark = pytest.mark.guest


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    return Guest(tmp_path)


def unpacked(guest: Guest, name: str = "tree") -> Path:
    folder = guest.home / name
    folder.mkdir()
    read_tree(guest.disk, folder)
    return folder


def blank(path: Path, size: int) -> Path:
    with path.open("wb") as image:
        image.truncate(size)
    return path


def test_the_table_is_the_one_of_partmans_atomic_recipe(guest: Guest) -> None:
    with guest.disk.open("rb") as disk:
        sector = disk.read(512)
    boot, kind, start, sectors = sector[446], sector[450], *struct.unpack_from("<II", sector, 454)
    assert (boot, kind, start) == (0x80, 0x83, 2048)
    extended_kind, extended, length = sector[466], *struct.unpack_from("<II", sector, 470)
    assert extended_kind == 0x05
    assert sectors + 2048 <= extended
    assert (extended + length) * 512 <= 8 << 30
    with guest.disk.open("rb") as disk:
        disk.seek(extended * 512)
        logical = disk.read(512)
        swap_kind, swap_start = logical[450], struct.unpack_from("<I", logical, 454)[0]
        disk.seek((extended + swap_start) * 512 + 4086)
        assert (swap_kind, disk.read(10)) == (0x82, b"SWAPSPACE2")


def test_the_disk_keeps_its_size_and_stays_sparse(guest: Guest) -> None:
    status = guest.disk.stat()
    assert status.st_size == 8 << 30
    assert status.st_blocks * 512 < 16 << 20


def test_the_file_system_is_clean_and_debugfs_reads_it(guest: Guest) -> None:
    guest.check_file_system()
    assert "pre-start exec mkdir -p /run/network" in guest.debugfs("cat /etc/init/networking.conf")


def test_modes_and_owners_are_those_of_the_real_system(guest: Guest) -> None:
    assert "Mode:  0440" in guest.debugfs("stat /etc/sudoers")
    shadow = guest.debugfs("stat /etc/shadow")
    assert "Mode:  0640" in shadow
    assert "Group:    42" in shadow
    assert "User:  1000" in guest.debugfs("stat /home/ubuntu/.bashrc")
    assert "Mode:  01777" in guest.debugfs("stat /tmp")


def test_the_password_is_there_as_a_hash_only(guest: Guest) -> None:
    assert "ubuntu:$6$" in guest.debugfs("cat /etc/shadow")
    assert "root:!:" in guest.debugfs("cat /etc/shadow")
    tree = unpacked(guest)
    assert not [path for path in tree.rglob("*") if path.is_file() and PASSWORD.encode() in path.read_bytes()]


def test_fstab_and_the_boot_loader_name_the_file_systems_own_uuid(guest: Guest) -> None:
    stats = guest.debugfs("show_super_stats -h")
    identity = next(line.split()[-1] for line in stats.splitlines() if line.startswith("Filesystem UUID"))
    assert f"UUID={identity} /  " in guest.debugfs("cat /etc/fstab")
    assert f"root=UUID={identity} ro" in guest.debugfs("cat /boot/grub/grub.cfg")


def test_the_answers_reach_the_files(tmp_path: Path) -> None:
    guest = Guest(
        tmp_path,
        hostname="web",
        domain="example.org",
        fullname="Ann: Example",
        network=StaticNetwork("192.168.7.10", "255.255.255.0", "192.168.7.1", ("192.168.7.2", "192.168.7.3")),
        mirror=Mirror("old-releases.ubuntu.com", "/ubuntu/", "http://proxy:3128/"),
        timezone="Europe/Madrid",
        utc=False,
        kept_arguments="quiet console=hvc0",
        tasks=("OpenSSH server",),
        root_password="root's own",
    )
    tree = unpacked(guest)
    assert "127.0.1.1\tweb.example.org\tweb" in (tree / "etc/hosts").read_text()
    interfaces = (tree / "etc/network/interfaces").read_text()
    assert "\taddress 192.168.7.10\n\tnetmask 255.255.255.0\n\tnetwork 192.168.7.0\n" in interfaces
    assert "\tdns-nameservers 192.168.7.2 192.168.7.3\n" in interfaces
    assert (
        "deb http://old-releases.ubuntu.com/ubuntu precise main"
        in (tree / "etc/apt/sources.list").read_text()
    )
    assert (tree / "etc/apt/apt.conf").read_text() == 'Acquire::http::Proxy "http://proxy:3128/";\n'
    assert (tree / "etc/timezone").read_text() == "Europe/Madrid\n"
    assert "UTC=no" in (tree / "etc/default/rcS").read_text()
    assert " ro quiet console=hvc0\n" in (tree / "boot/grub/grub.cfg").read_text()
    assert (tree / "etc/ssh/ssh_host_rsa_key").exists()
    assert "root:$6$" in (tree / "etc/shadow").read_text()
    assert "sudo:x:27:\n" in (tree / "etc/group").read_text()
    assert "ubuntu:x:1000:1000:Ann  Example,,,:" in (tree / "etc/passwd").read_text()


def test_what_is_written_back_survives_with_modes_times_and_links(guest: Guest) -> None:
    tree = unpacked(guest)
    edited = tree / "etc/edited"
    edited.write_text("new\n")
    edited.chmod(0o4751)
    os.utime(edited, (1335441600, 1335441600))
    (tree / "etc/link").symlink_to("edited")
    os.mkfifo(tree / "etc/fifo", 0o620)
    odd = tree / "etc" / 'a "name" with (marks) and ü'
    odd.write_text("odd\n")
    (tree / "etc/issue").unlink()
    write_back(guest.disk, tree)
    guest.check_file_system()
    again = unpacked(guest, "again")
    status = (again / "etc/edited").stat()
    assert (stat.S_IMODE(status.st_mode), int(status.st_mtime)) == (0o4751, 1335441600)
    assert (again / "etc/link").readlink() == Path("edited")
    assert stat.S_ISFIFO((again / "etc/fifo").stat().st_mode)
    assert (again / odd.relative_to(tree)).read_text() == "odd\n"
    assert not (again / "etc/issue").exists()
    assert guest.disk.stat().st_blocks * 512 < 16 << 20


def test_owners_given_by_name_are_kept_where_files_cannot_show_them(guest: Guest) -> None:
    tree = unpacked(guest)
    write_back(guest.disk, tree, {"etc/issue": (12, 34)})
    issue = guest.debugfs("stat /etc/issue")
    assert "User:    12" in issue
    assert "Group:    34" in issue


def test_the_hosts_programs_and_passing_things_stay_off_the_disk(guest: Guest) -> None:
    tree = unpacked(guest)
    (tree / "host/bin").mkdir(parents=True)
    (tree / "host/bin/sh").write_text("of the host")
    (tree / "bin/sh").symlink_to("/host/bin/sh")
    (tree / "run/motd").write_text("passing")
    write_back(guest.disk, tree)
    again = unpacked(guest, "again")
    assert not (again / "host").exists()
    assert not os.path.lexists(again / "bin/sh")
    assert list((again / "run").iterdir()) == []


def test_a_disk_that_is_too_small_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DiskError, match="too small"):
        write_installed_disk(blank(tmp_path / "small", 16 << 20), InstalledSystem("a", "b", "c"))


def test_a_disk_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DiskError, match="no partition table"):
        read_tree(blank(tmp_path / "empty", 1 << 30), tmp_path)


def test_a_suite_without_a_tree_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DiskError, match=r"only for .*precise"):
        write_installed_disk(blank(tmp_path / "disk", 1 << 30), InstalledSystem("a", "b", "c", suite="hardy"))
