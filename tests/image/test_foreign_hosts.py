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


def found(folder: Path, *sectors: tuple[int, bytes]) -> dict[str, tuple[bool | None, str]]:
    """The checks by the first words of their names, of a disk on which this stands at these bytes."""
    image = folder.with_suffix(".disk")
    disk = disk_of(folder, image)
    with image.open("r+b") as raw:
        for place, content in sectors:
            raw.seek(place)
            raw.write(content)
    return {check.name.split(" ")[0]: (check.ok, check.evidence) for check in checks(disk, image)}


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
def test_a_usual_system_starts_anywhere(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    """Modules in a plain archive before the rest, as today's initramfs-tools writes them."""
    initrd = archive_of(VIRTIO, b"x") + pack(archive_of(XEN, b"x"))
    assert found(system(tmp_path / "guest", root="UUID=0-1", initrd=initrd), (0x180, b"GRUB \0")) == {
        "root": (True, "/boot/grub/grub.cfg says root=UUID=0-1"),
        "disk": (True, "/boot/initrd.img-6.1 has virtio_blk, xen-blkfront"),
        "boot": (True, "the disk's first sector loads GRUB"),
    }


def test_drivers_may_be_built_in(tmp_path: Path) -> None:
    folder = system(
        tmp_path / "guest",
        root="LABEL=root",
        initrd=archive_of(XEN, b"x"),
        builtin="kernel/drivers/block/virtio_blk.ko\n",
    )
    assert [found(folder)[name][0] for name in ("root", "disk")] == [True, True]


def test_a_root_named_after_one_hypervisors_disk_and_a_driver_that_lacks(tmp_path: Path) -> None:
    folder = system(tmp_path / "guest", root="/dev/xvda1", initrd=gzip.compress(archive_of(XEN, b"x")))
    assert found(folder) == {
        "root": (False, "/boot/grub/grub.cfg says root=/dev/xvda1"),
        "disk": (False, "/boot/initrd.img-6.1 lacks virtio_blk"),
        "boot": (
            False,
            "the disk's first sector loads no GRUB: pygrub starts this disk, KVM does not",
        ),
    }


ACTIVE = (0x1CE, b"\x80")
"""The second partition, at sector 6144."""


@pytest.mark.parametrize(
    ("sectors", "starts"),
    [
        ([(0, b"\xfa\xb8 a usual master boot record")], False),
        ([(0, b"\xfa\xb8 a usual master boot record"), ACTIVE], False),
        ([(6144 * 512, b"\xeb\x58SYSLINUX")], False),
        ([(6144 * 512, b"\xeb\x58SYSLINUX"), ACTIVE], True),
        ([(0x1BE + 60, b"GRUB")], False),
    ],
)
def test_a_boot_loader_is_in_the_first_sector_or_in_the_active_partition(
    tmp_path: Path, sectors: list[tuple[int, bytes]], starts: bool
) -> None:
    folder = system(tmp_path / "guest", root="UUID=0-1", initrd=b"")
    assert found(folder, *sectors)["boot"][0] is starts


def test_what_cannot_be_read_is_not_shown(tmp_path: Path) -> None:
    folder = system(tmp_path / "guest", root="UUID=0-1", initrd=b"a stand-in")
    (folder / "boot/grub/grub.cfg").write_text("# empty\n")
    assert [found(folder)[name][0] for name in ("root", "disk")] == [None, None]
