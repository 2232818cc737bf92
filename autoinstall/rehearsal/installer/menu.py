"""The main menu: runs the steps in their order, and shows itself after Go Back and after a failed step.

As main-menu does it: after Go Back the menu comes at the priority of the moment; after a failure the priority goes
one down, so that the next run of the step asks more, and comes back with the next success.
"""

from __future__ import annotations

from collections.abc import Sequence

from autoinstall.rehearsal.installer.component import Component
from autoinstall.rehearsal.installer.debconf import PRIORITIES
from autoinstall.rehearsal.installer.endings import Ended, StepFailed
from autoinstall.rehearsal.installer.installation import Installation
from autoinstall.rehearsal.installer.templates import join_choices

_TITLE = "Ubuntu installer main menu"
_MENU = "debian-installer/main-menu"
_PRIORITY = "Change debconf priority"
_LOGS = "Save debug logs"
_SHELL = "Execute a shell"
_ABORT = "Abort the installation"


class MainMenu:
    """Runs one script of steps."""

    def __init__(self, installation: Installation, steps: Sequence[Component]) -> None:
        self._installation = installation
        self._debconf = installation.debconf
        self._steps = steps
        self._done: set[str] = set()
        self._default_priority = self._debconf.priority

    def run(self) -> None:
        """Run all steps. The last one raises Ended."""
        shown = False
        while step := self._next():
            chosen = self._choose(step, shown)
            shown = chosen is None or not self._finished(chosen)

    def _next(self) -> Component | None:
        return next((step for step in self._steps if step.entry not in self._done), None)

    def _choose(self, step: Component, shown: bool) -> Component | None:
        """The step to run now; None when the menu did something else."""
        priority = self._debconf.priority if shown else "medium"
        entries = {each.entry: each for each in self._steps if each.in_initrd or self._loaded()}
        others = (_PRIORITY, _LOGS, _SHELL, _ABORT)
        self._debconf.subst(_MENU, MENU=join_choices((*entries, *others)))
        self._debconf.set(_MENU, step.entry)
        self._begin(_TITLE, backup=False)
        self._debconf.input(priority, _MENU)
        self._debconf.go()
        choice = self._debconf.get(_MENU)
        if choice in others:
            self._other(choice)
            return None
        chosen = entries[choice]
        later = self._steps.index(chosen) > self._steps.index(step)
        return step if later else chosen

    def _finished(self, step: Component) -> bool:
        self._begin(step.title or step.entry, backup=True)
        try:
            if not step.run(self._installation):
                return False
        except StepFailed:
            self._failed(step)
            return False
        self._done.add(step.entry)
        self._debconf.set("debconf/priority", self._default_priority)
        return True

    def _failed(self, step: Component) -> None:
        self._begin(step.title or step.entry, backup=False)
        self._debconf.subst("debian-installer/main-menu/item-failure", ITEM=step.entry)
        self._installation.tell("critical", "debian-installer/main-menu/item-failure")
        lower = max(PRIORITIES.index(self._debconf.priority) - 1, 0)
        self._debconf.set("debconf/priority", PRIORITIES[lower])

    def _other(self, choice: str) -> None:
        self._begin(choice, backup=True)
        if choice == _PRIORITY:
            self._debconf.unsee("debconf/priority")
            self._debconf.input("critical", "debconf/priority")
            self._debconf.go()
            self._default_priority = self._debconf.priority
        elif choice == _SHELL:
            self._installation.tell("critical", "di-utils-shell/do-shell")
        elif choice == _ABORT:
            self._debconf.input("critical", "di-utils-reboot/really_reboot")
            if self._debconf.go() and self._debconf.is_true("di-utils-reboot/really_reboot"):
                raise Ended("REBOOT")

    def _begin(self, title: str, backup: bool) -> None:
        self._debconf.start()
        self._debconf.title = title
        self._debconf.backup = backup
        self._debconf.align = False

    def _loaded(self) -> bool:
        return all(step.entry in self._done for step in self._steps if step.in_initrd)
