"""A line to type into."""

from __future__ import annotations

from autoinstall.rehearsal.newt.keys import ENTER, KILL_TO_END, KILL_TO_START, Key
from autoinstall.rehearsal.newt.palette import Part
from autoinstall.rehearsal.newt.widgets.widget import Obeyed, Widget
from autoinstall.rehearsal.newt.windows import Desktop

_MOST_CONTEXT = 5
_LONGEST_CHARACTER = 4


class Entry(Widget):
    """Holds any length of text and scrolls it under its width; `hidden` shows stars. Enter leaves the form."""

    takes_focus = True

    def __init__(
        self, desktop: Desktop, left: int, top: int, width: int, text: str, *, hidden: bool = False
    ) -> None:
        super().__init__(desktop, left, top, width)
        self.text = text
        self._hidden = hidden
        self._cursor = len(text)
        self._first = 0

    def set_hidden(self, hidden: bool) -> None:
        """Show stars or the text itself; the pen stays."""
        self._hidden = hidden
        pen = self.desktop.pen
        self.draw()
        self.desktop.go_to(*pen)

    def draw(self) -> None:
        """Write the visible part over underscores and leave the pen at the cursor."""
        if not self.mapped:
            return
        self._scroll()
        shown = self.text[self._first :]
        if self._hidden:
            shown = "*" * self._width(shown)
        self.desktop.screen.part = Part.ENTRY
        self.desktop.go_to(self.top, self.left)
        self.desktop.screen.write_padded(shown + "_" * max(self.width - self._width(shown), 0), self.width)
        self._go_to_cursor()

    def _width(self, text: str) -> int:
        return self.desktop.charset.width(text)

    def _go_to_cursor(self) -> None:
        self.desktop.go_to(self.top, self.left + self._width(self.text[self._first : self._cursor]))

    def _scroll(self) -> None:
        """Keep the cursor in view, with some of the text on both sides of it."""
        context = min(self.width // 4, _MOST_CONTEXT)
        self._first = min(self._first, self._cursor)
        under = self._width(self.text[self._cursor : self._cursor + 1]) or 1
        behind = self._width(self.text[self._cursor + 1 :])
        left = self._width(self.text[self._first : self._cursor])
        right = self.width - left - under
        moved = False
        while self._first < len(self.text):
            first = self._width(self.text[self._first])
            if not (first and behind > right and left - first >= context and right < context):
                break
            left, right, moved = left - first, right + first, True
            self._first += 1
        while not moved and self._first:
            before = self._width(self.text[self._first - 1])
            if not (before and (behind + before <= right or (left < context and right - before >= context))):
                break
            left, right = left + before, right - before
            self._first -= 1

    def focus(self) -> None:
        """Show the cursor, at its place."""
        self.desktop.show_cursor(True)
        self._go_to_cursor()

    def unfocus(self) -> None:
        """Hide the cursor."""
        self.desktop.show_cursor(False)
        self.desktop.go_to(0, 0)

    def obey(self, key: int) -> Obeyed:
        """Edit; Enter leaves the form, and keys that edit nothing are left to the form."""
        obeyed = Obeyed.SWALLOWED
        if key == ENTER:
            self.desktop.show_cursor(False)
            obeyed = Obeyed.LEAVE
        elif not (self._move(key) or self._erase(key) or self._type(key)):
            obeyed = Obeyed.IGNORED
        self.draw()
        return obeyed

    def _move(self, key: int) -> bool:
        targets = {
            Key.HOME: 0,
            Key.END: len(self.text),
            Key.LEFT: max(self._cursor - 1, 0),
            Key.RIGHT: min(self._cursor + 1, len(self.text)),
        }
        if key not in targets:
            return False
        self._cursor = targets[Key(key)]
        return True

    def _erase(self, key: int) -> bool:
        cuts = {
            KILL_TO_END: (self._cursor, len(self.text)),
            KILL_TO_START: (0, self._cursor),
            Key.DELETE: (self._cursor, self._cursor + 1),
            Key.BACKSPACE: (max(self._cursor - 1, 0), self._cursor),
        }
        if key not in cuts:
            return False
        start, end = cuts[key]
        self.text = self.text[:start] + self.text[end:]
        self._cursor = min(self._cursor, start)
        return True

    def _type(self, key: int) -> bool:
        if not (0x20 <= key <= 0x7E or 0x80 <= key <= 0xFF):
            return False
        character = self._character(key)
        if character is None:
            self.desktop.beep()
        else:
            self.text = self.text[: self._cursor] + character + self.text[self._cursor :]
            self._cursor += 1
        return True

    def _character(self, key: int) -> str | None:
        """The character that begins with this byte, None where the locale has none."""
        if key < 0x80:
            return chr(key)
        if not self.desktop.charset.utf8:
            return None
        data = bytes((key,))
        while len(data) <= _LONGEST_CHARACTER:
            try:
                return data.decode("utf-8")
            except UnicodeDecodeError as error:
                if error.reason != "unexpected end of data":
                    return None
            following = self.desktop.continuation()
            if following is None:
                return None
            data += bytes((following,))
        return None
