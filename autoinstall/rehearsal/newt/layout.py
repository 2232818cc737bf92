"""How large windows become and where their parts lie: the arithmetic of cdebconf's newt frontend."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from autoinstall.rehearsal.newt.charset import Charset, unfold
from autoinstall.rehearsal.newt.display import COLUMNS, ROWS
from autoinstall.rehearsal.newt.model import Form, FormType
from autoinstall.rehearsal.newt.wording import CONTINUE, GO_BACK, NO, YES

TEXT_PADDING = 1
BUTTON_PADDING = 4
WIDEST = COLUMNS - 7
HIGHEST = ROWS - 5
"""Room above, both frames, shadow and help line are left over."""
TEXT_COLUMNS = WIDEST - 2 - 2 * TEXT_PADDING
_TITLE_ROOM = WIDEST - 9
_TITLE_FRAME = 9
"""Priority, frame and blanks around a title."""
_BAR_WIDTH = 2

_PRIORITY = re.compile(r"\[(?:!!|!|\?|\.)\] ")


@dataclass(frozen=True)
class Title:
    """A window's title: `shown` in the frame, which needs `width` columns."""

    shown: str
    width: int


def title(text: str, charset: Charset) -> Title:
    """Shorten the name behind the priority where it is too long."""
    text = charset.text(text)
    priority = _PRIORITY.match(text)
    start = priority.end() if priority else 0
    name = charset.shorten(text[start:], _TITLE_ROOM)
    return Title(text[:start] + name, charset.width(name) + _TITLE_FRAME)


def paragraphs(form: Form, charset: Charset) -> list[str]:
    """The wrapped text above the widget: long description, blank, question line."""
    whole = [unfold(form.extended), form.description] if form.extended else [form.description]
    return charset.wrap(charset.text("\n\n".join(whole)), TEXT_COLUMNS)


def note_text(form: Form, charset: Charset) -> list[str]:
    """The wrapped text below the heading of a note or error."""
    return charset.wrap(charset.text(unfold(form.extended)), TEXT_COLUMNS)


def needs_text_window(form: Form, charset: Charset) -> bool:
    """Whether a list would have no room below its text, so that this comes first in a window of its own."""
    least = 3 + len(paragraphs(form, charset)) + 1
    if form.type is FormType.MULTISELECT:
        least += 4
    else:
        least += 4 if form.backup else 2
    return least > HIGHEST


@dataclass(frozen=True)
class TextLayout:
    """A window that shows text above something else: inner size, and the text's size."""

    width: int
    height: int
    text_width: int
    text_height: int
    scrolls: bool


def text_layout(
    lines: Sequence[str], name: Title, charset: Charset, *, extra: int, buttons: int, heading: str = ""
) -> TextLayout:
    """Fit a text and `extra` other rows into a window at least as wide as its title and its buttons."""
    height = min(len(lines) + extra, HIGHEST)
    scrolls = len(lines) + extra > HIGHEST
    text_width = max(charset.widest([*lines, heading]), buttons)
    width = min(WIDEST, text_width + 2 * TEXT_PADDING + (_BAR_WIDTH if scrolls else 0))
    return TextLayout(max(width, name.width), height, text_width, height - extra, scrolls)


@dataclass(frozen=True)
class ListLayout:
    """A window with a list: inner size, text width, and the list's size and labels as shown."""

    width: int
    height: int
    text_width: int
    list_height: int
    labels: list[str]
    label_width: int


def list_layout(
    form: Form, lines: Sequence[str], name: Title, charset: Charset, *, extra: int, buttons: int
) -> ListLayout:
    """Fit a list, the text above it (may be nothing) and `extra` other rows into a window."""
    labels = [charset.text(choice) for choice in form.choices]
    if form.align:
        labels = charset.align(labels)
    label_width = min(charset.widest(labels), WIDEST - 8)
    labels = [
        label if charset.width(label) <= label_width else charset.cut(label, label_width) for label in labels
    ]
    text_width = max(charset.widest(paragraphs(form, charset)), buttons, label_width)
    width = max(min(WIDEST, text_width + 8), name.width)
    height = min(len(lines) + extra + len(labels), HIGHEST)
    list_height = height - len(lines) - extra
    return ListLayout(width, height, text_width, list_height, labels, label_width)


def buttons_width(charset: Charset, form: Form) -> int:
    """The columns that the buttons below a text need, as the frontend reckons them for each kind of question."""
    width = 2 * BUTTON_PADDING
    if form.type is FormType.BOOLEAN:
        width += charset.width(YES) + 3 + charset.width(NO) + 3 + (3 if form.backup else 0)
    elif form.type is not FormType.SELECT:
        width += charset.width(CONTINUE) + 2
    return width + (charset.width(GO_BACK) + 3 if form.backup else 0)


def right_button(width: int, text: str, charset: Charset) -> int:
    """Where the button at the right begins in a window of this width."""
    return width - TEXT_PADDING - BUTTON_PADDING - charset.width(text) - 3


def middle_button(width: int, text: str, charset: Charset) -> int:
    """Where a button that stands alone begins."""
    return (width - charset.width(text) - 2) // 2 - 1


LEFT_BUTTON = TEXT_PADDING + BUTTON_PADDING - 1
"""Where the button at the left begins."""
