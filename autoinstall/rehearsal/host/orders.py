"""What commands ask of a domain that runs, whichever toolstack the words belong to."""

from __future__ import annotations

import os
import time
from pathlib import Path

from autoinstall.rehearsal.host import pace, wire
from autoinstall.rehearsal.host.domains import Host, Record
from autoinstall.rehearsal.host.processes import cpu_seconds


def this_host() -> Host | None:
    """The host whose commands we are; None where no rehearsal was prepared."""
    home = os.environ.get("AUTOINSTALL_REHEARSAL_HOME", "")
    return Host(Path(home)) if home and Path(home).is_dir() else None


def request(host: Host, record: Record, wish: str) -> bool:
    """Ask the guest to end (`shutdown`, `reboot`); whether it took notice."""
    if record.keeper is None:
        return False
    try:
        connection, answer = wire.ask(host.socket(record.keeper), {"do": wish, "domid": record.domid})
    except OSError:  # it ended of its own accord just now
        return True
    connection.close()
    return bool(answer["ok"])


def destroy(host: Host, record: Record) -> None:
    """End a domain at once, whatever it does."""
    if record.keeper is None:
        host.remove(record.name)
        return
    try:
        connection, _ = wire.ask(host.socket(record.keeper), {"do": "destroy", "domid": record.domid})
    except OSError:
        return
    connection.close()


def wait_until_over(host: Host, record: Record, seconds: float | None = None) -> bool:
    """Wait until this very domain has gone (started again, it has another id); False when it stays that long."""
    limit = None if seconds is None else time.monotonic() + seconds
    while (now := host.find(record.name)) is not None and now.domid == record.domid:
        if limit is not None and time.monotonic() >= limit:
            return False
        time.sleep(pace.POLL)  # noqa: TID251 - xend and xl poll too
    return True


def load(record: Record) -> tuple[float, bool]:
    """CPU seconds used in this life, and whether the domain runs at this moment rather than waits."""
    if record.program is None or not record.program.alive():
        return 0.0, False
    return cpu_seconds(record.program.pid)
