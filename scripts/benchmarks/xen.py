"""A real Xen host over ssh: how soon a dialog is seen, a console is free, and a cut line is driven again.

The host is the lab of scripts/xen-lab; its first start makes it, which takes minutes and root.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import tempfile
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from autoinstall.errors import AutoinstallError
from autoinstall.toolstack.differences import XL
from scripts.benchmarks.figure import Figure, NotMeasured
from tests.xen.hosted_build import Build, cutting
from tests.xen.rig import LabRig, hear, lab_started, soon

SEEN_LIMIT_S = 2.0
FREE_LIMIT_S = 1.0
AGAIN_LIMIT_S = 5.0
CUTS = 20


def measure(runs: int) -> list[Figure]:
    """Raises NotMeasured where there is no lab."""
    try:
        with lab_started() as lab:
            return _measured(lab, runs)
    except (AutoinstallError, subprocess.CalledProcessError) as error:
        raise NotMeasured(f"the lab does not come up: {error}") from error


def _measured(lab: LabRig, runs: int) -> list[Figure]:
    os.environ["AUTOINSTALL_SSH"] = shlex.join(lab.client)
    with tempfile.TemporaryDirectory() as folder:
        lab.folder = Path(folder)
        freed = [_seconds_to_free(lab, f"toy{run}") for run in range(runs)]
        lab.end()
        build = Build(lab, lab.folder)
        with cutting(build, CUTS) as cuts:
            build.ended()
        seen = _seen_after(build.work / "install.cast")
        again = _until_attached(build.events("console-attached"), cuts)
        twice = [
            times - 1 for times in Counter(event["question"] for event in build.events("answered")).values()
        ]
        lab.end()
    return [
        Figure("real Xen: dialog seen after its last byte", "s", seen, SEEN_LIMIT_S),
        Figure("  Ctrl+] to a free console", "s", freed, FREE_LIMIT_S),
        Figure(f"  a cut line attached again ({len(cuts)} cuts)", "s", again, AGAIN_LIMIT_S),
        Figure("  dialogs answered twice", "", [sum(twice)], 0),
    ]


def _seconds_to_free(lab: LabRig, name: str) -> float:
    toolstack = lab.toolstack(XL)
    toolstack.create(lab.describe(name), name, soon())
    channel = lab.attach(toolstack, name)
    hear(channel, b"toy# ")
    began = time.perf_counter()
    if not channel.leave(soon()):
        raise NotMeasured("a console was not left")
    return time.perf_counter() - began


def _seen_after(recording: Path) -> list[float]:
    """For each dialog in a recording, how long after the console's last byte it was noted."""
    heard, found = 0.0, []
    for line in recording.read_text().splitlines()[1:]:
        at, kind, text = json.loads(line)
        if kind == "o":
            heard = at
        elif kind == "m" and text.startswith("dialog"):
            found.append(at - heard)
    if not found:
        raise NotMeasured("no dialog was seen")
    return found


def _until_attached(attached: list[dict[str, Any]], cuts: list[float]) -> list[float]:
    """Seconds from each cut to the next console; after the last one there may be none."""
    times = [datetime.fromisoformat(event["at"]).timestamp() for event in attached]
    return [min(later) - cut for cut in cuts if (later := [at for at in times if at > cut])]
