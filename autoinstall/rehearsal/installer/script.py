"""What differs from suite to suite: the steps, their order, and the file with their texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autoinstall.rehearsal.installer.component import Component
from autoinstall.rehearsal.installer.installation import Installation


@dataclass(frozen=True)
class Script:
    """One suite's installer.

    `prepare` runs before the first step (notes of the initrd). `unknown_before` is the question before which
    the fault `unknown-question` strikes when nobody says where.
    """

    templates: Path
    prepare: Callable[[Installation], None]
    steps: tuple[Component, ...]
    unknown_before: str
