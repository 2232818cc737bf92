"""The mirror's own OpenPGP key: made for one rehearsal, used by gpg in a folder of its own, and then forgotten."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

_OWNER = "autoinstall rehearsal mirror (stand-ins only)"


class CannotSign(Exception):
    """gpg is missing or refused; the text is a whole sentence."""


class Key:
    """A secret key in the gpg folder `home`."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def sign(self, content: Path, signature: Path) -> None:
        """Write a detached signature. Raises CannotSign."""
        self._gpg("--output", str(signature), "--detach-sign", str(content))

    def clear_sign(self, content: Path, signed: Path) -> None:
        """Write the text with its signature around it. Raises CannotSign."""
        self._gpg("--output", str(signed), "--clear-sign", str(content))

    def export(self, keyring: Path) -> None:
        """Write the public key in the binary form that gpgv reads. Raises CannotSign."""
        self._gpg("--output", str(keyring), "--export")

    def make(self) -> None:
        """Make the key, without a passphrase. Raises CannotSign."""
        self._gpg("--passphrase", "", "--quick-generate-key", _OWNER, "ed25519", "sign", "never")

    def forget(self) -> None:
        """End the agent that gpg left running for this folder."""
        with contextlib.suppress(OSError):
            ended = ["gpgconf", "--homedir", str(self._home), "--kill", "all"]
            subprocess.run(ended, capture_output=True, check=False)

    def _gpg(self, *arguments: str) -> None:
        command = ["gpg", "--homedir", str(self._home), "--batch", "--yes", "--quiet", *arguments]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError as error:
            raise CannotSign("gpg is missing (Debian: apt-get install gnupg).") from error
        if done.returncode:
            raise CannotSign(f"gpg refused to {arguments[-1]}: {done.stderr.strip()}")


@contextlib.contextmanager
def fresh_key() -> Iterator[Key]:
    """A new key for as long as the block lasts.

    Its folder is a short path in the system's own temporary folder: gpg's agent has sockets there, whose names
    may not be longer than 107 bytes.
    """
    with tempfile.TemporaryDirectory(prefix="ar-", ignore_cleanup_errors=True) as folder:
        key = Key(Path(folder))
        try:
            key.make()
            yield key
        finally:
            key.forget()
