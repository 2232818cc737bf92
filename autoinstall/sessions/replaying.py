"""The answers file against a recorded session: would it have given the operator's answers?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from autoinstall.dialog.decide import Judge
from autoinstall.dialog.document import HIDDEN, answer_document
from autoinstall.dialog.model import Decision, Stop
from autoinstall.dialog.proposal import proposed_lines
from autoinstall.sessions.pressing import WrongKey
from autoinstall.sessions.session import Answer, RecordedDialog


class Result(StrEnum):
    """How a replay ended."""

    MATCHED = "matched"
    DIVERGED = "diverged"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where the answers file and the operator parted: seconds into the recording, the dialog as `inspect` shows it,
    both answers, the line of the file that decided (or why none did), the screen, and lines that would agree.
    """

    at: float
    dialog: dict[str, Any]
    recorded: Any
    decided: Any
    why: str
    screen: tuple[str, ...]
    proposal: str

    @property
    def document(self) -> dict[str, Any]:
        """As `replay --json` prints it."""
        return {
            "at": round(self.at, 3),
            "dialog": self.dialog,
            "recorded": self.recorded,
            "decided": self.decided,
            "why": self.why,
            "screen": list(self.screen),
            "proposal": self.proposal,
        }


@dataclass(frozen=True, slots=True)
class Replay:
    """How many of the answered dialogs there were, how many agree, and the first that does not."""

    result: Result
    dialogs: int
    matched: int
    divergence: Divergence | None


def replay_decisions(dialogs: Sequence[RecordedDialog], judge: Judge) -> Replay:
    """Compare, dialog by dialog, what the judge decides with what the operator answered."""
    answered = [one for one in dialogs if one.answer is not None]
    matched = 0
    first: tuple[Result, Divergence] | None = None
    for one in answered:
        verdict = judge.decide(one.dialog, one.recognition, one.history)
        decided = answer_document(verdict, one.dialog) if isinstance(verdict, Decision) else None
        if isinstance(verdict, Decision) and agree(one.answer, decided):
            matched += 1
        elif first is None:
            first = _parted(one, verdict, decided)
    result, divergence = first or (Result.MATCHED, None)
    return Replay(result, len(answered), matched, divergence)


def with_keys(replay: Replay, dialogs: Sequence[RecordedDialog], wrong: Mapping[float, WrongKey]) -> Replay:
    """The replay where, besides the answers, the keys count too."""
    answered = [one for one in dialogs if one.answer is not None]
    strayed = [one for one in answered if one.at in wrong]
    if not strayed or replay.divergence is not None:
        return replay
    first = strayed[0]
    key = wrong[first.at]
    why = f"the answer is the same, but the key {key.at - first.at:.3f} s into the dialog is another"
    proposal = "nothing to change in the answers file: record the session anew"
    divergence = Divergence(key.at, first.document, key.recorded, key.decided, why, first.screen, proposal)
    return Replay(Result.DIVERGED, replay.dialogs, len(answered) - len(strayed), divergence)


def agree(recorded: Answer, decided: Any) -> bool:
    """Whether two answers are the same; ticks have no order, a secret that a screen showed stands there as stars."""
    if isinstance(recorded, tuple):
        return isinstance(decided, list) and set(recorded) == set(decided)
    if decided == HIDDEN and isinstance(recorded, str):
        return set(recorded) <= {"*"}
    return bool(recorded == decided) and isinstance(recorded, bool) == isinstance(decided, bool)


def _parted(dialog: RecordedDialog, verdict: Decision | Stop, decided: Any) -> tuple[Result, Divergence]:
    result = Result.DIVERGED if isinstance(verdict, Decision) else Result.UNANSWERED
    why = verdict.why if isinstance(verdict, Decision) else f"{verdict.message} ({verdict.hint})"
    document = dialog.document
    proposal = proposed_lines(dialog.dialog, dialog.recognition, dialog.answer)
    return result, Divergence(dialog.at, document, document["answer"], decided, why, dialog.screen, proposal)
