"""The background process that holds one domain: its console, its guest, and its lives after reboots.

It is started by `create`, outlives every command and the driver, and ends with its domain. It tells the command
that started it how far it came, a line each: `menu` (the boot loader shows its menu), `started`, or `failed`.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

from autoinstall.rehearsal.host import pace, wire
from autoinstall.rehearsal.host.description import Description
from autoinstall.rehearsal.host.domains import REASONS, Host, Record
from autoinstall.rehearsal.host.guest import Guest
from autoinstall.rehearsal.host.line import Line
from autoinstall.rehearsal.host.mischief import WATCH_EVERY, Mischief
from autoinstall.rehearsal.host.processes import this_process

LOOK_HOME_EVERY = 2.0
"""Seconds of quiet after which a keeper looks whether its host's folder is still there."""

WISHES = {"shutdown": "poweroff", "reboot": "reboot"}


class Keeper:
    """One domain of a host, from its creation to its end."""

    def __init__(self, host: Host, record: Record, description: Description, report: int) -> None:
        self.host = host
        self.record = record
        self._actions = {
            "poweroff": description.on_poweroff,
            "reboot": description.on_reboot,
            "crash": description.on_crash,
        }
        self._report_to: int | None = report
        self._mischief = Mischief(host.faults, host.question_file(record.name))
        self._line = Line(self._mischief)
        self._guest = Guest(host, description, self._line)
        self._living = (description.memory, description.vcpus)
        self._self = this_process()
        self._listener = wire.listen(host.socket(self._self))
        self._wake, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self._timer: tuple[float, Callable[[], None]] | None = None
        self._over = False

    def live(self) -> None:
        """Run the domain until nothing is left of it."""
        for number in (signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, self._noticed)
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGPIPE):
            signal.signal(number, signal.SIG_IGN)
        self._update(keeper=self._self)
        self._log(
            f"Waiting for domain {self.record.name} (domid {self.record.domid}) to die [pid {os.getpid()}]"
        )
        self._boot()
        while not self._over:
            self._turn()
        self._vanish()

    # What happens, turn by turn.

    def _turn(self) -> None:
        happened = self._poll(self._timeout(time.monotonic()))
        if not happened and not self.host.folder.exists():
            self._over = True  # somebody removed the whole host
        now = time.monotonic()
        if self._wake in happened:
            os.read(self._wake, 512)
        if self._listener.fileno() in happened:
            self._serve()
        if self._guest.boot_loader in happened:
            self._hear_boot_loader()
        if self._mischief.watches:
            self._mischief.looked(now)
        if self._line.client and self._line.client.fileno() in happened:
            self._line.typed(now)
        self._line.hear(now)
        self._line.carry(now)
        if self._mischief.drops_console(now):
            self._line.kill_client()
        if reason := self._guest.ended():
            self._ended(reason)
        if self._timer and now >= self._timer[0]:
            _, then = self._timer
            self._timer = None
            then()

    def _poll(self, timeout: float) -> set[int]:
        waiting = select.poll()
        for file in (self._wake, self._listener.fileno(), self._guest.boot_loader):
            if file is not None:
                waiting.register(file, select.POLLIN)
        if self._line.tty:
            typing = select.POLLOUT if self._line.keys_waiting() else 0
            waiting.register(self._line.tty.master, select.POLLIN | typing)
        if self._line.client:
            events = select.POLLIN if self._line.ready_for_keys() else 0
            if self._line.ready_for_output(time.monotonic()):
                events |= select.POLLOUT
            waiting.register(self._line.client, events)
        return {number for number, _ in waiting.poll(timeout * 1000)}

    def _timeout(self, now: float) -> float:
        due = [when for when in self._line.due() if when > now]
        due.append(now + LOOK_HOME_EVERY)
        if self._timer:
            due.append(self._timer[0])
        if self._mischief.watches and self._guest.running:
            due.append(now + WATCH_EVERY)
        return max(0.0, min(due) - now)

    # The domain's lives.

    def _boot(self) -> None:
        """Begin a life: by the boot loader, or straight with the kernel of the description."""
        self._update(tty=self._guest.fresh_tty(), began=time.time(), program=None)
        if self._guest.needs_boot_loader:
            self._guest.start_boot_loader(self.record)
        else:
            self._start(None)

    def _hear_boot_loader(self) -> None:
        heard = self._guest.hear_boot_loader()
        if heard == "menu":
            self._report("menu")
        if heard != "over":
            return
        choice = self._guest.choice()
        if choice is None:
            self._report("failed")
            self._over = True
            return
        self._line.end_life(detach=not self._line.follows)
        self._update(tty=self._guest.fresh_tty())
        self._start(choice)

    def _start(self, choice: dict[str, str] | None) -> None:
        program = self._guest.start(self.record, choice)
        memory, vcpus = self._living
        self._update(state="running", memory=memory, vcpus=vcpus, program=program)
        self._report("started")

    def _ended(self, reason: str) -> None:
        """The guest ended by itself: do what its description says."""
        action = self._actions[reason]
        code = REASONS[reason]
        self._log(f"Domain {self.record.domid} has shut down, reason code {code} {code:#x}")
        self._log(f"Action for shutdown reason code {code} is {action}")
        self.host.question_file(self.record.name).unlink(missing_ok=True)
        if action == "preserve":
            self._line.change_tty(None)
            self._update(state="shutdown", reason=reason, program=None)
            return
        restarts = action == "restart" and not self._too_fast()
        self._log(f"Domain {self.record.domid} needs to be cleaned up: destroying the domain")
        self._log("Done. Rebooting now" if restarts else "Done. Exiting now")
        if restarts:
            self._restart()
        else:
            self._over = True

    def _too_fast(self) -> bool:
        lived = time.time() - self.record.began
        if self.record.toolstack != "xm" or lived >= pace.MINIMUM_RESTART_TIME:
            return False
        if not self.host.faults.active("restart-too-fast"):
            return False
        self._log(
            f"VM {self.record.name} restarting too fast (Elapsed time: {lived:.6f} seconds)."
            " Refusing to restart to avoid loops."
        )
        return True

    def _restart(self) -> None:
        self._update(state="absent", tty="", program=None, memory=0, vcpus=0)
        self._close_life()
        self._after(pace.ABSENT_DURING_RESTART, self._build_again)

    def _build_again(self) -> None:
        with self.host.locked():
            self._update(domid=self.host.next_domid(), state="building")
        self._after(pace.BUILDING_DURING_RESTART, self._boot)

    def _close_life(self) -> None:
        self._guest.kill()
        self._line.end_life(detach=True)
        self._line.change_tty(None)

    def _vanish(self) -> None:
        """Nothing is left; nobody finds the domain any more when its console is over."""
        self.host.remove(self.record.name)
        self.host.socket(self._self).unlink(missing_ok=True)
        self._close_life()

    # What others ask for.

    def _noticed(self, number: int, _frame: object) -> None:
        if number == signal.SIGTERM:
            self._over = True

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        connection.settimeout(1.0)
        try:
            request = json.loads(connection.recv(wire.LONGEST_REQUEST))
            if request["do"] == "console":
                self._give_console(connection, request)
            else:
                self._obey(connection, request["do"])
        except (OSError, ValueError):  # whoever asked has gone away
            connection.close()

    def _give_console(self, connection: socket.socket, request: dict[str, Any]) -> None:
        if request["domid"] != self.record.domid or not self.record.tty:
            _reply(connection, {"refused": "gone"})
        elif self._line.client or self.host.faults.active("console-held"):
            _reply(connection, {"refused": "locked"})
        else:
            _reply(connection, {"ok": True})
            self._line.attach(connection, follows=request["follow"])
            return
        connection.close()

    def _obey(self, connection: socket.socket, wish: str) -> None:
        if wish == "destroy":
            self._log(f"Domain {self.record.domid} has been destroyed.")
            self._vanish()
            self._over = True
            _reply(connection, {"ok": True})
        else:
            _reply(connection, {"ok": self._guest.ask_to_end(WISHES[wish])})
        connection.close()

    # Small things.

    def _after(self, seconds: float, then: Callable[[], None]) -> None:
        self._timer = (time.monotonic() + seconds, then)

    def _update(self, **changes: Any) -> None:
        self.record = self.record._replace(**changes)
        self.host.write(self.record)

    def _report(self, words: str) -> None:
        """Tell the command that started us, which may have gone away; after the last word it does not listen."""
        if self._report_to is None:
            return
        with contextlib.suppress(BrokenPipeError):
            os.write(self._report_to, words.encode() + b"\n")
        if words != "menu":
            os.close(self._report_to)
            self._report_to = None

    def _log(self, line: str) -> None:
        xend = self.record.toolstack == "xm"
        self.host.log("xend.log" if xend else f"xl-{self.record.name}.log", line)


def _reply(connection: socket.socket, answer: dict[str, Any]) -> None:
    connection.sendall(json.dumps(answer).encode() + b"\n")
