"""An archive's index files: Packages, and the Release that lists them with their checksums."""

from __future__ import annotations

import gzip
import hashlib
import lzma
from collections.abc import Iterable, Mapping
from pathlib import Path

from scripts.lab_mirror.stanza import Stanza

_STORED = ("Filename", "Size", "MD5sum", "SHA1", "SHA256", "SHA512", "Description-md5")
_SUMS = (("MD5Sum", "md5"), ("SHA256", "sha256"))


def stored(stanza: Stanza, path: str, content: bytes) -> Stanza:
    """The stanza for a package that lies at `path` of the archive with this content."""
    return stanza.without(*_STORED).with_fields(
        Filename=path,
        Size=str(len(content)),
        MD5sum=hashlib.md5(content, usedforsecurity=False).hexdigest(),
        SHA256=hashlib.sha256(content).hexdigest(),
    )


def packages_text(stanzas: Iterable[Stanza]) -> str:
    """A Packages file. It ends with a blank line: debootstrap drops the last stanza of one that does not."""
    return "".join(f"{stanza.text}\n\n" for stanza in stanzas)


def packages_files(text: str) -> dict[str, bytes]:
    """Packages as it is, and compressed in both ways that clients ask for, by the ending of the name."""
    content = text.encode()
    return {"": content, ".gz": gzip.compress(content, mtime=0), ".xz": lzma.compress(content)}


def release_text(header: Mapping[str, str], files: Mapping[str, bytes]) -> str:
    """A Release file: `header`'s fields, then the checksums of `files` (content by path below the suite)."""
    lines = [f"{name}: {value}" for name, value in header.items()]
    for title, algorithm in _SUMS:
        lines.append(f"{title}:")
        for path, content in sorted(files.items()):
            checksum = hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()
            lines.append(f" {checksum} {len(content)} {path}")
    return "\n".join(lines) + "\n"


def release_header(text: str) -> dict[str, str]:
    """The fields of a Release file that stand before its lists of checksums."""
    fields: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if name in ("MD5Sum", "SHA1", "SHA256", "SHA512"):
            break
        if colon and not line.startswith(" "):
            fields[name] = value.strip()
    return fields


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files by their path below `folder`."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
