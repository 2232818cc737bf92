"""The installer's kernel and initrd: from the mirror, a URL, a package or this machine, and who vouches for them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autoinstall.errors import InvalidFileError, VerificationError
from autoinstall.image.cache import DownloadCache
from autoinstall.image.digest import Digest, digest_of
from autoinstall.image.http import Progress, fetch_file
from autoinstall.image.package import extract_file, find_package, split_reference
from autoinstall.image.sums import SignedSums, debian_image_sums, ubuntu_image_sums

UNVERIFIED = "nobody (verify: none)"


@dataclass(frozen=True, slots=True)
class Verification:
    """What must vouch for the files: a keyring, or SHA-256 sums by part (kernel, initrd), or nothing."""

    keyring: Path | None = None
    pins: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class NetbootFile:
    """A file that is here: its path, where it came from, its checksum, and who vouches for that."""

    path: Path
    origin: str
    digest: Digest
    vouched: str


@dataclass(frozen=True)
class NetbootSource:
    """The suite whose installer is wanted, and how its files are verified."""

    mirror: str
    distribution: str
    suite: str
    architecture: str
    verification: Verification

    @property
    def images_path(self) -> str:
        """Where the suite keeps its installer images, below its own folder."""
        return f"main/installer-{self.architecture}/current/images"

    @property
    def images(self) -> str:
        """The URL of the suite's installer images."""
        return f"{self.mirror.rstrip('/')}/dists/{self.suite}/{self.images_path}"

    @cached_property
    def signed_sums(self) -> SignedSums:
        """What the archive promises of its images; fetched once. Needs a keyring."""
        keyring = self.verification.keyring
        if keyring is None:
            raise VerificationError("no keyring vouches for the installer images", kind="unverified")
        if self.distribution == "debian":
            return debian_image_sums(self.mirror.rstrip("/"), self.suite, self.images_path, keyring)
        return ubuntu_image_sums(self.images, keyring)


def is_local(reference: str) -> bool:
    """Whether `kernel:` or `initrd:` names a file of this machine."""
    return reference.startswith(("/", "./", "../"))


def check_reference(source: NetbootSource, reference: str) -> None:
    """Raise InvalidFileError for what can be seen to be wrong before anything is fetched."""
    if is_local(reference):
        if not Path(reference).is_file():
            raise InvalidFileError(
                f"there is no file {reference}", kind="file-missing", hint="see installer.kernel and initrd"
            )
    elif reference.startswith("package:"):
        split_reference(reference)
        if source.verification.keyring is None:
            raise InvalidFileError(
                f"{reference} needs installer.verify.keyring",
                kind="unverified",
                hint="a package is found and checked by way of the mirror's signed InRelease",
            )
    elif "://" in reference and source.verification.keyring and not reference.startswith(source.images + "/"):
        raise InvalidFileError(
            f"no keyring can vouch for {reference}",
            kind="unverified",
            hint="give installer.verify.sha256, or say `verify: none`",
        )


def obtain(
    source: NetbootSource, part: str, reference: str, target: Path, cache: DownloadCache, progress: Progress
) -> NetbootFile:
    """Bring a part (kernel or initrd) to `target` and check it.

    Raises VerificationError (wrong sum or signature), HostError (not there, not reached, disk full)
    and InvalidFileError (a local file is missing).
    """
    check_reference(source, reference)
    if is_local(reference):
        return _local(source, part, Path(reference), target)
    if reference.startswith("package:"):
        return _packaged(source, part, reference, target, cache, progress)
    url = reference if "://" in reference else f"{source.images}/{reference}"
    expected, vouched = _promise(source, part, url)
    digest = _fetch(url, target, expected, cache, progress)
    return NetbootFile(target, url, digest, vouched)


def _promise(source: NetbootSource, part: str, url: str) -> tuple[Digest | None, str]:
    """The checksum that a file must have, and who says so."""
    pins = source.verification.pins
    if pins is not None:
        return Digest("sha256", pins[part].lower()), "the answers file (verify.sha256)"
    if source.verification.keyring is None:
        return None, UNVERIFIED
    sums = source.signed_sums
    return sums.of(url.removeprefix(source.images + "/")), sums.vouched


def _fetch(
    url: str, target: Path, expected: Digest | None, cache: DownloadCache, progress: Progress
) -> Digest:
    if expected and cache.take(expected, target):
        return expected
    digest = fetch_file(url, target, expected=expected, progress=progress)
    if expected:
        cache.keep(expected, target)
    return digest


def _local(source: NetbootSource, part: str, path: Path, target: Path) -> NetbootFile:
    shutil.copyfile(path, target)
    return NetbootFile(target, str(path), *_pinned(source, part, target, "nobody: a file of this machine"))


def _packaged(
    source: NetbootSource, part: str, reference: str, target: Path, cache: DownloadCache, progress: Progress
) -> NetbootFile:
    name, path = split_reference(reference)
    keyring = source.verification.keyring
    if keyring is None:
        raise InvalidFileError(f"{reference} needs installer.verify.keyring", kind="unverified")
    mirror = source.mirror.rstrip("/")
    package = find_package(mirror, source.suite, source.architecture, name, keyring)
    archive = target.with_name(f"{target.name}.deb")
    _fetch(f"{mirror}/{package.path}", archive, package.digest, cache, progress)
    extract_file(archive, path, target)
    archive.unlink()
    return NetbootFile(target, reference, *_pinned(source, part, target, package.vouched))


def _pinned(source: NetbootSource, part: str, path: Path, vouched: str) -> tuple[Digest, str]:
    """The file's checksum, compared with its pin where there is one, and who vouches for it."""
    digest = digest_of(path)
    pins = source.verification.pins
    if pins is None:
        return digest, vouched
    expected = Digest("sha256", pins[part].lower())
    if digest != expected:
        raise VerificationError(
            f"{path.name}: its checksum is {digest}, not {expected}",
            kind="wrong-checksum",
            hint=f"see installer.verify.sha256.{part}",
        )
    return digest, "the answers file (verify.sha256)"
