"""The driver of Xen's disks for an installer whose own kernel modules lack it, as one more cpio archive.

Debian's network installers bring xen-netfront and no xen-blkfront: in a guest of Xen they see no disk.
"""

from __future__ import annotations

import gzip
import lzma
import tempfile
from pathlib import Path

from autoinstall.errors import HostError
from scripts.lab_mirror import cpio, deb
from scripts.lab_mirror.debian_13 import ARCHITECTURE, OFFICIAL_KEYRING, SUITE
from scripts.lab_mirror.download import Downloads
from scripts.lab_mirror.netboot import read_initrd
from scripts.lab_mirror.places import Lab as Mirror
from scripts.lab_mirror.private_apt import PrivateApt

_MODULE = "usr/lib/modules/xen-lab/xen-blkfront.ko"
_STARTUP = "usr/lib/debian-installer-startup.d/S03xen-blkfront"
_SCRIPT = f"#!/bin/sh\ninsmod /{_MODULE} || true\n"

_LIVE_PRESEED = Path(__file__).parents[1] / "lab_mirror/files/preseed-live.cfg"
"""It mounts the prepared root from a CD drive, which is a disk of Xen's here."""


def make_overlay(mirror: Mirror, url: str, target: Path) -> None:
    """Write the archive for the mirror's installer. Raises HostError where its kernel's package lacks the driver."""
    kernel = read_initrd(mirror.official_initrd).kernel
    apt = PrivateApt(mirror.apt, url, SUITE, ARCHITECTURE, OFFICIAL_KEYRING)
    package = Downloads(mirror.downloads, url).fetch(apt.package(f"linux-image-{kernel}"))
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        tree = Path(folder, "tree")
        deb.unpack(package, Path(folder, "package"))
        driver = next(Path(folder, "package").rglob("xen-blkfront.ko*"), None)
        if driver is None:
            raise HostError(f"{package.name} has no xen-blkfront", kind="no-driver")
        content = driver.read_bytes()
        _write(tree / _MODULE, lzma.decompress(content) if driver.suffix == ".xz" else content, 0o644)
        _write(tree / _STARTUP, _SCRIPT.encode(), 0o755)
        preseed = _LIVE_PRESEED.read_text().replace("modprobe sr_mod; ", "").replace("/dev/sr0", "/dev/xvdb")
        _write(tree / "preseed.cfg", preseed.encode(), 0o644)
        target.write_bytes(gzip.compress(cpio.archive(cpio.entries_below(tree)), mtime=0))


def _write(path: Path, content: bytes, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
