"""A console line that damages what goes over it: a program of its own between the driver and a command.

Run as `damaged_line.py SEED IN OUT NOISE -- COMMAND...`: one key byte in IN and one output byte in OUT is lost,
and a kernel line stands after one output byte in NOISE, wherever that is; 0 means never.
"""

from __future__ import annotations

import os
import pty
import random
import select
import sys

KERNEL_LINE = b"\r\n[  312.490007] xen-blkfront: xvdb: barrier or flush: disabled\r\n"


class Line:
    def __init__(self, seed: int, lost_in: int, lost_out: int, noise: int) -> None:
        self.random = random.Random(seed)
        self.lost_in, self.lost_out, self.noise = lost_in, lost_out, noise

    def happens(self, one_in: int) -> bool:
        return one_in > 0 and self.random.random() < 1 / one_in

    def keys(self, data: bytes) -> bytes:
        return bytes(byte for byte in data if not self.happens(self.lost_in))

    def output(self, data: bytes) -> bytes:
        said = b""
        for byte in data:
            said += b"" if self.happens(self.lost_out) else bytes([byte])
            said += KERNEL_LINE if self.happens(self.noise) else b""
        return said


def main() -> None:
    seed, lost_in, lost_out, noise = map(int, sys.argv[1:5])
    line = Line(seed, lost_in, lost_out, noise)
    child, master = pty.fork()
    if child == 0:
        os.execvp(sys.argv[6], sys.argv[6:])
    while True:
        ready, _, _ = select.select([0, master], [], [])
        try:
            if 0 in ready:
                os.write(master, line.keys(os.read(0, 65536)))
            if master in ready:
                os.write(1, line.output(os.read(master, 65536)))
        except OSError:
            return


if __name__ == "__main__":
    main()
