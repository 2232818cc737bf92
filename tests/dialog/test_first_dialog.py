"""One dialog of Debian's real cdebconf, read from its screen and answered: the types that all else hangs on."""

from __future__ import annotations

from pathlib import Path

import pexpect
import pytest

from autoinstall.deadline import Deadline
from autoinstall.dialog.keys import Seen, next_key
from autoinstall.dialog.model import Fill, Kind
from autoinstall.dialog.press import Press, Purpose
from autoinstall.dialog.read import read
from autoinstall.process import spawn_on_pty
from autoinstall.terminal.emulator import Terminal
from tests.rigs.cdebconf import Answer, Ask, CdebconfRig

TEMPLATES = """\
Template: t/title
Type: title
Description: Configure the network

Template: t/host
Type: string
Default: debian
Description: Hostname:
 Please enter the hostname for this system.
"""


@pytest.mark.cdebconf
def test_a_string_is_read_cleared_typed_read_back_and_entered(tmp_path: Path) -> None:
    rig = CdebconfRig.prepare(tmp_path, TEMPLATES, [Ask(["t/host"], title="t/title")])
    child = spawn_on_pty(rig.argv, cwd=tmp_path, environment=rig.environment(), whole_environment=True)
    terminal, seen, reply = Terminal(), Seen(), Fill("lab1")
    purposes = []
    deadline = Deadline.after(30)
    while not deadline.expired:
        try:
            terminal.feed(child.read_nonblocking(65536, timeout=0.05))
            continue
        except pexpect.TIMEOUT:
            pass
        except pexpect.EOF:
            break
        dialog = read(terminal.snapshot())
        if dialog is None or not dialog.complete:
            continue
        assert (dialog.kind, dialog.title, dialog.prompt) == (
            Kind.STRING,
            "Configure the network",
            "Hostname:",
        )
        seen = seen.look(dialog, reply)
        press = next_key(dialog, reply, seen)
        assert isinstance(press, Press)
        child.send(press.keys or press.text)
        purposes.append(press.purpose)
        seen = seen.after(press, effect=True)
    assert purposes == [Purpose.CLEAR, Purpose.TYPE, Purpose.SUBMIT]
    assert rig.answers() == (Answer("t/host", 0, "lab1"),)
