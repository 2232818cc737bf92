"""Servers of the lab: one a variant, known by a lock that it holds and a file that says where it answers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from filelock import FileLock, Timeout

from autoinstall import process
from autoinstall.deadline import Deadline
from autoinstall.errors import BusyError, HostError
from scripts.lab_mirror.places import Lab, Variant
from scripts.lab_mirror.proxy import open_server
from scripts.lab_mirror.store import Archive

_START_SECONDS = 30.0
_STOP_SECONDS = 10.0


def serve(lab: Lab, variant: Variant, mirror: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT. Raises BusyError where the variant is served already, or the port taken."""
    lock = FileLock(lab.serving(variant))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise BusyError(
            f"the {variant} archive is served already",
            kind="served-already",
            hint="`lab-mirror status` says where, `lab-mirror stop` ends it",
        ) from None
    cache = lab.cache if variant is Variant.OFFICIAL else None
    with lock, open_server(Archive(lab.archive(variant), cache), mirror, port, lab.log(variant)) as server:
        _end_on_signals(server.shutdown)
        ready = lab.ready(variant)
        _write_ready(ready, {"url": server.url, "port": server.port, "pid": os.getpid()})
        try:
            server.serve_forever(poll_interval=0.2)
        finally:
            ready.unlink(missing_ok=True)


def running(lab: Lab, variant: Variant) -> dict[str, Any] | None:
    """Where a variant is served (url, port, pid), or None."""
    if not lab.serving(variant).exists():
        return None
    lock = FileLock(lab.serving(variant))
    try:
        with lock.acquire(timeout=0):
            lab.ready(variant).unlink(missing_ok=True)
            return None
    except Timeout:
        return _read_ready(lab.ready(variant))


def start(lab: Lab, variant: Variant, command: Sequence[str]) -> dict[str, Any]:
    """Start `command`, which serves the variant, in the background; gives where, once it answers."""
    if (already := running(lab, variant)) is not None:
        return already
    output = lab.log(variant).with_suffix(".out")
    output.unlink(missing_ok=True)
    server = process.start(command, output=output)
    deadline = Deadline.after(_START_SECONDS)
    while not deadline.expired:
        if (ready := _read_ready(lab.ready(variant))) and ready["pid"] == server.pid:
            return ready
        if _ended_within(server, 0.05):
            break
    said = output.read_text(errors="replace").strip()
    if server.poll() is None:
        server.kill()
    raise HostError("the mirror's server did not start", kind="server-failed", host_said=said or None)


def stop(lab: Lab, variant: Variant) -> bool:
    """End the variant's server; False where none was running. Raises HostError where it does not end."""
    ready = running(lab, variant)
    if ready is None:
        return False
    os.kill(int(ready["pid"]), signal.SIGTERM)
    try:
        with FileLock(lab.serving(variant)).acquire(timeout=_STOP_SECONDS):
            return True
    except Timeout:
        raise HostError(
            f"the server of the {variant} archive (process {ready['pid']}) does not end",
            kind="server-stuck",
            hint="end it by hand",
        ) from None


def _end_on_signals(shutdown: Any) -> None:
    """serve_forever runs in this very thread, where its shutdown would wait for itself."""

    def end(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=shutdown).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)


def _write_ready(path: Path, document: dict[str, Any]) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(json.dumps(document) + "\n")
    fresh.replace(path)


def _read_ready(path: Path) -> dict[str, Any] | None:
    try:
        document = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) and isinstance(document.get("pid"), int) else None


def _ended_within(child: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True
