"""Where a finished disk starts: its boot menu and its initrd, read from real file systems."""

from __future__ import annotations

import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from autoinstall.image.foreign_hosts import checks
from autoinstall.image.overlay import archive_of
from tests.image.test_hygiene import disk_of

MENU = "menuentry 'Debian' {{\n\tlinux\t/boot/vmlinuz-6.1 root={root} ro quiet\n\tinitrd\t/boot/initrd.img-6.1\n}}\n"
VIRTIO = "usr/lib/modules/6.1/kernel/drivers/block/virtio_blk.ko.xz"
XEN = "usr/lib/modules/6.1/kernel/drivers/block/xen-blkfront.ko"


def system(folder: Path, *, root: str, initrd: bytes, builtin: str = "") -> Path:
    files = {
        "etc/hostname": b"lab1\n",
        "boot/grub/grub.cfg": MENU.format(root=root).encode(),
        "boot/initrd.img-6.1": initrd,
        "lib/modules/6.1/modules.builtin": builtin.encode(),
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def found(folder: Path) -> dict[str, tuple[bool | None, str]]:
    disk = disk_of(folder, folder.with_suffix(".disk"))
    return {check.name.split(" ")[0]: (check.ok, check.evidence) for check in checks(disk)}


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
def test_a_usual_system_starts_anywhere(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    """Modules in a plain archive before the rest, as today's initramfs-tools writes them."""
    initrd = archive_of(VIRTIO, b"x") + pack(archive_of(XEN, b"x"))
    assert found(system(tmp_path / "guest", root="UUID=0-1", initrd=initrd)) == {
        "root": (True, "/boot/grub/grub.cfg says root=UUID=0-1"),
        "disk": (True, "/boot/initrd.img-6.1 has virtio_blk, xen-blkfront"),
    }


def test_drivers_may_be_built_in(tmp_path: Path) -> None:
    folder = system(
        tmp_path / "guest",
        root="LABEL=root",
        initrd=archive_of(XEN, b"x"),
        builtin="kernel/drivers/block/virtio_blk.ko\n",
    )
    assert [ok for ok, _ in found(folder).values()] == [True, True]


def test_a_root_named_after_one_hypervisors_disk_and_a_driver_that_lacks(tmp_path: Path) -> None:
    folder = system(tmp_path / "guest", root="/dev/xvda1", initrd=gzip.compress(archive_of(XEN, b"x")))
    assert found(folder) == {
        "root": (False, "/boot/grub/grub.cfg says root=/dev/xvda1"),
        "disk": (False, "/boot/initrd.img-6.1 lacks virtio_blk"),
    }


def test_what_cannot_be_read_is_not_shown(tmp_path: Path) -> None:
    folder = system(tmp_path / "guest", root="UUID=0-1", initrd=b"a stand-in")
    (folder / "boot/grub/grub.cfg").write_text("# empty\n")
    assert [ok for ok, _ in found(folder).values()] == [None, None]
