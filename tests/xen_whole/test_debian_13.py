"""Debian 13 installed, booted and made ready in a paravirtualised guest of real Xen: what no rehearsal can prove."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pexpect
import pytest

from autoinstall.image.finished_disk import FinishedDisk
from tests.build.whole import disk_file
from tests.conftest import needs
from tests.real.installation import ROOT, Installation, installed
from tests.xen.rig import FOLDER_VARIABLE

pytestmark = pytest.mark.xen

SECONDS = 3 * 3600
BOOT_SECONDS = 5 * 60
"""Five times what a boot takes without hardware virtualisation."""

_LINUX = re.compile(r"^[ \t]*linux[ \t]+(?P<kernel>\S+)[ \t]+(?P<arguments>.*)$", re.MULTILINE)


@pytest.fixture(scope="module")
def installation() -> Installation:
    needs("xen")
    folder = os.environ.get(FOLDER_VARIABLE)
    return installed("xen-image", "xen", SECONDS, *(("--folder", folder) if folder else ()))


def test_every_stage_is_done(installation: Installation) -> None:
    installation.assert_done()


def test_the_installer_came_up_again_and_got_no_key(installation: Installation) -> None:
    installation.assert_left_by_the_second_installer()


def test_each_question_was_answered_once(installation: Installation) -> None:
    assert "partman/confirm_nooverwrite" in installation.assert_answered_once()


def test_the_image_is_whole_and_holds_the_edits(installation: Installation, tmp_path: Path) -> None:
    raw = installation.raw_disk(tmp_path)
    files = ROOT / "answers" / "files"
    assert disk_file(raw, "/usr/local/sbin/vmcontext") == (files / "vmcontext").read_text()
    assert disk_file(raw, "/etc/machine-id") == ""
    assert "console=hvc0" in disk_file(raw, "/boot/grub/grub.cfg")


def test_the_verified_guest_took_name_and_address_from_its_context_disk(installation: Installation) -> None:
    checks = installation.checks()
    assert checks["hostname"]["ok"] and "from-context" in checks["hostname"]["evidence"]
    assert checks["address from the CONTEXT disk"]["ok"], checks["address from the CONTEXT disk"]


def test_the_image_starts_in_plain_qemu(installation: Installation, tmp_path: Path) -> None:
    checks = installation.checks()
    assert checks["root by UUID"]["ok"] and checks["disk drivers of KVM and Xen in the initrd"]["ok"]
    assert not checks["boot loader for a BIOS"]["ok"]
    assert "Debian GNU/Linux 13" in boot_in_plain_qemu(installation.raw_disk(tmp_path), tmp_path)


def boot_in_plain_qemu(raw: Path, folder: Path) -> str:
    """What the disk says on a serial line of a machine without Xen, up to its login; the disk stays as it is.

    As no boot loader of a paravirtualised guest's disk is one for a BIOS, QEMU is given the kernel of its menu.
    """
    disk = FinishedDisk(raw)
    entry = _LINUX.search(disk.content("/boot/grub/grub.cfg").decode())
    assert entry, "its menu starts no kernel"
    kernel, initrd = folder / "vmlinuz", folder / "initrd"
    kernel.write_bytes(disk.content(entry["kernel"]))
    initrd.write_bytes(disk.content(entry["kernel"].replace("vmlinuz-", "initrd.img-")))
    machine = [
        "-m",
        "512",
        "-display",
        "none",
        "-monitor",
        "none",
        "-serial",
        "stdio",
        "-nic",
        "none",
        "-no-reboot",
    ]
    drive = ["-drive", f"file={raw},format=raw,if=virtio,snapshot=on"]
    start = ["-kernel", str(kernel), "-initrd", str(initrd), "-append", f"{entry['arguments']} console=ttyS0"]
    plain = pexpect.spawn(
        "qemu-system-x86_64", [*machine, *drive, *start], encoding="utf-8", codec_errors="replace"
    )
    try:
        plain.expect_exact("login:", timeout=BOOT_SECONDS)
        return str(plain.before)[-200:] + "login:"
    finally:
        plain.close(force=True)
