"""What runs in a domain: first its boot loader where it has one, then its guest, each on a tty of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from pathlib import Path

from autoinstall.rehearsal.host import pygrub
from autoinstall.rehearsal.host.description import Description
from autoinstall.rehearsal.host.domains import Host, Record, replace
from autoinstall.rehearsal.host.line import Line
from autoinstall.rehearsal.host.processes import Process, family, kill_all, process_of, this_process
from autoinstall.rehearsal.host.tty import execute, open_tty, run_on

PROGRAMS = {"install": "autoinstall.rehearsal.installer", "guest": "autoinstall.rehearsal.guest"}
"""What runs in a domain that boots from a kernel and a ramdisk, and in one that boots from its disk."""

POWERED_OFF, REBOOTS = 0, 10
"""Exit statuses of a domain's program; any other one is a crash."""

PACKAGE_ROOT = Path(__file__).parents[3]

MENU = b"menu\n"


class Guest:
    """The processes of one domain, through all its lives, and their tty at the host's end of the line."""

    def __init__(self, host: Host, description: Description, line: Line) -> None:
        self._host = host
        self._description = description
        self._line = line
        self._self = this_process()
        self._pid = 0
        self._wanted = ""
        self._words = b""
        self.boot_loader: int | None = None

    @property
    def running(self) -> bool:
        """Whether the guest itself runs, which no boot loader does."""
        return self._pid != 0 and self.boot_loader is None

    @property
    def needs_boot_loader(self) -> bool:
        return bool(self._description.bootloader)

    def fresh_tty(self) -> str:
        """Give the line a new tty; its name."""
        tty = open_tty()
        self._line.change_tty(tty)
        self._wanted = ""
        return tty.name

    def start_boot_loader(self, record: Record) -> None:
        """Let pygrub choose; `boot_loader` is where it tells how far it came."""
        assert self._line.tty is not None
        told, tell = os.pipe2(os.O_CLOEXEC)
        log = self._host.logs / f"bootloader.{record.domid}.log"
        disk = Path(self._description.disks[0].path) if self._description.disks else Path()
        self._pid = run_on(self._line.tty, lambda: pygrub.run(disk, tell, log, record.toolstack))
        os.close(tell)
        self.boot_loader, self._words = told, b""

    def hear_boot_loader(self) -> str:
        """What pygrub tells: `menu` once it shows its menu, `over` when it ended, else nothing of interest."""
        assert self.boot_loader is not None
        words = os.read(self.boot_loader, 65536)
        self._words += words
        if words:
            return "menu" if MENU in words else ""
        os.close(self.boot_loader)
        self.boot_loader = None
        self.kill()
        self.say_all()
        return "over"

    def choice(self) -> dict[str, str] | None:
        """The entry that pygrub booted, None where it failed."""
        told = self._words.rpartition(MENU)[2]
        chosen: dict[str, str] | None = json.loads(told) if told else None
        return chosen

    def start(self, record: Record, choice: dict[str, str] | None) -> Process:
        """Run the guest: the installer, or the system of the entry that the boot loader chose."""
        assert self._line.tty is not None
        self._write_program_file(record, choice)
        command = self._command("guest" if self.needs_boot_loader else "install")
        become = execute(command, self._environment(record), self._host.home)
        self._pid = run_on(self._line.tty, become)
        return process_of(self._pid)

    def ended(self) -> str:
        """Why the guest ended (poweroff, reboot, crash), empty while it runs."""
        if not self.running:
            return ""
        pid, status = os.waitpid(self._pid, os.WNOHANG)
        if not pid:
            return ""
        self._pid = 0
        self.kill()
        self.say_all()
        return self._reason(os.waitstatus_to_exitcode(status))

    def ask_to_end(self, wish: str) -> bool:
        """Tell the guest to power off or to reboot; False where nobody listens."""
        if not self.running or self._host.faults.active("ignore-shutdown"):
            return False
        self._wanted = wish
        os.kill(self._pid, signal.SIGTERM)
        return True

    def kill(self) -> None:
        """End all processes of the domain at once; those that lost their parents are our children too."""
        kill_all(family(self._self.pid)[1:])
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)
        self._pid = 0

    def say_all(self) -> None:
        """Take what is left on the tty."""
        while self._line.hear(time.monotonic()):
            pass

    def _reason(self, status: int) -> str:
        """One that was asked to end before it could listen ends by the signal itself."""
        if status == -signal.SIGTERM and self._wanted:
            status = POWERED_OFF
        if status == POWERED_OFF:
            return self._wanted or "poweroff"
        return "reboot" if status == REBOOTS else "crash"

    def _command(self, kind: str) -> list[str]:
        """The program; tests name others in HOME/programs.json."""
        other = self._host.home / "programs.json"
        if other.exists():
            command: list[str] = json.loads(other.read_text())[kind]
            return command
        return [sys.executable, "-m", PROGRAMS[kind]]

    def _environment(self, record: Record) -> dict[str, str]:
        """What the guest's program may know of us: little, and no secret."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name in ("PATH", "HOME", "TMPDIR") or name.startswith("AUTOINSTALL_REHEARSAL_")
        }
        return {
            **kept,
            "LANG": "C.UTF-8",
            "TERM": "linux",
            "PYTHONPATH": str(PACKAGE_ROOT),
            "AUTOINSTALL_REHEARSAL_HOME": str(self._host.home),
            "REHEARSAL_DOMAIN": str(self._host.program_file(record.name)),
            "REHEARSAL_QUESTION_FILE": str(self._host.question_file(record.name)),
        }

    def _write_program_file(self, record: Record, choice: dict[str, str] | None) -> None:
        described = self._description
        root = described.root and f"root={described.root}"
        document = {
            "name": record.name,
            "domid": record.domid,
            "uuid": record.uuid,
            "memory": described.memory,
            "vcpus": described.vcpus,
            "kernel": described.kernel,
            "ramdisk": described.ramdisk,
            "extra": " ".join(filter(None, (root, described.extra))),
            "disks": [disk._asdict() for disk in described.disks],
            "vifs": [vif._asdict() for vif in described.vifs],
            "boot": choice,
        }
        replace(self._host.program_file(record.name), json.dumps(document))
