"""An answers file against a recording: matched, diverged or unanswered, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autoinstall.answers.answer import AnswerValue
from autoinstall.answers.secret import Secret
from autoinstall.dialog.decide import Judge
from autoinstall.dialog.recognise import Recogniser
from autoinstall.recording.asciicast import INPUT, Recording
from autoinstall.sessions.pressing import KeyWatch
from autoinstall.sessions.reading import read_session
from autoinstall.sessions.replaying import Replay, Result, agree, replay_decisions, with_keys
from autoinstall.sessions.session import Session
from tests.rigs import eighteen

NOT_THE_PASSWORD = {"user_password": Secret("user_password", "-")}


def judge(precise: Recogniser, **changed: AnswerValue | None) -> Judge:
    """The judge of the recording's own answers, some of them changed (`a__b` is `a/b`) or taken away."""
    answers = {**eighteen.ANSWERS, **{name.replace("__", "/"): value for name, value in changed.items()}}
    kept = {name: value for name, value in answers.items() if value is not None}
    return Judge(eighteen.book(kept), NOT_THE_PASSWORD, precise.vocabulary)


def by_keys(recording: Recording, precise: Recogniser) -> Replay:
    watch = KeyWatch(judge(precise))
    session = read_session(recording, precise, watch)
    return with_keys(replay_decisions(session.dialogs, judge(precise)), session.dialogs, watch.wrong)


def test_the_answers_of_a_session_match_it_without_any_secret(
    eighteen_session: Session, precise: Recogniser
) -> None:
    assert replay_decisions(eighteen_session.dialogs, judge(precise)) == Replay(Result.MATCHED, 18, 18, None)


def test_another_answer_diverges_and_names_the_line(eighteen_session: Session, precise: Recogniser) -> None:
    other = judge(precise, **{"keyboard-configuration__layout": "Belgian"})
    replay = replay_decisions(eighteen_session.dialogs, other)
    assert (replay.result, replay.dialogs, replay.matched) == (Result.DIVERGED, 18, 17)
    assert replay.divergence
    told = replay.divergence.document
    assert (told["recorded"], told["decided"]) == ("French", "Belgian")
    assert told["why"].startswith("eighteen.yaml:")
    assert told["dialog"]["question"] == "keyboard-configuration/layout"
    assert any("Keyboard layout" in line or "keyboard" in line for line in told["screen"])
    assert told["proposal"].startswith('questions:\n  keyboard-configuration/layout: "French"')


def test_a_missing_answer_is_unanswered(eighteen_session: Session, precise: Recogniser) -> None:
    replay = replay_decisions(eighteen_session.dialogs, judge(precise, **{"clock-setup__utc": None}))
    assert (replay.result, replay.matched) == (Result.UNANSWERED, 17)
    assert replay.divergence
    assert replay.divergence.decided is None
    assert "clock-setup/utc" in replay.divergence.why
    assert replay.divergence.proposal == 'questions:\n  clock-setup/utc: false    # or: "Go Back", "No"\n'


@pytest.mark.parametrize(
    ("recorded", "decided", "same"),
    [
        (("a", "b"), ["b", "a"], True),
        (("a",), ["a", "b"], False),
        ("***", "***", True),
        ("*******", "***", True),
        ("secret", "***", False),
        (True, True, True),
        (True, "true", False),
        ("", "", True),
        ("1", True, False),
    ],
)
def test_answers_that_agree(recorded: str | bool | tuple[str, ...], decided: object, same: bool) -> None:
    assert agree(recorded, decided) is same


def test_the_drivers_own_keys_match_key_by_key(eighteen_recording: Recording, precise: Recogniser) -> None:
    assert by_keys(eighteen_recording, precise) == Replay(Result.MATCHED, 18, 18, None)


def test_another_key_with_the_same_answer_diverges_by_keys(
    eighteen_recording: Recording, precise: Recogniser
) -> None:
    """Before the language is confirmed, somebody goes to the button and back."""
    events = list(eighteen_recording.events)
    enter = next(number for number, event in enumerate(events) if event.code == INPUT and event.data == b"\r")
    tab = replace(events[enter], text="\t")
    replay = by_keys(replace(eighteen_recording, events=(*events[:enter], tab, *events[enter:])), precise)
    assert (replay.result, replay.matched) == (Result.DIVERGED, 17)
    assert replay.divergence
    assert (replay.divergence.recorded, replay.divergence.decided) == ("b'\\t'", "b'\\r'")
