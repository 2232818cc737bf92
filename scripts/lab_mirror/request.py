"""What a client of the mirror asks for, by the rules of paths; no file and no socket is touched here."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from urllib.parse import quote, unquote, urlsplit

MIRROR_FOLDER = "/debian"
SECURITY_FOLDER = "/debian-security"


class Area(StrEnum):
    """The two archives that an installer asks for."""

    MIRROR = "debian"
    SECURITY = "security"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file of an archive: its decoded path below it, and where it stands on the net."""

    area: Area
    path: str
    url: str

    @property
    def suite(self) -> str | None:
        """The suite that the file is an index of, None outside of `dists`."""
        folders = self.path.split("/")
        return folders[1] if folders[0] == "dists" and len(folders) > 2 else None


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a request is not served: HTTP status and a sentence."""

    status: int
    reason: str


def wanted(target: str, mirror: str) -> Wanted | Refused:
    """What a request line's target means, as a proxy's (`http://HOST/PATH`) or as our own (`/debian/PATH`).

    `mirror` is the archive behind us, without a final slash. Only it is proxied, and of any host the folder
    /debian-security, which is where the installer looks for the security archive: a guest gets no way to the
    rest of the network. `//` counts as `/` (the installer writes `/debian//dists`, which some mirrors refuse), and
    `%2b` as `+` (apt writes the one, wget the other).
    """
    parts = urlsplit(target)
    path = re.sub("/+", "/", unquote(parts.path))
    if ".." in path.split("/") or "\0" in path:
        return Refused(400, "a path with .. in it")
    if parts.scheme:
        return _proxied(parts.scheme, parts.netloc, path, mirror)
    if rest := _below(path, MIRROR_FOLDER):
        return _file(Area.MIRROR, rest, mirror)
    if rest := _below(path, SECURITY_FOLDER):
        host = urlsplit(mirror).netloc
        return _file(Area.SECURITY, rest, f"http://{host}{SECURITY_FOLDER}")
    return Refused(404, f"served here: {MIRROR_FOLDER} and {SECURITY_FOLDER}")


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes of a file from `start` to `end` (the latter not included)."""

    start: int
    end: int


def span_wanted(header: str | None, size: int) -> Span | Refused | None:
    """What a Range header asks for of a file of `size` bytes: None is all of it (RFC 9110, section 14).

    A header of another form, or with several ranges, is ignored, as the RFC allows.
    """
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", (header or "").replace(" ", ""))
    if not match or not (match[1] or match[2]):
        return None
    if not match[1]:
        length = min(int(match[2]), size)
        return Span(size - length, size) if length else Refused(416, "no byte of it")
    start, end = int(match[1]), int(match[2]) + 1 if match[2] else size
    if start >= end:
        return None if match[2] else Refused(416, "the file is shorter")
    return Span(start, min(end, size)) if start < size else Refused(416, "the file is shorter")


def unchanged_since(header: str | None, modified: int) -> bool:
    """Whether a file of that date (seconds since 1970) is the one that If-Modified-Since speaks of."""
    try:
        return header is not None and modified <= parsedate_to_datetime(header).timestamp()
    except ValueError:
        return False


def _proxied(scheme: str, host: str, path: str, mirror: str) -> Wanted | Refused:
    archive = urlsplit(mirror)
    if scheme == archive.scheme and host.lower() == archive.netloc.lower():
        folder = re.sub("/+", "/", unquote(archive.path))
        if rest := _below(path, folder):
            return _file(Area.MIRROR, rest, mirror)
    if scheme == "http" and (rest := _below(path, SECURITY_FOLDER)):
        return _file(Area.SECURITY, rest, f"http://{host}{SECURITY_FOLDER}")
    return Refused(403, f"only {mirror} and {SECURITY_FOLDER} are proxied")


def _below(path: str, folder: str) -> str:
    """The path below a folder, empty where it is not below it."""
    prefix = folder.rstrip("/") + "/"
    return posixpath.normpath(path[len(prefix) :]) if path.startswith(prefix) and path != prefix else ""


def _file(area: Area, path: str, archive: str) -> Wanted:
    return Wanted(area, path, f"{archive}/{quote(path, safe='/+~:')}")
