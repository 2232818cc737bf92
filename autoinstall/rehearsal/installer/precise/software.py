"""pkgsel and tasksel: how the system is kept up to date, and what is installed on it."""

from __future__ import annotations

from autoinstall.rehearsal.installer.component import Component
from autoinstall.rehearsal.installer.installation import Installation

_POLICY = "pkgsel/update-policy"
TASKS = "tasksel/first"


def _select_and_install(installation: Installation) -> bool:
    """Both questions come from the installed system, through a passthrough: no Go Back, over the progress window."""
    screen, debconf = installation.screen, installation.debconf
    debconf.backup = False
    screen.open_progress("Select and install software")
    screen.advance({"Upgrading software...": 0.1}, 0, 10)
    debconf.title = "Configuring tasksel"
    debconf.input("high", _POLICY)
    debconf.go()
    screen.advance({"Running tasksel...": 0.05}, 10, 20)
    debconf.title = "Software selection"
    debconf.input("high", TASKS)
    debconf.go()
    tasks = debconf.chosen(TASKS)
    steps = {f"Installing {task}...": 0.1 for task in tasks}
    screen.advance({**steps, "Cleaning up...": 0.1}, 20, 100)
    screen.close_progress()
    return True


PKGSEL = Component("Select and install software", _select_and_install)
