"""A web server of static files on loopback, as far as mirrors are: GET, HEAD, one byte range, 404."""

from __future__ import annotations

import re
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_PIECE = 64 * 1024
_RANGE = re.compile(r"bytes=(?P<first>\d*)-(?P<last>\d*)")


def listen(folder: Path) -> ThreadingHTTPServer:
    """A server of `folder` on a free port of 127.0.0.1; `serve_forever` runs it."""
    return ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, folder.resolve()))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "rehearsal-mirror"

    def __init__(self, folder: Path, *arguments: Any) -> None:
        self._folder = folder
        super().__init__(*arguments)

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        path = self._file()
        if path is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        size = path.stat().st_size
        wanted = self._wanted(size)
        if wanted is None:
            self.send_response(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            self._finish_head(0, {"Content-Range": f"bytes */{size}"})
            return
        partial_content = wanted != range(size)
        self.send_response(HTTPStatus.PARTIAL_CONTENT if partial_content else HTTPStatus.OK)
        more = {"Content-Range": f"bytes {wanted.start}-{wanted.stop - 1}/{size}"} if partial_content else {}
        self._finish_head(len(wanted), {"Content-Type": "application/octet-stream", **more}, path)
        if body:
            with path.open("rb") as file:
                file.seek(wanted.start)
                left = len(wanted)
                while left and (piece := file.read(min(left, _PIECE))):
                    self.wfile.write(piece)
                    left -= len(piece)

    def _file(self) -> Path | None:
        """The file that the request names, if it lies below the folder."""
        path = (self._folder / unquote(urlsplit(self.path).path).lstrip("/")).resolve()
        return path if path.is_relative_to(self._folder) and path.is_file() else None

    def _wanted(self, size: int) -> range | None:
        """The bytes asked for; all where no range (or an If-Range that no longer fits) says otherwise."""
        asked = _RANGE.fullmatch(self.headers.get("Range", ""))
        if asked is None or not (asked["first"] or asked["last"]) or not self._still_fits():
            return range(size)
        if not asked["first"]:
            first, last = max(0, size - int(asked["last"])), size - 1
        else:
            first = int(asked["first"])
            last = min(int(asked["last"] or size - 1), size - 1)
        return range(first, last + 1) if first <= last else None

    def _still_fits(self) -> bool:
        path = self._file()
        mark = self.headers.get("If-Range")
        return mark is None or (path is not None and mark == _mark(path))

    def _finish_head(self, length: int, more: dict[str, str], path: Path | None = None) -> None:
        self.send_header("Content-Length", str(length))
        self.send_header("Accept-Ranges", "bytes")
        if path is not None:
            self.send_header("ETag", _mark(path))
            self.send_header("Last-Modified", self.date_time_string(path.stat().st_mtime))
        for name, value in more.items():
            self.send_header(name, value)
        self.end_headers()


def _mark(path: Path) -> str:
    """An ETag: the same as long as the file is."""
    status = path.stat()
    return f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
