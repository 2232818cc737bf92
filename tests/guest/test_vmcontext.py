"""answers/files/vmcontext against a root folder of its own, run by every sh that is here."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "answers" / "files" / "vmcontext"
SHELLS = [shell for shell in ("dash", "bash", "busybox") if shutil.which(shell)]

DHCP = "# as the installer left it\nauto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet dhcp\n"

FAKE_MOUNT = """#!/bin/sh
# mount -t iso9660 -o ro DEVICE FOLDER, where the device is a folder
[ "$1 $2 $3 $4" = "-t iso9660 -o ro" ] || exit 1
[ -d "$5" ] || exit 32
cp -R "$5/." "$6"
echo "mount $5" >>"$MOUNTS"
"""
FAKE_UMOUNT = """#!/bin/sh
[ -d "$1" ] || exit 32
rm -rf "$1"/*
echo umount >>"$MOUNTS"
"""


class FakeGuest:
    """A root folder with interfaces, and vmcontext run in it."""

    def __init__(self, root: Path, shell: str) -> None:
        self.root, self.shell = root, shell
        self.bin = root.parent / "bin"
        self.mounts = root.parent / "mounts"
        for folder in ("etc/network", "run", "tmp", "root", "dev/disk/by-label", "sys/class/net"):
            (root / folder).mkdir(parents=True)
        self.bin.mkdir()
        for name, text in (("mount", FAKE_MOUNT), ("umount", FAKE_UMOUNT)):
            self.executable(name, text)
        self.interface("lo", "00:00:00:00:00:00")
        self.interfaces_file.write_text(DHCP)

    @property
    def interfaces_file(self) -> Path:
        return self.root / "etc/network/interfaces"

    def executable(self, name: str, text: str) -> None:
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def interface(self, name: str, mac: str) -> None:
        folder = self.root / "sys/class/net" / name
        folder.mkdir()
        (folder / "address").write_text(mac + "\n")

    def context(self, text: str, device: str = "dev/disk/by-label/CONTEXT") -> None:
        (self.root / device).mkdir(parents=True)
        (self.root / device / "context.sh").write_text(text)

    def run(self, *arguments: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[bytes]:
        shell = [self.shell, "sh"] if self.shell == "busybox" else [self.shell]
        return subprocess.run(
            [*shell, *options, str(SCRIPT), *arguments],
            env={
                "PATH": f"{self.bin}:{os.environ['PATH']}",
                "VMCONTEXT_ROOT": str(self.root),
                "MOUNTS": str(self.mounts),
            },
            capture_output=True,
            timeout=60,
            check=False,
        )

    def written(self) -> str:
        done = self.run()
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        return self.interfaces_file.read_text()

    def tree(self) -> dict[str, tuple[bytes, int]]:
        """Every file below the root, with its inode, so that a needless rewrite shows."""
        return {
            str(path): (path.read_bytes(), path.stat().st_ino)
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        }


@pytest.fixture(params=SHELLS)
def guest(request: pytest.FixtureRequest, tmp_path: Path) -> FakeGuest:
    return FakeGuest(tmp_path / "root", request.param)


def test_the_address_stands_in_the_mac_address(guest: FakeGuest) -> None:
    guest.interface("eth0", "02:00:c0:a8:00:0a")
    assert guest.written() == (
        "# vmcontext: lo and what OpenNebula gives addresses to; other interfaces stay as they are\n"
        "auto lo\niface lo inet loopback\n\n"
        "auto eth0\niface eth0 inet static\n"
        "  address 192.168.0.10\n  network 192.168.0.0\n  netmask 255.255.255.0\n  gateway 192.168.0.1\n"
    )


def test_only_eth0_has_a_gateway(guest: FakeGuest) -> None:
    guest.interface("eth0", "02:00:0a:00:00:05")
    guest.interface("eth1", "02:00:ac:10:ff:fe")
    text = guest.written()
    assert text.count("gateway") == 1
    assert "gateway 10.0.0.1" in text
    assert "iface eth1 inet static\n  address 172.16.255.254\n  network 172.16.255.0\n" in text


@pytest.mark.parametrize("mac", ["00:16:3e:01:02:03", "52:54:00:12:34:56", "02:42:c0:a8:00:0a"])
def test_other_mac_addresses_leave_the_file_alone(guest: FakeGuest, mac: str) -> None:
    guest.interface("eth0", mac)
    before = guest.tree()
    guest.run()
    assert guest.tree() == before


def test_an_interface_that_is_not_opennebulas_keeps_its_stanza(guest: FakeGuest) -> None:
    guest.interface("eth0", "02:00:c0:a8:00:0a")
    guest.interface("eth1", "00:16:3e:01:02:03")
    guest.interfaces_file.write_text(
        DHCP + "\nauto eth1\niface eth1 inet static\n\taddress 10.9.8.7\n\tnetmask 255.0.0.0\n"
    )
    text = guest.written()
    assert "address 192.168.0.10" in text
    assert "dhcp" not in text
    assert text.endswith("\nauto eth1\niface eth1 inet static\n\taddress 10.9.8.7\n\tnetmask 255.0.0.0\n")


def test_twice_is_once(guest: FakeGuest) -> None:
    guest.interface("eth0", "02:00:c0:a8:00:0a")
    guest.interface("eth1", "00:16:3e:01:02:03")
    guest.interfaces_file.write_text(DHCP + "\nauto eth1\niface eth1 inet dhcp\n")
    guest.context("HOSTNAME='one'\nSSH_PUBLIC_KEY='ssh-rsa AAAA me'\nETH0_DNS='10.0.0.2'\n")
    guest.written()
    once = guest.tree()
    guest.written()
    assert guest.tree() == once


def test_it_leaves_nothing_behind(guest: FakeGuest) -> None:
    guest.interface("eth0", "02:00:c0:a8:00:0a")
    guest.context("HOSTNAME='one'")
    guest.written()
    assert list((guest.root / "run").iterdir()) == []
    assert sorted(path.name for path in (guest.root / "etc").iterdir()) == ["hostname", "hosts", "network"]
    assert guest.mounts.read_text().splitlines()[-1] == "umount"


def test_the_context_disk_gives_addresses(guest: FakeGuest) -> None:
    guest.interface("eth0", "02:00:c0:a8:00:0a")
    guest.interface("eth1", "00:16:3e:01:02:03")
    guest.context(
        "ETH0_IP='10.1.2.3'\nETH0_MASK='255.255.252.0'\nETH0_GATEWAY='10.1.0.1'\nETH0_DNS='10.1.0.2 8.8.8.8'\n"
        "ETH1_MAC='00:16:3E:01:02:03'\nETH1_IP='10.9.0.4'\n"
    )
    text = guest.written()
    assert (
        "iface eth0 inet static\n  address 10.1.2.3\n  network 10.1.0.0\n  netmask 255.255.252.0\n"
        "  gateway 10.1.0.1\n  dns-nameservers 10.1.0.2 8.8.8.8\n" in text
    )
    assert "iface eth1 inet static\n  address 10.9.0.4\n  network 10.9.0.0\n  netmask 255.255.255.0\n" in text
    assert (guest.root / "etc/resolv.conf").read_text() == "nameserver 10.1.0.2\nnameserver 8.8.8.8\n"


def test_the_numbers_of_the_context_follow_the_mac_addresses(guest: FakeGuest) -> None:
    guest.interface("eth0", "02:00:0a:00:00:01")
    guest.interface("eth1", "02:00:0a:00:00:02")
    guest.context(
        "ETH0_MAC=02:00:0a:00:00:02\nETH0_IP=10.0.0.22\nETH1_MAC=02:00:0a:00:00:01\nETH1_IP=10.0.0.11\n"
    )
    text = guest.written()
    assert "iface eth0 inet static\n  address 10.0.0.11\n" in text
    assert "iface eth1 inet static\n  address 10.0.0.22\n" in text


def test_a_link_for_the_resolver_stays(guest: FakeGuest) -> None:
    (guest.root / "etc/resolv.conf").symlink_to("../run/resolvconf/resolv.conf")
    guest.interface("eth0", "02:00:c0:a8:00:0a")
    guest.context("DNS='10.1.0.2'")
    assert "dns-nameservers 10.1.0.2" in guest.written()
    assert (guest.root / "etc/resolv.conf").is_symlink()


def test_the_disk_in_the_drive_serves_as_well(guest: FakeGuest) -> None:
    guest.context("HOSTNAME=drive", device="dev/sr0")
    guest.written()
    assert (guest.root / "etc/hostname").read_text() == "drive\n"


def test_name_of_the_host(guest: FakeGuest) -> None:
    (guest.root / "etc/hosts").write_text("127.0.0.1\tlocalhost\n127.0.1.1\tubuntu\n::1 ip6-localhost\n")
    guest.context("HOSTNAME='ignored'\nSET_HOSTNAME='web-1.example.org'\n")
    guest.written()
    assert (guest.root / "etc/hostname").read_text() == "web-1\n"
    assert (guest.root / "etc/hosts").read_text() == (
        "127.0.0.1\tlocalhost\n::1 ip6-localhost\n127.0.1.1\tweb-1.example.org web-1\n"
    )


def test_keys_are_added_once_and_kept_private(guest: FakeGuest) -> None:
    (guest.root / "root/.ssh").mkdir(mode=0o700)
    keys = guest.root / "root/.ssh/authorized_keys"
    keys.write_text("ssh-rsa OLD old\n")
    guest.context("SSH_PUBLIC_KEY='ssh-rsa NEW a\nssh-ed25519 TWO b'\nROOT_PUBKEY='ssh-rsa OLD old'\n")
    guest.written()
    assert keys.read_text() == "ssh-rsa OLD old\nssh-rsa NEW a\nssh-ed25519 TWO b\n"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "text",
    [
        "exit 7",
        "if",
        "set -e; false; HOSTNAME=late",
        "echo noise; echo noise >&2; cat; HOSTNAME='a;reboot'",
        "ETH0_IP='10.0.0.1; reboot'\nETH0_GATEWAY=999.1.1.1\nDNS='*'\nSSH_PUBLIC_KEY='$(reboot)'",
        "ETH0_IP=10.0.0\nETH0_MASK=255.255.255\nETH0_GATEWAY=1.2.3.4.5\n",
        "\0\xff",
    ],
)
def test_a_bad_context_harms_nothing(guest: FakeGuest, text: str) -> None:
    guest.interface("eth0", "02:00:c0:a8:00:0a")
    guest.context(text)
    assert "  address 192.168.0.10\n" in guest.written()
    assert "reboot" not in guest.written()
    assert "999" not in guest.written()
    assert not (guest.root / "etc/hostname").exists()


def test_an_instance_without_anything_to_do_succeeds(guest: FakeGuest) -> None:
    before = guest.tree()
    assert guest.run(options=("-e",)).returncode == 0
    assert guest.tree() == before


@pytest.mark.parametrize("argument", ["stop", "status", "nonsense"])
def test_other_arguments_do_nothing(guest: FakeGuest, argument: str) -> None:
    guest.interface("eth0", "02:00:c0:a8:00:0a")
    before = guest.tree()
    assert guest.run(argument).returncode == 0
    assert guest.tree() == before


def test_a_system_that_cannot_be_written_to_yet_is_no_failure(guest: FakeGuest) -> None:
    guest.interface("eth0", "02:00:c0:a8:00:0a")
    shutil.rmtree(guest.root / "run")
    shutil.rmtree(guest.root / "tmp")
    assert guest.run(options=("-e",)).returncode == 0
    assert guest.interfaces_file.read_text() == DHCP


def test_upstarts_script_block_goes_on_after_it(guest: FakeGuest) -> None:
    guest.interface("eth0", "02:00:c0:a8:00:0a")
    guest.context("exit 9")
    done = subprocess.run(
        [guest.shell] + (["sh"] if guest.shell == "busybox" else []) + ["-ec", f"{SCRIPT}\necho up"],
        env={"PATH": os.environ["PATH"], "VMCONTEXT_ROOT": str(guest.root), "MOUNTS": "/dev/null"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == b"up\n"


def test_without_sysfs_ifconfig_is_asked(guest: FakeGuest) -> None:
    shutil.rmtree(guest.root / "sys")
    guest.executable(
        "ifconfig",
        "#!/bin/sh\ncat <<'END'\n"
        "eth0      Link encap:Ethernet  HWaddr 02:00:C0:A8:00:0A  \n          UP BROADCAST\n\n"
        "lo        Link encap:Local Loopback  \nEND\n",
    )
    assert "iface eth0 inet static\n  address 192.168.0.10\n" in guest.written()


def test_init_systems_find_their_header() -> None:
    text = SCRIPT.read_text()
    assert text.startswith("#!/bin/sh\n### BEGIN INIT INFO\n# Provides:          vmcontext\n")
    assert os.access(SCRIPT, os.X_OK)


def test_shellcheck_finds_nothing() -> None:
    if not shutil.which("shellcheck"):
        pytest.skip("shellcheck is not installed")
    done = subprocess.run(
        ["shellcheck", "-s", "sh", str(SCRIPT)], capture_output=True, text=True, check=False
    )
    assert done.stdout == ""
