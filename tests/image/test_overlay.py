"""What stands behind an initrd is unpacked by the kernel's rules: aligned, in order, each a whole archive."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from pathlib import Path

import pytest

from autoinstall.image.overlay import append_overlays, archive_of


def test_archives_stand_as_they_are_and_aligned(tmp_path: Path) -> None:
    initrd, overlay, target = tmp_path / "i", tmp_path / "overlay.cpio", tmp_path / "t"
    initrd.write_bytes(gzip.compress(b"x") + b"\0")
    overlay.write_bytes(archive_of("b", b"content"))
    append_overlays(initrd, [overlay], target)
    made = target.read_bytes()
    place = made.index(b"070701")
    assert place % 4 == 0
    assert made[place:] == overlay.read_bytes()
    assert made.startswith(initrd.read_bytes())


def test_any_other_file_becomes_an_archive(tmp_path: Path) -> None:
    if shutil.which("cpio") is None:
        pytest.skip("needs cpio (apt-get install cpio)")
    initrd, seed, target = tmp_path / "i", tmp_path / "preseed.cfg", tmp_path / "t"
    initrd.write_bytes(b"")
    seed.write_text("d-i answer\n")
    append_overlays(initrd, [seed], target)
    listing = subprocess.run(
        ["cpio", "--extract", "--quiet", "--to-stdout"],
        input=target.read_bytes(),
        capture_output=True,
        check=True,
    )
    assert listing.stdout == b"d-i answer\n"


def test_no_overlay_changes_nothing(tmp_path: Path) -> None:
    initrd = tmp_path / "i"
    initrd.write_bytes(b"odd")
    append_overlays(initrd, [], tmp_path / "t")
    assert (tmp_path / "t").read_bytes() == b"odd"
