"""The mirror's files: a suite's netboot kernel and initrd (stand-ins), their sums, and the suite's Release."""

from __future__ import annotations

import gzip
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

from autoinstall.rehearsal.mirror.signing import Key

_DATA = Path(__file__).parents[1] / "data"
_KERNEL_SIZE = 64 * 1024
_ARCHITECTURES = ("amd64", "i386")
_KERNEL_TEXT = (
    "This is no Linux kernel: it stands in for one in a rehearsal of autoinstall, and nothing can boot it.\n"
)
_INITRD_TEXT = (
    "This initrd stands in for an installer's in a rehearsal of autoinstall: questions, no programs.\n"
)
_SUMS = {"SHA256SUMS": hashlib.sha256, "MD5SUMS": hashlib.md5}
_XEN_DESCRIPTION = (
    'kernel = "vmlinuz"\nramdisk = "initrd.gz"\n'
    'extra = "debian-installer/exit/always_halt=true -- quiet console=hvc0"\n'
)


def make(folder: Path, key: Key, suite: str) -> None:
    """Fill `folder` with `ubuntu/dists/SUITE/...`: for a suite whose questions the rehearsal does not know, an initrd
    without any."""
    known = _DATA / f"{suite}.templates"
    templates = known.read_text(encoding="utf-8") if known.exists() else ""
    place = folder / "ubuntu/dists" / suite
    for architecture in _ARCHITECTURES:
        images = place / f"main/installer-{architecture}/current/images"
        _make_images(images, templates)
        for name in _SUMS:
            key.sign(images / name, images / f"{name}.gpg")
    _make_release(place)
    key.sign(place / "Release", place / "Release.gpg")
    key.clear_sign(place / "Release", place / "InRelease")


def _make_images(images: Path, templates: str) -> None:
    xen = images / "netboot/xen"
    xen.mkdir(parents=True)
    (xen / "vmlinuz").write_bytes(_KERNEL_TEXT.encode().ljust(_KERNEL_SIZE, b"\0"))
    (xen / "initrd.gz").write_bytes(gzip.compress(initrd(templates), mtime=0))
    (xen / "xm-debian.cfg").write_text(_XEN_DESCRIPTION)
    files = sorted(xen.iterdir())
    for name, algorithm in _SUMS.items():
        lines = [
            f"{algorithm(path.read_bytes()).hexdigest()}  ./{path.relative_to(images)}\n" for path in files
        ]
        (images / name).write_text("".join(lines))


def _make_release(suite: Path) -> None:
    """The suite's Release: it lists the image sums, as Debian's does and Ubuntu's does not."""
    names = sorted(path for path in suite.rglob("*SUMS"))
    lines = ["Origin: Ubuntu", f"Suite: {suite.name}", f"Codename: {suite.name}", "Components: main"]
    lines += [f"Architectures: {' '.join(_ARCHITECTURES)}", "Description: stand-in of a rehearsal"]
    for title, algorithm in (("MD5Sum", hashlib.md5), ("SHA256", hashlib.sha256)):
        lines.append(f"{title}:")
        for path in names:
            content = path.read_bytes()
            lines.append(f" {algorithm(content).hexdigest()} {len(content):16d} {path.relative_to(suite)}")
    (suite / "Release").write_text("\n".join(lines) + "\n")


def initrd(templates: str) -> bytes:
    """A cpio archive (newc) with the questions where an installer's initrd has them, one file a component."""
    archive = io.BytesIO()
    for number, (path, content) in enumerate(_initrd_files(templates), start=1):
        archive.write(_member(number, path, content))
    archive.write(_member(0, "TRAILER!!!", None))
    archive.write(bytes(-archive.tell() % 512))
    return archive.getvalue()


def _initrd_files(templates: str) -> Iterator[tuple[str, bytes | None]]:
    components: dict[str, list[str]] = {}
    for stanza in filter(None, templates.strip().split("\n\n")):
        name = stanza.split("\n", 1)[0].removeprefix("Template:").strip()
        components.setdefault(name.split("/")[0], []).append(stanza)
    yield "README", _INITRD_TEXT.encode()
    for parent in ("var", "var/lib", "var/lib/dpkg", "var/lib/dpkg/info"):
        yield parent, None
    for component, stanzas in sorted(components.items()):
        yield f"var/lib/dpkg/info/{component}.templates", ("\n\n".join(stanzas) + "\n").encode()


def _member(number: int, path: str, content: bytes | None) -> bytes:
    """One file, or a folder where `content` is None; cpio(5)."""
    name = path.encode() + b"\0"
    mode = 0o040755 if content is None and number else 0o100644 if number else 0
    size = len(content or b"")
    fields = (number, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, len(name), 0)
    head = b"070701" + b"".join(f"{field:08X}".encode() for field in fields) + name
    body = content or b""
    return head + bytes(-len(head) % 4) + body + bytes(-len(body) % 4)
