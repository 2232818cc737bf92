"""Two recorded sessions, dialog by dialog: what is new, what is gone, what changed."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from autoinstall.dialog.model import Kind
from autoinstall.sessions.session import RecordedDialog


class Change(StrEnum):
    """What became of a dialog from the first session to the second."""

    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


_COMPARED = (
    "kind",
    "priority",
    "title",
    "prompt",
    "text",
    "choices",
    "focus",
    "checked",
    "value",
    "buttons",
    "answer",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One change, the dialog that stood before it, both dialogs as `inspect` shows them, and the fields that differ."""

    change: Change
    after: str | None
    before: dict[str, Any] | None
    now: dict[str, Any] | None
    fields: tuple[str, ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        """As `diff --json` prints it."""
        return {
            "change": self.change.value,
            "after": self.after,
            "a": self.before,
            "b": self.now,
            "fields": list(self.fields),
        }


def compare(before: Sequence[RecordedDialog], now: Sequence[RecordedDialog]) -> list[Difference]:
    """The differences, in the order of the sessions; progress boxes are no dialogs that anybody answers."""
    first, second = _asked(before), _asked(now)
    names = [_called(one) for one in first], [_called(one) for one in second]
    differences = []
    for code, i, i_end, j, j_end in difflib.SequenceMatcher(None, *names, autojunk=False).get_opcodes():
        if code == "equal":
            pairs = zip(range(i, i_end), range(j, j_end), strict=True)
            differences += [change for a, b in pairs if (change := _changed(first, a, second[b]))]
            continue
        last = names[0][i - 1] if i else None
        differences += [Difference(Change.GONE, last, one.document, None) for one in first[i:i_end]]
        for index in range(j, j_end):
            after = names[1][index - 1] if index else None
            differences.append(Difference(Change.NEW, after, None, second[index].document))
    return differences


def _asked(dialogs: Sequence[RecordedDialog]) -> list[RecordedDialog]:
    return [one for one in dialogs if one.dialog.kind is not Kind.PROGRESS]


def _called(one: RecordedDialog) -> str:
    """What makes two dialogs the same one: the question, or what it says."""
    return one.name or f"{one.dialog.title}: {' '.join((one.dialog.prompt or one.dialog.text).split())}"


def _changed(first: Sequence[RecordedDialog], index: int, now: RecordedDialog) -> Difference | None:
    """Rows of a list that scrolls are not compared: how many came into view is the operator's doing."""
    before = first[index]
    a, b = before.document, now.document
    scrolls = before.dialog.scroll_bar is not None or now.dialog.scroll_bar is not None
    compared = [name for name in _COMPARED if not (scrolls and name == "choices")]
    fields = tuple(name for name in compared if a[name] != b[name])
    if not fields:
        return None
    after = _called(first[index - 1]) if index else None
    return Difference(Change.CHANGED, after, a, b, fields)
