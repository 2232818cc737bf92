"""The text frontend as its users run it: one answers file, driven, recorded, inspected, replayed."""

from __future__ import annotations

import json

import pytest

from tests.rigs import eighteen
from tests.rigs.cdebconf import CdebconfRig

pytestmark = pytest.mark.cdebconf


def answers_file() -> str:
    lines = ["version: 1", "name: eighteen", "installer: {frontend: text}", "questions:"]
    for name, value in eighteen.ANSWERS.items():
        given = json.dumps(value) if isinstance(value, str | tuple) else "{secret: user_password}"
        lines.append(f"  {name}: {given}")
    return "\n".join([*lines, "errors: {mirror/bad: {reply: retry, limit: 2}}", ""])


def test_what_was_driven_is_inspected_and_replayed_key_by_key(autoinstall, tmp_path):
    (tmp_path / "mine.yaml").write_text(answers_file())
    secret = {"AUTOINSTALL_SECRET_USER_PASSWORD": eighteen.PASSWORD}
    assert autoinstall("validate", "mine.yaml", **secret).returncode == 0
    rig = CdebconfRig.prepare(tmp_path / "rig", eighteen.templates(), eighteen.STEPS, frontend="text")
    command = ["env", "-i", "-C", str(rig.folder), *(f"{k}={v}" for k, v in rig.environment().items())]
    driven = autoinstall(
        *("drive", "mine.yaml", "-o", "mine.cast", "--json", "--", *command, *rig.argv), timeout=120, **secret
    )
    assert driven.returncode == 0, driven.stderr
    assert {one.question: one.value for one in rig.answers()} == eighteen.EXPECTED
    for text in (driven.stdout, driven.stderr, (tmp_path / "mine.cast").read_text()):
        assert eighteen.PASSWORD not in text
    dialogs = json.loads(autoinstall("inspect", "mine.cast", "--json").stdout)["dialogs"]
    answered = [(one["question"], one["answer"]) for one in json.loads(driven.stdout)["answered"]]
    assert [(one["question"], one["answer"]) for one in dialogs] == answered
    replayed = autoinstall("replay", "mine.cast", "--answers", "mine.yaml", "--level", "keys", "--json")
    assert replayed.returncode == 0, replayed.stdout
    assert json.loads(replayed.stdout)["matched"] == len(eighteen.EXPECTED)


def test_a_question_without_an_answer_is_proposed_as_the_newt_frontend_would(autoinstall, tmp_path):
    (tmp_path / "mine.yaml").write_text("version: 1\nname: none\n")
    rig = CdebconfRig.prepare(tmp_path / "rig", eighteen.templates(), eighteen.STEPS[1:], frontend="text")
    command = ["env", "-i", "-C", str(rig.folder), *(f"{k}={v}" for k, v in rig.environment().items())]
    driven = autoinstall("drive", "mine.yaml", "--json", "--", *command, *rig.argv, timeout=120)
    failure = json.loads(driven.stdout)["failure"]
    assert (failure["kind"], failure["question"]) == ("unanswered", "localechooser/shortlist/en")
    assert failure["dialog"]["focus"] == "United States"
    assert failure["proposal"].startswith(
        'questions:\n  localechooser/shortlist/en: "United States"    # or: "Antigua and Barbuda", "Australia",'
    )
