"""The files that are served: the lab's own, else the mirror's, fetched once and kept."""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from autoinstall.errors import HostError
from autoinstall.image.http import NotFoundError, fetch_file
from scripts.lab_mirror.request import Wanted

OURS, KEPT, FETCHED = "ours", "kept", "fetched"


@dataclass(frozen=True, slots=True)
class Found:
    """A file to serve, and where it came from: ours, kept or fetched."""

    path: Path
    origin: str


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder with our own files, and one to keep the mirror's in; without the latter all of it is ours."""

    folder: Path
    cache: Path | None


class Store:
    """Finds the file for a request. Index files (`dists/`) of the mirror are asked for anew once a run."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._fresh: set[str] = set()
        self._guard = threading.Lock()
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def find(self, wanted: Wanted) -> Found:
        """Raises NotFoundError where there is no such file, HostError where the mirror cannot be reached."""
        area = self._archive.folder / wanted.area
        own = area / wanted.path
        if own.is_file():
            return Found(own, OURS)
        if self._archive.cache is None or self._is_whole(area, wanted):
            raise NotFoundError(f"the lab's archive has no {wanted.path}")
        with self._guard:
            lock = self._locks[wanted.url]
        with lock:
            return self._from_mirror(self._archive.cache, wanted)

    def _is_whole(self, area: Path, wanted: Wanted) -> bool:
        """Whether the file's suite is ours alone: then what is not here is nowhere."""
        suite = wanted.suite
        return suite is not None and (area / "dists" / suite / "InRelease").exists()

    def _from_mirror(self, cache: Path, wanted: Wanted) -> Found:
        kept = cache / hashlib.sha256(wanted.url.encode()).hexdigest()
        may_change = wanted.suite is not None
        if kept.exists() and (not may_change or wanted.url in self._fresh):
            return Found(kept, KEPT)
        cache.mkdir(parents=True, exist_ok=True)
        if may_change:
            kept.with_name(kept.name + ".part").unlink(missing_ok=True)
        try:
            fetch_file(wanted.url, kept, expected=None)
        except NotFoundError:
            raise
        except HostError:
            if not kept.exists():
                raise
            return Found(kept, KEPT)
        self._fresh.add(wanted.url)
        return Found(kept, FETCHED)
