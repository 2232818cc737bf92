"""Driven against preseeded: the same installation of Debian 13, once through its menus and once without any.

The real installer in QEMU, from the lab's mirror (scripts/lab-mirror). Each takes from ten minutes to an hour.
"""

from __future__ import annotations

import gzip
import json
import os
import secrets
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autoinstall.answers.loading import load
from autoinstall.answers.preseed import PreseedLine, write_preseed
from autoinstall.answers.template import TemplateContext
from autoinstall.answers.to_preseed import export_preseed
from autoinstall.catalogue.shipped import load_shipped
from autoinstall.cli.export_preseed import described
from autoinstall.errors import AutoinstallError
from autoinstall.installer.lifecycle import COMPLETION
from scripts.benchmarks.figure import Figure, NotMeasured
from scripts.lab_mirror.cpio import Entry, archive
from scripts.lab_mirror.lending import lent, overrides
from scripts.lab_mirror.places import Variant

ROOT = Path(__file__).parents[2]
ANSWERS = ROOT / "answers" / "debian-13.yaml"
RATIO_LIMIT = 1.01
CPU_LIMIT = 2.0
LOOK_EVERY = 0.5
_PRESEED = "driven.cfg"
_LEFT_OUT = ("preseed/late_command", COMPLETION)
"""What needs files that the guest's steps bring, and the last note: unseen, it would leave the end unproved."""


@dataclass(frozen=True)
class Installation:
    """Seconds from the installer's kernel to its reboot, the driver's CPU seconds, its retyped keys and presses."""

    seconds: float
    cpu: float
    retyped: int
    presses: int
    dialogs: int


def measure(runs: int) -> list[Figure]:
    """Raises NotMeasured where there is no mirror to install from, or an installation fails."""
    password = secrets.token_urlsafe(12)
    pairs = []
    try:
        with lent(Variant.LIVE, _say) as mirror, tempfile.TemporaryDirectory() as folder:
            changes = {**overrides(mirror), "machine.on_reboot": "destroy"}
            overlay = _preseed_overlay(Path(folder), changes, password)
            spared = {
                **changes,
                "installer.overlays": f"[{mirror['overlay']}, {overlay}]",
                "installer.priority": "critical",
                "installer.arguments": f"[console=ttyS0, auto=true, preseed/file=/{_PRESEED}]",
            }
            for run in range(runs):
                driven = _install(Path(folder) / f"driven{run}", changes, password)
                pairs.append((driven, _install(Path(folder) / f"preseeded{run}", spared, password)))
    except AutoinstallError as error:
        raise NotMeasured(error.message) from error
    return [
        Figure(
            "Debian 13 driven against preseeded",
            "times",
            [d.seconds / p.seconds for d, p in pairs],
            RATIO_LIMIT,
        ),
        Figure("  driven", "s", [driven.seconds for driven, _ in pairs]),
        Figure("  preseeded", "s", [preseeded.seconds for _, preseeded in pairs]),
        Figure("  driver's share of one core", "%", [100 * d.cpu / d.seconds for d, _ in pairs], CPU_LIMIT),
        Figure("  dialogs answered", "", [driven.dialogs for driven, _ in pairs]),
        Figure("  keys pressed", "", [driven.presses for driven, _ in pairs]),
        Figure("  keys typed again", "", [driven.retyped for driven, _ in pairs]),
        Figure("  dialogs answered though preseeded", "", [preseeded.dialogs for _, preseeded in pairs], 1),
    ]


def _preseed_overlay(folder: Path, changes: dict[str, str], password: str) -> Path:
    """An overlay for the initrd with the answers as a preseed file."""
    given = tuple(f"{path}={value}" for path, value in changes.items())
    answers = load(ANSWERS, context=TemplateContext("0" * 8), overrides=given, for_build=False)
    exported = export_preseed(answers, described(load_shipped(answers.installer.suite)))
    lines = [
        line for line in exported.lines if isinstance(line, PreseedLine) and line.question not in _LEFT_OUT
    ]
    lines += [
        PreseedLine("d-i", f"passwd/{name}-password{twin}", "password", password)
        for name in ("root", "user")
        for twin in ("", "-again")
    ]
    overlay = folder / "preseed.cpio.gz"
    file = Entry(_PRESEED, stat.S_IFREG | 0o600, write_preseed(lines).encode())
    overlay.write_bytes(gzip.compress(archive([file])))
    return overlay


def _install(work: Path, changes: dict[str, str], password: str) -> Installation:
    command = [
        "build",
        str(ANSWERS),
        "--toolstack",
        "qemu",
        "--work",
        str(work),
        "--until",
        "install",
        "--quiet",
    ]
    for path, value in changes.items():
        command += ["--set", f"{path}={value}"]
    names = ("AUTOINSTALL_SECRET_ROOT_PASSWORD", "AUTOINSTALL_SECRET_USER_PASSWORD")
    child = subprocess.Popen(
        [sys.executable, "-m", "autoinstall", *command],
        env={**os.environ, **dict.fromkeys(names, password)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    cpu = _cpu_until_end(child)
    if child.returncode:
        _, complaint = child.communicate()
        raise NotMeasured(f"the installation failed: {complaint.strip()[-1500:]}")
    answered = [event for event in _events(work) if event["event"] == "answered"]
    return Installation(
        _from_kernel_to_reboot(work / "install.cast"),
        cpu,
        sum(int(event["retyped"]) for event in answered),
        sum(int(event["presses"]) for event in answered),
        len(answered),
    )


def _cpu_until_end(child: subprocess.Popen[str]) -> float:
    """CPU seconds of the process itself; those of QEMU, which it starts, are not its own."""
    ticks, each = 0, os.sysconf("SC_CLK_TCK")
    while True:
        try:
            fields = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
            ticks = int(fields[11]) + int(fields[12])
        except (OSError, IndexError):
            pass
        try:
            child.wait(LOOK_EVERY)
        except subprocess.TimeoutExpired:
            continue
        return ticks / each


def _from_kernel_to_reboot(recording: Path) -> float:
    marked: dict[str, float] = {}
    for line in recording.read_text().splitlines()[1:]:
        at, kind, text = json.loads(line)
        if kind == "m":
            marked.setdefault(text, at)
    if not {"kernel-boot", "reboot"} <= set(marked):
        raise NotMeasured(f"the recording has no {', '.join({'kernel-boot', 'reboot'} - set(marked))}")
    return marked["reboot"] - marked["kernel-boot"]


def _events(work: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (work / "events.jsonl").read_text().splitlines()]


def _say(line: str) -> None:
    print(f"preseeded: {line}", file=sys.stderr, flush=True)
