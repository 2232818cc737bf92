"""Debian 12's own installer, in a machine that QEMU emulates and whose serial line is our terminal.

Kernel and initrd are those of the package debian-installer-12-netboot-amd64, as they are. The machine has no
disk and no screen; its network is QEMU's own, which needs no rights.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

IMAGES = Path("/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64")
INITRD = IMAGES / "initrd.gz"
ROOT = Path(__file__).parents[2]

MEASURED_DRIVER = """\
import json, sys, time
from pathlib import Path
from autoinstall.cli.main import main
status = main(sys.argv[2:])
(peak,) = (line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
Path(sys.argv[1]).write_text(json.dumps({"kibibytes": int(peak), "cpu_seconds": time.process_time()}))
sys.exit(status)
"""
"""The command line as it is, which writes down its own peak memory and CPU time when it ends."""


def machine(pid_file: Path) -> list[str]:
    """The command whose terminal is the machine's serial line; it runs until the terminal is closed.

    `loglevel=6` leaves the kernel's banner and warnings on the line, and most of its chatter out; `?=` gives
    a question another default, and still has it asked.
    """
    return [
        *("qemu-system-x86_64", "-accel", "tcg,thread=multi", "-smp", "1", "-m", "1024"),
        *("-display", "none", "-vga", "none", "-monitor", "none", "-no-reboot"),
        *("-chardev", "stdio,id=line,signal=off,mux=off", "-serial", "chardev:line"),
        *("-nic", "user,model=virtio", "-pidfile", str(pid_file)),
        *("-kernel", str(IMAGES / "linux"), "-initrd", str(INITRD)),
        *("-append", "console=ttyS0 loglevel=6 mirror/http/hostname?=mirror.invalid ---"),
    ]


@dataclass(frozen=True)
class Driven:
    """How `autoinstall drive` ended: its JSON document, its stderr, the peak of its memory, its CPU time."""

    exit_status: int
    document: Mapping[str, Any]
    told: str
    kibibytes: int
    cpu_seconds: float


def drive_machine(answers: Path, folder: Path, *, seconds: float) -> Driven:
    """Boot the machine and have the command line answer its installer; `session.cast` and `pid` are in `folder`.

    Raises subprocess.TimeoutExpired after `seconds`; the terminal's end then ends the machine too.
    """
    measured = folder / "measured.json"
    command = [sys.executable, "-c", MEASURED_DRIVER, str(measured), "drive", str(answers), "--json", "-v"]
    options = ["--catalogue", str(INITRD), "-o", str(folder / "session.cast")]
    done = subprocess.run(
        [*command, *options, "--", *machine(folder / "pid")],
        capture_output=True,
        text=True,
        timeout=seconds,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert measured.exists(), done.stderr
    return Driven(done.returncode, json.loads(done.stdout), done.stderr, **json.loads(measured.read_text()))
