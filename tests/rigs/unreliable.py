"""A console line that misbehaves, between the driver and a command: bytes lost, late, or printed over.

Run as a program: `unreliable.py SEED FAULT[=NUMBER]... -- COMMAND...`. It imports nothing of the driver.
Faults: `lose=N` (one key byte in N), `delay=S` (keys up to S seconds late, in order), `late=S` (a big piece of
output, as a new dialog is, up to S seconds late), `kernel=N` (a kernel line after about one piece of output in N),
`inside=N` (the same, but in the middle of the piece, never inside an escape sequence), `baud=N`, `bottom` (behind
the first text's echo: as many kernel lines as leave the cursor at the beginning of the last row).
"""

from __future__ import annotations

import fcntl
import heapq
import os
import pty
import random
import re
import select
import signal
import struct
import sys
import termios
import time
import tty

KERNEL_LINES = (
    b"\r\n[  312.482113] pci 0000:00:06.0: [1af4:1001] type 00 class 0x010000\r\n",
    b"[  312.490007] xen-blkfront: xvdb: barrier or flush: disabled\r\n",
    b"\r\n[  313.000251] EXT4-fs (xvda1): mounted filesystem with ordered data mode. Opts: (null)\r\n"
    b"[  313.000812] systemd-udevd[112]: starting version 175\r\n",
)
CONTROL = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()].|[\x00-\x1f]")
BETWEEN = re.compile(rb"(?<![\x1b\[0-9;?(])(?=\x1b\[)")


class Line:
    """Both directions, with what happens to them."""

    def __init__(self, seed: int, faults: dict[str, float]) -> None:
        self.random = random.Random(seed)
        self.faults = faults
        self.lost = 0
        self.text, self.echo = b"", b""
        self.to_command: list[tuple[float, int, bytes]] = []
        self.to_driver: list[tuple[float, int, bytes]] = []
        self.number = 0
        self.keys_free_at = self.output_free_at = self.last_output = 0.0

    def key(self, data: bytes, now: float) -> None:
        if len(data) > 1 and b"\x1b" not in data and self.faults.pop("bottom", None):
            self.text = data
        kept = bytearray()
        for byte in data:
            if self.faults.get("lose") and self.random.random() < 1 / self.faults["lose"]:
                self.lost += 1
            else:
                kept.append(byte)
        if kept:
            late = self.random.uniform(0, self.faults.get("delay", 0.0))
            self.keys_free_at = max(self.keys_free_at, now + late)
            self._put(self.to_command, self.keys_free_at, bytes(kept))

    def output(self, data: bytes, now: float) -> None:
        if self.faults.get("late") and now - self.last_output > 0.005 and len(data) > 600:
            self.output_free_at = max(self.output_free_at, now + self.random.uniform(0, self.faults["late"]))
        self.last_output = now
        data = self._with_kernel_lines(data)
        self.output_free_at = max(self.output_free_at, now)
        if not self.faults.get("baud"):
            self._put(self.to_driver, self.output_free_at, data)
            return
        for start in range(0, len(data), 64):
            piece = data[start : start + 64]
            self.output_free_at += len(piece) * 10 / self.faults["baud"]
            self._put(self.to_driver, self.output_free_at, piece)

    def _with_kernel_lines(self, data: bytes) -> bytes:
        if self.text:
            self.echo += data
            if self.text in CONTROL.sub(b"", self.echo):
                self.text = b""
                data += KERNEL_LINES[0] + 12 * KERNEL_LINES[1]
        if self.faults.get("kernel") and self.random.random() < 1 / self.faults["kernel"]:
            data += self.random.choice(KERNEL_LINES)
        if self.faults.get("inside") and self.random.random() < 1 / self.faults["inside"]:
            places = [found.start() for found in BETWEEN.finditer(data)]
            if places:
                at = self.random.choice(places)
                data = data[:at] + self.random.choice(KERNEL_LINES) + data[at:]
        return data

    def _put(self, queue: list[tuple[float, int, bytes]], at: float, data: bytes) -> None:
        self.number += 1
        heapq.heappush(queue, (at, self.number, data))

    def due(self, now: float) -> float:
        """Seconds until the next piece has to go out; a long time where none waits."""
        waiting = [queue[0][0] for queue in (self.to_command, self.to_driver) if queue]
        return max(0.0, min(waiting, default=now + 3600) - now)


def relay(line: Line, command: int) -> None:
    """Copy both ways until the command's side ends and all its output is through."""
    open_side = True
    while open_side or line.to_driver:
        sides = [command, 0] if open_side else []
        ready, _, _ = select.select(sides, [], [], min(line.due(time.monotonic()), 3600))
        now = time.monotonic()
        if 0 in ready:
            keys = os.read(0, 4096)
            if not keys:
                raise EOFError("the driver's side is over")
            line.key(keys, now)
        if command in ready:
            try:
                data = os.read(command, 65536)
            except OSError:
                data = b""
            if data:
                line.output(data, now)
            else:
                open_side = False
        for queue, target in ((line.to_command, command), (line.to_driver, 1)):
            while queue and queue[0][0] <= now:
                if open_side or target == 1:
                    os.write(target, heapq.heappop(queue)[2])
                else:
                    heapq.heappop(queue)


def main(arguments: list[str]) -> int:
    """Run the command on a PTY of our terminal's size behind the line; its exit status."""
    split = arguments.index("--")
    faults = {
        name: float(number or 1) for name, _, number in (one.partition("=") for one in arguments[1:split])
    }
    if os.isatty(0):
        tty.setraw(0)
        size = fcntl.ioctl(0, termios.TIOCGWINSZ, b"\0" * 8)
    else:
        size = struct.pack("HHHH", 24, 80, 0, 0)
    child, command = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, size)
        os.execvp(arguments[split + 1], arguments[split + 1 :])
    fcntl.ioctl(command, termios.TIOCSWINSZ, size)
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit())
    try:
        relay(Line(int(arguments[0]), faults), command)
        _, status = os.waitpid(child, 0)
    except BaseException:
        # A cdebconf whose terminal has gone does not end by itself: it spins.
        os.kill(child, signal.SIGKILL)
        raise
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
