"""Files to a host and back: only what differs, holes left out, gone on with after a cut."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoinstall.errors import HostError
from autoinstall.toolstack.host_folder import BLOCK, HostFolder
from autoinstall.toolstack.ssh import CLIENT_VARIABLE, reached
from tests.rigs.hosted import HostedRig


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HostedRig:
    rig = HostedRig(tmp_path / "host")
    monkeypatch.setenv(CLIENT_VARIABLE, str(rig.client))
    return rig


@pytest.fixture
def folder(rig: HostedRig) -> Iterator[HostFolder]:
    with reached(rig.url) as host:
        folder = HostFolder(host, f"{rig.home}/ours")
        folder.make()
        host.works_in(folder.path)
        yield folder


def write(path: Path, blocks: dict[int, bytes], size: int) -> Path:
    """A sparse file with these bytes at the beginning of these blocks."""
    with path.open("wb") as file:
        file.truncate(size)
        for number, data in blocks.items():
            file.seek(number * BLOCK)
            file.write(data)
    return path


def quiet(done: int, whole: int) -> None:
    pass


def bytes_on_disk(path: Path) -> int:
    return path.stat().st_blocks * 512


def test_a_sparse_file_arrives_sparse(folder: HostFolder, rig: HostedRig, tmp_path: Path) -> None:
    here = write(tmp_path / "disk", {0: b"boot", 900: b"data" * 1000}, 1 << 30)
    moved: list[int] = []
    folder.send(here, "disk.img", lambda done, whole: moved.append(done))
    there = rig.home / "ours" / "disk.img"
    assert there.stat().st_size == 1 << 30
    assert bytes_on_disk(there) <= 4 * BLOCK
    assert sum(moved) < 3 * BLOCK
    assert there.stat().st_mode & 0o777 == 0o600
    back = tmp_path / "back"
    folder.fetch("disk.img", back, quiet)
    assert bytes_on_disk(back) <= 4 * BLOCK
    assert back.read_bytes() == here.read_bytes()


def test_only_what_differs_travels(folder: HostFolder, rig: HostedRig, tmp_path: Path) -> None:
    here = write(tmp_path / "disk", {number: bytes([number + 1]) * BLOCK for number in range(8)}, 8 * BLOCK)
    folder.send(here, "disk.img", quiet)
    with here.open("r+b") as file:
        file.seek(3 * BLOCK + 5)
        file.write(b"changed")
        file.seek(6 * BLOCK)
        file.write(bytes(BLOCK))
    moved: list[int] = []
    folder.send(here, "disk.img", lambda done, whole: moved.append(done))
    assert sum(moved) < 2.1 * BLOCK
    assert (rig.home / "ours" / "disk.img").read_bytes() == here.read_bytes()


def test_a_transfer_that_was_interrupted_is_gone_on_with(
    folder: HostFolder, rig: HostedRig, tmp_path: Path
) -> None:
    here = write(tmp_path / "disk", {number: bytes([number + 1]) * BLOCK for number in range(40)}, 40 * BLOCK)
    sent: list[int] = []

    def stop(done: int, whole: int) -> None:
        sent.append(done)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        folder.send(here, "disk.img", stop)
    folder.send(here, "disk.img", lambda done, whole: sent.append(done))
    assert sum(sent) < 41 * BLOCK
    back = tmp_path / "back"
    with pytest.raises(InterruptedError):
        folder.fetch("disk.img", back, stop)
    fetched: list[int] = []
    folder.fetch("disk.img", back, lambda done, whole: fetched.append(done))
    assert sum(fetched) == 24 * BLOCK
    assert back.read_bytes() == here.read_bytes()


def test_a_cut_in_a_transfer_is_not_noticed(folder: HostFolder, rig: HostedRig, tmp_path: Path) -> None:
    here = write(tmp_path / "small", {0: b"x" * 100}, 100)
    rig.cut("before", times=3)
    folder.send(here, "small", quiet)
    assert (rig.home / "ours" / "small").read_bytes() == b"x" * 100


def test_an_empty_file(folder: HostFolder, rig: HostedRig, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    folder.send(tmp_path / "empty", "empty", quiet)
    assert (rig.home / "ours" / "empty").read_bytes() == b""


@settings(max_examples=12)
@given(
    before=st.binary(max_size=50),
    here=st.dictionaries(st.integers(0, 5), st.binary(min_size=1)),
    tail=st.integers(0, 9),
)
def test_whatever_was_there_becomes_what_is_here(
    tmp_path_factory: pytest.TempPathFactory, before: bytes, here: dict[int, bytes], tail: int
) -> None:
    place = tmp_path_factory.mktemp("host")
    rig = HostedRig(place / "host")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CLIENT_VARIABLE, str(rig.client))
        with reached(rig.url) as host:
            folder = HostFolder(host, str(rig.home))
            source = write(place / "source", here, 5 * BLOCK + tail)
            (rig.home / "target").write_bytes(before * 1000)
            folder.send(source, "target", quiet)
            assert (rig.home / "target").read_bytes() == source.read_bytes()
            (place / "back").write_bytes(before * 1000)
            folder.fetch("target", place / "back", quiet)
            assert (place / "back").read_bytes() == source.read_bytes()


def test_copies_stay_on_the_host(folder: HostFolder, rig: HostedRig) -> None:
    folder.create("disk.img", 1 << 30)
    folder.copy("disk.img", f"{rig.home}/cache/copy.img")
    assert (rig.home / "cache/copy.img").stat().st_size == 1 << 30
    assert bytes_on_disk(rig.home / "cache/copy.img") < BLOCK
    assert folder.has("disk.img") and not folder.has("disk.img.part")
    folder.remove("disk.img")
    assert folder.listing() == ()


def test_a_file_that_is_there_is_not_overwritten(folder: HostFolder) -> None:
    folder.create("disk.img", 512)
    with pytest.raises(HostError):
        folder.create("disk.img", 1024)


def test_what_is_gone_is_told(folder: HostFolder, tmp_path: Path) -> None:
    with pytest.raises(HostError) as caught:
        folder.fetch("nothing", tmp_path / "x", quiet)
    assert caught.value.kind == "file-missing"


def test_only_the_newest_are_kept(folder: HostFolder, rig: HostedRig) -> None:
    for number in range(5):
        path = rig.home / "ours" / f"{number}"
        path.touch()
        os.utime(path, (number, number))
    folder.keep_newest(folder.path, 2)
    assert set(folder.listing()) == {"3", "4"}
