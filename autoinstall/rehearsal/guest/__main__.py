"""Runs the installed system of one domain on this process's terminal; the exit status says how it ended."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from autoinstall.rehearsal import disk
from autoinstall.rehearsal.faults import Faults
from autoinstall.rehearsal.guest import boot, login, privateroot, userland
from autoinstall.rehearsal.guest.domain import Domain, load
from autoinstall.rehearsal.guest.machine import Machine
from autoinstall.rehearsal.guest.system import System, discard

POWERED_OFF, REBOOT, CRASHED, REFUSED = 0, 10, 20, 30

_HINT = (
    "A rehearsal needs user namespaces, or root. Debian: sysctl kernel.unprivileged_userns_clone=1;"
    " Ubuntu 24.04: sysctl kernel.apparmor_restrict_unprivileged_userns=0; or run it as root."
)


def main() -> int:
    """0: powered off; 10: asks to be started again; 20: kernel panic; 30: no private root can be made here."""
    home = Path(os.environ["AUTOINSTALL_REHEARSAL_HOME"]).resolve()
    domain = load(Path(os.environ["REHEARSAL_DOMAIN"]))
    pace = float(os.environ.get("AUTOINSTALL_REHEARSAL_PACE", "1"))
    with _folder(home, domain) as folder:
        try:
            return _boot(home, domain, folder, pace)
        except (privateroot.Refused, userland.NoUserland) as refusal:
            _say(f"rehearsal: no private root can be made for the guest: {refusal}. {_HINT}")
            return REFUSED
        except disk.DiskError as error:
            _say(f"[    1.204119] VFS: Cannot open root device: {error}")
            _say(
                "[    1.204387] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)"
            )
            return CRASHED


def _boot(home: Path, domain: Domain, folder: Path, pace: float) -> int:
    root = folder / "root"
    root.mkdir(mode=0o755)
    owners = disk.read_tree(domain.disk, root)
    programs = userland.prepare(home)
    faults = Faults.load(home)
    userland.install(programs, root, spoilt=faults.wanted("wrong-mode"))
    request = _prepare_run(root, domain)
    private_root = privateroot.enter(root, _hostname(root))
    try:
        _tell_abilities(root, private_root.abilities, users=userland.has_setpriv(programs))
        machine = Machine(root, faults, pace, request)
        true_owners = {} if private_root.abilities.users else owners
        needed = dict(userland.environment(programs))
        how = System(domain, machine, private_root, true_owners, needed).live()
    finally:
        private_root.end()
    return REBOOT if how == "reboot" else POWERED_OFF


def _hostname(root: Path) -> str:
    path = root / "etc/hostname"
    return (path.read_text(errors="replace").strip() if path.is_file() else "") or "localhost"


def _prepare_run(root: Path, domain: Domain) -> int:
    """Make what lives only while the guest runs; returns the FIFO on which its programs ask the machine."""
    run = root / "host/run"
    run.mkdir()
    run.chmod(0o1777)
    files = {
        "printk": "7\t4\t1\t7\n",
        "cmdline": f"{domain.arguments}\n",
        "version": f"{boot.VERSION}\n",
        "hostname": f"{_hostname(root)}\n",
    }
    for name, text in files.items():
        (run / name).write_text(text)
    issue = root / "etc/issue"
    (root / "run/motd").write_text(login.message_of_the_day(issue.read_text() if issue.is_file() else ""))
    (root / "run/lock").mkdir()
    if (root / "var/log").is_dir():
        lines = [f"[    0.000000] {line}" for line in boot.kernel_lines(domain)]
        (root / "var/log/dmesg").write_text("\n".join(lines) + "\n")
    for name, address in [("lo", "00:00:00:00:00:00"), *_cards(domain)]:
        card = root / "sys/class/net" / name
        card.mkdir(parents=True)
        (card / "address").write_text(f"{address}\n")
    os.mkfifo(run / "request")
    (run / "request").chmod(0o622)
    return os.open(run / "request", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)


def _cards(domain: Domain) -> list[tuple[str, str]]:
    return [(f"eth{number}", address) for number, address in enumerate(domain.cards)]


def _tell_abilities(root: Path, abilities: privateroot.Abilities, *, users: bool) -> None:
    """Let our programs in the guest know what has to be imitated there."""
    real = abilities.users and users
    if not real:
        (root / "host/run/one-user").touch()
    if not (real and abilities.hostname):
        (root / "host/run/literal-prompt").touch()


@contextlib.contextmanager
def _folder(home: Path, domain: Domain) -> Iterator[Path]:
    """A folder of this life's own; those of guests that were destroyed are removed."""
    roots = home / "roots"
    roots.mkdir(mode=0o700, exist_ok=True)
    for old in roots.iterdir():
        _remove_if_dead(old)
    folder = roots / f"{domain.name}-{domain.domid}-{time.monotonic_ns()}"
    folder.mkdir()
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
    finally:
        discard(folder)
        os.close(lock)


def _remove_if_dead(folder: Path) -> None:
    with contextlib.suppress(OSError):
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            discard(folder)
        finally:
            os.close(lock)


def _say(text: str) -> None:
    os.write(1, text.encode() + b"\r\n")


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
