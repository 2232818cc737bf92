"""The clean stage's word against the finished disk's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autoinstall.build.finished_hygiene import check_hygiene
from autoinstall.errors import VerificationError
from tests.build.conftest import ANSWERS, MakeContext, listen
from tests.image.test_hygiene import disk_of, run_in, tree


def test_what_the_disk_still_holds_fails_the_build_whatever_the_guest_said(
    make_context: MakeContext, tmp_path: Path
) -> None:
    folder = tree(tmp_path / "guest")
    run_in(folder, ["machine-id"])
    disk_of(folder, tmp_path / "disk")
    context = make_context(ANSWERS + "hygiene: [machine-id, hosts]\n")
    told = listen(context)
    for item, path in (("machine-id", "/etc/machine-id"), ("hosts", "/etc/hosts")):
        context.events.tell("step", name=f"hygiene {item}", state="done", paths=[path])
    with pytest.raises(VerificationError, match=r"hosts \(/etc/hosts\)") as error:
        check_hygiene(context, tmp_path / "disk")
    assert (error.value.exit_code, error.value.kind) == (5, "hygiene")
    found = {one["item"]: one for one in json.loads((context.folder.image / "hygiene.json").read_text())}
    assert (found["machine-id"]["state"], found["machine-id"]["paths"]) == ("removed", ["/etc/machine-id"])
    assert found["hosts"]["state"] == found["logs"]["state"] == "kept"
    wrong = [event.fields["name"] for event in told if event.name == "check" and not event.fields["ok"]]
    assert wrong == ["hygiene hosts"]


def test_no_hygiene_asked_for_looks_at_nothing(make_context: MakeContext, tmp_path: Path) -> None:
    context = make_context(ANSWERS + "hygiene: []\n")
    check_hygiene(context, tmp_path / "absent")
    assert not (context.folder.image / "hygiene.json").exists()


WITH_ITEM = ANSWERS + "hygiene: [installer-user]\nquestions:\n  passwd/username: ubuntu\n"


def test_without_a_user_of_the_installers_there_is_none_to_remove(
    make_context: MakeContext, tmp_path: Path
) -> None:
    answers = WITH_ITEM.replace("passwd/username: ubuntu", "passwd/make-user: false")
    disk_of(tree(tmp_path / "guest"), tmp_path / "disk")
    context = make_context(answers)
    check_hygiene(context, tmp_path / "disk")
    found = {one["item"]: one for one in json.loads((context.folder.image / "hygiene.json").read_text())}
    assert found["installer-user"]["state"] == "absent"
