"""What scripts/extract-priorities believes of a component and of an initrd."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

from scripts.lab_mirror import cpio, deb
from scripts.lab_mirror.stanza import stanzas_in

SCRIPT = Path(__file__).parents[2] / "scripts" / "extract-priorities"
CONTROL = "Package: asker\nVersion: 1\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: asks\n"

ASKS = b"""#!/bin/sh
# netcfg/get_domain is asked elsewhere
db_input low apt-setup/contrib || true
db_input medium apt-setup/non-free || true
db_input low apt-setup/non-free || true
db_input high clock-setup/utc || true
db_input medium clock-setup/ntp || true
db_get clock-setup/ntp
db_input $priority mirror/http/proxy
db_input low mirror/http/proxy
db_input low no/such-question
"""
LIBRARY = b"ask_again hw-detect/select_modules\n"


def extracted(*files: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "trixie", *map(str, files)], capture_output=True, text=True, check=True
    )
    return [line for line in done.stdout.splitlines() if line and not line.startswith("#")]


def test_only_what_is_asked_by_word_at_a_low_priority_is_told(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "usr/lib").mkdir(parents=True)
    (tree / "usr/lib/asks").write_bytes(ASKS)
    deb.pack(tree, next(stanzas_in(CONTROL)), tmp_path / "asker.udeb")
    assert extracted(tmp_path / "asker.udeb") == [
        "apt-setup/contrib low",
        "apt-setup/non-free medium",
        "clock-setup/ntp medium",
    ]


def test_what_another_file_names_too_may_be_asked_at_any_priority(tmp_path: Path) -> None:
    asks = cpio.Entry("bin/asks", 0o100755, b"db_input low hw-detect/select_modules\n" + ASKS)
    names = cpio.Entry("lib/names", 0o100644, LIBRARY)
    says = cpio.Entry("var/lib/dpkg/info/x.templates", 0o100644, b"Template: apt-setup/contrib\n")
    for name, entries in (("alone", [asks, says]), ("both", [asks, says, names])):
        (tmp_path / name).write_bytes(gzip.compress(cpio.archive(entries)))
    assert "hw-detect/select_modules low" in extracted(tmp_path / "alone")
    assert "hw-detect/select_modules low" not in extracted(tmp_path / "both")
    assert "apt-setup/contrib low" in extracted(tmp_path / "both")
