"""One run of the installer: everything that its steps share."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from autoinstall.rehearsal.faults import Faults
from autoinstall.rehearsal.installer.console import Console
from autoinstall.rehearsal.installer.debconf import Debconf
from autoinstall.rehearsal.installer.endings import StepFailed
from autoinstall.rehearsal.installer.machine import Disk, Machine
from autoinstall.rehearsal.installer.pace import Pace
from autoinstall.rehearsal.installer.screen import Screen
from autoinstall.rehearsal.installer.templates import Template
from autoinstall.rehearsal.newt import Form, FormType, Outcome
from autoinstall.rehearsal.partitions import DiskError, plan, write_table
from autoinstall.rehearsal.system import StaticNetwork

UNKNOWN = "rehearsal/unknown"
"""The question that no catalogue holds; its texts are the script's, in the templates file."""


class Installation:
    """What the steps have: questions, screen, machine and faults; and what they found out for each other."""

    def __init__(
        self,
        machine: Machine,
        console: Console,
        screen: Screen,
        faults: Faults,
        pace: Pace,
        templates: Mapping[str, Template],
        unknown_before: str,
    ) -> None:
        self.machine = machine
        self.console = console
        self.screen = screen
        self.faults = faults
        self.pace = pace
        self.debconf = Debconf(templates, self.ask)
        self.network: StaticNetwork | None = None
        self.disk: Disk | None = None
        self._templates = templates
        self._unknown_before = unknown_before

    def strikes(self, fault: str, question: str | None = None) -> bool:
        """Whether a fault strikes here and now; it is noted when it does."""
        if not self.faults.active(fault, question):
            return False
        self.faults.record(fault, question=question)
        return True

    def tell(self, priority: str, name: str) -> bool:
        """Show one note or error by itself; False when it was left by Go Back."""
        self.debconf.input(priority, name)
        return self.debconf.go()

    def written_disk(self) -> Disk:
        """The disk that was partitioned. Raises StepFailed when none was."""
        if self.disk is None:
            raise StepFailed
        return self.disk

    def partition_disk(self) -> None:
        """Write the partition table. The file systems' content comes with the end of the installation."""
        path = self.written_disk().path
        with self.writing():
            write_table(path, plan(path.stat().st_size), uuid.uuid4())

    @contextmanager
    def writing(self) -> Iterator[None]:
        """What cannot be written to the disk fails the step, and the console says why."""
        try:
            yield
        except (DiskError, OSError) as error:
            self.console.kernel(f"end_request: I/O error, dev {self.written_disk().device}: {error}")
            raise StepFailed from error

    def ask(self, name: str, form: Form) -> Outcome:
        """Show the form of a question, after what a fault has asked before it."""
        self._ask_unknown(name, form.title)
        return self.screen.ask(name, form)

    def _ask_unknown(self, before: str, title: str) -> None:
        places = [
            fault.question or self._unknown_before
            for fault in self.faults.faults
            if fault.name == "unknown-question"
        ]
        if before not in places or not self.strikes("unknown-question", before):
            return
        template = self._templates[UNKNOWN]
        mark = "[!!]"
        form = Form(
            FormType.BOOLEAN,
            f"{mark} {title.partition('] ')[2]}",
            template.description,
            template.extended,
            default="false",
            backup=False,
        )
        self.screen.ask(UNKNOWN, form)
