"""The finished image: converted, named, summed up."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autoinstall import process
from autoinstall.errors import HostError, VerificationError
from autoinstall.image.digest import sums_of
from autoinstall.image.disk import copy_sparse

CONVERSION_SECONDS = 3600.0

DEFAULT_VERSION = "1.0.0-1"
"""The version of an image whose answers file has no `marketplace.version`."""


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """An exported image: its file, format, checksums (hexadecimal), virtual size and file size in bytes."""

    path: Path
    format: str
    sha256: str
    md5: str
    size: int
    file_size: int


def image_version(version: str | None, day: datetime | None = None) -> str:
    """The version that the file's name carries: the given one and the UTC day of the export."""
    return f"{version or DEFAULT_VERSION}-{day or datetime.now(UTC):%Y%m%d}"


def require_converter(formats: Sequence[str]) -> None:
    """Raise HostError where a format is asked for that this machine cannot write."""
    if "qcow2" in formats and shutil.which("qemu-img") is None:
        raise HostError(
            "qemu-img is not installed, so no qcow2 image can be written",
            kind="tool-missing",
            hint="install it (apt-get install qemu-utils), or ask for `image: {format: raw}`",
        )


def export_image(
    disk: Path, folder: Path, name: str, *, formats: Sequence[str], compress: bool
) -> tuple[ImageInfo, ...]:
    """Write `folder`/`name`.FORMAT for each format, SHA256SUMS and MD5SUMS, and then let the disk go.

    Raises HostError where the converter fails or the disk is full, VerificationError where qemu-img finds its
    own image damaged; `disk` is left as it was then.
    """
    size = disk.stat().st_size
    written: list[Path] = []
    for image_format in sorted(formats):
        target = folder / f"{name}.{image_format}"
        if image_format == "raw":
            disk.rename(target)
        else:
            _convert(disk, target, compress)
        written.append(target)
    disk.unlink(missing_ok=True)
    images = [image_info(path, size) for path in written]
    images.sort(key=lambda image: list(formats).index(image.format))
    for algorithm in ("sha256", "md5"):
        lines = "".join(f"{getattr(image, algorithm)}  {image.path.name}\n" for image in images)
        (folder / f"{algorithm.upper()}SUMS").write_text(lines)
    return tuple(images)


def raw_copy(image: Path, image_format: str, target: Path) -> None:
    """A throw-away raw copy of an exported image: what Xen's `file:` disks can boot from."""
    if image_format == "raw":
        copy_sparse(image, target)
    else:
        _qemu_img("convert", "-f", image_format, "-O", "raw", str(image), str(target))


def overlay(image: Path, image_format: str, target: Path) -> None:
    """A throw-away qcow2 image over an exported one, which stays as it is: what QEMU can boot from at once."""
    _qemu_img("create", "-q", "-f", "qcow2", "-b", str(image), "-F", image_format, str(target))


def _convert(disk: Path, target: Path, compress: bool) -> None:
    unfinished = target.with_name(target.name + ".part")
    options = ("-c", "-m", "4", "-W") if compress else ()
    _qemu_img("convert", "-f", "raw", "-O", "qcow2", *options, str(disk), str(unfinished))
    try:
        _require_whole(unfinished, disk.stat().st_size)
    except VerificationError:
        unfinished.unlink()
        raise
    unfinished.rename(target)


def _require_whole(image: Path, size: int) -> None:
    """Raise VerificationError unless qemu-img finds nothing wrong in what it wrote, and a disk of `size` bytes."""
    check = process.run(("qemu-img", "check", "-q", "-f", "qcow2", str(image)), timeout=CONVERSION_SECONDS)
    told = process.run(("qemu-img", "info", "--output=json", "-f", "qcow2", str(image)))
    try:
        found = json.loads(told.stdout)["virtual-size"]
    except (ValueError, KeyError, TypeError):
        found = None
    if check.status or found != size:
        raise VerificationError(
            f"the image is damaged: qemu-img finds {'errors' if check.status else f'{found} bytes, not {size}'} in it",
            kind="image-damaged",
            hint="does the file system, or the machine's memory, lose data? export once more with --resume",
            host_said=check.said or told.said or None,
        )


def _qemu_img(*arguments: str) -> None:
    target = Path(arguments[-1])
    try:
        done = process.run(("qemu-img", *arguments), timeout=CONVERSION_SECONDS)
    except FileNotFoundError:
        require_converter(("qcow2",))
        raise
    except subprocess.TimeoutExpired as error:
        target.unlink(missing_ok=True)
        raise HostError(f"qemu-img took over {CONVERSION_SECONDS:.0f} s", kind="conversion-failed") from error
    if done.status == 0:
        return
    target.unlink(missing_ok=True)
    full = "No space left on device" in done.stderr
    raise HostError(
        f"qemu-img could not write {target.name}",
        kind="disk-full" if full else "conversion-failed",
        hint=f"free some space at {target.parent}" if full else f"run it by hand: {done.command_line}",
        host_said=done.said or None,
    )


def image_info(path: Path, size: int) -> ImageInfo:
    """What an image file is, its sums computed; `size` is the virtual size in bytes."""
    sha256, md5 = sums_of(path, "sha256", "md5")
    return ImageInfo(path, path.suffix.removeprefix("."), sha256, md5, size, path.stat().st_size)
