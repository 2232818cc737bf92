"""The exported image holds what the disk held, and its sums are those of the file that lies there."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autoinstall.errors import HostError, VerificationError
from autoinstall.image.disk import create_disk
from autoinstall.image.export import export_image, image_version, raw_copy, require_converter

SIZE = 16 * 2**20


def make_disk(tmp_path: Path) -> Path:
    disk = tmp_path / "disk.img"
    create_disk(disk, SIZE)
    with disk.open("r+b") as file:
        file.seek(3 * 2**20)
        file.write(b"the installed system" * 1000)
    return disk


def needs_qemu_img() -> None:
    if shutil.which("qemu-img") is None:
        pytest.skip("needs qemu-img (apt-get install qemu-utils)")


@pytest.mark.parametrize("formats", [["qcow2"], ["raw"], ["qcow2", "raw"], ["raw", "qcow2"]])
def test_images_sums_and_a_disk_that_is_gone(tmp_path: Path, formats: list[str]) -> None:
    needs_qemu_img()
    disk = make_disk(tmp_path)
    before = disk.read_bytes()
    images = export_image(disk, tmp_path, "ubuntu-1.0.0-20261124", formats=formats, compress=True)
    assert [image.format for image in images] == formats
    assert not disk.exists()
    for image in images:
        content = image.path.read_bytes()
        assert image.path.name == f"ubuntu-1.0.0-20261124.{image.format}"
        assert (image.size, image.file_size) == (SIZE, len(content))
        assert image.sha256 == hashlib.sha256(content).hexdigest()
        assert image.md5 == hashlib.md5(content).hexdigest()
        raw = tmp_path / f"copy-of-{image.format}"
        raw_copy(image.path, image.format, raw)
        assert raw.read_bytes() == before
    for tool in ("sha256sum", "md5sum"):
        checked = subprocess.run(
            [tool, "--check", f"{tool[:-3].upper()}SUMS"], cwd=tmp_path, capture_output=True, check=True
        )
        assert checked.stdout.count(b": OK") == len(formats)


def test_a_raw_image_needs_no_converter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    require_converter(["raw"])
    (image,) = export_image(make_disk(tmp_path), tmp_path, "x", formats=["raw"], compress=False)
    assert image.path.stat().st_blocks * 512 < 2**20


def test_a_missing_converter_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    disk = make_disk(tmp_path)
    for attempt in (
        lambda: require_converter(["qcow2"]),
        lambda: export_image(disk, tmp_path, "x", formats=["qcow2"], compress=True),
    ):
        with pytest.raises(HostError) as caught:
            attempt()
        assert caught.value.kind == "tool-missing"
        assert "format: raw" in (caught.value.hint or "")
    assert disk.exists()


def test_a_full_disk_leaves_the_guests_disk_and_no_half_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "bin" / "qemu-img"
    tool.parent.mkdir()
    said = "qemu-img: error while writing at byte 0: No space left on device"
    tool.write_text(f'#!/bin/sh\nfor last; do :; done\necho half > "$last"\necho "{said}" >&2\nexit 1\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:/usr/bin:/bin")
    disk = make_disk(tmp_path)
    with pytest.raises(HostError) as caught:
        export_image(disk, tmp_path, "x", formats=["qcow2"], compress=True)
    assert (caught.value.kind, caught.value.host_said) == ("disk-full", said)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bin", "disk.img"]


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        ('printf "\\377\\377" | dd of="$last" bs=1 seek=46 conv=notrunc 2>/dev/null', "errors"),
        ('"$real" resize -q "$last" 32M', f"{2 * SIZE} bytes, not {SIZE}"),
    ],
)
def test_an_image_that_qemu_img_finds_damaged_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str, word: str
) -> None:
    needs_qemu_img()
    tool = tmp_path / "bin" / "qemu-img"
    tool.parent.mkdir()
    tool.write_text(
        f'#!/bin/sh\nreal={shutil.which("qemu-img")}\nfor last; do :; done\n"$real" "$@" || exit\n'
        f'[ "$1" != convert ] || {{ {damage}; }}\n'
    )
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:/usr/bin:/bin")
    disk = make_disk(tmp_path)
    with pytest.raises(VerificationError) as caught:
        export_image(disk, tmp_path, "x", formats=["qcow2"], compress=True)
    assert (caught.value.kind, caught.value.exit_code) == ("image-damaged", 5)
    assert word in caught.value.message
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bin", "disk.img"]


def test_the_version_carries_the_day() -> None:
    assert image_version("1.0.0-1", datetime(2026, 11, 24, tzinfo=UTC)) == "1.0.0-1-20261124"
    assert re.fullmatch(r"1\.0\.0-1-\d{8}", image_version(None))
