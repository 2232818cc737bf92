"""What an installer asked in a build, what was answered, and which answers were never used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from autoinstall.answers.answer import Answer
from autoinstall.events import Event


@dataclass(slots=True)
class Asked:
    """A subscriber that collects dialogs and their answers."""

    answers: Sequence[Answer] = ()
    rows: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        if event.name == "dialog":
            self._dialog(event)
        elif event.name == "answered" and self.rows:
            self.rows[-1] |= {name: event.fields[name] for name in ("answer", "presses", "retyped", "why")}

    def _dialog(self, event: Event) -> None:
        row = {"question": event.fields["question"], "title": event.fields["title"], "answer": None}
        self.rows.append(row | {"presses": 0, "retyped": 0, "why": ""})

    @property
    def never_used(self) -> tuple[str, ...]:
        """The names of the answers that answered no dialog, where an installer asked any."""
        if not self.rows:
            return ()
        used = {row["why"] for row in self.rows}
        return tuple(answer.name for answer in self.answers if str(answer.place) not in used)
