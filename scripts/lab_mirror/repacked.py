"""Components (udebs) made of regular packages, for those that the mirror lacks."""

from __future__ import annotations

import shutil
from pathlib import Path

from scripts.lab_mirror import deb
from scripts.lab_mirror.debian_13 import (
    ARCHITECTURE,
    E2FSPROGS_PROGRAMS,
    E2FSPROGS_SOURCES,
    MODULE_GROUPS,
    MODULE_PATHS,
    MULTIARCH,
)
from scripts.lab_mirror.download import Downloads
from scripts.lab_mirror.index import stored
from scripts.lab_mirror.netboot import MODULES, Initrd
from scripts.lab_mirror.private_apt import PrivateApt
from scripts.lab_mirror.stanza import Stanza

E2FSPROGS = "e2fsprogs-udeb"


class Maker:
    """Makes components in `target`, with `folder` to work in."""

    def __init__(self, apt: PrivateApt, downloads: Downloads, folder: Path, target: Path) -> None:
        self._apt = apt
        self._downloads = downloads
        self._folder = folder
        self._target = target

    def e2fsprogs(self) -> tuple[Stanza, Path]:
        """The programs that make and check ext file systems, with their libraries."""
        packages = [self._apt.package(name) for name in E2FSPROGS_SOURCES]
        source, tree = self._folder / "e2fsprogs", self._folder / E2FSPROGS
        for file in self._downloads.fetch_all(packages):
            deb.unpack(file, source)
        libraries = sorted((source / "usr/lib" / MULTIARCH).glob("lib*.so.*"))
        programs = [source / "usr/sbin" / name for name in E2FSPROGS_PROGRAMS]
        for file in (*libraries, *programs, source / "etc/mke2fs.conf"):
            _copy(file, tree / file.relative_to(source))
        version = packages[0].get("Version").partition("+b")[0] + "+lab1"
        return self._packed(
            tree,
            _control(
                E2FSPROGS,
                version,
                Priority="optional",
                Depends="libblkid1-udeb, libc6-udeb, libuuid1-udeb",
                Description="e2fsprogs, repacked for the installer",
            ),
        )

    def kernel_modules(self, initrd: Initrd) -> tuple[Stanza, Path]:
        """The modules for disks and file systems that the initrd lacks, of exactly its kernel."""
        package = self._apt.package(f"linux-image-{initrd.kernel}")
        source, tree = self._folder / "kernel", self._folder / "modules"
        deb.unpack(self._downloads.fetch(package), source)
        present = {Path(entry.path).name for entry in initrd.modules}
        found = next(source.glob(f"**/lib/modules/{initrd.kernel}/kernel"))
        for file in sorted(found.rglob("*.ko*")):
            path = file.relative_to(found)
            if path.as_posix().startswith(MODULE_PATHS) and file.name not in present:
                _copy(file, tree / MODULES / initrd.kernel / "kernel" / path)
        shutil.rmtree(source)
        return self._packed(
            tree,
            _control(
                f"ext4-modules-{initrd.kernel}-di",
                package.get("Version"),
                Priority="standard",
                **{"Kernel-Version": initrd.kernel},
                Provides=", ".join(f"{group}-modules" for group in MODULE_GROUPS),
                Description="kernel modules of the regular package, repacked for the installer",
            ),
        )

    def _packed(self, tree: Path, control: Stanza) -> tuple[Stanza, Path]:
        file = self._target / f"{control.name}_{control.get('Version')}_{ARCHITECTURE}.udeb"
        deb.pack(tree, control, file)
        return stored(control, f"lab/{file.name}", file.read_bytes()), file


def _control(name: str, version: str, **fields: str) -> Stanza:
    return Stanza(
        {
            "Package": name,
            "Version": version,
            "Architecture": ARCHITECTURE,
            "Maintainer": "lab <lab@example.org>",
            "Section": "debian-installer",
            **fields,
        }
    )


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target, follow_symlinks=False)
