"""What a console has shown so far, as its bytes tell it: the screen, the dialog on it, and what was printed over it."""

from __future__ import annotations

import re
from collections.abc import Callable

from autoinstall.dialog.frame import titled_window_begun
from autoinstall.dialog.model import Dialog, Line
from autoinstall.dialog.read import read
from autoinstall.dialog.read_text import read_text, waits_for_a_line
from autoinstall.dialog.text_foot import MOST_ROWS_OF_A_FOOT, has_asked
from autoinstall.dialog.vocabulary import Vocabulary
from autoinstall.installer.lifecycle import Happening, Lifecycle
from autoinstall.terminal.decoding import ConsoleDecoder
from autoinstall.terminal.emulator import Terminal
from autoinstall.terminal.snapshot import Snapshot

_STATUS_LINE = re.compile(r"^\[.*\(\d+\*")
"""GNU screen's first row in debian-installer's screenrc; its clock ticks whatever the installer does."""

_KERNEL_LINE = re.compile(r"\[ *\d+\.\d{6}\] ")
"""The beginning of a line that the kernel prints on its console, whatever stands there."""

REMEMBERED = 1 << 16
"""Characters of the console's text that are kept at the least; a repaint has at most 7,000."""


class Sight:
    """The screen of one attached console. It has no clock: the same bytes always look the same."""

    def __init__(
        self,
        columns: int,
        lines: int,
        vocabulary: Vocabulary,
        lifecycle: Lifecycle,
        on_happening: Callable[[Happening], None],
    ) -> None:
        self._vocabulary = vocabulary
        self._lifecycle = lifecycle
        self._on_happening = on_happening
        self._columns, self._lines = columns, lines
        self._terminal = Terminal(columns, lines)
        self._decoder = ConsoleDecoder()
        self.snapshot: Snapshot = self._terminal.snapshot()
        self.dialog: Dialog | None = None
        self.in_screen = False
        self.window_seen = False
        self._heard = ""
        self._heard_before = 0
        self._disturbed_at: int | None = None
        self._answered_to = -1

    def take(self, data: bytes) -> bool:
        """Show what the console sent; True when the screen (its clock aside) changed."""
        text = self._decoder.decode(data)
        self._remember(text)
        for happening in self._lifecycle.feed(text):
            self._on_happening(happening)
        self._terminal.feed(data)
        before = self.snapshot
        self.snapshot = self._terminal.snapshot()
        if self.snapshot.scrolls > before.scrolls or _KERNEL_LINE.search(text):
            self._disturbed_at = self.mark()
        if _STATUS_LINE.match(self.snapshot.rows[0].text):
            self.in_screen = True
        if not self._changed_since(before):
            return False
        self.dialog = read(self.snapshot, self._vocabulary) or self._read_line()
        self.window_seen = self.window_seen or titled_window_begun(self.snapshot)
        if self.dialog is not None:
            for happening in self._lifecycle.saw_dialog():
                self._on_happening(happening)
        return True

    def go_on_from(self, shown: str) -> bool:
        """Begin with what an earlier console showed, if the text frontend asked there: it never prints that again.

        False, and nothing is taken over, where it did not: newt is asked to paint its window anew.
        """
        terminal = Terminal(self._columns, self._lines)
        terminal.feed(shown.encode())
        snapshot = terminal.snapshot()
        if not has_asked((*terminal.above(), *snapshot.rows), self._vocabulary):
            return False
        self._terminal, self.snapshot = terminal, snapshot
        self.in_screen = bool(_STATUS_LINE.match(snapshot.rows[0].text))
        self.dialog = self._read_line()
        return True

    def _read_line(self) -> Dialog | None:
        """What the text frontend asks on the cursor's row, and on those above it, in view or not."""
        snapshot = self.snapshot
        first, end = int(self.in_screen), snapshot.cursor.row + 1
        in_view = snapshot.rows[first:end]
        foot = in_view[-MOST_ROWS_OF_A_FOOT:]
        if self.dialog is not None and self.dialog.line is not None:
            foot = (*self._terminal.above(MOST_ROWS_OF_A_FOOT - len(foot)), *foot)
        if not waits_for_a_line(foot, self._vocabulary):
            return None
        above = self._terminal.above()
        number = snapshot.gone - len(above)
        return read_text((*above, *in_view), number, snapshot.cursor.column, self._vocabulary)

    def _remember(self, text: str) -> None:
        self._heard += text
        if len(self._heard) > 2 * REMEMBERED:
            self._heard_before += len(self._heard) - REMEMBERED
            self._heard = self._heard[-REMEMBERED:]

    def _changed_since(self, before: Snapshot) -> bool:
        first = 1 if self.in_screen else 0
        same_rows = all(a is b for a, b in zip(before.rows[first:], self.snapshot.rows[first:], strict=True))
        return not (same_rows and before.cursor == self.snapshot.cursor)

    def mark(self) -> int:
        """The place in the console's text that has been reached now."""
        return self._heard_before + len(self._heard)

    def heard_since(self, mark: int) -> str:
        """The console's text since the mark, escape sequences and all."""
        return self._heard[max(0, mark - self._heard_before) :]

    def paints_since(self, mark: int, title: str) -> int:
        """How often a window's title was sent since the mark (newt sends it as one run of bytes)."""
        return self.heard_since(mark).count(title)

    def line_answered(self, line: Line) -> None:
        """A question of the text frontend is over, whatever the console prints below it now."""
        self._answered_to = line.place

    @property
    def disturbed(self) -> bool:
        """Something was printed over the screen, and no window was painted since."""
        return self._disturbed_at is not None

    @property
    def readable(self) -> Dialog | None:
        """The complete dialog on the screen, unless something was printed over it since its last paint."""
        dialog = self.dialog
        if dialog is None or not dialog.complete:
            return None
        if dialog.line is not None:
            return dialog if dialog.line.place > self._answered_to else None
        if self._disturbed_at is not None:
            if not self.paints_since(self._disturbed_at, dialog.title):
                return None
            self._disturbed_at = None
        return dialog
