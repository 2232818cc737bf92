"""Which checksums a distribution's archive promises for its installer images, and who signed them.

Ubuntu signs the list beside the images (SHA256SUMS.gpg, in old suites MD5SUMS.gpg only); Debian
lists the list itself in the suite's signed InRelease.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autoinstall.errors import VerificationError
from autoinstall.image.digest import Digest, digest_of_bytes, release_sums_in, sums_in
from autoinstall.image.http import NotFoundError, fetch_bytes
from autoinstall.image.signature import Signed, check_clearsigned, check_detached


@dataclass(frozen=True, slots=True)
class SignedSums:
    """Checksums by path, and in words what vouches for them."""

    sums: Mapping[str, Digest]
    vouched: str

    def of(self, path: str) -> Digest:
        """The sum of a path. Raises VerificationError where none is promised."""
        if path not in self.sums:
            raise VerificationError(
                f"{path} stands in no signed list of checksums",
                kind="unlisted-file",
                hint="is the path right? the list has, for example, " + ", ".join(sorted(self.sums)[:3]),
            )
        return self.sums[path]


def ubuntu_image_sums(images: str, keyring: Path) -> SignedSums:
    """The sums of the installer images below the URL `images`: SHA256SUMS, else MD5SUMS."""
    try:
        return _ubuntu_sums(images, "SHA256SUMS", "sha256", keyring)
    except NotFoundError:
        return _ubuntu_sums(images, "MD5SUMS", "md5", keyring)


def debian_image_sums(mirror: str, suite: str, images: str, keyring: Path) -> SignedSums:
    """The sums of the installer images at `images` (below the suite's folder), by way of InRelease."""
    release = suite_release(mirror, suite, keyring)
    path = f"{images}/SHA256SUMS"
    content = fetch_bytes(f"{mirror}/dists/{suite}/{path}")
    require_digest(path, content, release.of(path))
    sums = sums_in(content.decode("utf-8", "replace"), "sha256")
    return SignedSums(sums, f"SHA256SUMS, listed in {release.vouched}")


def suite_release(mirror: str, suite: str, keyring: Path) -> SignedSums:
    """The sums that the suite's InRelease, else its Release with Release.gpg, promises."""
    base = f"{mirror}/dists/{suite}"
    try:
        name, signed = (
            "InRelease",
            check_clearsigned(f"{base}/InRelease", fetch_bytes(f"{base}/InRelease"), keyring),
        )
    except NotFoundError:
        name, signed = "Release", _detached(f"{base}/Release", keyring)
    sums = release_sums_in(signed.content.decode("utf-8", "replace"))
    return SignedSums(sums, f"{name} signed by {signed.fingerprint}")


def require_digest(what: str, content: bytes, expected: Digest) -> None:
    """Raise VerificationError unless the content has the expected checksum."""
    digest = digest_of_bytes(content, expected.algorithm)
    if digest != expected:
        raise VerificationError(
            f"{what}: its checksum is {digest}, not {expected}",
            kind="wrong-checksum",
            hint="the mirror is being updated, or the file was changed: try again, or another mirror",
        )


def _ubuntu_sums(images: str, name: str, algorithm: str, keyring: Path) -> SignedSums:
    signed = _detached(f"{images}/{name}", keyring)
    sums = sums_in(signed.content.decode("utf-8", "replace"), algorithm)
    return SignedSums(sums, f"{name} signed by {signed.fingerprint}")


def _detached(url: str, keyring: Path) -> Signed:
    content, signature = fetch_bytes(url), fetch_bytes(f"{url}.gpg")
    return check_detached(url, content, signature, keyring)
