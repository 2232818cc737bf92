"""Where everything lies below the lab's folder."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from scripts.lab.folder import LabFolder

_WORKPLACE = "making-"


class Variant(StrEnum):
    """The archives that the lab can serve.

    official: the mirror's own packages, 160 000 of them, with our index of components. small: the packages
    that an installation needs, uncompressed, with our own signature. live: small, with live-installer and a
    prepared root in place of debootstrap.
    """

    OFFICIAL = "official"
    SMALL = "small"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class Lab(LabFolder):
    """The lab's folder."""

    program = "lab-mirror"

    @contextlib.contextmanager
    def workplace(self) -> Iterator[Path]:
        """A new folder that goes when the block ends, whatever is in it."""
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=_WORKPLACE) as folder:
            yield Path(folder)

    def sweep(self) -> None:
        """Remove what a killed build left behind."""
        for folder in self.folder.glob(f"{_WORKPLACE}*"):
            shutil.rmtree(folder)

    @property
    def stamps(self) -> Path:
        return self.folder / "steps"

    @property
    def apt(self) -> Path:
        return self.folder / "apt"

    @property
    def downloads(self) -> Path:
        return self.folder / "downloads"

    @property
    def key(self) -> Path:
        return self.folder / "key"

    @property
    def keyring(self) -> Path:
        """Debian's keys and ours, as gpgv reads them."""
        return self.key / "archive.gpg"

    @property
    def netboot(self) -> Path:
        return self.folder / "netboot"

    @property
    def kernel(self) -> Path:
        return self.netboot / "linux"

    @property
    def official_initrd(self) -> Path:
        return self.netboot / "initrd.gz"

    @property
    def components(self) -> Path:
        return self.folder / "components"

    @property
    def catalogue(self) -> Path:
        """The questions of the whole installation, a debconf templates file."""
        return self.folder / "catalogue.templates"

    @property
    def pool(self) -> Path:
        """Uncompressed packages of the small archives."""
        return self.folder / "pool"

    @property
    def base_root(self) -> Path:
        """The prepared root for live-installer, an ext4 image."""
        return self.folder / "base.ext4"

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    @property
    def about(self) -> Path:
        return self.folder / "lab.json"

    def archive(self, variant: Variant) -> Path:
        return self.folder / "archives" / variant

    def overlay(self, variant: Variant) -> Path:
        """What is appended to the official initrd: a compressed cpio archive."""
        return self.folder / f"overlay-{_initrd_kind(variant)}.cpio.gz"

    def initrd(self, variant: Variant) -> Path:
        return self.folder / f"initrd-{_initrd_kind(variant)}.gz"

    def ready(self, variant: Variant) -> Path:
        """Written by a server when it answers: url, port, pid."""
        return self.folder / f"serve-{variant}.json"

    def serving(self, variant: Variant) -> Path:
        """Locked by a server for as long as it runs."""
        return self.folder / f"serve-{variant}.lock"

    def log(self, variant: Variant) -> Path:
        return self.folder / f"serve-{variant}.log"


def _initrd_kind(variant: Variant) -> str:
    return "live" if variant is Variant.LIVE else "key"
