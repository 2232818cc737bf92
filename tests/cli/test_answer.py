"""`autoinstall answer`: a build that stopped at a dialog goes on from that very screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.build.whole import HOW_TO, Run, living, rehearse, run

UNKNOWN = "Force UEFI installation?"
RULE = '  - match: {title: "Partition disks", prompt: "Force UEFI installation?", kind: "boolean"}\n    reply: "No"\n'


def kept(folder: Path, *faults: str, options: tuple[str, ...] = ()) -> Run:
    return rehearse(folder, *faults, until="install", options=("--keep", *options))


def answer(folder: Path, *given: str, **variables: str) -> Run:
    """`autoinstall answer FOLDER/work GIVEN... --json`."""
    return run(folder, "answer", *given, "--json", place="work", **variables)


@pytest.mark.guest
def test_an_unknown_dialog_is_answered_on_its_screen(tmp_path: Path) -> None:
    stopped = kept(tmp_path, "unknown-question")
    assert stopped.failure["answer"] == f"autoinstall answer {stopped.work} '=VALUE'"
    done = answer(tmp_path, "=No")
    assert (done.status, done.document["failure"]) == (0, None)
    assert done.document["add"] == "dialogs:\n" + RULE
    assert f"add to {HOW_TO}" in done.stderr
    assert [event["domid"] for event in done.events("domain-created")] == [1]
    assert done.answered().count((None, False)) == 1
    names = [name for name, _ in done.answered() if name]
    assert len(names) == len(set(names)) + names.count("mirror/bad")
    assert (tmp_path / "work" / "answers.yaml").read_text().count(UNKNOWN) == 1
    assert not living(done.work)


@pytest.mark.guest
def test_an_unanswered_question_is_answered_by_its_name(tmp_path: Path) -> None:
    wrong = ("--set", "questions.localechooser/shortlist/en=Nowhere")
    stopped = kept(tmp_path, options=wrong)
    assert stopped.failure["question"] == "localechooser/shortlist/en"
    again = answer(tmp_path, "localechooser/shortlist/en=Atlantis")
    assert (again.status, again.failure["kind"]) == (1, stopped.failure["kind"])
    assert living(again.work)
    done = answer(tmp_path, "localechooser/shortlist/en=United States")
    assert (done.status, done.document["failure"]) == (0, None)
    assert done.document["add"] == 'questions:\n  localechooser/shortlist/en: "United States"\n'
    assert [event["domid"] for event in done.events("domain-created")] == [1]


@pytest.mark.guest
def test_without_a_living_guest_nothing_is_begun(tmp_path: Path) -> None:
    stopped = rehearse(tmp_path, "unknown-question", until="install")
    assert stopped.status == 1
    before = (stopped.work / "answers.yaml").read_text()
    done = answer(tmp_path, "=No")
    assert (done.status, done.document["failure"]["kind"]) == (1, "no-kept-guest")
    assert "--resume" in done.document["failure"]["hint"]
    assert (stopped.work / "answers.yaml").read_text() == before
    assert len(done.events("domain-created")) == 1


@pytest.mark.guest
def test_a_kept_guest_that_is_gone_is_not_installed_anew(tmp_path: Path) -> None:
    stopped = kept(tmp_path, "unknown-question")
    assert run(tmp_path, "clean", str(stopped.work), place=None).status == 0
    done = answer(tmp_path, "=No")
    assert (done.status, done.document["failure"]["kind"]) == (1, "no-kept-guest")
    assert len(done.events("domain-created")) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("No", "NAME=VALUE"),
        ("hostname=lab", "NAME=VALUE"),
        ("tasksel/first=[a, {b: c}]", "no YAML list"),
        ("passwd/user-password=hunter2", "never stands on a command line"),
        ("=No", "no dialog was on the screen"),
        ("passwd/user-password=secret:Not A Name", "name of a secret"),
    ],
)
def test_what_is_no_answer_is_refused_and_not_repeated(tmp_path: Path, given: str, said: str) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (work / "events.jsonl").write_text('{"event": "failure", "stage": "install", "dialog": null}\n')
    state = {"v": 1, "id": "0" * 8, "name": "x", "answers": str(HOW_TO), "toolstack": "rehearsal"}
    no_more: dict[str, list[str]] = {"stages": [], "domains": [], "files": []}
    (work / "state.json").write_text(json.dumps({**state, "result": "failed", "keep": True, **no_more}))
    done = run(tmp_path, "answer", given, place="work")
    assert (done.status, done.stdout) == (2, "")
    assert said in done.stderr
    assert "hunter2" not in done.stderr


def test_what_is_no_build_is_said_to_be_none(tmp_path: Path) -> None:
    done = run(tmp_path, "answer", "=No", place="work")
    assert (done.status, done.stdout) == (2, "")
    assert "is no build folder" in done.stderr
