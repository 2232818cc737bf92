"""A file out of a Debian package of the mirror, every step of the way checked from the signed InRelease."""

from __future__ import annotations

import gzip
import lzma
import posixpath
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from autoinstall import process
from autoinstall.errors import HostError, InvalidFileError, VerificationError
from autoinstall.image.digest import Digest
from autoinstall.image.disk import full_disk_explained
from autoinstall.image.http import fetch_bytes
from autoinstall.image.sums import SignedSums, require_digest, suite_release

LONGEST_LINKS = 8
UNPACKING_SECONDS = 300.0
_AT_ONCE = 1 << 20
"""Bytes of an index (60 MB for the main section) that are unpacked at once."""

_UNPACKED_BY: tuple[tuple[str, Callable[..., Any]], ...] = (
    (".xz", lzma.open),
    (".gz", gzip.open),
    ("", lambda plain: plain),
)


@dataclass(frozen=True, slots=True)
class PackageFile:
    """A package of the archive: where it lies below the mirror, its checksum, and what vouches for it."""

    name: str
    path: str
    digest: Digest
    vouched: str


def split_reference(reference: str) -> tuple[str, str]:
    """NAME and PATH of `package:NAME/PATH`. Raises InvalidFileError for another form."""
    name, slash, path = reference.removeprefix("package:").partition("/")
    if not (name and slash and path) or not name.replace("-", "").replace("+", "").replace(".", "").isalnum():
        raise InvalidFileError(
            f"{reference} is no package:NAME/PATH",
            kind="package-reference",
            hint="for example package:debian-installer-12-netboot-amd64/usr/lib/.../linux",
        )
    return name, path


def find_package(mirror: str, suite: str, architecture: str, name: str, keyring: Path) -> PackageFile:
    """Look a package up in the suite's main section. Raises VerificationError where it is not listed."""
    release = suite_release(mirror, suite, keyring)
    for stanza in index_stanzas(mirror, suite, f"main/binary-{architecture}/Packages", release):
        if stanza.startswith(f"Package: {name}\n".encode()):
            return listed_package(stanza, release)
    raise VerificationError(
        f"{suite} has no package {name} for {architecture}",
        kind="unlisted-file",
        hint="`apt-cache policy` shows the names that a suite has",
    )


def extract_file(package: Path, path: str, target: Path) -> None:
    """Write one regular file of a .deb (links inside the package are followed) to `target`.

    Raises InvalidFileError where the package has no such file, HostError without dpkg-deb.
    """
    with tempfile.TemporaryDirectory(prefix="autoinstall-", dir=target.parent) as folder:
        archive = Path(folder, "data.tar")
        _unpack(package, archive)
        with tarfile.open(archive) as members:
            content = _file_in(members, path)
            with full_disk_explained(target), target.open("wb") as file:
                shutil.copyfileobj(content, file)


def index_stanzas(mirror: str, suite: str, path: str, release: SignedSums) -> Iterator[bytes]:
    """The entries of a package index (`path`, below the suite's folder), checked before any of it is unpacked.

    Raises VerificationError where the index is not listed, or is another.
    """
    for ending, unpack in _UNPACKED_BY:
        if path + ending in release.sums:
            content = fetch_bytes(f"{mirror}/dists/{suite}/{path}{ending}")
            require_digest(path + ending, content, release.sums[path + ending])
            yield from _split(unpack(BytesIO(content)))
            return
    raise VerificationError(f"{path} stands in no signed list of {suite}", kind="unlisted-file")


def listed_package(stanza: bytes, release: SignedSums) -> PackageFile:
    """The package that an entry of an index is about. Raises VerificationError for an entry without a checksum."""
    lines = stanza.decode("utf-8", "replace").splitlines()
    fields = dict(line.split(": ", 1) for line in lines if ": " in line and line[0] != " ")
    try:
        digest = Digest("sha256", fields["SHA256"].lower())
        vouched = f"package {fields['Package']} {fields['Version']}, {release.vouched}"
        return PackageFile(fields["Package"], fields["Filename"], digest, vouched)
    except KeyError as missing:
        raise VerificationError(f"an entry of the index has no {missing}", kind="unlisted-file") from None


def _split(index: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while piece := index.read(_AT_ONCE):
        *whole, rest = (rest + piece).split(b"\n\n")
        yield from whole
    yield rest


def control_files(package: Path, name: str) -> bytes:
    """The control files of a .deb or .udeb, as a tar archive. Raises HostError without dpkg-deb, or where it fails."""
    command = ("sh", "-c", 'exec dpkg-deb --ctrl-tarfile "$1"', "sh", str(package))
    try:
        done, archive = process.run_for_bytes(command, timeout=UNPACKING_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise _too_slow(name) from error
    if done.status:
        raise _not_unpacked(name, done)
    return archive


def _unpack(package: Path, archive: Path) -> None:
    command = 'exec dpkg-deb --fsys-tarfile "$1" > "$2"'
    try:
        done = process.run(("sh", "-c", command, "sh", str(package), str(archive)), timeout=UNPACKING_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise _too_slow(package.name) from error
    if done.status != 0:
        raise _not_unpacked(package.name, done)


def _not_unpacked(name: str, done: process.Completed) -> HostError:
    return HostError(
        f"{name} cannot be unpacked",
        kind="unpack-failed",
        hint="is dpkg-deb installed (apt-get install dpkg)?",
        host_said=done.said or None,
    )


def _too_slow(name: str) -> HostError:
    return HostError(f"unpacking {name} took over {UNPACKING_SECONDS:.0f} s", kind="unpack-failed")


def _file_in(members: tarfile.TarFile, path: str) -> IO[bytes]:
    wanted = posixpath.normpath(path.lstrip("/"))
    for _ in range(LONGEST_LINKS):
        member = next((one for one in members if posixpath.normpath(one.name) == wanted), None)
        if member is None:
            break
        if member.issym():
            wanted = posixpath.normpath(posixpath.join(posixpath.dirname(wanted), member.linkname)).lstrip(
                "/"
            )
        elif member.islnk():
            wanted = posixpath.normpath(member.linkname)
        elif member.isreg() and (file := members.extractfile(member)):
            return file
        else:
            break
    raise InvalidFileError(
        f"the package has no file {path}",
        kind="file-missing",
        hint="`dpkg-deb --contents` lists what a package holds",
    )
