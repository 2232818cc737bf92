"""Downloads kept by their checksum, so that the next build needs no network for them."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from autoinstall.image.digest import Digest, digest_of
from autoinstall.image.disk import full_disk_explained


class DownloadCache:
    """A folder with one file a checksum. What it gives out has been checked again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, digest: Digest, target: Path) -> bool:
        """Put the file of that checksum at `target`; False where there is none (a damaged one is dropped)."""
        kept = self._path(digest)
        try:
            shutil.copyfile(kept, target)
        except FileNotFoundError:
            return False
        if digest_of(target, digest.algorithm) == digest:
            os.utime(kept)
            return True
        target.unlink()
        kept.unlink(missing_ok=True)
        return False

    def keep(self, digest: Digest, source: Path) -> None:
        """Keep a file under its checksum; seen by others only when it is whole."""
        kept = self._path(digest)
        if kept.exists():
            return
        with full_disk_explained(kept), tempfile.TemporaryDirectory(dir=self._folder) as folder:
            copy = Path(folder, kept.name)
            shutil.copyfile(source, copy)
            copy.replace(kept)

    def _path(self, digest: Digest) -> Path:
        return self._folder / f"{digest.algorithm}-{digest.hex}"
