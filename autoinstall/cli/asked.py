"""What an installer asked in a build, what was answered, and which answers were never used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autoinstall.answers.aliases import answers_for
from autoinstall.answers.answer import Answer
from autoinstall.events import Event, read_events


@dataclass(slots=True)
class Asked:
    """A subscriber that collects dialogs and their answers, those of earlier processes of the build too."""

    answers: Sequence[Answer] = ()
    rows: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        if event.name == "build-started":
            for earlier in read_events(Path(event.fields["build"]) / "events.jsonl"):
                self._hear(str(earlier.get("event")), earlier)
        else:
            self._hear(event.name, event.fields)

    def _hear(self, name: str, fields: Mapping[str, Any]) -> None:
        if name == "dialog":
            self._dialog(fields)
        elif name == "answered" and self.rows:
            self.rows[-1] |= {name: fields[name] for name in ("answer", "presses", "retyped", "why")}
        elif name == "build-started" and self.rows and self.rows[-1]["answer"] is None:
            self.rows.pop()  # a kept guest shows it again
        elif name == "domain-created" and fields.get("purpose") == "install":
            self.rows.clear()  # what an installation was asked that was given up is of no interest

    def _dialog(self, fields: Mapping[str, Any]) -> None:
        row = {"question": fields["question"], "title": fields["title"], "answer": None}
        self.rows.append(row | {"presses": 0, "retyped": 0, "why": ""})

    @property
    def never_used(self) -> tuple[str, ...]:
        """The names of the answers that answered no dialog, where an installer asked any."""
        if not self.rows:
            return ()
        found = (answers_for(row["question"], self.answers) for row in self.rows if row["question"])
        used = {answer.name for answer in found if answer}
        return tuple(answer.name for answer in self.answers if answer.name not in used)
