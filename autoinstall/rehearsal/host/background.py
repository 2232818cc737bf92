"""How a domain's keeper becomes a process of its own, which belongs to no command and no terminal."""

from __future__ import annotations

import contextlib
import ctypes
import os
from traceback import print_exc

from autoinstall.rehearsal.host.description import Description
from autoinstall.rehearsal.host.domains import Host, Record
from autoinstall.rehearsal.host.keeper import Keeper

PR_SET_CHILD_SUBREAPER = 36
HIGHEST_FILE = 256


def start(host: Host, record: Record, description: Description) -> int:
    """Start a domain's keeper in a session of its own; the end of a pipe on which it reports.

    The keeper is forked, not executed, because a fresh interpreter would cost more than all the rest. Like
    xl's own daemon it keeps the name of the command that started it.
    """
    report, tell = os.pipe2(os.O_CLOEXEC)
    child = os.fork()
    if child:
        os.close(tell)
        os.waitpid(child, 0)
        return report
    status = 1
    try:
        os.setsid()
        if os.fork() == 0:
            _leave_everything(host, tell)
            _adopt_orphans()
            Keeper(host, record, description, tell).live()
        status = 0
    finally:
        if status:
            print_exc()
        os._exit(status)


def _leave_everything(host: Host, tell: int) -> None:
    """Keep no file of the command but `tell`, nor its folder."""
    os.chdir(host.home)
    nothing = os.open(os.devnull, os.O_RDWR)
    log = os.open(host.logs / "keeper.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(nothing, 0)
    for number in (1, 2):
        os.dup2(log, number)
    for number in range(3, HIGHEST_FILE):
        if number != tell:
            with contextlib.suppress(OSError):
                os.close(number)


def _adopt_orphans() -> None:
    """What a guest leaves behind becomes our child (prctl(2)), so that it can end with the domain."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
