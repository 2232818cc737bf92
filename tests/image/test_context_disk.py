"""The CONTEXT disk, as other programs see it: libblkid its label, a shell its variables."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pycdlib

from autoinstall.image.context_disk import write_context_disk

TOOLS = {"PATH": "/usr/sbin:/sbin:/usr/bin:/bin"}
VARIABLES = {"SET_HOSTNAME": 'lab\'s "own" $HOME `name`', "ETH0_IP": "192.168.0.10"}


def test_it_is_found_by_its_label(tmp_path: Path) -> None:
    write_context_disk(tmp_path / "context.iso", VARIABLES)
    command = ["blkid", "-p", "-o", "export", str(tmp_path / "context.iso")]
    told = subprocess.run(command, env=TOOLS, capture_output=True, text=True, check=True).stdout.splitlines()
    assert {"LABEL=CONTEXT", "TYPE=iso9660"} <= set(told)


def test_a_shell_reads_the_variables_as_they_are(tmp_path: Path) -> None:
    write_context_disk(tmp_path / "context.iso", VARIABLES)
    disk, content = pycdlib.PyCdlib(), io.BytesIO()
    disk.open(str(tmp_path / "context.iso"))
    disk.get_file_from_iso_fp(content, rr_path="/context.sh")
    disk.close()
    (tmp_path / "context.sh").write_bytes(content.getvalue())
    script = '. ./context.sh; printf "%s|%s" "$SET_HOSTNAME" "$ETH0_IP"'
    said = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path, env=TOOLS, capture_output=True, text=True, check=True
    )
    assert said.stdout == "|".join(VARIABLES.values())


def test_the_file_has_its_short_name_too(tmp_path: Path) -> None:
    """The first sectors of the file system, as one reads it who knows neither Rock Ridge nor Joliet."""
    write_context_disk(tmp_path / "context.iso", VARIABLES)
    content = (tmp_path / "context.iso").read_bytes()
    assert content[0x8001:0x8006] == b"CD001"
    assert b"CONTEXT.SH;1" in content
