"""Two sessions, dialog by dialog."""

from __future__ import annotations

from dataclasses import replace

from autoinstall.dialog.model import Kind
from autoinstall.sessions.comparing import Change, compare
from autoinstall.sessions.session import Session


def test_a_session_is_the_same_as_itself(eighteen_session: Session) -> None:
    assert compare(eighteen_session.dialogs, eighteen_session.dialogs) == []


def test_a_dialog_that_is_new_one_that_is_gone_and_one_that_changed(eighteen_session: Session) -> None:
    before = list(eighteen_session.dialogs)
    hostname = next(index for index, one in enumerate(before) if one.name == "netcfg/get_hostname")
    new = replace(before[-2], recognition=replace(before[-2].recognition, question=None))
    now = [*before[:-1], new, before[-1]]
    now[hostname] = replace(now[hostname], answer="lab2")
    del now[0]
    found = compare(before, now)
    assert [one.change for one in found] == [Change.GONE, Change.CHANGED, Change.NEW]
    gone, changed, added = (one.document for one in found)
    assert (gone["after"], gone["a"]["question"], gone["b"]) == (None, "localechooser/languagelist", None)
    assert (changed["fields"], changed["a"]["answer"], changed["b"]["answer"]) == (["answer"], "lab1", "lab2")
    assert (added["after"], added["a"]) == ("clock-setup/utc", None)
    assert added["b"]["title"] == "Finish the installation"


def test_progress_boxes_are_not_compared(eighteen_session: Session) -> None:
    shown = replace(
        eighteen_session.dialogs[0], dialog=replace(eighteen_session.dialogs[0].dialog, kind=Kind.PROGRESS)
    )
    assert compare([*eighteen_session.dialogs, shown], eighteen_session.dialogs) == []
