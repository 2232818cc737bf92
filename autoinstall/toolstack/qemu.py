"""QEMU as a toolstack: each guest is a process of its own that outlives us, found again by what it was started with.

A guest's files lie in one folder of the build: its serial line and its monitor (sockets), the lock of its
console, and what QEMU said. A domain's id is the number of times that the guest has begun: a reset leaves the
process, and gives the next id.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

import autoinstall
from autoinstall import process
from autoinstall.deadline import Deadline
from autoinstall.errors import AutoinstallError, BusyError, HostError
from autoinstall.process import Completed
from autoinstall.toolstack import refusals
from autoinstall.toolstack.accelerator import accelerator
from autoinstall.toolstack.domain import Counters, DomainRow, DomainState, Ending
from autoinstall.toolstack.qemu_description import options_in
from autoinstall.toolstack.qemu_process import QemuLog, QemuProcess, processes_in
from autoinstall.toolstack.qmp import Monitor, MonitorError

PROGRAM = "qemu-system-x86_64"

POLL_SECONDS = 0.05
QUIT_SECONDS = 5.0
"""QEMU ends within 0.1 s where it is told to quit; where it does not, it is killed."""

ASK_SECONDS = 2.0
"""For the monitor of a guest that may be stopped."""

_NEGOTIATION = b'{"execute": "qmp_capabilities"}\n'
_STATES = {
    "running": DomainState.RUNNING,
    "prelaunch": DomainState.BUILDING,
    "shutdown": DomainState.SHUTDOWN,
    "guest-panicked": DomainState.CRASHED,
    "internal-error": DomainState.CRASHED,
}

Listener = Callable[[Completed], None]


class QemuToolstack:
    """Runs the guests of one build; `folder` is where their sockets and QEMU's words lie."""

    name = "qemu"

    def __init__(self, folder: Path, *, program: str = PROGRAM, listener: Listener | None = None) -> None:
        """`listener` hears of each QEMU that did not start. Raises HostError where there is no QEMU."""
        found = shutil.which(program)
        if found is None:
            raise HostError(
                f"{program} is not installed",
                kind="toolstack-missing",
                hint="install it (apt-get install qemu-system-x86); --toolstack rehearsal needs none",
            )
        self._program = found
        self._folder = folder
        self._listener = listener
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._known: dict[str, QemuProcess] = {}

    @property
    def environment(self) -> Mapping[str, str]:
        """The console's program is found where we are, also when we run from a source tree."""
        ours = str(Path(autoinstall.__file__).parent.parent)
        given = os.environ.get("PYTHONPATH")
        return {"PYTHONPATH": os.pathsep.join((ours, given)) if given else ours}

    def create(self, description: Path, name: str, deadline: Deadline) -> int:
        """Start the guest of a description; it runs from the moment that its console is first attached."""
        if self._find(name):
            raise BusyError(
                f"a guest {name} already runs",
                kind="name-taken",
                hint="end that guest, or give this build's guests other names (machine.names)",
            )
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._sweep(name)
        argv = (self._program, *options_in(description.read_text(encoding="utf-8")), *self._connections(name))
        child = process.start(argv, output=self._log(name).path, cwd=self._folder, told=_NEGOTIATION)
        self._children[name] = child
        while not self._log(name).ready:
            if child.poll() is not None:
                raise self._refused(name, argv, child.returncode)
            if deadline.expired:
                child.kill()
                raise HostError(
                    f"QEMU did not start {name} within {deadline.granted:.0f} s",
                    kind="toolstack-timeout",
                    hint="is the machine overloaded?",
                )
            _pause(POLL_SECONDS)
        return self._log(name).boots

    def domid(self, name: str) -> int | None:
        return self._log(name).boots if self._find(name) else None

    def uuid(self, name: str) -> str | None:
        found = self._find(name)
        return found.uuid if found else None

    def rows(self) -> tuple[DomainRow, ...]:
        return tuple(
            DomainRow(one.name, self.domid(one.name), one.memory, self._state(one.name))
            for one in processes_in(self._folder)
            if one.name
        )

    def console_command(self, name: str, domid: int | None = None) -> tuple[str, ...]:
        program = (sys.executable, "-m", "autoinstall.toolstack.serial_console")
        return (*program, str(self._folder / f"{name}.serial"), str(self._folder / f"{name}.monitor"))

    def counters(self, name: str) -> Counters | None:
        found = self._find(name)
        if found is None:
            return None
        moved: int | None = None
        state = "stopped"
        try:
            with self._monitor(name) as monitor:
                state = str(monitor.ask("query-status")["status"])
                moved = sum(
                    int(device["stats"]["rd_bytes"]) + int(device["stats"]["wr_bytes"])
                    for device in monitor.ask("query-blockstats")
                )
        except MonitorError:
            pass
        return Counters(found.cpu_seconds, moved, state)

    def ending(self, name: str) -> Ending | None:
        log = self._log(name)
        if self._find(name) or not log.ready:
            return None
        reason = log.end
        if reason is None:
            return Ending(False, log.words or "QEMU ended without a word: it was killed, or it crashed")
        return Ending(reason.startswith("guest-"), f"QEMU's reason for the end: {reason}")

    def shutdown(self, name: str, deadline: Deadline) -> bool:
        if self._find(name):
            try:
                with self._monitor(name) as monitor:
                    monitor.ask("system_powerdown")
            except MonitorError:
                return self._find(name) is None
        return self._wait_until_gone(name, deadline.remaining)

    def destroy(self, name: str, deadline: Deadline) -> None:
        found = self._find(name)
        if found and not self._quit(name) and not found.kill(max(1.0, deadline.remaining)):
            raise HostError(
                f"the guest {name} (process {found.pid}) is still there after it was killed",
                kind="domain-stays",
                hint="does its disk answer? look at the process by hand",
            )
        self._wait_until_gone(name, QUIT_SECONDS)
        self._sweep(name)

    def tidy(self) -> None:
        """Remove the folder, unless a guest of it still runs."""
        if not any(processes_in(self._folder)):
            shutil.rmtree(self._folder, ignore_errors=True)

    def _connections(self, name: str) -> tuple[str, ...]:
        """What every guest is started with: stopped, its line and its monitors on sockets and on its output."""
        return (
            *accelerator(self._program),
            "-S",
            *("-chardev", f"socket,id=serial,path={name}.serial,server=on,wait=off"),
            *("-serial", "chardev:serial"),
            *("-chardev", f"socket,id=monitor,path={name}.monitor,server=on,wait=off"),
            *("-mon", "chardev=monitor,mode=control"),
            *("-chardev", "stdio,id=events,signal=off", "-mon", "chardev=events,mode=control"),
        )

    def _find(self, name: str) -> QemuProcess | None:
        """The running guest of that name in this build."""
        if child := self._children.get(name):
            child.poll()
        known = self._known.get(name)
        if known is None or not known.lives:
            known = next((one for one in processes_in(self._folder) if one.name == name), None)
        if known is None:
            self._known.pop(name, None)
        else:
            self._known[name] = known
        return known

    def _state(self, name: str) -> DomainState:
        try:
            with self._monitor(name) as monitor:
                return _STATES.get(monitor.ask("query-status")["status"], DomainState.PAUSED)
        except MonitorError:
            return DomainState.PAUSED

    def _monitor(self, name: str) -> Monitor:
        return Monitor(self._folder / f"{name}.monitor", ASK_SECONDS)

    def _log(self, name: str) -> QemuLog:
        return QemuLog(self._folder / f"{name}.log")

    def _quit(self, name: str) -> bool:
        """Have QEMU end by itself; False where it does not listen."""
        try:
            with self._monitor(name) as monitor:
                monitor.ask("quit")
        except MonitorError:
            return False
        return self._wait_until_gone(name, QUIT_SECONDS)

    def _wait_until_gone(self, name: str, seconds: float) -> bool:
        asking: Retrying = Retrying(
            retry=retry_if_result(lambda found: found is not None),
            wait=wait_fixed(POLL_SECONDS),
            stop=stop_after_delay(seconds),
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
        )
        return asking(self._find, name) is None

    def _refused(self, name: str, argv: tuple[str, ...], status: int) -> AutoinstallError:
        done = Completed(argv, status, "", self._log(name).words)
        if self._listener:
            self._listener(done)
        self._sweep(name)
        return refusals.error_of(done, f"start the guest {name}")

    def _sweep(self, name: str) -> None:
        """Remove what an ended guest of that name left."""
        for ending in ("serial", "monitor", "lock", "log"):
            (self._folder / f"{name}.{ending}").unlink(missing_ok=True)


def _pause(seconds: float) -> None:
    """Between two looks at a process that tells nothing unasked."""
    threading.Event().wait(seconds)
