"""The dialogs on the console, and the faults that change how they are drawn."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from autoinstall.rehearsal.faults import Faults
from autoinstall.rehearsal.installer.console import Console
from autoinstall.rehearsal.installer.kernel import Kernel
from autoinstall.rehearsal.installer.pace import Pace
from autoinstall.rehearsal.newt import Form, Frontend, Outcome, Style


class QuestionFile:
    """Tells the host which question is on the screen: a file that holds its name, empty while there is none."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> QuestionFile:
        """The file named by REHEARSAL_QUESTION_FILE; without it nobody is told."""
        path = environment.get("REHEARSAL_QUESTION_FILE")
        return cls(Path(path) if path else None)

    def name(self, question: str) -> None:
        """Say that this question is on the screen from now on."""
        if self._path is None:
            return
        fresh = self._path.with_name(self._path.name + ".new")
        fresh.write_text(question)
        fresh.replace(self._path)


class Screen:
    """Dialogs and progress windows on the guest's console."""

    def __init__(self, console: Console, faults: Faults, pace: Pace, question_file: QuestionFile) -> None:
        self._console = console
        self._faults = faults
        self._kernel = Kernel(console, faults)
        self._pace = pace
        self._question_file = question_file
        self._painting: tuple[str, bytes] | None = None
        self._frontend = Frontend(console.input_fd, console.output_fd, _style(faults), self._write)

    def ask(self, question: str, form: Form) -> Outcome:
        """Show a form. Raises TerminalGone when the console hangs up, Panicked when the kernel dies over it."""
        self._question_file.name(question)
        self._painting = (question, form.title.encode())
        try:
            return self._frontend.ask(form)
        finally:
            self._painting = None
            self._question_file.name("")

    def progress(self, title: str, steps: Mapping[str, float], cancel: bool = False) -> bool:
        """A progress window whose lines take the seconds given; True when it was cancelled."""
        self._frontend.progress_start(title, cancel)
        cancelled = self.advance(steps)
        self._frontend.progress_stop()
        return cancelled

    def open_progress(self, title: str) -> None:
        """A progress window that stays open while questions are asked over it."""
        self._frontend.progress_start(title)

    def advance(self, steps: Mapping[str, float], begin: int = 0, end: int = 100) -> bool:
        """Move the open progress window from one percentage to another; True as soon as it was cancelled."""
        whole = sum(steps.values())
        done = 0.0
        for info, seconds in steps.items():
            if self._frontend.progress(begin + int((end - begin) * done / whole), info):
                return True
            self._pace.work(seconds)
            done += seconds
        return self._frontend.progress(end, info)

    def close_progress(self) -> None:
        self._frontend.progress_stop()

    def leave(self) -> None:
        """The last dialog is over: give the terminal back."""
        self._frontend.close()

    def _write(self, data: bytes) -> None:
        self._console.write(data)
        if self._painting and self._painting[1] in data:
            question, self._painting = self._painting[0], None
            self._painted(question, data)

    def _painted(self, question: str, paint: bytes) -> None:
        if self._faults.active("repaint-twice", question):
            self._faults.record("repaint-twice", question=question)
            self._console.write(paint)
        self._kernel.dialog_stands(question)


def _style(faults: Faults) -> Style:
    if os.environ.get("TERM") == "vt102":
        return Style.VT102_C
    return Style.LINUX_C if faults.active("acs") else Style.LINUX_UTF8
