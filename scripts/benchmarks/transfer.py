"""How long 1 MiB takes to a file of the guest and back, over a console that is as fast as a terminal can be."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from autoinstall.console.channel import attach
from autoinstall.guest.listener import Listener
from autoinstall.guest.shell import Shell
from scripts.benchmarks.figure import Figure, NotMeasured

SIZE = 1 << 20
LIMIT_S = 30


def measure(runs: int) -> list[Figure]:
    """Seconds each way, checksums included, for bytes that nothing can compress. Raises NotMeasured."""
    put: list[float] = []
    fetched: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        # A dmesg of our own: the session silences the kernel's messages, and this machine is no guest.
        dmesg = Path(folder) / "dmesg"
        dmesg.write_text("#!/bin/sh\n")
        dmesg.chmod(0o755)
        user = [] if os.geteuid() == 0 else ["unshare", "-Ur"]
        environment = {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": folder, "PS1": "# "}
        channel = attach(
            [*user, "sh", "-c", "stty sane; exec sh -i"],
            recorder=None,
            cwd=Path(folder),
            environment=environment,
        )
        try:
            shell = Shell.open(Listener(channel))
            for _ in range(runs):
                _measure_once(shell, f"{folder}/file", put, fetched)
            shell.close()
        finally:
            channel.close()
    return [
        Figure("1 MiB put into the guest", "s", put, LIMIT_S),
        Figure("1 MiB fetched from the guest", "s", fetched, LIMIT_S),
    ]


def _measure_once(shell: Shell, path: str, put: list[float], fetched: list[float]) -> None:
    data = os.urandom(SIZE)
    began = time.perf_counter()
    shell.put(data, path)
    middle = time.perf_counter()
    if shell.fetch(path).data != data:
        raise NotMeasured("what came back is not what was put")
    put.append(middle - began)
    fetched.append(time.perf_counter() - middle)
