"""The disk by which OpenNebula tells a guest who it is: ISO 9660, label CONTEXT, a shell file `context.sh`.

OpenNebula's documentation, "Contextualization": `NAME='value'`, a line each, single quotes doubled out as a shell
would have it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import pycdlib

LABEL = "CONTEXT"
_FILE = "context.sh"


def write_context_disk(path: Path, variables: Mapping[str, str]) -> None:
    """Write the disk; another one in its place is overwritten. Raises OSError."""
    text = "".join(f"{name}={_quoted(value)}\n" for name, value in variables.items()).encode()
    disk = pycdlib.PyCdlib()
    disk.new(interchange_level=3, vol_ident=LABEL, rock_ridge="1.09", joliet=3)
    disk.add_fp(io.BytesIO(text), len(text), "/CONTEXT.SH;1", rr_name=_FILE, joliet_path=f"/{_FILE}")
    disk.write(str(path))
    disk.close()


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "'\\''") + "'"
