"""Packages from the machine's mirror, several at a time, kept by name and checked by their checksum."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

from autoinstall.image.digest import Digest, digest_of
from autoinstall.image.http import NotFoundError, fetch_file
from scripts.lab_mirror.stanza import Stanza

_AT_A_TIME = 4


class Downloads:
    """A folder of packages of one mirror."""

    def __init__(self, folder: Path, mirror: str) -> None:
        self._folder = folder
        self._mirror = mirror

    def fetch(self, package: Stanza) -> Path:
        """The package's file. Raises NotFoundError, HostError, VerificationError."""
        path = package.get("Filename")
        target = self._folder / Path(path).name
        expected = Digest("sha256", package.get("SHA256").lower())
        if not (target.exists() and digest_of(target) == expected):
            self._folder.mkdir(parents=True, exist_ok=True)
            fetch_file(f"{self._mirror}/{quote(path, safe='/+~')}", target, expected=expected)
        return target

    def fetch_all(self, packages: Sequence[Stanza]) -> list[Path]:
        """The files of all the packages, in their order."""
        with ThreadPoolExecutor(_AT_A_TIME) as pool:
            return list(pool.map(self.fetch, packages))

    def fetch_present(self, packages: Sequence[Stanza]) -> dict[str, Path | None]:
        """By name the file of each package, None for those that the mirror does not have."""

        def attempt(package: Stanza) -> Path | None:
            try:
                return self.fetch(package)
            except NotFoundError:
                return None

        with ThreadPoolExecutor(_AT_A_TIME) as pool:
            files = list(pool.map(attempt, packages))
        return {package.name: file for package, file in zip(packages, files, strict=True)}
