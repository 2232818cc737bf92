"""Downloads over a real loopback server: retried, resumed, checked."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from autoinstall.errors import HostError, VerificationError
from autoinstall.image.digest import Digest
from autoinstall.image.http import ATTEMPTS, NotFoundError, fetch_bytes, fetch_file
from tests.image.conftest import Mirror

CONTENT = os.urandom(3_000_000)
SHA256 = Digest("sha256", hashlib.sha256(CONTENT).hexdigest())


def test_a_file_is_fetched_and_summed(mirror: Mirror, tmp_path: Path) -> None:
    mirror.put("a", CONTENT)
    seen: list[tuple[int, int | None]] = []
    digest = fetch_file(
        f"{mirror.url}/a",
        tmp_path / "a",
        expected=SHA256,
        progress=lambda have, total: seen.append((have, total)),
    )
    assert digest == SHA256
    assert (tmp_path / "a").read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))


def test_a_hiccup_is_tried_again(mirror: Mirror, tmp_path: Path) -> None:
    mirror.put("a", CONTENT)
    mirror.failures = [503, 500]
    fetch_file(f"{mirror.url}/a", tmp_path / "a", expected=SHA256)
    assert len(mirror.requests) == 3


def test_a_broken_transfer_goes_on_where_it_broke(mirror: Mirror, tmp_path: Path) -> None:
    mirror.put("a", CONTENT)
    mirror.cuts = [1_500_000]
    assert fetch_file(f"{mirror.url}/a", tmp_path / "a", expected=SHA256) == SHA256
    assert (tmp_path / "a").read_bytes() == CONTENT
    first, second = (given for _, given in mirror.requests)
    assert first is None
    assert second is not None and second.startswith("bytes=")


def test_what_an_earlier_run_left_is_gone_on_with(mirror: Mirror, tmp_path: Path) -> None:
    mirror.put("a", CONTENT)
    (tmp_path / "a.part").write_bytes(CONTENT[:1000])
    fetch_file(f"{mirror.url}/a", tmp_path / "a", expected=SHA256)
    assert mirror.requests == [("/a", "bytes=1000-")]
    assert (tmp_path / "a").read_bytes() == CONTENT
    assert not (tmp_path / "a.part").exists()


def test_a_stale_part_of_another_file_is_thrown_away(mirror: Mirror, tmp_path: Path) -> None:
    mirror.put("a", CONTENT)
    (tmp_path / "a.part").write_bytes(b"something else")
    assert fetch_file(f"{mirror.url}/a", tmp_path / "a", expected=SHA256) == SHA256
    assert (tmp_path / "a").read_bytes() == CONTENT


def test_a_wrong_checksum_leaves_nothing(mirror: Mirror, tmp_path: Path) -> None:
    mirror.put("a", CONTENT[:-1] + b"x")
    with pytest.raises(VerificationError) as caught:
        fetch_file(f"{mirror.url}/a", tmp_path / "a", expected=SHA256)
    assert (caught.value.kind, caught.value.exit_code) == ("wrong-checksum", 5)
    assert [path.name for path in tmp_path.iterdir()] == ["mirror"]


def test_what_is_not_there_is_not_asked_for_twice(mirror: Mirror, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError) as caught:
        fetch_file(f"{mirror.url}/absent", tmp_path / "a", expected=None)
    assert (caught.value.kind, caught.value.exit_code) == ("not-found", 4)
    assert len(mirror.requests) == 1


def test_a_server_that_keeps_failing_is_given_up(mirror: Mirror) -> None:
    mirror.failures = [503] * 10
    with pytest.raises(HostError) as caught:
        fetch_bytes(f"{mirror.url}/a")
    assert (caught.value.kind, caught.value.exit_code) == ("unreachable", 4)
    assert len(mirror.requests) == ATTEMPTS


def test_nobody_there_is_unreachable() -> None:
    with pytest.raises(HostError) as caught:
        fetch_bytes("http://127.0.0.1:1/a")
    assert caught.value.kind == "unreachable"


def test_this_machine_is_asked_without_the_proxy(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    mirror.put("a", b"content")
    assert fetch_bytes(f"{mirror.url}/a") == b"content"


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/a", "http://", "nonsense"])
def test_what_is_no_http_url_is_an_error_of_ours_to_explain(url: str) -> None:
    with pytest.raises(HostError):
        fetch_bytes(url)
