"""The lab mirror's server: its own files before the mirror's, paths, parts, dates, refusals."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import pytest
from hypothesis import strategies as st

from autoinstall.errors import BusyError
from autoinstall.image.http import NotFoundError
from scripts.lab_mirror import index
from scripts.lab_mirror.proxy import MirrorServer, listening, open_server
from scripts.lab_mirror.request import (
    Area,
    Wanted,
    wanted,
)
from scripts.lab_mirror.stanza import Stanza
from scripts.lab_mirror.store import Archive, Store

MIRROR = "http://mirror.example/debian"
PROGRAM = Path(__file__).parents[2] / "scripts/lab-mirror"

words = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1)


def stanza(name: str, **fields: str) -> Stanza:
    return Stanza({"Package": name, **{key.replace("_", "-"): value for key, value in fields.items()}})


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[MirrorServer]:
    """A mirror for the mirror: a folder served by the same server, whole."""
    folder = tmp_path / "upstream"
    index.write_files(
        folder / "debian",
        {
            "dists/trixie/InRelease": b"theirs",
            "dists/trixie/Release": b"theirs",
            "dists/ours/Translation-en": b"theirs",
            "pool/g++.deb": b"0123456789",
        },
    )
    with listening(Archive(folder, None), "http://none.example/debian", 0) as server:
        yield server


@pytest.fixture
def lab(tmp_path: Path, upstream: MirrorServer) -> Iterator[MirrorServer]:
    """A lab in front of it that has the suite's Release of its own, and another suite wholly."""
    folder = tmp_path / "archive"
    files = {"dists/trixie/Release": b"ours", "dists/ours/InRelease": b"ours", "dists/ours/Packages": b""}
    index.write_files(folder / "debian", files)
    mirror = f"{upstream.url}/debian"
    with listening(Archive(folder, tmp_path / "cache"), mirror, 0) as server:
        yield server


def ask(
    server: MirrorServer, path: str, method: str = "GET", **headers: str
) -> tuple[int, bytes, dict[str, str]]:
    """Status, content and headers (names in small letters) of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request(
            method, path, headers={name.replace("_", "-"): text for name, text in headers.items()}
        )
        answer = connection.getresponse()
        return answer.status, answer.read(), {name.lower(): text for name, text in answer.getheaders()}
    finally:
        connection.close()


class TestServer:
    def test_its_own_files_come_before_the_mirrors(self, lab: MirrorServer) -> None:
        assert ask(lab, "/debian//dists/trixie/Release")[:2] == (200, b"ours")
        assert ask(lab, f"{lab.mirror}/dists/trixie/Release")[:2] == (200, b"ours")
        assert ask(lab, f"{lab.mirror}/dists/trixie/InRelease")[:2] == (200, b"theirs")

    def test_a_suite_of_its_own_is_wholly_its_own(self, lab: MirrorServer) -> None:
        assert ask(lab, "/debian/dists/ours/Packages")[:2] == (200, b"")
        assert ask(lab, "/debian/dists/ours/Translation-en")[0] == 404

    def test_a_file_is_fetched_once_by_either_spelling(
        self, lab: MirrorServer, upstream: MirrorServer
    ) -> None:
        assert ask(lab, "/debian/pool/g%2b%2b.deb")[:2] == (200, b"0123456789")
        upstream.shutdown()
        assert ask(lab, f"{lab.mirror}/pool/g++.deb")[:2] == (200, b"0123456789")

    def test_parts_of_files(self, lab: MirrorServer) -> None:
        status, content, headers = ask(lab, "/debian/pool/g++.deb", Range="bytes=7-")
        assert (status, content, headers["content-range"]) == (206, b"789", "bytes 7-9/10")
        assert ask(lab, "/debian/pool/g++.deb", Range="bytes=2-4")[1] == b"234"
        status, _, headers = ask(lab, "/debian/pool/g++.deb", Range="bytes=10-")
        assert (status, headers["content-range"]) == (416, "bytes */10")

    def test_what_has_not_changed_is_not_sent(self, lab: MirrorServer) -> None:
        date = ask(lab, "/debian/pool/g++.deb")[2]["last-modified"]
        assert ask(lab, "/debian/pool/g++.deb", If_Modified_Since=date)[:2] == (304, b"")
        assert ask(lab, "/debian/pool/g++.deb", If_Modified_Since=formatdate(0, usegmt=True))[0] == 200

    def test_a_head_has_no_body(self, lab: MirrorServer) -> None:
        status, content, headers = ask(lab, "/debian/pool/g++.deb", "HEAD")
        assert (status, content, headers["content-length"]) == (200, b"", "10")
        assert ask(lab, "/debian/pool/none.deb", "HEAD")[:2] == (404, b"")

    def test_what_the_mirror_lacks_is_not_found(self, lab: MirrorServer) -> None:
        assert ask(lab, "/debian/pool/none.deb")[0] == 404

    def test_the_rest_of_the_network_is_out_of_reach(self, lab: MirrorServer, upstream: MirrorServer) -> None:
        assert ask(lab, f"{upstream.url}/other/file")[0] == 403

    def test_one_connection_serves_several_requests(self, lab: MirrorServer) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", lab.port, timeout=30)
        asked = [
            ("GET", "/debian/pool/none.deb", 404),
            ("HEAD", "/x", 404),
            ("GET", "/debian/pool/g++.deb", 200),
        ]
        for method, path, status in asked:
            connection.request(method, path)
            answer = connection.getresponse()
            assert (answer.status, bool(answer.read())) == (status, method == "GET")
        connection.close()

    def test_index_files_are_asked_for_anew_in_each_run(
        self, lab: MirrorServer, upstream: MirrorServer, tmp_path: Path
    ) -> None:
        archive = Archive(tmp_path / "archive", tmp_path / "cache")
        release = wanted("/debian/dists/trixie/InRelease", lab.mirror)
        assert isinstance(release, Wanted)
        assert Store(archive).find(release).path.read_bytes() == b"theirs"
        (tmp_path / "upstream/debian/dists/trixie/InRelease").write_bytes(b"newer")
        assert Store(archive).find(release).path.read_bytes() == b"newer"

    def test_a_taken_port_is_told(self, lab: MirrorServer, tmp_path: Path) -> None:
        with pytest.raises(BusyError, match="taken"):
            open_server(Archive(tmp_path, None), MIRROR, lab.port)


class TestStore:
    def test_an_archive_of_its_own_asks_nobody(self, tmp_path: Path) -> None:
        with pytest.raises(NotFoundError):
            Store(Archive(tmp_path, None)).find(Wanted(Area.MIRROR, "pool/x", "http://127.0.0.1:1/x"))
