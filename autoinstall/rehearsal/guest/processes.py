"""The guest's first process: starts what it is told to, gathers what has ended, and does nothing else."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
from pathlib import Path
from typing import Any, NoReturn

_LONGEST_MESSAGE = 65536


def serve(channel: socket.socket, *, alone: bool) -> NoReturn:
    """Obey requests until the other end closes; then everything in here ends.

    `alone`: this is the first process of a PID namespace, so that a signal to all reaches the guest only.
    """
    wake, wakes = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    for number in (
        signal.SIGTERM,
        signal.SIGHUP,
        signal.SIGINT,
        signal.SIGQUIT,
        signal.SIGTTOU,
        signal.SIGTSTP,
    ):
        signal.signal(number, signal.SIG_IGN)
    started: set[int] = set()
    while True:
        readable, _, _ = select.select([channel.fileno(), wake], [], [])
        if wake in readable:
            with contextlib.suppress(BlockingIOError):
                os.read(wake, 512)
            _gather(channel, started)
        if channel.fileno() in readable:
            content = channel.recv(_LONGEST_MESSAGE)
            if not content:
                _signal(signal.SIGKILL, started, alone=alone)
                os._exit(0)
            request = json.loads(content)
            if "signal" in request:
                _signal(request["signal"], started, alone=alone)
            else:
                started.add(_start(request))


def end_rooted_in(root: Path) -> None:
    """End what is left of a guest that had no PID namespace: every process whose root is `root`."""
    for link in Path("/proc").glob("[0-9]*/root"):
        with contextlib.suppress(OSError):
            if link.readlink() == root:
                os.kill(int(link.parent.name), signal.SIGKILL)


def _gather(channel: socket.socket, started: set[int]) -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            if pid in started:
                started.discard(pid)
                channel.send(json.dumps({"status": os.waitstatus_to_exitcode(status)}).encode())


def _signal(number: int, started: set[int], *, alone: bool) -> None:
    for pid in [-1] if alone else [-pid for pid in started]:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _start(request: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setpgid(0, 0)
        if request["terminal"]:
            os.tcsetpgrp(0, os.getpid())
        else:
            _give_files(request["output"])
        _forget_handlers()
        os.chdir(request["folder"])
        os.execve(request["argv"][0], request["argv"], request["environment"])  # noqa: S606 - nor is a shell wanted
    except OSError as error:
        os.write(2, f"{request['argv'][0]}: {error.strerror}\n".encode())
    finally:
        os._exit(127)


def _give_files(output: str | None) -> None:
    place = output or os.devnull
    with contextlib.suppress(OSError):
        Path(place).parent.mkdir(parents=True, exist_ok=True)
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    for source, number in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, number)


def _forget_handlers() -> None:
    signal.set_wakeup_fd(-1)
    for number in (
        signal.SIGTERM,
        signal.SIGHUP,
        signal.SIGINT,
        signal.SIGQUIT,
        signal.SIGTTOU,
        signal.SIGTSTP,
    ):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.closerange(3, 256)
