"""The guest's private root: namespaces of its own where the kernel gives them, else (as root) a changed root."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from autoinstall.rehearsal import namespaces
from autoinstall.rehearsal.guest import processes

_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_DEVICE_NUMBERS = {
    "null": (1, 3),
    "zero": (1, 5),
    "full": (1, 7),
    "random": (1, 8),
    "urandom": (1, 9),
    "tty": (5, 0),
}
_IN_A_NAMESPACE = namespaces.MOUNT | namespaces.PID | namespaces.UTS | namespaces.IPC | namespaces.NETWORK
_LONGEST_MESSAGE = 65536
_ALL_IDS = 65536
"""Ids that a system of 2012 uses."""
_STANDS_FOR = {"sys/kernel/printk": "printk", "cmdline": "cmdline", "version": "version"}
"""Files of /proc that tell of the guest's kernel, by the files below /host/run that stand for them."""


class Refused(Exception):
    """No private root can be made here; the text says why."""


@dataclass(frozen=True)
class Abilities:
    """What the private root can do: run processes as any user, and give its own host name."""

    users: bool
    hostname: bool


class PrivateRoot:
    """The processes of one guest; its first one starts all others."""

    def __init__(self, root: Path, channel: socket.socket, process: int, abilities: Abilities) -> None:
        self.channel = channel
        self._root = root
        self.abilities = abilities
        self._process = process

    def start(
        self,
        argv: list[str],
        environment: dict[str, str],
        *,
        folder: str = "/",
        output: str | None = None,
        terminal: bool = False,
    ) -> None:
        """Start a program in the guest; its exit status comes as `{"status": N}` on `channel`.

        `output` is a file of the guest that gets what it prints; `terminal` gives it the guest's console.
        """
        request = {"argv": argv, "environment": environment, "folder": folder}
        self._send({**request, "output": output, "terminal": terminal})

    def hang_up(self) -> None:
        """Tell every process of the guest that its terminal has gone, as a system does that goes down."""
        with contextlib.suppress(OSError):
            self._send({"signal": int(signal.SIGHUP)})

    def end(self) -> None:
        """End the guest's processes; when this returns, none is left that could write a file."""
        self.channel.close()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._process, 0)
        processes.end_rooted_in(self._root)

    def _send(self, request: dict[str, Any]) -> None:
        self.channel.send(json.dumps(request).encode())


def enter(root: Path, hostname: str) -> PrivateRoot:
    """Make `root` the root of new processes, in the best way that the kernel allows. Raises Refused."""
    refusals = []
    for way in _ways():
        try:
            return _try(way, root, hostname)
        except Refused as refusal:
            refusals.append(str(refusal))
    raise Refused("; ".join(dict.fromkeys(refusals)))


def _ways() -> list[int]:
    """The namespaces to ask for, best first; none at all is a changed root, which only root may have."""
    ways = [namespaces.USER | _IN_A_NAMESPACE]
    return [*ways, _IN_A_NAMESPACE, 0] if os.geteuid() == 0 else ways


def _try(way: int, root: Path, hostname: str) -> PrivateRoot:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    process = os.fork()
    if process == 0:
        ours.close()
        _be_the_guest(theirs, way, root, hostname)
    theirs.close()
    while said := _receive(ours):
        if "map" in said:
            ours.send(json.dumps({"mapped": _map_all_ids(process)}).encode())
        elif "ready" in said:
            return PrivateRoot(root, ours, process, Abilities(**said["ready"]))
        else:
            break
    ours.close()
    os.waitpid(process, 0)
    raise Refused(said.get("refused", "the guest's first process died"))


def _map_all_ids(process: int) -> bool:
    """Let root map every id for the guest; whether that was possible."""
    if os.geteuid() == 0:
        with contextlib.suppress(OSError):
            maps = namespaces.all_ids("uid"), namespaces.all_ids("gid")
            namespaces.map_ids(process, *maps, setgroups=True)
            return True
    return False


def _be_the_guest(channel: socket.socket, way: int, root: Path, hostname: str) -> NoReturn:
    try:
        uid, gid = os.geteuid(), os.getegid()
        if way:
            namespaces.unshare(way)
        namespaces.die_with_parent()
        if way & namespaces.USER:
            channel.send(b'{"map": true}')
            if not _receive(channel)["mapped"]:
                namespaces.map_ids(os.getpid(), f"0 {uid} 1", f"0 {gid} 1", setgroups=False)
        if way & namespaces.PID:
            _go_on_as_child(channel)
        users = namespaces.mapped_ids() >= _ALL_IDS
        own_name = _set_up(way, root, hostname)
        channel.send(json.dumps({"ready": {"users": users, "hostname": own_name}}).encode())
        processes.serve(channel, alone=bool(way & namespaces.PID))
    except OSError as error:
        with contextlib.suppress(OSError):
            channel.send(json.dumps({"refused": str(error)}).encode())
    finally:
        os._exit(1)


def _go_on_as_child(channel: socket.socket) -> None:
    """A new PID namespace begins with the next child: it goes on, its parent only waits for it."""
    child = os.fork()
    if child:
        channel.close()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, signal.SIG_IGN)
        os.waitpid(child, 0)
        os._exit(0)
    namespaces.die_with_parent()


def _set_up(way: int, root: Path, hostname: str) -> bool:
    """Arrange mounts and change the root; whether the guest has a host name of its own."""
    if not way:
        _make_devices(root)
        _stand_for_proc(root, lambda source, target: target.symlink_to(f"/host/run/{source.name}"))
        os.chroot(root)
        os.chdir("/")
        return False
    namespaces.keep_mounts_private()
    namespaces.bind(root, root)
    _bind_devices(root)
    try:
        namespaces.mount_proc(root / "proc")
    except OSError:  # a container that hides parts of /proc lets nobody mount a whole one
        _stand_for_proc(root, namespaces.bind, make=True)
    else:
        _stand_for_proc(root, namespaces.bind)
    namespaces.set_hostname(hostname)
    namespaces.change_root(root)
    return True


def _stand_for_proc(root: Path, show: Callable[[Path, Path], None], *, make: bool = False) -> None:
    for name, stand_in in _STANDS_FOR.items():
        target = root / "proc" / name
        if make:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
        elif not target.parent.is_dir():
            target.parent.mkdir(parents=True)
        show(root / "host/run" / stand_in, target)


def _bind_devices(root: Path) -> None:
    for name in _DEVICES:
        (root / "dev" / name).touch()
        namespaces.bind(f"/dev/{name}", root / "dev" / name)
    for name in ("console", "hvc0"):
        (root / "dev" / name).touch()
        if os.isatty(0):
            namespaces.bind(os.ttyname(0), root / "dev" / name)
    _link_descriptors(root)


def _make_devices(root: Path) -> None:
    for name, (major, minor) in _DEVICE_NUMBERS.items():
        os.mknod(root / "dev" / name, 0o020666, os.makedev(major, minor))
        (root / "dev" / name).chmod(0o666)


def _link_descriptors(root: Path) -> None:
    for name, target in {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}.items():
        (root / "dev" / name).symlink_to(target)


def _receive(channel: socket.socket) -> dict[str, Any]:
    content = channel.recv(_LONGEST_MESSAGE)
    said: dict[str, Any] = json.loads(content) if content else {}
    return said
