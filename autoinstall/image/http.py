"""Files over HTTP: retried while the network hiccups, resumed where they broke off, checked as they come."""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import re
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import urllib3
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from autoinstall.errors import HostError, VerificationError
from autoinstall.image.digest import BLOCK, Digest, blocks_of
from autoinstall.image.disk import full_disk_explained

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are there, and how many there will be (None: the server does not say)."""

LONGEST_LIST = 64 * 1024 * 1024
"""Bytes of a list of sums or packages at the most."""

ATTEMPTS = 4
_T = TypeVar("_T")
_TIMEOUT = urllib3.Timeout(connect=10.0, read=30.0)
_GONE = (404, 410)
_REFUSED = (401, 403, 407)
_LATER = (408, 425, 429, 500, 502, 503, 504)


class NotFoundError(HostError):
    """The server has no such file."""

    default_kind = "not-found"


_OBJECT = re.compile(r"^(?:<[^>]*>|HTTPS?Connection(?:Pool)?\([^)]*\)): ")


class _TransientError(Exception):
    """What may go well if asked again."""


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


def fetch_bytes(url: str) -> bytes:
    """A small file's content. Raises NotFoundError or HostError."""

    def attempt() -> bytes:
        with _response(url, {}) as response, _network_errors(url):
            content: bytes = response.read(LONGEST_LIST + 1)
        if len(content) > LONGEST_LIST:
            raise HostError(f"{url} is longer than {LONGEST_LIST} bytes", kind="too-long")
        return content

    return _retried(url, attempt)


def fetch_file(
    url: str, target: Path, *, expected: Digest | None, progress: Progress | None = None
) -> Digest:
    """Fetch a file to `target`, through `target`.part where an earlier try is gone on with.

    Gives its checksum (SHA-256 where none is expected). Raises NotFoundError, HostError, and
    VerificationError where the checksum is not the expected one (nothing stays then).
    """
    part = target.with_name(target.name + ".part")
    algorithm = expected.algorithm if expected else "sha256"
    resumed = part.exists()
    while True:
        digest = _retried(url, lambda: _append(url, part, algorithm, progress))
        if expected is None or digest == expected:
            part.replace(target)
            return digest
        part.unlink()
        if not resumed:
            raise VerificationError(
                f"{url}: its checksum is {digest}, not {expected}",
                kind="wrong-checksum",
                hint="the file was damaged on its way, or is not the one that was promised; try another mirror",
            )
        resumed = False


def _append(url: str, part: Path, algorithm: str, progress: Progress | None) -> Digest:
    """Fetch what is missing in `part`; the checksum of the whole."""
    running = hashlib.new(algorithm, usedforsecurity=False)
    have = part.stat().st_size if part.exists() else 0
    with _response(url, {"Range": f"bytes={have}-"} if have else {}) as response:
        if have and response.status != 206:
            have = 0
        else:
            for block in blocks_of(part) if have else ():
                running.update(block)
        length = response.headers.get("Content-Length")
        total = have + int(length) if length and length.isdigit() else None
        with full_disk_explained(part), part.open("ab" if have else "wb") as file, _network_errors(url):
            for block in response.stream(BLOCK, decode_content=False):
                file.write(block)
                running.update(block)
                have += len(block)
                if progress:
                    progress(have, total)
    return Digest(algorithm, running.hexdigest())


@contextlib.contextmanager
def _response(url: str, headers: dict[str, str]) -> Iterator[urllib3.BaseHTTPResponse]:
    """The server's answer to a request for the whole file (200) or its rest (206)."""
    with _network_errors(url):
        response = _pool(url).request(
            "GET",
            url,
            headers={"Accept-Encoding": "identity", **headers},
            preload_content=False,
            timeout=_TIMEOUT,
            retries=urllib3.Retry(total=None, connect=0, read=0, redirect=5, status=0, other=0),
        )
    try:
        _judge(url, response.status)
        yield response
    finally:
        response.release_conn()
        response.close()


def _judge(url: str, status: int) -> None:
    if status in (200, 206):
        return
    if status == 416 or status in _LATER:
        raise _TransientError(f"the server said {status}")
    if status in _GONE:
        raise NotFoundError(
            f"{url} is not there (HTTP {status})",
            hint="does this mirror still carry the suite? old ones move, for example to old-releases.ubuntu.com",
        )
    reason = "refuses it" if status in _REFUSED else "failed"
    raise HostError(
        f"{url}: the server {reason} (HTTP {status})", kind="fetch-failed", hint="try another mirror"
    )


@contextlib.contextmanager
def _network_errors(url: str) -> Iterator[None]:
    try:
        yield
    except urllib3.exceptions.LocationValueError as error:
        raise HostError(f"{url} is no URL that can be fetched: {error}", kind="fetch-failed") from error
    except urllib3.exceptions.HTTPError as error:
        raise _TransientError(_in_words(error)) from error


def _in_words(error: urllib3.exceptions.HTTPError) -> str:
    """What went wrong, without the names of urllib3's objects."""
    cause = getattr(error, "reason", None)
    return _OBJECT.sub("", str(cause if isinstance(cause, Exception) else error))


def _retried(url: str, attempt: Callable[[], _T]) -> _T:
    asking = Retrying(
        retry=retry_if_exception_type(_TransientError),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_random_exponential(multiplier=0.25, max=5),
        reraise=True,
    )
    try:
        return asking(attempt)
    except _TransientError as error:
        raise HostError(
            f"{url} cannot be fetched: {error}",
            kind="unreachable",
            hint="is the network up, and the mirror's name right (installer.mirror)?",
        ) from error


def _pool(url: str) -> urllib3.PoolManager:
    """Connections by the user's proxy settings; this machine's own addresses are asked directly."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise HostError(f"{url} is no http:// or https:// URL", kind="fetch-failed")
    host = parts.hostname or ""
    proxy = urllib.request.getproxies().get(parts.scheme)
    if proxy and not _is_loopback(host) and not urllib.request.proxy_bypass(host):
        return urllib3.ProxyManager(proxy)
    return urllib3.PoolManager()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
