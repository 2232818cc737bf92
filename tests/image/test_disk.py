"""The disk is exactly as big as asked for, sparse, and never somebody else's file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoinstall.errors import BusyError, HostError, InvalidFileError
from autoinstall.image.disk import copy_sparse, create_disk, full_disk_explained, require_room

GIB = 2**30


def test_eight_gibibytes_are_not_one_byte_more_and_take_no_room(tmp_path: Path) -> None:
    disk = tmp_path / "disk.img"
    create_disk(disk, 8 * GIB)
    status = disk.stat()
    assert status.st_size == 8 * GIB
    assert status.st_blocks * 512 < 2**20
    assert status.st_mode & 0o777 == 0o600


def test_an_existing_file_is_never_touched(tmp_path: Path) -> None:
    disk = tmp_path / "disk.img"
    disk.write_text("precious")
    with pytest.raises(BusyError):
        create_disk(disk, 8 * GIB)
    assert disk.read_text() == "precious"


def test_a_link_to_somewhere_else_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "disk.img").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BusyError):
        create_disk(tmp_path / "disk.img", GIB)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("size", [0, -512, 8 * GIB + 1])
def test_a_size_of_broken_sectors_is_refused(tmp_path: Path, size: int) -> None:
    with pytest.raises(InvalidFileError):
        create_disk(tmp_path / "disk.img", size)
    assert not (tmp_path / "disk.img").exists()


def test_a_disk_that_the_file_system_cannot_hold_leaves_no_debris(tmp_path: Path) -> None:
    with pytest.raises(HostError) as caught:
        create_disk(tmp_path / "disk.img", 2**62)
    assert caught.value.kind == "disk-full"
    assert not (tmp_path / "disk.img").exists()


def test_too_little_room_is_said_beforehand(tmp_path: Path) -> None:
    with pytest.raises(HostError) as caught:
        require_room(tmp_path, 2**62)
    assert (caught.value.kind, caught.value.exit_code) == ("disk-full", 4)


def test_a_full_disk_is_told_from_other_errors(tmp_path: Path) -> None:
    with pytest.raises(HostError), full_disk_explained(tmp_path / "x"), Path("/dev/full").open("wb") as file:
        file.write(b"x")
        file.flush()
    with pytest.raises(FileNotFoundError), full_disk_explained(tmp_path / "x"):
        (tmp_path / "absent").read_bytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4 * 2**20), st.binary(min_size=1, max_size=5000)), max_size=5))
def test_a_copy_is_equal_and_keeps_its_holes(tmp_path: Path, pieces: list[tuple[int, bytes]]) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    with source.open("wb") as file:
        for place, content in pieces:
            file.seek(place)
            file.write(content)
        file.truncate(8 * 2**20)
    target.unlink(missing_ok=True)
    copy_sparse(source, target)
    assert target.read_bytes() == source.read_bytes()
    assert target.stat().st_blocks <= source.stat().st_blocks + 8


def test_a_failed_copy_leaves_nothing_and_overwrites_nothing(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(os.urandom(1000))
    target.write_text("precious")
    with pytest.raises(BusyError):
        copy_sparse(source, target)
    assert target.read_text() == "precious"
