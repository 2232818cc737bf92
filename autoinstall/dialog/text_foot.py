"""The foot of what the text frontend prints: where it waits, and how it says that it works."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from autoinstall.dialog.model import Dialog, Kind
from autoinstall.dialog.template_text import squeezed
from autoinstall.dialog.vocabulary import Vocabulary
from autoinstall.terminal.snapshot import Row

PROMPT = re.compile(r"^\S.*?[^\w\s]\s?\?\s?[^\w\s].*?(?:=\s?(?P<default>.*))?>$")
"""`Prompt: '?' for help, default=2>`, in its translations: a question mark in quotes, and `>` at the end."""

KERNEL_LINE = re.compile(r"\[ *\d+\.\d{6}\] ")

_PROGRESS = re.compile(r"^(?P<title>\S.*?)  \.\.\.(?: ?\d{1,3}%(?:\.\.\.)?)*$")
_MORE_PROGRESS = re.compile(r"^[\d. ]*%[\d%. ]*$")
_PERCENT = re.compile(r"(\d{1,3})%")

MOST_ROWS_TYPED = 40
"""Between a prompt and the cursor; each of the kernel's lines takes two of them."""

MOST_ROWS_TORN = 4
"""Of them, one after the other that are none of the kernel's."""

MOST_ROWS_OF_A_PROMPT = 3
MOST_ROWS_OF_A_FOOT = MOST_ROWS_TYPED + MOST_ROWS_OF_A_PROMPT + 1


@dataclass(frozen=True, slots=True)
class Foot:
    """The prompt's first row, the first row of what is typed, and the prompt's text.

    A password has no prompt (None) but the `own` rows of its short text.
    """

    prompt: int
    typed: int
    text: str | None
    broken: bool = False
    own: int = 0

    @classmethod
    def find(cls, rows: Sequence[Row], vocabulary: Vocabulary) -> Foot | None:
        """Going up from the cursor: rows that typed text filled, the kernel's and what those tore, the prompt."""
        typed, torn, kernel = len(rows) - 1, 0, False
        for above in range(len(rows) - 2, max(-1, len(rows) - 2 - MOST_ROWS_TYPED), -1):
            begin, text = _prompt_that_ends(rows, above, vocabulary)
            if text is not None and (kernel or not torn):
                if squeezed(text) not in vocabulary.passwords:
                    return cls(begin, typed, text, kernel)
                if kernel or above == len(rows) - 2:
                    return cls(above + 1, typed, None, own=above + 1 - begin)
            if KERNEL_LINE.search(rows[above].text):
                torn, kernel = 0, True
            elif torn or kernel or not is_full(rows[above]):
                torn += 1
                if torn > MOST_ROWS_TORN:
                    return None
            else:
                typed = above
        return None


def _prompt_that_ends(rows: Sequence[Row], end: int, vocabulary: Vocabulary) -> tuple[int, str | None]:
    """The first row and the text of the prompt whose last row is this one, if it is one's."""
    if rows[end].text.rstrip()[-1:] not in _last_letters(vocabulary):
        return end, None
    for begin in range(end, max(-1, end - MOST_ROWS_OF_A_PROMPT), -1):
        whole = "".join(row.text for row in rows[begin : end + 1]).rstrip()
        if squeezed(whole) in vocabulary.passwords:
            return begin, whole
        unbroken = all(map(is_full, rows[begin:end]))
        if unbroken and (whole in vocabulary.press_enter or PROMPT.match(whole)):
            return begin, whole
    return end, None


@functools.lru_cache(maxsize=8)
def _last_letters(vocabulary: Vocabulary) -> frozenset[str]:
    """How a prompt can end: most rows are none, and soon told."""
    return frozenset({">"} | {text[-1:] for text in vocabulary.press_enter | vocabulary.passwords})


def is_full(row: Row) -> bool:
    """A row that goes on in the next one: its last column is written on."""
    return row.cells[-1].text != " "


def has_asked(rows: Sequence[Row], vocabulary: Vocabulary) -> bool:
    """Whether any of the rows is a prompt."""
    texts = (row.text.rstrip() for row in rows)
    return any(text in vocabulary.press_enter or PROMPT.match(text) for text in texts)


def progress_in(rows: Sequence[Row]) -> Dialog | None:
    """The progress that the last row tells of: `TITLE  ... 10%... 20%`, a percentage more at each step."""
    text = rows[-1].text.rstrip() if rows else ""
    match = _PROGRESS.match(text)
    if match is None:
        return None
    percents = _PERCENT.findall(text[match.end("title") :])
    percent = int(percents[-1]) if percents else 0
    return Dialog(Kind.PROGRESS, match["title"], None, "", None, percent=percent)


def tells_progress(text: str) -> bool:
    """A row of percentages, or what did not fit into the row before it."""
    return bool(_PROGRESS.match(text) or _MORE_PROGRESS.match(text))
