"""Asks questions on a terminal: the one entrance to the dialogs."""

from __future__ import annotations

import os
from collections.abc import Callable

from autoinstall.rehearsal.newt import questions, wording
from autoinstall.rehearsal.newt.capabilities import of_style
from autoinstall.rehearsal.newt.charset import Charset
from autoinstall.rehearsal.newt.display import Display
from autoinstall.rehearsal.newt.keys import KeyReader, key_table
from autoinstall.rehearsal.newt.model import Form, Outcome, Style
from autoinstall.rehearsal.newt.palette import Mood, palette
from autoinstall.rehearsal.newt.progress import ProgressWindow
from autoinstall.rehearsal.newt.screen import Screen
from autoinstall.rehearsal.newt.terminal import TerminalInput
from autoinstall.rehearsal.newt.windows import Desktop


class Frontend:
    """cdebconf's newt frontend on one terminal of 80 columns and 24 rows.

    Its making already clears the terminal, as the real one does when it starts. All output goes through `write`
    (default: to `output_fd`), one call for one burst as newt flushes it, so that a caller can split, delay or
    repeat it. While a window is up the terminal is in newt's mode, between windows it is as it was.
    """

    def __init__(
        self,
        input_fd: int,
        output_fd: int,
        style: Style,
        write: Callable[[bytes], None] | None = None,
    ) -> None:
        capabilities = of_style(style)
        charset = Charset(utf8=style is Style.LINUX_UTF8)
        display = Display(
            capabilities,
            palette(capabilities.colours, Mood.USUAL),
            charset.encoding,
            write or (lambda data: _write_all(output_fd, data)),
        )
        terminal = TerminalInput(input_fd)
        keys = KeyReader(key_table(capabilities.function_keys), terminal)
        self._desktop = Desktop(Screen(display, charset), terminal, keys)
        self._progress: ProgressWindow | None = None
        self._desktop.open()
        self._desktop.close()

    def ask(self, form: Form) -> Outcome:
        """Show the form, obey the keys, and give the outcome once it is left.

        Escape, and every sequence of keys that newt does not know, goes back, also from a form without `backup`.
        Drawn over the progress window where one is open. Raises TerminalGone at the terminal's end of file.
        """
        if not self._progress:
            self._desktop.open()
            self._desktop.paint_root()
        self._desktop.push_help(wording.HELP_LINE)
        outcome = questions.ask(self._desktop, form)
        self._desktop.pop_help()
        if not self._progress:
            self._desktop.close()
        return outcome

    def progress_start(self, title: str, cancel: bool = False) -> None:
        """Open a progress window at 0 %, in place of one that is open; `cancel` gives it a Cancel button."""
        self.progress_stop()
        self._desktop.open()
        self._desktop.paint_root()
        self._progress = ProgressWindow(self._desktop, title, cancel)

    def progress(self, percent: int | None = None, info: str | None = None) -> bool:
        """Replace the line below the bar, then move the bar (None: leave it); True when Cancel was pressed."""
        cancelled = False
        if self._progress and info is not None:
            cancelled = self._progress.set_info(info)
        if self._progress and percent is not None:
            cancelled = self._progress.set_percent(percent) or cancelled
        return cancelled

    def progress_stop(self) -> None:
        """Take the progress window away, if there is one."""
        if self._progress:
            self._progress.close()
            self._progress = None
            self._desktop.close()

    def redraw(self) -> None:
        """Paint the whole screen again, as Ctrl-L does."""
        self._desktop.redraw()

    def close(self) -> None:
        """Leave the terminal as newt leaves it."""
        self.progress_stop()


def _write_all(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]
