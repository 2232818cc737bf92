"""What a domain wrote while nobody read it: kept, up to a limit, with both ends and a silent gap between."""

from __future__ import annotations

LIMIT = 1 << 20
"""Xen's limit for one domain (xenstore `console/limit`)."""


class Backlog:
    """Bytes on their way from a domain to whoever attaches next.

    Over five quarters of the limit the middle is discarded, as xenconsoled does it (`buffer_append` in
    tools/console/daemon/io.c): the newest quarter moves down over what stood before the limit.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._kept = bytearray()

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, output: bytes) -> None:
        self._kept += output
        if len(self._kept) > self._limit * 5 // 4:
            over = min(len(self._kept) - self._limit, self._limit)
            self._kept[self._limit - over :] = self._kept[-over:]

    def first(self, size: int) -> bytes:
        """Up to `size` of the oldest bytes, which stay."""
        return bytes(self._kept[:size])

    def drop(self, size: int) -> None:
        """Forget the oldest `size` bytes: somebody has read them."""
        del self._kept[:size]
