"""Finished installs kept by the fingerprint of their install stage, so that another build can start from one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from autoinstall.image.disk import copy_sparse


class Checkpoints:
    """A folder with one disk an install fingerprint; copies share blocks where the file system can."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, fingerprint: str) -> Path:
        return self._folder / f"{fingerprint}.img"

    def keep(self, disk: Path, fingerprint: str) -> Path:
        """Keep a copy of a disk, in place of an older one. Raises HostError where there is no room."""
        kept = self.path(fingerprint)
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            copy = Path(folder, kept.name)
            copy_sparse(disk, copy)
            copy.replace(kept)
        return kept

    def take(self, fingerprint: str, disk: Path) -> bool:
        """Put a copy of the kept disk at `disk`, which must not exist; False where none is kept."""
        kept = self.path(fingerprint)
        if not kept.exists():
            return False
        copy_sparse(kept, disk)
        os.utime(kept)
        return True
