"""Runs the installer of one domain on this process's terminal; the exit status says how its kernel ended."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType

from autoinstall.rehearsal.faults import Faults
from autoinstall.rehearsal.home import SESSION
from autoinstall.rehearsal.installer import boot, machine, power, templates
from autoinstall.rehearsal.installer.console import Console
from autoinstall.rehearsal.installer.endings import Ended, Panicked
from autoinstall.rehearsal.installer.installation import Installation
from autoinstall.rehearsal.installer.menu import MainMenu
from autoinstall.rehearsal.installer.pace import Pace
from autoinstall.rehearsal.installer.screen import QuestionFile, Screen
from autoinstall.rehearsal.installer.suites import script
from autoinstall.rehearsal.newt import TerminalGone

_HUNG_UP = 1
_PANICKED = 20


def main() -> int:
    """0: powered off or halted; 10: asks to be started again; 20: its kernel panicked; 1: the terminal hung up."""
    signal.signal(signal.SIGTERM, _shut_down)
    pace = Pace.of()
    console = Console(sys.stdin.fileno(), sys.stdout.fileno(), pace)
    try:
        _install(console, pace)
    except Ended as end:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        return power.end(console, power.Ending[end.how])
    except Panicked:
        return _PANICKED
    except TerminalGone:
        pass
    return _HUNG_UP


def _install(console: Console, pace: Pace) -> None:
    console.take()
    domain = machine.load(Path(os.environ["REHEARSAL_DOMAIN"]))
    boot.boot(console, domain)
    home = Path(os.environ["AUTOINSTALL_REHEARSAL_HOME"])
    faults = Faults.load(home)
    suite = script(os.environ.get("AUTOINSTALL_REHEARSAL_SUITE", "precise"), home / SESSION)
    installation = Installation(
        domain,
        console,
        Screen(console, faults, pace, QuestionFile.of()),
        faults,
        pace,
        templates.load(suite.templates),
        suite.unknown_before,
    )
    installation.debconf.preseed(domain.command_line.answers)
    suite.prepare(installation)
    try:
        MainMenu(installation, suite.steps).run()
    except (Ended, TerminalGone):
        installation.screen.leave()
        raise


def _shut_down(_signal: int, _frame: FrameType | None) -> None:
    """The toolstack asks the domain to power off."""
    raise Ended("POWEROFF")


if __name__ == "__main__":
    sys.exit(main())
