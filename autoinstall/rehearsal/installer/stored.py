"""Where the texts and lists of the rehearsed installers stand."""

from __future__ import annotations

from pathlib import Path

DATA = Path(__file__).parent.parent / "data"
