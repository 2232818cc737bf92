"""OpenPGP signatures, checked by gpgv against a keyring that the user named."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from autoinstall import process
from autoinstall.errors import HostError, InvalidFileError, VerificationError
from autoinstall.process import Completed

_STATUS = "[GNUPG:] "


@dataclass(frozen=True, slots=True)
class Signed:
    """Content whose signature holds, and the fingerprint of the key that made it."""

    content: bytes
    fingerprint: str


def check_keyring(keyring: Path) -> None:
    """Raise InvalidFileError where the keyring is absent or of a form that gpgv cannot read."""
    try:
        with keyring.open("rb") as file:
            begin = file.read(15)
    except OSError as error:
        raise InvalidFileError(
            f"the keyring {keyring} cannot be read: {error.strerror}",
            kind="keyring-missing",
            hint="install the distribution's keyring (ubuntu-keyring, debian-archive-keyring) or name its file",
        ) from error
    if begin.startswith(b"-----BEGIN PGP"):
        raise InvalidFileError(
            f"the keyring {keyring} is armoured text",
            kind="keyring-armoured",
            hint=f"turn it into a binary one: gpg --dearmor < {keyring.name} > keyring.gpg",
        )


def check_detached(what: str, content: bytes, signature: bytes, keyring: Path) -> Signed:
    """The content, whose detached signature was checked; `what` names it in messages.

    Raises VerificationError where no key of the keyring vouches for it.
    """
    with tempfile.TemporaryDirectory(prefix="autoinstall-") as folder:
        data, detached = Path(folder, "data"), Path(folder, "data.gpg")
        data.write_bytes(content)
        detached.write_bytes(signature)
        done = _gpgv(keyring, str(detached), str(data))
    return Signed(content, _fingerprint(what, done, keyring))


def check_clearsigned(what: str, content: bytes, keyring: Path) -> Signed:
    """What a clear-signed text (InRelease) holds inside its signature, and nothing outside of it.

    Raises VerificationError where no key of the keyring vouches for it.
    """
    with tempfile.TemporaryDirectory(prefix="autoinstall-") as folder:
        data, inside = Path(folder, "data"), Path(folder, "inside")
        data.write_bytes(content)
        done = _gpgv(keyring, "--output", str(inside), str(data))
        fingerprint = _fingerprint(what, done, keyring)
        return Signed(inside.read_bytes(), fingerprint)


def _gpgv(keyring: Path, *arguments: str) -> Completed:
    check_keyring(keyring)
    try:
        return process.run(("gpgv", "--status-fd", "1", "--keyring", str(keyring.absolute()), *arguments))
    except FileNotFoundError as error:
        raise HostError(
            "gpgv is not installed, so no signature can be checked",
            kind="tool-missing",
            hint="install it (apt-get install gpgv), or give verify.sha256 in place of verify.keyring",
        ) from error


def _fingerprint(what: str, done: Completed, keyring: Path) -> str:
    """The key of a good signature. As apt does it: one good signature is enough, a bad one spoils all."""
    words = [
        line.removeprefix(_STATUS).split() for line in done.stdout.splitlines() if line.startswith(_STATUS)
    ]
    said = {line[0]: line[1:] for line in words if line}
    good = next((line[1] for line in words if line[:1] == ["VALIDSIG"] and len(line) > 1), None)
    if good and "GOODSIG" in said and "BADSIG" not in said:
        return good
    if "BADSIG" in said:
        why, hint = "its signature is bad", "it was changed on its way: try another mirror"
    elif "NO_PUBKEY" in said:
        key = said["NO_PUBKEY"][0]
        why, hint = (
            f"key {key} signed it, which {keyring} does not hold",
            "name the keyring of that release's age",
        )
    elif "EXPKEYSIG" in said or "EXPSIG" in said or "REVKEYSIG" in said:
        why, hint = (
            "the key that signed it has expired or was revoked",
            "a newer keyring may hold its successor",
        )
    else:
        why, hint = "it carries no signature that gpgv accepts", "pin the files with verify.sha256"
    raise VerificationError(
        f"{what}: {why}", kind="bad-signature", hint=hint, host_said=done.stderr.strip() or None
    )
