"""Whether this machine's KVM runs guests: by having a guest run, as the device's mere presence proves nothing."""

from __future__ import annotations

import subprocess
import tempfile
from functools import cache
from pathlib import Path

from autoinstall import process

KVM = ("-accel", "kvm", "-cpu", "host")
TCG = ("-accel", "tcg,thread=multi")

TRIAL_SECONDS = 10.0
"""A working KVM took 0.1 s for the trial."""

_FIRMWARE_SIZE = 64 * 1024
_RESET_VECTOR = 0xFFF0
_EXIT_PORT = 0xF4
_WORD = 0x2A
_PROGRAM = bytes((0xB0, _WORD, 0xE6, _EXIT_PORT, 0xF4))
"""mov al, 0x2a; out 0xf4, al; hlt: the whole firmware of the trial's guest."""

_PROVED = (_WORD << 1) | 1
"""QEMU's exit status for a guest that wrote that word to its isa-debug-exit device."""


@cache
def accelerator(program: str) -> tuple[str, ...]:
    """The options that make guests as fast as this machine can: KVM where a guest ran on it, else emulation."""
    return KVM if _runs(program, KVM) else TCG


def _runs(program: str, options: tuple[str, ...]) -> bool:
    """Whether a guest's first three instructions are carried out with these options."""
    with tempfile.TemporaryDirectory(prefix="autoinstall-") as folder:
        firmware = Path(folder, "firmware")
        image = bytearray(_FIRMWARE_SIZE)
        image[_RESET_VECTOR : _RESET_VECTOR + len(_PROGRAM)] = _PROGRAM
        firmware.write_bytes(image)
        argv = (
            *(program, *options, "-nodefaults", "-display", "none", "-bios", str(firmware)),
            *("-device", f"isa-debug-exit,iobase={_EXIT_PORT},iosize=4"),
        )
        try:
            done = process.run(argv, timeout=TRIAL_SECONDS, cwd=Path(folder))
        except (OSError, subprocess.TimeoutExpired):
            return False
    return done.status == _PROVED
