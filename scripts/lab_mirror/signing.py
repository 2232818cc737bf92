"""The lab's own OpenPGP key: kept as a file, used by gpg in a folder that lasts one call."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from autoinstall import process
from autoinstall.errors import HostError

_OWNER = "autoinstall lab mirror (throw-away)"


class LabKey:
    """The secret key in `folder` (secret.asc, for its owner only) and the public one (public.gpg)."""

    def __init__(self, folder: Path) -> None:
        self._secret = folder / "secret.asc"
        self.public = folder / "public.gpg"

    def make(self) -> None:
        """Make both files anew. Raises HostError where gpg refuses."""
        self._secret.parent.mkdir(parents=True, exist_ok=True)
        with _gpg_home() as home:
            _gpg(home, "--passphrase", "", "--quick-generate-key", _OWNER, "rsa3072", "sign", "never")
            self._secret.touch(mode=0o600)
            self._secret.write_text(_gpg(home, "--armor", "--export-secret-keys"))
            _gpg(home, "--output", str(self.public), "--export")

    def sign_suite(self, suite: Path) -> None:
        """Write InRelease and Release.gpg beside a suite's Release."""
        release = suite / "Release"
        self._sign("--output", str(suite / "InRelease"), "--clear-sign", str(release))
        self.sign_release(suite)

    def sign_release(self, suite: Path) -> None:
        """Write Release.gpg only."""
        signature = str(suite / "Release.gpg")
        self._sign("--armor", "--output", signature, "--detach-sign", str(suite / "Release"))

    def armoured(self) -> str:
        """The public key as text."""
        with _gpg_home() as home:
            _gpg(home, "--import", str(self._secret))
            return _gpg(home, "--armor", "--export")

    def _sign(self, *arguments: str) -> None:
        with _gpg_home() as home:
            _gpg(home, "--import", str(self._secret))
            _gpg(home, *arguments)


@contextlib.contextmanager
def _gpg_home() -> Iterator[Path]:
    """A folder for gpg below the system's temporary one: its agent's sockets need a short path."""
    with tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True) as folder:
        try:
            yield Path(folder)
        finally:
            with contextlib.suppress(OSError):
                process.run(("gpgconf", "--homedir", folder, "--kill", "all"))


def _gpg(home: Path, *arguments: str) -> str:
    done = process.run(("gpg", "--homedir", str(home), "--batch", "--yes", "--quiet", *arguments))
    if done.status:
        raise HostError(f"gpg refused: {arguments[-1]}", kind="gpg-failed", host_said=done.said or None)
    return done.stdout
