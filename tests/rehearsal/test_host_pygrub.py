"""pygrub's menu on its own terminal, and what follows it, with disks that hold a real file system."""

import shutil
import subprocess

import pexpect
import pyte
import pytest

from autoinstall.rehearsal.host import orders
from autoinstall.rehearsal.host.domains import Host
from tests.rehearsal.host_rig import Rig, ended, eventually

GRUB_CFG = """\
set default="0"
if [ "${recordfail}" = 1 ]; then
  set timeout=-1
else
  set timeout=2
fi
menuentry 'Ubuntu, with Linux 3.2.0-23-generic' --class ubuntu {
\tset root='(hd0,msdos1)'
\tlinux\t/boot/vmlinuz-3.2.0-23-generic root=UUID=abc ro console=hvc0
\tinitrd\t/boot/initrd.img-3.2.0-23-generic
}
submenu "Previous Linux versions" {
menuentry 'Ubuntu, with Linux 3.2.0-23-generic (recovery mode)' {
\tlinux\t/boot/vmlinuz-3.2.0-23-generic root=UUID=abc ro recovery
\tinitrd\t/boot/initrd.img-3.2.0-23-generic
}
}
"""

pytestmark = pytest.mark.guest


@pytest.fixture
def host(tmp_path):
    search = "/usr/sbin:/sbin:/usr/bin:/bin"
    if not (shutil.which("mke2fs", path=search) and shutil.which("debugfs", path=search)):
        pytest.skip("needs e2fsprogs (apt-get install e2fsprogs)")
    rig = Rig(tmp_path)
    yield rig
    rig.close()


def make_disk(host, grub=GRUB_CFG, kernel="vmlinuz-3.2.0-23-generic"):
    """A disk with one partition at sector 2048, as an installer leaves it."""
    tree = host.folder / "tree"
    (tree / "boot" / "grub").mkdir(parents=True)
    if grub is not None:
        (tree / "boot" / "grub" / "grub.cfg").write_text(grub)
    for name in (kernel, "initrd.img-3.2.0-23-generic"):
        (tree / "boot" / name).write_text("stand-in")
    with host.disk.open("wb") as disk:
        disk.truncate(16 << 20)
        sector = bytearray(512)
        sector[446:462] = bytes.fromhex("80feffff 83feffff 00080000 00700000")
        sector[510:] = b"\x55\xaa"
        disk.write(sector)
    subprocess.run(
        ["/sbin/mke2fs", "-q", "-F", "-t", "ext4", "-E", "offset=1048576", "-d", tree, host.disk, "14336k"],
        check=True,
    )


def boot(host, tool="xm", **changes):
    file = host.description(without=["kernel", "ramdisk"], bootloader="pygrub", **changes)
    return host.run(tool, "create", file)


def screen_of(output):
    screen = pyte.Screen(80, 24)
    stream = pyte.ByteStream(screen)
    stream.use_utf8 = False
    stream.feed(output)
    return screen


@pytest.fixture
def slow_menu(monkeypatch):
    """A menu that counts three times as slowly: even a busy machine attaches before it is over."""
    monkeypatch.setenv("AUTOINSTALL_REHEARSAL_PACE", "3")


def test_xm_returns_while_the_menu_counts_and_the_console_follows_to_the_guest(host, slow_menu):
    make_disk(host)
    assert boot(host).returncode == 0
    console = host.attach("xm", "console", "ubuntu")
    console.expect_exact("Will boot selected entry in  2 seconds")
    console.expect_exact("Will boot selected entry in  1 seconds")
    console.expect_exact("first byte of guest, domain 1, Ubuntu, with Linux 3.2.0-23-generic\r\n")
    assert console.before.endswith(b"\x1b[?1l\x1b>\x1b[24;1H\r\x1b[?1l\x1b>")
    assert console.isalive()


def test_the_menu_looks_as_pygrub_draws_it(host, slow_menu):
    make_disk(host)
    boot(host)
    console = host.attach("xm", "console", "ubuntu")
    console.expect_exact("Will boot selected entry in  1 seconds")
    screen = screen_of(console.before + console.after)
    lines = [line.rstrip() for line in screen.display]
    assert lines[1] == "    pyGRUB  version 0.6"
    assert lines[2] == " ┌" + "─" * 72 + "┐"
    assert lines[3] == " │ Ubuntu, with Linux 3.2.0-23-generic" + " " * 36 + "│"
    assert lines[4] == " │ Ubuntu, with Linux 3.2.0-23-generic (recovery mode)" + " " * 20 + "│"
    assert lines[11] == " └" + "─" * 72 + "┘"
    assert lines[12:16] == [
        "     Use the ^ and v keys to select which entry is highlighted.",
        "     Press enter to boot the selected OS, 'e' to edit the",
        "     commands before booting, 'a' to modify the kernel arguments",
        "     before booting, or 'c' for a command line.",
    ]
    assert lines[20] == "     Will boot selected entry in  1 seconds"
    assert screen.buffer[3][2].reverse
    assert not screen.buffer[4][2].reverse


def test_xl_blocks_until_the_menu_is_over_and_its_console_ends_with_the_menu(host, monkeypatch):
    monkeypatch.setenv("AUTOINSTALL_REHEARSAL_PACE", "10")
    make_disk(host)
    file = host.description(without=["kernel", "ramdisk"], bootloader="pygrub")
    creating = subprocess.Popen(
        [host.home / "bin" / "xl", "create", file], cwd=host.folder, stderr=subprocess.PIPE, text=True
    )
    assert eventually(lambda: host.xl("list", "ubuntu").returncode == 0)
    assert " --p--- " in host.xl("list", "ubuntu").stdout
    console = host.attach("xl", "console", "ubuntu")
    console.expect_exact("Will boot selected entry in  1 seconds")
    assert creating.poll() is None
    assert ended(console) == 0
    assert creating.wait(20) == 0
    assert creating.stderr.read() == "Parsing config from ubuntu.xen\n"
    creating.stderr.close()
    console = host.console("xl")
    assert console.before == b"first byte of guest, domain 1, Ubuntu, with Linux 3.2.0-23-generic\r\n"


def test_xl_create_with_its_console_shows_menu_and_guest_without_a_break(host):
    make_disk(host)
    file = host.description(without=["kernel", "ramdisk"], bootloader="pygrub")
    console = host.attach("xl", "create", "-c", file)
    console.expect_exact("pyGRUB  version 0.7")
    console.expect("Use the .*↑.* and .*↓.* keys".encode())
    console.expect_exact("ready\r\n")
    console.send("R")
    assert ended(console) == 0


def test_any_key_stops_the_countdown_and_enter_boots_what_is_highlighted(host, slow_menu):
    make_disk(host)
    boot(host)
    console = host.console(ready=False)
    console.send("\x1b[B")  # no key of pygrub's, and yet it stops the countdown
    assert console.expect_exact(["first byte", pexpect.TIMEOUT], timeout=3.5) == 1
    console.send("\x1bOB")
    console.send("\r")
    console.expect_exact(
        "first byte of guest, domain 1, Ubuntu, with Linux 3.2.0-23-generic (recovery mode)\r\n"
    )


def test_the_menu_comes_again_after_a_reboot(host):
    make_disk(host)
    boot(host)
    console = host.console()
    console.send("R")
    ended(console)
    assert eventually(lambda: host.xm("domid", "ubuntu").stdout == "2\n")
    assert eventually(lambda: host.xm("console", "ubuntu").stderr == "")
    console = host.console()
    assert b"first byte of guest, domain 2" in console.before


@pytest.mark.parametrize(
    ("disk", "words"),
    [
        ({"grub": None}, "RuntimeError: Unable to find partition containing kernel"),
        ({"grub": "hello\n"}, "RuntimeError: Unable to find partition containing kernel"),
        ({"kernel": "other"}, "Error opening /boot/vmlinuz-3.2.0-23-generic in guest"),
        (None, "RuntimeError: Unable to find partition containing kernel"),
    ],
    ids=["no grub.cfg", "no entries", "no kernel", "empty disk"],
)
def test_a_disk_without_anything_to_boot(host, disk, words):
    if disk is not None:
        make_disk(host, **disk)
    done = boot(host)
    assert (done.returncode, done.stderr) == (1, "Error: Boot loader didn't return any data!\n")
    done = boot(host, "xl")
    assert done.returncode == 3
    log = host.home / "log" / "bootloader.2.log"
    assert (
        "libxl: error: libxl_bootloader.c:767:bootloader_finished: Domain 2:bootloader failed - consult logfile"
        f" {log}\n" in done.stderr
    )
    assert words in log.read_text()
    assert host.xl("list").stdout.count("\n") == 2


def test_a_guest_in_its_boot_loader_answers_no_shutdown(host):
    make_disk(host)
    boot(host)
    there = Host(host.home)
    assert orders.request(there, there.find("ubuntu"), "shutdown") is False
