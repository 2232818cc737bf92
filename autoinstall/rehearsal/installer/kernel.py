"""What the guest's kernel says while dialogs stand on its console: lines of its work, and its last words."""

from __future__ import annotations

from autoinstall.rehearsal.faults import Faults
from autoinstall.rehearsal.installer.console import Console
from autoinstall.rehearsal.installer.endings import Panicked

_LINES = (
    "blkfront: xvda: barrier: enabled",
    "eth0: no IPv6 routers present",
    "Clocksource tsc unstable (delta = 1203412 ns)",
    "hrtimer: interrupt took 2412310 ns",
    "xvda: unknown partition table",
)
_MOST_LINES = 4

_PANIC = (
    "Kernel panic - not syncing: Attempted to kill init!",
    "Pid: 1, comm: init Not tainted 3.2.0-23-virtual #36-Ubuntu",
    "Call Trace:",
    " [<ffffffff81648a8c>] panic+0x91/0x1a4",
    " [<ffffffff8106b0d8>] forget_original_parent+0x328/0x330",
)
_EARLIEST, _LATEST = 2, 8
"""The dialog at which an installer panics that was told no question."""


class Kernel:
    """Speaks over dialogs where the faults `kernel-lines` and `crash` say so."""

    def __init__(self, console: Console, faults: Faults) -> None:
        self._console = console
        self._faults = faults
        self._dialogs = 0
        self._panics_at = faults.random("crash").randint(_EARLIEST, _LATEST)

    def dialog_stands(self, question: str) -> None:
        """A dialog was painted. Raises Panicked."""
        self._dialogs += 1
        if self._faults.active("kernel-lines", question):
            self._speak(question)
        if self._is_the_end(question) and self._faults.active("crash", question):
            self._faults.record("crash", question=question)
            for line in _PANIC:
                self._console.kernel(line)
            raise Panicked

    def _speak(self, question: str) -> None:
        chance = self._faults.random("kernel-lines", question, self._dialogs)
        lines = [chance.choice(_LINES) for _ in range(chance.randint(1, _MOST_LINES))]
        self._faults.record("kernel-lines", question=question, lines=len(lines))
        for line in lines:
            self._console.kernel(line)

    def _is_the_end(self, question: str) -> bool:
        bound = any(fault.name == "crash" and fault.question == question for fault in self._faults.faults)
        return bound or self._dialogs == self._panics_at
