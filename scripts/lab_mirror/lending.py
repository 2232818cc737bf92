"""The lab for one installation: built where it is not, served while it is needed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import platformdirs

from scripts.lab_mirror import build as building
from scripts.lab_mirror import service
from scripts.lab_mirror.places import Lab, Variant

_PROGRAM = Path(__file__).parents[1] / "lab-mirror"


@contextmanager
def lent(variant: Variant, say: Callable[[str], None]) -> Iterator[dict[str, Any]]:
    """What an installation needs to know of the served archive (as `document` gives it); one that was
    already served stays. Raises as `build` and `start` do.
    """
    lab = Lab(Path(platformdirs.user_cache_dir("autoinstall")) / "lab-mirror")
    building.build(lab, [variant], None, say)
    already = service.running(lab, variant)
    command = (sys.executable, str(_PROGRAM), "serve", "--folder", str(lab.folder))
    server = already or service.start(lab, variant, (*command, "--archive", str(variant), "--port", "0"))
    try:
        yield building.document(lab, variant, server)
    finally:
        if not already:
            service.stop(lab, variant)


def overrides(mirror: dict[str, Any]) -> dict[str, str]:
    """The values of answers/debian-13.yaml that have its installer use this archive, by their paths."""
    changes = {
        "installer.overlays": f"[{mirror['overlay']}]",
        "questions.mirror/http/proxy": str(mirror["proxy"]),
    }
    if mirror["live_disk"]:
        changes["machine.media"] = f"[{mirror['live_disk']}]"
    return changes
