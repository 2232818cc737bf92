"""One life of an installed system: boot, logins, shutdown; its disk is written when it syncs and when it ends."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
from pathlib import Path

from autoinstall.rehearsal import disk
from autoinstall.rehearsal.guest import accounts, boot, login, privateroot, upstart
from autoinstall.rehearsal.guest.accounts import User
from autoinstall.rehearsal.guest.domain import Domain
from autoinstall.rehearsal.guest.machine import Ended, Machine

_HANG_UP_TAKES = 0.15
"""Seconds that shells get to write their history when the system goes down."""

USER_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/games"


class System:
    """The guest whose tree is unpacked at `machine.root`."""

    def __init__(
        self,
        domain: Domain,
        machine: Machine,
        private_root: privateroot.PrivateRoot,
        owners: dict[str, tuple[int, int]],
        needed: dict[str, str],
    ) -> None:
        self._domain = domain
        self._machine = machine
        self._root = machine.root
        self._private_root = private_root
        self._owners = owners
        self._needed = needed
        self._written: list[tuple[object, ...]] | None = None
        machine.verbs["sync"] = lambda words: self._sync()
        machine.verbs["password"] = self._check_password
        machine.verbs["sudoer"] = lambda words: accounts.may_become_root(self._root, words[0])

    def live(self) -> str:
        """Boot and serve the console until the system ends; returns how: poweroff, halt or reboot."""
        try:
            self._boot()
            while True:
                self._session(login.Getty(self._machine, self._hostname()).log_in())
        except Ended as end:
            return self._go_down(end.how)

    def _boot(self) -> None:
        boot.show_kernel(self._machine, self._domain)
        boot.show_file_system_check(self._machine, sum(1 for _ in self._root.rglob("*")))
        for interface in ["lo", *(f"eth{number}" for number in range(len(self._domain.cards)))]:
            self._job("network-interface", {"INTERFACE": interface})
        self._job("networking", {})
        boot.show_services(self._machine)

    def _job(self, name: str, variables: dict[str, str]) -> None:
        complaint = upstart.start(self._root, name, variables, self._run)
        if complaint:
            self._machine.write(f"{complaint}\n")

    def _run(self, argv: list[str], environment: dict[str, str], output: str) -> int:
        self._private_root.start(argv, {**environment, **self._needed}, output=output)
        return self._status()

    def _status(self) -> int:
        """Wait for the program that was started; its exit status. Raises Ended."""
        channel = self._private_root.channel
        self._machine.wait(channel.fileno(), None)
        content = channel.recv(65536)
        if not content:
            raise privateroot.Refused("The guest's first process has died.")
        return int(json.loads(content)["status"])

    def _session(self, user: User) -> None:
        """The user's shell, until it ends."""
        login.welcome(self._machine, user)
        environment = {
            "HOME": user.home,
            "USER": user.name,
            "LOGNAME": user.name,
            "SHELL": user.shell,
            "PATH": USER_PATH,
            "TERM": "linux",
            "MAIL": f"/var/mail/{user.name}",
            "HUSHLOGIN": "FALSE",
            **self._needed,
        }
        become = f'. /host/ours/become.sh; extra=(PATH={USER_PATH} HUSHLOGIN=FALSE); become "$0" login'
        argv = ["/host/bin/bash", "-c", become, user.name]
        self._private_root.start(argv, environment, terminal=True)
        self._status()

    def _hostname(self) -> str:
        return (self._root / "host/run/hostname").read_text().strip()

    def _check_password(self, words: list[str]) -> str:
        fits = accounts.password_fits(self._root, words[0], words[1] if len(words) > 1 else "")
        if not fits:
            self._machine.pause(0.2)
        return "yes" if fits else "no"

    def _sync(self) -> str:
        try:
            self._write_back()
        except disk.DiskError as error:
            return str(error)
        return "done"

    def _write_back(self) -> None:
        now = list(_signature(self._root))
        if now != self._written:
            disk.write_back(self._domain.disk, self._root, self._owners)
            self._written = now

    def _go_down(self, how: str) -> str:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        boot.show_going_down(self._machine, how)
        self._private_root.hang_up()
        self._let_shells_end()
        self._private_root.end()
        self._write_back()
        boot.show_end(self._machine, how)
        return how

    def _let_shells_end(self) -> None:
        with contextlib.suppress(Ended):
            self._machine.pause(_HANG_UP_TAKES)


def _signature(root: Path) -> list[tuple[object, ...]]:
    """What tells one state of the tree from another, file by file, without what is not on the disk."""
    left_out = {str(root / name) for name in (disk.HOST_FOLDER, *disk.NOT_ON_DISK)}
    found: list[tuple[object, ...]] = []
    for here, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if os.path.join(here, name) not in left_out)  # noqa: PTH118
        for name in [*folders, *sorted(files)]:
            status = os.lstat(os.path.join(here, name))  # noqa: PTH118 - hundreds of files at each sync
            found.append(
                (here, name, status.st_ino, status.st_mode, status.st_uid, status.st_ctime_ns, status.st_size)
            )
    return found


def discard(root: Path) -> None:
    """Remove the unpacked tree; what the guest made unreadable is made readable first."""

    def make_way(function: object, path: str, error: object) -> None:
        with contextlib.suppress(OSError):
            Path(path).parent.chmod(0o700)
            Path(path).unlink()

    shutil.rmtree(root, onerror=make_way)
