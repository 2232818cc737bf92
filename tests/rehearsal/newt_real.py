"""The real frontend and ours as processes on PTYs, watched until they have done all that a key makes them do."""

from __future__ import annotations

import fcntl
import json
import os
import select
import struct
import subprocess
import sys
import termios
import time
import tty
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from autoinstall.rehearsal.newt import Form, Style
from autoinstall.rehearsal.newt.wording import HELP_LINE
from tests.rehearsal.newt_screens import Terminal
from tests.rehearsal.newt_templates import template
from tests.rigs.cdebconf import Ask, CdebconfRig

PATIENCE = 20.0
ROOT = Path(__file__).parents[2]
TERM_AND_LANG = {
    Style.LINUX_UTF8: ("linux", "C.UTF-8"),
    Style.LINUX_C: ("linux", "C"),
    Style.VT102_C: ("vt102", "C"),
}


class Watched:
    """A frontend on a PTY. `settle` waits until it has read every key, drawn, and sleeps."""

    def __init__(
        self, argv: Sequence[str], folder: Path, environment: dict[str, str], style: Style, early: bytes = b""
    ) -> None:
        """`early` keys are typed before it is started."""
        self._master, self._slave = os.openpty()
        termios.tcsetwinsize(self._slave, (24, 80))
        tty.setraw(self._slave)
        os.write(self._master, early)
        ends = dict.fromkeys(("stdin", "stdout", "stderr"), self._slave)
        self._child = subprocess.Popen(argv, cwd=folder, env=environment, start_new_session=True, **ends)
        self._terminal = Terminal(style)
        self._fed = 0
        self.sent = b""

    def until_drawn(self, dialogs: int = 1) -> None:
        """Wait until this many dialogs have been drawn since the start."""
        end = time.monotonic() + PATIENCE
        while self.sent.count(HELP_LINE.encode()) < dialogs:
            assert time.monotonic() < end, f"no dialog: {self.sent[-200:]!r}"
            self._read(0.05)
        self.settle()

    def press(self, key: bytes) -> bytes:
        """Type one key; what was sent because of it."""
        before, slept = len(self.sent), self._times_slept()
        os.write(self._master, key)
        self.settle(slept)
        return self.sent[before:]

    def settle(self, slept: int = 0) -> None:
        """Wait until it fell asleep again (after it did so `slept` times) with every key read and all output out."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            idle = not self.running or (self._times_slept() > slept and self._sleeps() and not self._unread())
            if not self._read(0.002) and idle:
                return
        raise AssertionError("it never came to rest")

    def _unread(self) -> int:
        (count,) = struct.unpack("i", fcntl.ioctl(self._slave, termios.FIONREAD, b"\0" * 4))
        return int(count)

    def _sleeps(self) -> bool:
        return self._status("State") == "S"

    def _times_slept(self) -> int:
        return int(self._status("voluntary_ctxt_switches"))

    def _status(self, name: str) -> str:
        """One line of the kernel's account of the process; a gone process (a zombie) has it too."""
        lines = Path(f"/proc/{self._child.pid}/status").read_text().splitlines()
        return next(line.split()[1] for line in lines if line.startswith(f"{name}:"))

    @property
    def running(self) -> bool:
        """Whether the process is there still."""
        return self._child.poll() is None

    def _read(self, wait: float) -> bytes:
        readable, _, _ = select.select([self._master], [], [], wait)
        data = os.read(self._master, 65536) if readable else b""
        self.sent += data
        return data

    def wait(self) -> None:
        """Wait for its end, and take what it sent until then."""
        self._child.wait(PATIENCE)
        while self._read(0.0):
            pass

    @property
    def terminal(self) -> Terminal:
        """The terminal that it is shown on, fed with all that was sent."""
        self._terminal.feed(self.sent[self._fed :])
        self._fed = len(self.sent)
        return self._terminal

    def close(self) -> None:
        """End it."""
        self._child.kill()
        self._child.wait()
        os.close(self._slave)
        os.close(self._master)


@dataclass(frozen=True)
class Pair:
    """Both frontends with the same question."""

    real: Watched
    ours: Watched
    rig: CdebconfRig
    outcome: Path

    @property
    def closed(self) -> bool:
        """Whether our dialog is gone from the screen."""
        return HELP_LINE not in self.ours.terminal.line(23)

    def difference(self) -> str:
        """Both screens, with their cursors, for a person to compare."""
        real, ours = self.real.terminal.shown(), self.ours.terminal.shown()
        return f"real {real.cursor}:\n{real.text}\nours {ours.cursor}:\n{ours.text}"

    def answers(self) -> tuple[str | None, str | None]:
        """What the real one and ours say was answered, once both have ended: None for Go Back."""
        self.real.wait()
        self.ours.wait()
        (real,) = self.rig.answers()
        ours = json.loads(self.outcome.read_text())
        value = ours["value"] or ""
        answered = value if isinstance(value, str) else ", ".join(value)
        return (
            real.value.replace("${!TAB}", "\t") if real.code == 0 else None,
            None if ours["back"] else answered,
        )


@contextmanager
def both(folder: Path, form: Form, style: Style, early: bytes = b"") -> Iterator[Pair]:
    """Start both, and wait until each shows its dialog, or after `early` keys does nothing more."""
    capabilities = " ".join(["backup"] * form.backup + ["align"] * form.align)
    rig = CdebconfRig.prepare(
        folder, template(form), [Ask(["t/question"], "t/title", capabilities=capabilities)]
    )
    given, outcome = folder / "form.json", folder / "outcome.json"
    given.write_text(json.dumps(asdict(form)))
    outcome.unlink(missing_ok=True)
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "TERM": "dumb", "LANG": "C.UTF-8"}
    argv = [sys.executable, "-m", "tests.rehearsal.newt_child", style.value, str(given), str(outcome)]
    real = Watched(rig.argv, folder, rig.environment(*TERM_AND_LANG[style]), style, early)
    ours = Watched(argv, ROOT, environment, style, early)
    try:
        for one in (real, ours):
            one.settle() if early else one.until_drawn()
        yield Pair(real, ours, rig, outcome)
    finally:
        real.close()
        ours.close()
