"""A mirror on loopback that serves a folder, hiccups as told, and signs with a key of its own."""

from __future__ import annotations

import http.server
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest


@dataclass
class Mirror:
    """`failures` are statuses to give before the real answer; `cut` ends answers after so many bytes, once each."""

    folder: Path
    url: str = ""
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)

    def put(self, path: str, content: bytes) -> bytes:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return content


class Handler(http.server.BaseHTTPRequestHandler):
    mirror: Mirror

    def do_GET(self) -> None:
        given = self.headers.get("Range")
        self.mirror.requests.append((self.path, given))
        if self.mirror.failures:
            self.send_error(self.mirror.failures.pop(0))
            return
        file = self.mirror.folder / self.path.lstrip("/")
        if not file.is_file():
            self.send_error(404)
            return
        content = file.read_bytes()
        start = int(given.removeprefix("bytes=").rstrip("-")) if given else 0
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        end = start + self.mirror.cuts.pop(0) if self.mirror.cuts else len(content)
        self.wfile.write(content[start:end])

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    served = Mirror(tmp_path / "mirror")
    served.folder.mkdir()
    handler = type("BoundHandler", (Handler,), {"mirror": served})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    served.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass(frozen=True)
class Signer:
    """A key made for one test run, and its public half as a keyring."""

    home: Path
    keyring: Path

    def detached(self, content: bytes) -> bytes:
        return self._gpg("--detach-sign", content)

    def clearsigned(self, content: bytes) -> bytes:
        return self._gpg("--clearsign", content)

    def _gpg(self, how: str, content: bytes) -> bytes:
        return subprocess.run(
            ["gpg", "--homedir", self.home, "--batch", "--quiet", "--digest-algo", "SHA512", how],
            input=content,
            check=True,
            capture_output=True,
        ).stdout


def make_signer(home: Path) -> Signer:
    home.mkdir(mode=0o700)
    gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet"]
    key = [
        "--passphrase",
        "",
        "--quick-generate-key",
        "Test Archive <test@example.org>",
        "ed25519",
        "sign",
        "never",
    ]
    subprocess.run([*gpg, *key], check=True, capture_output=True)
    public = subprocess.run([*gpg, "--export"], check=True, capture_output=True).stdout
    keyring = home / "public.gpg"
    keyring.write_bytes(public)
    return Signer(home, keyring)


def _signing(home: Path) -> Iterator[Signer]:
    """A signer, and afterwards no agent of gpg that waits for more."""
    _needs_gnupg()
    yield make_signer(home)
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False, capture_output=True)


def _needs_gnupg() -> None:
    for tool in ("gpg", "gpgv"):
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool} (apt-get install gpg gpgv)")


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signer]:
    yield from _signing(tmp_path_factory.mktemp("gnupg") / "archive")


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signer]:
    yield from _signing(tmp_path_factory.mktemp("gnupg") / "stranger")
