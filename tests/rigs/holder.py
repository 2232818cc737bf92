"""Holds a program's PTY for consoles that come and go, as a hypervisor does.

`holder.py hold SOCKET COMMAND...` runs the command on a PTY of 80x24 and says `ready`; `holder.py attach SOCKET`
is a console client: raw, silent, status 0 when the program has ended. Output while nobody is attached is
kept for the next client; what a client has read is not repeated. It imports nothing of the driver.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import socket
import struct
import sys
import termios
import tty


def received(client: socket.socket) -> bytes:
    """What the client sent; nothing once it has gone, however it went."""
    try:
        return client.recv(4096)
    except ConnectionResetError:
        return b""


def hold(path: str, command: list[str]) -> int:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(1)
    child, side = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        os.execvpe(command[0], command, dict(os.environ))
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    client: socket.socket | None = None
    backlog = b""
    while True:
        ready, _, _ = select.select([side, client or listener], [], [])
        if listener in ready:
            client, _ = listener.accept()
            client.sendall(backlog)
            backlog = b""
        if client in ready and client is not None:
            keys = received(client)
            if keys:
                os.write(side, keys)
            else:
                client.close()
                client = None
        if side in ready:
            try:
                output = os.read(side, 65536)
            except OSError:
                return 0
            try:
                if client is None:
                    backlog += output
                else:
                    client.sendall(output)
            except OSError:
                backlog += output
                client = None


def attach(path: str) -> int:
    tty.setraw(0)
    console = socket.socket(socket.AF_UNIX)
    console.connect(path)
    while True:
        ready, _, _ = select.select([0, console], [], [])
        if console in ready:
            output = console.recv(65536)
            if not output:
                return 0
            os.write(1, output)
        if 0 in ready:
            keys = os.read(0, 4096)
            if not keys:
                return 0
            console.sendall(keys)


if __name__ == "__main__":
    verb, place, *rest = sys.argv[1:]
    sys.exit(hold(place, rest) if verb == "hold" else attach(place))
