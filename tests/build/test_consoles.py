"""What a console's end means: asked of the toolstack, and of what the client said."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoinstall.build import consoles
from autoinstall.build.consoles import AfterClose, DomainConsole
from autoinstall.build.context import BuildContext
from autoinstall.build.state import DomainRecord
from autoinstall.console.channel import Channel, ConsoleClosed
from autoinstall.deadline import Deadline
from autoinstall.errors import BusyError, HostError
from autoinstall.toolstack.differences import XM
from autoinstall.toolstack.host import LocalHost
from autoinstall.toolstack.xen import XenToolstack
from tests.build.conftest import MakeContext

XM_SCRIPT = """#!/bin/sh
cd {folder}
case "$1" in
console) . ./console ;;
domid) [ -f id ] && cat id || {{ echo "Error: Domain '$2' does not exist." >&2; exit 3; }} ;;
*) exit 1 ;;
esac
"""


class Rig:
    """A domain `small`, id 4, and a client whose behaviour is a piece of shell."""

    def __init__(self, folder: Path, context: BuildContext) -> None:
        folder.mkdir()
        self.folder = folder
        (folder / "xm").write_text(XM_SCRIPT.format(folder=folder))
        (folder / "xm").chmod(0o755)
        (folder / "id").write_text("4\n")
        environment = {"PATH": f"{folder}:/usr/bin:/bin"}
        context.running_toolstack = XenToolstack(XM, LocalHost(environment, sudo=False))
        self.record = DomainRecord("install", "small", "0" * 36, 4)
        context.state.state.domains.append(self.record)
        self._recorder = context.recorder(context.folder.install_cast, "test")
        self.console = DomainConsole(context, self.record, self._recorder.__enter__())

    def attach(self, client: str) -> Channel:
        """A console that has come to its end."""
        (self.folder / "console").write_text(client + "\n")
        channel = self.console.attach()
        limit = Deadline.after(20)
        with pytest.raises(ConsoleClosed):
            while not limit.expired:
                channel.read(limit.remaining)
        return channel


@pytest.fixture
def rig(tmp_path: Path, make_context: MakeContext) -> Rig:
    return Rig(tmp_path / "bin", make_context())


LOCKED = (
    "echo 'xenconsole: Could not lock /var/lock/xenconsole.4: Resource temporarily unavailable' >&2; exit 11"
)
NO_TTY = "echo 'xenconsole: Could not read tty from store: No such file or directory' >&2; exit 2"


def test_a_cut_console_of_a_living_domain_is_attached_again(rig: Rig) -> None:
    assert rig.console.after_close(rig.attach("echo hello; exit 0")) is AfterClose.SAME
    assert rig.console.after_close(rig.attach("kill -9 $$")) is AfterClose.SAME


def test_a_domain_that_is_gone_is_gone(rig: Rig) -> None:
    channel = rig.attach("rm id; exit 0")
    assert rig.console.after_close(channel) is AfterClose.GONE


def test_another_id_is_not_ours_where_the_host_shows_no_uuid(rig: Rig) -> None:
    channel = rig.attach("echo 5 > id; exit 0")
    assert rig.console.after_close(channel) is AfterClose.GONE


def test_a_domain_that_restarts_is_waited_for(rig: Rig) -> None:
    xm = rig.folder / "xm"
    uuid = f"printf '(domain\\n  (uuid {rig.record.uuid})\\n)\\n'"
    xm.write_text(xm.read_text().replace("*) exit 1", f"list) {uuid} ;;\n*) exit 1"))
    channel = rig.attach("rm id; trap '' HUP; (sleep 1; echo 5 > id) >/dev/null 2>&1 & exit 0")
    assert rig.console.after_close(channel, restarts=True) is AfterClose.RESTARTED
    assert rig.record.domid == 5


def test_a_holder_is_waited_for_but_not_for_ever(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rig.console.after_close(rig.attach(LOCKED)) is AfterClose.SAME
    assert rig.console.after_close(rig.attach("exit 0")) is AfterClose.SAME
    monkeypatch.setattr(consoles, "BUSY_SECONDS", 1.0)
    tries = 0
    with pytest.raises(BusyError) as caught:
        while tries < 100:
            tries += 1
            assert rig.console.after_close(rig.attach(LOCKED)) is AfterClose.SAME
    assert tries > 1
    assert (caught.value.kind, caught.value.exit_code) == ("console-in-use", 6)
    assert "Could not lock" in (caught.value.host_said or "")


def test_a_domain_that_is_being_built_is_waited_for_but_not_for_ever(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rig.console.after_close(rig.attach(NO_TTY)) is AfterClose.SAME
    monkeypatch.setattr(consoles, "NOT_READY_SECONDS", 0.0)
    rig.console.after_close(rig.attach("exit 0"))
    with pytest.raises(HostError) as caught:
        rig.console.after_close(rig.attach(NO_TTY))
    assert (caught.value.kind, caught.value.exit_code) == ("console-refused", 4)


def test_a_console_that_is_refused_again_and_again_is_the_hosts_fault(rig: Rig) -> None:
    refused = "echo 'xenconsole: Could not contact XenStore: Permission denied' >&2; exit 13"
    with pytest.raises(HostError) as caught:
        for _ in range(consoles.REFUSALS_TAKEN + 1):
            assert rig.console.after_close(rig.attach(refused)) is AfterClose.SAME
    assert caught.value.kind == "console-refused"
    assert caught.value.host_said == "xenconsole: Could not contact XenStore: Permission denied"
