"""Linux namespaces by the calls of libc that Python 3.11 lacks: unshare(2), mount(2), pivot_root(2), prctl(2)."""

from __future__ import annotations

import ctypes
import os
import signal
from pathlib import Path

USER = 0x10000000
MOUNT = 0x00020000
PID = 0x20000000
UTS = 0x04000000
IPC = 0x08000000
NETWORK = 0x40000000

_BIND, _RECURSIVE, _PRIVATE = 0x1000, 0x4000, 0x40000
_NOSUID, _NODEV, _NOEXEC = 2, 4, 8
_DETACH = 2
_DIE_WITH_PARENT = 1

_libc = ctypes.CDLL(None, use_errno=True)


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags` for new ones. Raises OSError."""
    _check(_libc.unshare(ctypes.c_int(flags)), "unshare")


def become_root() -> None:
    """Make this process root in a user namespace of its own, over its user's own files. Raises OSError."""
    uid, gid = os.geteuid(), os.getegid()
    unshare(USER)
    map_ids(os.getpid(), f"0 {uid} 1", f"0 {gid} 1", setgroups=False)


def map_ids(process: int, uids: str, gids: str, *, setgroups: bool) -> None:
    """Write the id maps of another process's user namespace; user_namespaces(7). Raises OSError."""
    folder = Path(f"/proc/{process}")
    if not setgroups:
        (folder / "setgroups").write_text("deny")
    (folder / "uid_map").write_text(uids)
    (folder / "gid_map").write_text(gids)


def all_ids(kind: str) -> str:
    """A map (`uid` or `gid`) that gives every id that exists in here the same number in there."""
    lines = Path(f"/proc/self/{kind}_map").read_text().splitlines()
    return "\n".join(f"{inside} {inside} {count}" for inside, _, count in (line.split() for line in lines))


def mapped_ids() -> int:
    """How many user ids exist in this process's user namespace."""
    return sum(int(line.split()[2]) for line in Path("/proc/self/uid_map").read_text().splitlines())


def keep_mounts_private() -> None:
    """Let no mount of this namespace reach the host. Raises OSError."""
    _mount("none", "/", None, _RECURSIVE | _PRIVATE)


def bind(source: Path | str, target: Path | str, *, recursive: bool = False) -> None:
    """Show `source` at `target` too; both must exist. Raises OSError."""
    _mount(str(source), str(target), None, _BIND | (_RECURSIVE if recursive else 0))


def mount_proc(target: Path) -> None:
    """Mount the process file system of this PID namespace. Raises OSError."""
    _mount("proc", str(target), "proc", _NOSUID | _NODEV | _NOEXEC)


def change_root(root: Path) -> None:
    """Make `root` (a mount point) this namespace's root, and let go of the host's. Raises OSError."""
    os.chdir(root)
    if hasattr(_libc, "pivot_root") and _libc.pivot_root(b".", b".") == 0:
        _check(_libc.umount2(b".", ctypes.c_int(_DETACH)), "umount2")
    else:
        os.chroot(".")
    os.chdir("/")


def die_with_parent() -> None:
    """Let the kernel kill this process when its parent ends."""
    _libc.prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)


def set_hostname(name: str) -> None:
    """The name that this UTS namespace gives. Raises OSError."""
    content = name.encode()
    _check(_libc.sethostname(content, ctypes.c_size_t(len(content))), "sethostname")


def _mount(source: str, target: str, kind: str | None, flags: int) -> None:
    kind_bytes = kind.encode() if kind else None
    result = _libc.mount(os.fsencode(source), os.fsencode(target), kind_bytes, ctypes.c_ulong(flags), None)
    _check(result, f"mount {target}")


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
