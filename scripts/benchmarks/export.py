"""Export of an 8 GiB sparse disk with 1 GiB of data, checksums and check included, against `qemu-img convert -c`."""

from __future__ import annotations

import random
import shutil
import subprocess
import tempfile
import time
import zlib
from pathlib import Path

from autoinstall.image.disk import create_disk
from autoinstall.image.export import export_image
from scripts.benchmarks.figure import Figure, NotMeasured

SIZE = 8 << 30
DATA = 1 << 30
PIECE = 1 << 20
LIMIT = 1.1


def measure(runs: int) -> list[Figure]:
    """Raises NotMeasured without qemu-img."""
    if shutil.which("qemu-img") is None:
        raise NotMeasured("qemu-img is not installed (apt-get install qemu-utils)")
    alone, whole = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        disk = folder / "disk.img"
        _fill(disk)
        for run in range(runs):
            alone.append(_convert(disk, folder / f"alone{run}.qcow2"))
            copy = folder / "copy.img"
            subprocess.run(["cp", "--sparse=always", disk, copy], check=True)
            began = time.perf_counter()
            (image,) = export_image(copy, folder, f"whole{run}", formats=["qcow2"], compress=True)
            whole.append(time.perf_counter() - began)
            image.path.unlink()
    return [
        Figure("export of 8 GiB with 1 GiB of data", "s", whole),
        Figure("  qemu-img convert -c alone", "s", alone),
        Figure(
            "  the one against the other", "times", [a / b for a, b in zip(whole, alone, strict=True)], LIMIT
        ),
    ]


def _fill(disk: Path) -> None:
    """Data as a system has it, of which compression leaves some half: every piece is another one."""
    create_disk(disk, SIZE)
    source = random.Random(1)
    with disk.open("r+b") as file:
        for number in range(DATA // PIECE):
            noise = source.randbytes(PIECE * 3 // 8)
            piece = noise + zlib.compress(noise, 0)[: PIECE // 8] + b"text of a system\n" * (PIECE // 34)
            file.seek(number * (SIZE // (DATA // PIECE)))
            file.write(piece[:PIECE])


def _convert(disk: Path, target: Path) -> float:
    began = time.perf_counter()
    command = ["qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2", str(disk), str(target)]
    subprocess.run(command, check=True)
    seconds = time.perf_counter() - began
    target.unlink()
    return seconds
