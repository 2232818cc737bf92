"""The desktop that windows are opened on: root, windows over one another, help line, cursor."""

from __future__ import annotations

from dataclasses import dataclass

from autoinstall.rehearsal.newt.cells import Cell
from autoinstall.rehearsal.newt.display import COLUMNS, ROWS
from autoinstall.rehearsal.newt.keys import REDRAW, SUSPEND, KeyReader
from autoinstall.rehearsal.newt.palette import Mood, Part
from autoinstall.rehearsal.newt.screen import LEFT_TEE, RIGHT_TEE, Screen
from autoinstall.rehearsal.newt.terminal import TerminalInput


@dataclass(frozen=True)
class _Window:
    """Where the inside begins, and what the window with its frame and shadow hides."""

    top: int
    left: int
    hidden: list[list[Cell]]


class Desktop:
    """One terminal with windows on it; widgets draw here, in the coordinates of the uppermost window."""

    def __init__(self, screen: Screen, terminal: TerminalInput, keys: KeyReader) -> None:
        self.screen = screen
        self.charset = screen.charset
        self._terminal = terminal
        self._keys = keys
        self._windows: list[_Window] = []
        self._help: list[str] = []
        self._pen = (0, 0)

    @property
    def coloured(self) -> bool:
        """Whether the terminal has colours."""
        return self.screen.display.palette.colours

    def open(self) -> None:
        """Take the terminal; what it showed will be cleared by the next refresh."""
        self._terminal.take()
        self.screen.display.open()
        self.screen.restart()
        self.screen.display.show_cursor(False)

    def paint_root(self) -> None:
        """Clear the terminal and colour it."""
        self.screen.part = Part.ROOT
        self.screen.erase_all()
        self.screen.refresh()

    def close(self) -> None:
        """Give the terminal back, its last line blank and the cursor there."""
        self._windows.clear()
        self._help.clear()
        self.screen.go_to(ROWS - 1, 0)
        self.screen.display.show_cursor(True)
        self.screen.refresh()
        self.screen.display.close()
        self._terminal.give_back()

    def set_mood(self, mood: Mood) -> None:
        """Use the colours of an error, or the usual ones."""
        self.screen.set_mood(mood)

    def refresh(self) -> None:
        """Show what was drawn."""
        self.screen.refresh()

    def redraw(self) -> None:
        """Paint everything again, whatever the terminal shows."""
        self.screen.mistrust()
        self.screen.refresh()

    def push_help(self, text: str) -> None:
        """Put a text into the last line."""
        self._help.append(text)
        self._draw_help()

    def pop_help(self) -> None:
        """Put back the text that was in the last line before."""
        if self._help:
            self._help.pop()
            self._draw_help()

    def _draw_help(self) -> None:
        self.screen.part = Part.HELP_LINE
        self.screen.go_to(ROWS - 1, 0)
        self.screen.write_padded(self._help[-1] if self._help else "", COLUMNS)
        self.screen.go_to(*self._pen)

    def open_window(self, width: int, height: int, title: str) -> None:
        """Open a window of this inner size in the middle; keys typed until now are forgotten."""
        self._keys.flush(self.redraw)
        top, left = (ROWS - height) // 2, (COLUMNS - width) // 2
        row, column = max(top - 1, 0), max(left - 2, 0)
        self._windows.append(_Window(top, left, self.screen.copy(row, column, height + 3, width + 5)))
        self._draw_frame(top, left, width, height)
        self._draw_title(top, left, width, title)
        screen = self.screen
        screen.part = Part.WINDOW
        screen.fill(top, left, height, width)
        screen.part = Part.SHADOW
        screen.fill(top + height + 1, left, 1, width + 2)
        screen.fill(top, left + width + 1, height + 1, 1)

    def _draw_frame(self, top: int, left: int, width: int, height: int) -> None:
        self.screen.part = Part.BORDER
        self.screen.box(top - 1, left - 1, height + 2, width + 2)

    def _draw_title(self, top: int, left: int, width: int, title: str) -> None:
        screen = self.screen
        title = self.charset.cut(title, width - 4)
        screen.go_to(top - 1, (width - self.charset.width(title) - 4) // 2 + left)
        screen.draw(RIGHT_TEE)
        screen.write(" ")
        screen.part = Part.TITLE
        screen.write(title)
        screen.part = Part.BORDER
        screen.write(" ")
        screen.draw(LEFT_TEE)

    def pop_window(self) -> None:
        """Close the uppermost window and show what it hid."""
        window = self._windows.pop()
        self.screen.paste(max(window.top - 1, 0), max(window.left - 2, 0), window.hidden)
        self.screen.refresh()

    def go_to(self, row: int, column: int) -> None:
        """Move the pen within the uppermost window."""
        if self._windows:
            row += self._windows[-1].top
            column += self._windows[-1].left
        self._pen = (row, column)
        self.screen.go_to(row, column)

    @property
    def pen(self) -> tuple[int, int]:
        """The place that `go_to` went to last, within the uppermost window."""
        row, column = self._pen
        if self._windows:
            return row - self._windows[-1].top, column - self._windows[-1].left
        return row, column

    def clear_box(self, left: int, top: int, width: int, height: int, part: Part) -> None:
        """Blank a rectangle of the uppermost window."""
        if self._windows:
            top, left = top + self._windows[-1].top, left + self._windows[-1].left
        self.screen.part = part
        self.screen.fill(top, left, height, width)

    def show_cursor(self, shown: bool) -> None:
        """Show or hide the cursor."""
        self.screen.display.show_cursor(shown)

    def beep(self) -> None:
        """Ring the bell."""
        self.screen.display.beep()

    def key(self, wait: float | None = None) -> int | None:
        """The next key (None: none within `wait` seconds); Ctrl-L is obeyed here, Ctrl-Z is ignored.

        After one of these the next is waited for, however long that takes: newt's getkey knows no time.
        """
        while True:
            key = self._keys.key(wait)
            if key == REDRAW:
                self.redraw()
            elif key != SUSPEND:
                return key
            wait = None

    def continuation(self) -> int | None:
        """The next byte of a character of several bytes, None when it does not come."""
        return self._keys.continuation()
