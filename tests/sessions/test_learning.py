"""A session that was driven once becomes an answers file that replays it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autoinstall.answers.loading import load
from autoinstall.answers.secret import Secret
from autoinstall.dialog.decide import Judge
from autoinstall.dialog.recognise import Recogniser
from autoinstall.errors import JobError
from autoinstall.recording.asciicast import read_cast
from autoinstall.sessions.learning import learn
from autoinstall.sessions.reading import read_session
from autoinstall.sessions.replaying import Result, replay_decisions
from autoinstall.sessions.session import Session
from tests.rigs import eighteen
from tests.sessions.conftest import DEBIAN_12, DEBIAN_12_TEXT, DEBIAN_13, REHEARSED, of_any_release


@pytest.mark.parametrize(
    "recording", [DEBIAN_12, DEBIAN_12_TEXT, DEBIAN_13, REHEARSED], ids=lambda path: path.stem
)
def test_what_is_learned_replays_the_session(recording: Path, tmp_path: Path) -> None:
    recogniser = of_any_release()
    session = read_session(read_cast(recording), recogniser)
    learned = learn(session.dialogs, "My Session!", recogniser.vocabulary)
    path = tmp_path / "learned.yaml"
    path.write_text(learned.text)
    answers = load(path, context=None)
    assert answers.name == "my-session"
    unknown = {use.name: Secret(use.name, "") for use in answers.secrets_used()}
    replay = replay_decisions(session.dialogs, Judge(answers.book, unknown, recogniser.vocabulary))
    assert (replay.result, replay.divergence) == (Result.MATCHED, None)
    assert learned.warnings == []


def test_secrets_are_references_and_twins_are_left_out(
    eighteen_session: Session, precise: Recogniser
) -> None:
    text = learn(eighteen_session.dialogs, "x", precise.vocabulary).text
    assert "passwd/user-password: {secret: user_password}" in text
    assert "-again" not in text
    assert eighteen.PASSWORD not in text
    assert "errors:\n  mirror/bad: {reply: retry, limit: 1}\n" in text
    assert "; 'English (US)' was shown\n  keyboard-configuration/layout: \"French\"\n" in text


def test_a_question_answered_in_two_ways_is_learned_with_its_last_answer(
    eighteen_session: Session, precise: Recogniser
) -> None:
    dialogs = list(eighteen_session.dialogs)
    hostname = next(one for one in dialogs if one.name == "netcfg/get_hostname")
    learned = learn([*dialogs, replace(hostname, answer="lab2")], "x", precise.vocabulary)
    assert 'netcfg/get_hostname: "lab2"' in learned.text
    assert '"lab1"' not in learned.text
    assert learned.warnings == [
        'netcfg/get_hostname was answered in two ways: the last one, "lab2", is learned'
    ]


def test_an_unknown_dialog_becomes_a_rule(
    eighteen_session: Session, precise: Recogniser, tmp_path: Path
) -> None:
    utc = next(one for one in eighteen_session.dialogs if one.name == "clock-setup/utc")
    unknown = replace(utc, recognition=replace(utc.recognition, question=None))
    learned = learn([unknown], "x", precise.vocabulary)
    path = tmp_path / "learned.yaml"
    path.write_text(learned.text)
    judge = Judge(load(path, context=None).book, {}, precise.vocabulary)
    assert replay_decisions([unknown], judge).result is Result.MATCHED


def test_nothing_answered_is_nothing_learned(eighteen_session: Session, precise: Recogniser) -> None:
    nobody = [replace(one, answer=None) for one in eighteen_session.dialogs]
    with pytest.raises(JobError, match="no dialog that was answered"):
        learn(nobody, "x", precise.vocabulary)
