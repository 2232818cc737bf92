"""Reads the dialog that stands on a screen, as cdebconf's newt frontend draws it (0.13x to 0.27x).

The layout is always the same: text, an empty row, the widget, an empty row, the buttons. What tells
the parts apart without colours is the cursor, which newt leaves on the focused element.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

from autoinstall.dialog.frame import Frame, frame_in_front
from autoinstall.dialog.model import Dialog, Focus, Kind, Part
from autoinstall.dialog.template_text import folded
from autoinstall.dialog.vocabulary import ENGLISH, Vocabulary
from autoinstall.dialog.widgets import (
    Buttons,
    CheckList,
    Entry,
    SelectList,
    find_buttons,
    find_check_list,
    find_entry,
    find_select_list,
)
from autoinstall.terminal.snapshot import Row, Snapshot

_PERCENT = re.compile(r"^(?:\d{1,2}|100)%$")


def read(snapshot: Snapshot, vocabulary: Vocabulary = ENGLISH) -> Dialog | None:
    """The dialog in front, or None where no closed window stands on the screen.

    A dialog whose drawing is not finished, or was printed over at its border, has no `focus`.
    """
    frame = frame_in_front(snapshot)
    if frame is None:
        return None
    buttons = find_buttons(snapshot, frame)
    page = _Page(snapshot, frame, buttons, vocabulary)
    dialog = page.progress() or page.entry() or page.check_list() or page.select_list() or page.buttons_only()
    if dialog is None or frame.damaged:
        return replace(dialog, focus=None) if dialog else None
    return dialog if dialog.focus else replace(dialog, focus=page.text_focus(dialog))


@dataclass(frozen=True, slots=True)
class _Page:
    """The window's parts, while it is tried which kind of dialog they make up."""

    snapshot: Snapshot
    frame: Frame
    buttons: Buttons
    vocabulary: Vocabulary

    def progress(self) -> Dialog | None:
        """A progress box: a row with only `NN%`, no button but Cancel, no focus of a question."""
        if self.buttons.labels and not set(self.buttons.labels) <= self.vocabulary.cancel:
            return None
        rows = [self._interior(index).strip() for index in range(self.frame.top + 1, self.buttons.first_row)]
        percents = [row for row in rows if _PERCENT.match(row)]
        if not percents:
            return None
        lines = [row for row in rows if row and not _PERCENT.match(row)]
        return Dialog(
            Kind.PROGRESS,
            self.frame.title,
            self.frame.priority,
            "\n".join(lines),
            None,
            buttons=self.buttons.labels,
            percent=int(percents[-1][:-1]),
        )

    def entry(self) -> Dialog | None:
        entry = find_entry(self.snapshot, self.frame, self.buttons)
        if entry is None:
            return None
        kind = Kind.PASSWORD if entry.show_password_row is not None else Kind.STRING
        return replace(
            self._dialog(kind, entry.row),
            value=entry.value,
            width=entry.width,
            focus=self._entry_focus(entry) or self._button_focus(),
        )

    def _entry_focus(self, entry: Entry) -> Focus | None:
        row = self.snapshot.cursor.row
        if row == entry.row and entry.cursor_inside:
            return Focus(Part.ENTRY)
        return Focus(Part.SHOW_PASSWORD) if row == entry.show_password_row else None

    def check_list(self) -> Dialog | None:
        boxes = find_check_list(self.snapshot, self.frame, self.buttons)
        if boxes is None:
            return None
        return replace(
            self._dialog(Kind.MULTISELECT, boxes.rows[0]),
            choices=boxes.labels,
            ticked=boxes.ticked,
            scroll_bar=boxes.scroll_bar,
            focus=_row_focus(boxes) or self._button_focus(),
        )

    def select_list(self) -> Dialog | None:
        choices = find_select_list(self.snapshot, self.frame, self.buttons)
        if choices is None:
            return None
        return replace(
            self._dialog(Kind.SELECT, choices.rows[0]),
            choices=choices.labels,
            scroll_bar=choices.scroll_bar,
            focus=_row_focus(choices) or self._button_focus(),
        )

    def buttons_only(self) -> Dialog | None:
        if not self.buttons.labels:
            return None
        answering = [label for label in self.buttons.labels if label not in self.vocabulary.go_back]
        if not answering:
            return None
        is_note = len(answering) == 1
        kind = Kind.BOOLEAN if not is_note else Kind.ERROR if self._red_root() else Kind.NOTE
        dialog = self._dialog(kind, self.buttons.first_row)
        if is_note:
            dialog = replace(dialog, prompt=self._heading(dialog))
        return replace(dialog, focus=self._button_focus())

    def text_focus(self, dialog: Dialog) -> Focus | None:
        """A text that is too long for its window can be scrolled, and takes part in the round of Tab."""
        in_text = self.frame.holds(self.snapshot.cursor) and self.snapshot.cursor.row < self.buttons.first_row
        scrollable = dialog.kind is not Kind.PROGRESS and dialog.full and in_text
        return Focus(Part.TEXT) if scrollable else None

    def _dialog(self, kind: Kind, widget_row: int) -> Dialog:
        text = self._text(widget_row)
        paragraphs = re.split(r"\n\s*\n", text)
        return Dialog(
            kind,
            self.frame.title,
            self.frame.priority,
            text,
            folded(paragraphs[-1]) or None,
            buttons=self.buttons.labels,
        )

    def _heading(self, dialog: Dialog) -> str | None:
        """A note's heading: its first row, which newt centres; None where the text begins at the margin."""
        first = dialog.text.split("\n", 1)[0]
        return folded(first) or None

    def _text(self, widget_row: int) -> str:
        rows = [self._interior(index).rstrip() for index in range(self.frame.top + 1, widget_row)]
        return "\n".join(row[1:] if row.startswith(" ") else row for row in rows).strip("\n").rstrip()

    def _interior(self, index: int) -> str:
        return self.snapshot.rows[index].between(self.frame.left + 1, self.frame.right)

    def _button_focus(self) -> Focus | None:
        label = self.buttons.focused(self.snapshot)
        return Focus(Part.BUTTON, label) if label is not None else None

    def _red_root(self) -> bool:
        """cdebconf shows errors on a red root window (newt.c, `cdebconf_newt_setup`)."""
        rows = self.snapshot.rows[self.frame.top : self.frame.bottom + 1]
        colours = Counter(_root_colour(row) for row in rows)
        return colours.most_common(1)[0][0] == "red"


def _row_focus(rows: CheckList | SelectList) -> Focus | None:
    return Focus(Part.LIST, rows.focused) if rows.focused is not None else None


def _root_colour(row: Row) -> str:
    return row.cells[-1].background
