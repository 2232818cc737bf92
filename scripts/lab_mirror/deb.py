"""Debian packages as files: unpacked, packed, and stored again without compression."""

from __future__ import annotations

import gzip
import lzma
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from autoinstall import process
from autoinstall.errors import HostError, InvalidFileError
from scripts.lab_mirror.stanza import Stanza, stanzas_in

_MAGIC = b"!<arch>\n"
_HEADER = 60
_UNPACKERS: dict[str, Callable[[bytes], bytes]] = {".xz": lzma.decompress, ".gz": gzip.decompress}


def uncompressed(package: bytes) -> bytes:
    """The same package with its members decompressed: LZMA is slow on an emulated processor."""
    parts = [_MAGIC]
    for name, content in members(package):
        ending = next((one for one in _UNPACKERS if name.endswith(one)), None)
        plain = _UNPACKERS[ending](content) if ending else content
        short = name.removesuffix(ending) if ending else name
        parts += [b"%-16s%-12d%-6d%-6d%-8s%-10d`\n" % (short.encode(), 0, 0, 0, b"100644", len(plain))]
        parts += [plain, b"\n" * (len(plain) & 1)]
    return b"".join(parts)


def members(package: bytes) -> Iterator[tuple[str, bytes]]:
    """The members of an ar archive: name and content. Raises InvalidFileError where it is none."""
    if not package.startswith(_MAGIC):
        raise InvalidFileError("this is no Debian package", kind="invalid-package")
    at = len(_MAGIC)
    while at < len(package):
        header = package[at : at + _HEADER]
        if len(header) < _HEADER or not header.endswith(b"`\n"):
            raise InvalidFileError("the package has a damaged member", kind="invalid-package")
        size = int(header[48:58])
        at += _HEADER
        yield header[:16].decode().strip().rstrip("/"), package[at : at + size]
        at += size + (size & 1)


def unpack(package: Path, tree: Path) -> None:
    """The package's files below `tree`. Raises HostError."""
    _dpkg_deb("-x", str(package), str(tree))


def unpack_control(package: Path, folder: Path) -> None:
    """The package's control files (control, postinst, templates, ...) in `folder`."""
    _dpkg_deb("-e", str(package), str(folder))


def pack(tree: Path, control: Stanza, target: Path, *, compression: str = "xz") -> None:
    """Make a package of a tree and a control file, everything owned by root."""
    metadata = tree / "DEBIAN"
    metadata.mkdir(parents=True, exist_ok=True)
    (metadata / "control").write_text(control.text + "\n")
    _dpkg_deb("--root-owner-group", f"-Z{compression}", "-b", str(tree), str(target))


def control_of(package: Path) -> Stanza:
    """A package's own control stanza."""
    return next(stanzas_in(_dpkg_deb("-f", str(package))))


def _dpkg_deb(*arguments: str) -> str:
    try:
        done = process.run(("dpkg-deb", *arguments), timeout=300)
    except subprocess.TimeoutExpired as error:
        raise HostError("dpkg-deb took over 300 s", kind="package-failed") from error
    if done.status:
        raise HostError(f"dpkg-deb {arguments[0]} failed", kind="package-failed", host_said=done.said or None)
    return done.stdout
