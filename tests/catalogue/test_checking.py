"""An answers file against a catalogue and against this machine's files."""

import json

import pytest

from autoinstall.answers.loading import load
from autoinstall.catalogue.checking import check
from autoinstall.catalogue.priorities import highest_priorities
from autoinstall.catalogue.question import ASKED_TYPES
from autoinstall.catalogue.shipped import load_shipped

HEAD = "version: 1\nname: x\n"


def told(tmp_path, text, **given):
    path = tmp_path / "answers.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    findings = check(load(path, context=None), load_shipped(), **given)
    prefix = f"{path}:"
    return tuple(
        [str(problem).removeprefix(prefix) for problem in found]
        for found in (findings.errors, findings.warnings)
    )


def test_names_and_choices_that_the_catalogue_lacks_are_warnings(tmp_path):
    errors, warnings = told(
        tmp_path,
        "questions:\n"
        "  netcfg/get_hostnam: x\n"
        "  partman-auto/init_automatically_partition: Guided - use entire disc\n"
        "  tasksel/first: [OpenSSH server, DNS  server, OpenSSH sever]\n"
        "  localechooser/languagelist: en\n"
        "  localechooser/shortlist/en: US\n"
        "  keyboard-configuration/layout: Any layout at all\n"
        "  mirror/country: manual\n"
        "errors:\n  mirror/bat: retry\n  mirror/bad: retry\n",
    )
    assert errors == []
    assert warnings == [
        "4:23: questions.netcfg/get_hostnam: no question of the catalogue has this name "
        "(did you mean netcfg/get_hostname?)",
        "5:46: questions.partman-auto/init_automatically_partition: the catalogue has no choice "
        "'Guided - use entire disc' here (did you mean Guided - use entire disk?)",
        "6:18: questions.tasksel/first: the catalogue has no choice 'OpenSSH sever' here "
        "(did you mean OpenSSH server?)",
        "12:15: errors.mirror/bat: no error of the catalogue has this name (did you mean mirror/bad?)",
    ]


def test_an_answer_whose_type_cannot_fit_is_an_error(tmp_path):
    errors, warnings = told(
        tmp_path,
        "questions:\n"
        "  partman/confirm: [true]\n"
        "  clock-setup/utc: maybe\n"
        "  grub-installer/only_debian: Yes\n"
        "  user-setup/encrypt-home: {default: true}\n"
        "  passwd/user-password: {secret: user_password}\n",
    )
    assert warnings == []
    assert errors == [
        "4:20: questions.partman/confirm: a list cannot answer a question of type boolean (give one value)",
        "5:20: questions.clock-setup/utc: the question takes true or false",
    ]


def test_local_files_must_be_there_and_a_keyring_for_a_build(tmp_path):
    (tmp_path / "here").write_text("x")
    text = (
        "installer:\n  kernel: ./vmlinuz\n  overlays: [here, gone.cpio]\n  verify: {keyring: k.gpg}\n"
        "guest:\n  - put_file: {from: here, to: /x}\n  - put_file: {from: gone, to: /x}\n"
    )
    errors, warnings = told(tmp_path, text)
    assert errors == [
        f"4:11: installer.kernel: the file {tmp_path}/vmlinuz is not there",
        f"5:20: installer.overlays.1: the file {tmp_path}/gone.cpio is not there",
        f"9:22: guest.1.put_file.from: the file {tmp_path}/gone is not there",
    ]
    keyring = f"6:21: installer.verify.keyring: the keyring {tmp_path}/k.gpg is not there"
    assert [warning.partition(" (")[0] for warning in warnings] == [keyring]
    assert any(error.startswith(keyring) for error in told(tmp_path, text, needs_keyring=True)[0])


def test_verify_none_is_told(tmp_path):
    assert told(tmp_path, "installer: {verify: none}\n") == (
        [],
        ["3:21: installer.verify: nothing proves that kernel and initrd are the archive's own"],
    )


def test_our_own_answers_files_fit_the_shipped_catalogue():
    from pathlib import Path

    for path in sorted((Path(__file__).parents[2] / "answers").glob("ubuntu-12.04*.yaml")):
        findings = check(load(path, context=None, for_build=True), load_shipped())
        assert findings.errors == ()
        assert [problem.path for problem in findings.warnings] in ([], ["installer.verify.keyring"])


def test_the_document_of_validate(tmp_path):
    path = tmp_path / "answers.yaml"
    path.write_text(HEAD + "questions: {clock-setup/utc: maybe, a/b: c}\n", encoding="utf-8")
    document = check(load(path, context=None), load_shipped()).as_json()
    assert json.loads(json.dumps(document)) == document
    assert document["result"] == "invalid"
    assert document["errors"] == [
        {
            "file": str(path),
            "line": 3,
            "column": 30,
            "path": "questions.clock-setup/utc",
            "message": "the question takes true or false",
            "hint": None,
        }
    ]
    assert [warning["path"] for warning in document["warnings"]] == ["questions.a/b"]


def told_of_priorities(tmp_path, priority, suite="trixie"):
    path = tmp_path / "answers.yaml"
    questions = (
        "  apt-setup/services-select: [security]\n  apt-setup/non-free: true\n  netcfg/confirm_static: true\n"
    )
    path.write_text(
        f"{HEAD}installer: {{suite: {suite}, priority: {priority}}}\nquestions:\n{questions}",
        encoding="utf-8",
    )
    warnings = map(str, check(load(path, context=None), load_shipped(suite)).warnings)
    return [one.removeprefix(f"{path}:") for one in warnings if "it is asked at" in one]


def test_an_answer_to_what_is_not_asked_at_this_priority_is_a_warning(tmp_path):
    select, non_free = told_of_priorities(tmp_path, "high")
    assert select == (
        "5:30: questions.apt-setup/services-select: it is asked at priority medium, and at high never, unless a step "
        "fails (take it out, or set installer.priority to medium)"
    )
    assert non_free.startswith(
        "6:23: questions.apt-setup/non-free: it is asked at priority low, and at high never"
    )
    assert [one.partition(":")[0] for one in told_of_priorities(tmp_path, "medium")] == ["6"]
    assert told_of_priorities(tmp_path, "low") == []


def test_precise_confirms_a_static_network_at_priority_medium(tmp_path):
    (confirm,) = told_of_priorities(tmp_path, "high", "precise")
    assert confirm.startswith("7:26: questions.netcfg/confirm_static: it is asked at priority medium")


@pytest.mark.parametrize("suite", ["precise", "trixie"])
def test_the_priorities_are_of_questions_that_are_asked(suite):
    found = highest_priorities(suite)
    catalogue = load_shipped(suite)
    assert found
    assert {catalogue[name].type for name in found} <= set(ASKED_TYPES)
    assert set(found.values()) <= {"low", "medium"}


def test_an_empty_checklist_cannot_be_answered_by_the_text_frontend(tmp_path):
    text = "questions:\n  tasksel/first: []\n"
    _, warnings = told(tmp_path, "installer: {frontend: text}\n" + text)
    assert any("cannot answer a checklist with nothing" in warning for warning in warnings)
    assert not any("checklist" in warning for warning in told(tmp_path, text)[1])


LOGIN = "login: {{user: ubuntu, password: {{secret: pw}}}}\n"
REMOVED = LOGIN + "hygiene: [installer-user]\nquestions:\n  passwd/username: {}\n"


def test_the_user_that_logs_in_to_verify_cannot_be_removed(tmp_path):
    errors, _ = told(tmp_path, REMOVED.format("ubuntu"))
    assert [error for error in errors if "installer-user: ubuntu would be removed, and nobody else" in error]
    assert not [error for error in told(tmp_path, REMOVED.format("jane"))[0] if "installer-user" in error]


@pytest.mark.parametrize("name", ["../etc", "jane;reboot", "Jane", "x.*"])
def test_a_name_that_no_user_has_cannot_be_removed(tmp_path, name):
    errors, _ = told(tmp_path, REMOVED.format(f'"{name}"'))
    assert [error for error in errors if f"installer-user: {name!r} is no name of a user" in error]
