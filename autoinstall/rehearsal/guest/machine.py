"""The machine under the guest: its terminal and its clock, the requests of its programs, and its power switch."""

from __future__ import annotations

import base64
import contextlib
import os
import select
import signal
import time
from collections.abc import Callable
from pathlib import Path

from autoinstall.rehearsal.faults import Faults

_LOUD = 4
"""Kernel lines of this level (warning) reach the console when its level is above it; syslog(2)."""

_SECONDS_BETWEEN_LINES = (0.2, 0.7)
_LINES = (
    "blkfront: xvda: barrier: enabled",
    "eth0: no IPv6 routers present",
    "Clocksource tsc unstable (delta = 1203412 ns)",
    "hrtimer: interrupt took 2412310 ns",
)


class Ended(Exception):
    """The guest ends: `how` is poweroff, halt or reboot."""

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how


class Machine:
    """All waiting is done here, so that requests and the toolstack's shutdown are heard at any time."""

    def __init__(self, root: Path, faults: Faults, pace: float, request: int) -> None:
        self.root = root
        self.pace = pace
        self.silent = faults.active("silent-boot")
        self.verbs: dict[str, Callable[[list[str]], str]] = {"power": self._power, "strike": self._strike}
        self._faults = faults
        self._random = faults.random("kernel-lines", "guest")
        self._noisy = faults.wanted("kernel-lines")
        self._request = request
        self._unread = b""
        self._began = time.monotonic()
        self._asked_to_end = ""
        self._wake, wakes = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, self._shutdown_asked)
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTTOU, signal.SIGTTIN):
            signal.signal(number, signal.SIG_IGN)

    def write(self, text: str) -> None:
        """Print on the console; nothing appears under the fault `silent-boot`."""
        content = text.encode()
        while content and not self.silent:
            content = content[os.write(1, content) :]

    def kernel(self, line: str) -> None:
        """Print a line of the kernel, with its time stamp."""
        self.write(f"[{self.uptime:12.6f}] {line}\n")

    @property
    def uptime(self) -> float:
        """Seconds since the kernel began."""
        return time.monotonic() - self._began

    def pause(self, seconds: float) -> None:
        """Let simulated work take its time. Raises Ended."""
        self.wait(-1, seconds * self.pace)

    def wait(self, readable: int, seconds: float | None) -> bool:
        """Wait until the descriptor can be read (then True) or the time is over. Raises Ended."""
        limit = None if seconds is None else time.monotonic() + seconds
        while True:
            if self._asked_to_end:
                raise Ended(self._asked_to_end)
            timeout = None if limit is None else max(0.0, limit - time.monotonic())
            watched = [self._request, self._wake] + ([readable] if readable >= 0 else [])
            happened, _, _ = select.select(watched, [], [], self._until_noise(timeout))
            if self._wake in happened:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._wake, 512)
            if self._request in happened:
                self._answer()
            if readable in happened:
                return True
            if limit is not None and time.monotonic() >= limit:
                return False
            if not happened:
                self._make_noise()

    def _until_noise(self, timeout: float | None) -> float | None:
        if not self._noisy:
            return timeout
        pause = self._random.uniform(*_SECONDS_BETWEEN_LINES)
        return pause if timeout is None else min(timeout, pause)

    def _make_noise(self) -> None:
        """Let the kernel say something, if the console's level lets it through."""
        printk = self.root / "host/run/printk"
        level = printk.read_text().split()[:1] if printk.exists() else []
        if self._noisy and level and level[0].isdigit() and int(level[0]) > _LOUD:
            if self._faults.active("kernel-lines"):
                self.write("\r")
                self.kernel(self._random.choice(_LINES))
                self._faults.record("kernel-lines", where="guest")
            self._noisy = self._faults.wanted("kernel-lines")

    def _answer(self) -> None:
        """Answer what the guest's programs asked: lines `REPLY-FIFO VERB [WORD]...`, all but the first in base64."""
        *lines, self._unread = (self._unread + os.read(self._request, 65536)).split(b"\n")
        for line in lines:
            reply, *words = line.decode(errors="replace").split(" ")
            with contextlib.suppress(ValueError):
                verb, *arguments = [base64.b64decode(word).decode(errors="replace") for word in words]
                if verb in self.verbs:
                    self._reply(reply, self.verbs[verb](arguments))

    def _reply(self, place: str, answer: str) -> None:
        path = self.root / "host/run" / Path(place).name
        with contextlib.suppress(OSError):
            fifo = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
            try:
                os.write(fifo, answer.replace("\n", " ").encode()[:4000] + b"\n")
            finally:
                os.close(fifo)

    def _power(self, words: list[str]) -> str:
        self._asked_to_end = words[0] if words[:1] in (["halt"], ["reboot"]) else "poweroff"
        return "done"

    def _strike(self, words: list[str]) -> str:
        if not self._faults.active(words[0]):
            return "no"
        self._faults.record(words[0])
        return "yes"

    def _shutdown_asked(self, _number: int, _frame: object) -> None:
        self._asked_to_end = self._asked_to_end or "poweroff"
