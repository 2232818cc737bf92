"""The line between a domain's tty and the one client that may hold its console."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import struct
from collections import deque

from autoinstall.rehearsal.host.backlog import Backlog
from autoinstall.rehearsal.host.mischief import PIECE_EVERY, Mischief
from autoinstall.rehearsal.host.tty import Tty

LAST_WORDS = 2.0
"""Seconds that a client gets to read what is left when its domain ends."""

LONGEST_PIECE = 16384
MOST_KEYS_WAITING = 1024
"""Bytes typed ahead that the line takes (Xen's ring to the guest); the client waits with the rest."""


class Line:
    """Carries output to the client and keys to the guest, spoilt by `mischief` where that was asked for."""

    def __init__(self, mischief: Mischief) -> None:
        self._mischief = mischief
        self._backlog = Backlog()
        self._keys = bytearray()
        self._late: deque[tuple[float, bytes]] = deque()
        self._next_piece = 0.0
        self.tty: Tty | None = None
        self.client: socket.socket | None = None
        self.follows = False

    def attach(self, client: socket.socket, *, follows: bool) -> None:
        """From now on this client has the console; `follows`: it stays when the boot loader hands over."""
        client.setblocking(False)
        self.client, self.follows = client, follows

    def detach(self) -> None:
        """The client's connection is over: its side sees end of file."""
        if self.client:
            self.client.close()
        self.client = None

    def kill_client(self) -> None:
        """End the client's process as a broken connection to the host would."""
        if self.client:
            size = struct.calcsize("3i")
            pid = struct.unpack("3i", self.client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))[0]
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.detach()

    def hear(self, now: float) -> bool:
        """Take what the guest wrote; whether there was anything."""
        output = self.tty.read() if self.tty else b""
        if output:
            self._mischief.wrote(now)
            self._backlog.add(output)
        return bool(output)

    def typed(self, now: float) -> None:
        """Take what the client typed; at its end of file the console is free again."""
        if self.client is None:
            return
        try:
            keys = self.client.recv(512)
        except BlockingIOError:
            return
        except ConnectionError:
            keys = b""
        if not keys:
            self.detach()
        elif self._mischief.delays:
            last = self._late[-1][0] if self._late else now
            self._late.append((max(last, now + self._mischief.delay()), keys))
        else:
            self._keys += self._mischief.keys(keys)

    def carry(self, now: float) -> None:
        """Move on what can move now, in both directions."""
        while self._late and self._late[0][0] <= now:
            self._keys += self._mischief.keys(self._late.popleft()[1])
        if self._keys and self.tty:
            del self._keys[: self.tty.write(bytes(self._keys))]
        if self.client and len(self._backlog) and now >= self._next_piece:
            self._send_piece(now)

    def ready_for_keys(self) -> bool:
        return len(self._keys) + sum(len(keys) for _, keys in self._late) < MOST_KEYS_WAITING

    def ready_for_output(self, now: float) -> bool:
        """Whether there is something that the client may get as soon as it can take it."""
        return self.client is not None and len(self._backlog) > 0 and now >= self._next_piece

    def keys_waiting(self) -> bool:
        return bool(self._keys) and self.tty is not None

    def due(self) -> list[float]:
        """When `carry` has something to do although nothing happens on any file."""
        times = [self._late[0][0]] if self._late else []
        if self.client and len(self._backlog):
            times.append(self._next_piece)
        return times

    def change_tty(self, tty: Tty | None) -> None:
        """Close the old tty and take another; what was typed and not yet taken is lost with the old one."""
        if self.tty:
            self.tty.close()
        self.tty = tty
        self._keys.clear()
        self._late.clear()

    def end_life(self, *, detach: bool) -> None:
        """Give the client what is left, and forget what nobody read."""
        if self.client:
            self._flush()
            if detach:
                self.detach()
        self._backlog = Backlog()

    def _send_piece(self, now: float) -> None:
        size = LONGEST_PIECE
        if self._mischief.splits:
            size = self._mischief.piece(len(self._backlog))
            self._next_piece = now + PIECE_EVERY
        self._give(self._backlog.first(size))

    def _give(self, piece: bytes) -> None:
        if self.client is None:
            return
        try:
            self._backlog.drop(self.client.send(piece))
        except BlockingIOError:
            return
        except OSError:
            self.detach()

    def _flush(self) -> None:
        waiting = select.poll()
        if self.client:
            waiting.register(self.client, select.POLLOUT)
        while self.client and len(self._backlog) and waiting.poll(LAST_WORDS * 1000):
            self._give(self._backlog.first(LONGEST_PIECE))
