"""The mirror's HTTP server, on loopback only: a proxy to the machine's mirror, and a mirror of its own."""

from __future__ import annotations

import contextlib
import errno
import http.server
import sys
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from http import HTTPStatus
from pathlib import Path

from autoinstall.errors import AutoinstallError, BusyError
from autoinstall.image.http import NotFoundError
from scripts.lab_mirror.request import Refused, Span, span_wanted, unchanged_since, wanted
from scripts.lab_mirror.store import Archive, Store

LOOPBACK = "127.0.0.1"
_BLOCK = 1 << 18
_IDLE_SECONDS = 300


class MirrorServer(http.server.ThreadingHTTPServer):
    """One archive on a port of its own; port 0 is any free one."""

    daemon_threads = True

    def __init__(self, archive: Archive, mirror: str, port: int, log: Path | None = None) -> None:
        self.store = Store(archive)
        self.mirror = mirror
        self._log = log
        super().__init__((LOOPBACK, port), _Handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is none of our errors; another one is logged, and the server goes on."""
        error = sys.exception()
        if not isinstance(error, ConnectionError):
            self.note(f"a bug of ours: {error!r}")

    def note(self, line: str) -> None:
        """One line of the log, with the time of day."""
        if self._log:
            with self._log.open("a") as file:
                file.write(f"{time.strftime('%H:%M:%S')} {line}\n")


def open_server(archive: Archive, mirror: str, port: int, log: Path | None = None) -> MirrorServer:
    """A server that listens already. Raises BusyError where the port is taken."""
    try:
        return MirrorServer(archive, mirror, port, log)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise BusyError(
            f"port {port} is taken", kind="port-taken", hint="--port 0 takes any free one"
        ) from error


@contextlib.contextmanager
def listening(archive: Archive, mirror: str, port: int) -> Iterator[MirrorServer]:
    """A server that answers for as long as the block lasts."""
    with open_server(archive, mirror, port) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    server: MirrorServer

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what is served is noted by us."""

    def _answer(self, *, with_body: bool) -> None:
        file = wanted(self.path, self.server.mirror)
        if isinstance(file, Refused):
            self._refuse(file.status, file.reason)
            return
        try:
            found = self.server.store.find(file)
            self._send_file(found.path, found.origin, with_body=with_body)
        except NotFoundError as error:
            self._refuse(HTTPStatus.NOT_FOUND, error.message)
        except AutoinstallError as error:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, error.message)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _send_file(self, path: Path, origin: str, *, with_body: bool) -> None:
        with path.open("rb") as file:
            size, modified = path.stat().st_size, int(path.stat().st_mtime)
            span = span_wanted(self.headers.get("Range"), size)
            if unchanged_since(self.headers.get("If-Modified-Since"), modified):
                self._head(HTTPStatus.NOT_MODIFIED, {})
                return
            if isinstance(span, Refused):
                self._refuse(span.status, span.reason, {"Content-Range": f"bytes */{size}"})
                return
            self._send_head(span or Span(0, size), size, modified, partial=span is not None)
            if with_body:
                file.seek(span.start if span else 0)
                left = span.end - span.start if span else size
                while left and (block := file.read(min(left, _BLOCK))):
                    self.wfile.write(block)
                    left -= len(block)
        self.server.note(f"{origin} {size} {self.path}")

    def _send_head(self, span: Span, size: int, modified: int, *, partial: bool) -> None:
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(span.end - span.start),
            "Last-Modified": formatdate(modified, usegmt=True),
            "Accept-Ranges": "bytes",
        }
        if partial:
            headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{size}"
        self._head(HTTPStatus.PARTIAL_CONTENT if partial else HTTPStatus.OK, headers)

    def _refuse(self, status: int, reason: str, headers: dict[str, str] | None = None) -> None:
        body = f"{reason}\n".encode()
        self._head(status, {"Content-Length": str(len(body)), **(headers or {})})
        if self.command != "HEAD":
            self.wfile.write(body)
        self.server.note(f"{status} {self.path} ({reason})")

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
