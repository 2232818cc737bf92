"""What a finished disk says of its system; disks are real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoinstall.build.marketplace_files import os_release_on
from tests.image.test_hygiene import disk_of

DEBIAN = """\
PRETTY_NAME="Debian GNU/Linux 13 (trixie)"
NAME="Debian GNU/Linux"
VERSION_ID="13"
# a comment
BROKEN="no end
EMPTY=
"""


@pytest.mark.parametrize("place", ["etc/os-release", "usr/lib/os-release"])
def test_a_system_is_named_by_its_own_os_release(tmp_path: Path, place: str) -> None:
    root = tmp_path / "root"
    for folder in ("etc", "usr/lib"):
        (root / folder).mkdir(parents=True)
    (root / place).write_text(DEBIAN)
    if not place.startswith("etc"):
        (root / "etc/os-release").symlink_to("../usr/lib/os-release")
    said = os_release_on(disk_of(root, tmp_path / "disk"))
    assert (said["NAME"], said["VERSION_ID"], said["EMPTY"]) == ("Debian GNU/Linux", "13", "")
    assert "BROKEN" not in said


def test_a_system_without_one_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "root" / "etc").mkdir(parents=True)
    assert os_release_on(disk_of(tmp_path / "root", tmp_path / "disk")) == {}
