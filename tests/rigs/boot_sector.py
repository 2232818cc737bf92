"""A guest for QEMU that is one disk sector: it says hello on the serial line, echoes keys, and obeys six of them.

It boots in a tenth of a second under emulation, and does on demand what real guests do: `r` resets it, `l`
says so and resets it a second later, `p` powers it off, `s` makes it spin, `h` hang with its interrupts off, `d`
read its disk at each tick of its clock.
"""

from __future__ import annotations

from pathlib import Path

HELLO = b"hello from the guest\r\n"

_CODE = """
    31 c0 8e d8 8e c0 8e d0 bc 00 7c fc fb      segments, stack, interrupts
    be 84 7c ac 84 c0 74 05 e8 52 00 eb f6      print what stands behind the code
    f4 ba fd 03 ec a8 01 74 f7 ba f8 03 ec      wait: halt until a tick; is a key there?
    3c 72 74 19 3c 70 74 1c 3c 73 74 20         r, p, s
    3c 68 74 1e 3c 64 74 1e 3c 6c 74 3a         h, d, l
    e8 28 00 eb d7                              else: echo, and wait
    ba f9 0c b0 06 ee f4                        reset: 6 to port cf9
    ba 04 06 b8 00 20 ef f4                     power off: 2000 to port 604 (PIIX4)
    eb fe                                       spin
    fa f4 eb fc                                 hang
    b8 10 02 bb 00 80 b9 01 00 ba 80 00         read 16 sectors (int 13)
    cd 13 f4 eb ef                              and again at the next tick
    50 ba fd 03 ec a8 20 74 f8 58 ba f8 03 ee c3     print one character
    e8 ee ff b9 12 00 f4 e2 fd eb c0            echo, halt until 18 ticks have been, reset
"""

_SECTOR = 512
_SIGNATURE = b"\x55\xaa"


def write_disk(path: Path, size: int = 1 << 20) -> None:
    """A disk that boots the guest."""
    lines = [line.strip().split("  ")[0] for line in _CODE.strip().splitlines()]
    program = bytes.fromhex(" ".join(lines))
    sector = (program + HELLO + b"\0").ljust(_SECTOR - len(_SIGNATURE), b"\0") + _SIGNATURE
    with path.open("wb") as file:
        file.write(sector)
        file.truncate(size)
