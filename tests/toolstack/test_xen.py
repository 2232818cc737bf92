"""xm and xl as executables on PATH: what is called, and what becomes of what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoinstall.deadline import Deadline
from autoinstall.errors import BusyError, HostError
from autoinstall.process import Completed
from autoinstall.toolstack.differences import XL, XM, Differences
from autoinstall.toolstack.host import LocalHost
from autoinstall.toolstack.xen import XenToolstack
from tests.toolstack.conftest import FakeHost

ABSENT = "echo \"Error: Domain '$2' does not exist.\" >&2; exit 3"
LIST = (
    "Name                                        ID   Mem VCPUs      State   Time(s)\n"
    "Domain-0                                     0  1024     4     r-----     52.1\n"
    "ubuntu                                       1   256     1     -b----      3.4\n"
)


def toolstack(host: FakeHost, differences: Differences = XM) -> XenToolstack:
    return XenToolstack(differences, LocalHost(host.environment, sudo=False))


def soon() -> Deadline:
    return Deadline.after(10)


def test_xm_tells_the_id_itself(host: FakeHost) -> None:
    host.answers("xm", create=('Using config file "/d.cfg".\nStarted domain ubuntu (id=7)\n', "", 0))
    assert toolstack(host).create(Path("/d.cfg"), "ubuntu", soon()) == 7
    assert host.calls == ["xm create /d.cfg"]


def test_xl_is_asked_for_the_id_and_its_harmless_panic_is_no_failure(host: FakeHost) -> None:
    noise = "Parsing config from /d.cfg\n"
    noise += "xc: error: panic: xg_dom_core.c:374: inflate failed (rc=-5): Internal error\n"
    host.answers("xl", create=("", noise, 0), domid=("12\n", "", 0))
    assert toolstack(host, XL).create(Path("/d.cfg"), "ubuntu", soon()) == 12


def test_a_taken_name_is_busy_and_quotes_the_host(host: FakeHost) -> None:
    host.answers("xm", create=("", "Error: VM name 'ubuntu' already exists as domain 3\n", 1))
    with pytest.raises(BusyError) as caught:
        toolstack(host).create(Path("/d.cfg"), "ubuntu", soon())
    assert caught.value.host_said == "Error: VM name 'ubuntu' already exists as domain 3"
    assert caught.value.exit_code == 6


def test_a_domain_that_vanished_at_once_is_told(host: FakeHost) -> None:
    absent = "Can't get domid of domain name 'ubuntu', maybe this domain does not exist.\n"
    host.answers("xl", create=("", "Parsing config from /d.cfg\n", 0), domid=("", absent, 1))
    with pytest.raises(HostError) as caught:
        toolstack(host, XL).create(Path("/d.cfg"), "ubuntu", soon())
    assert caught.value.kind == "domain-gone"


@pytest.mark.parametrize(
    ("differences", "said", "status"),
    [
        (XM, "Error: Domain 'ubuntu' does not exist.\n", 3),
        (XL, "ubuntu is an invalid domain identifier (rc=-6)\n", 2),
        (XL, "Can't get domid of domain name 'ubuntu', maybe this domain does not exist.\n", 1),
    ],
)
def test_an_absent_domain_has_no_id(host: FakeHost, differences: Differences, said: str, status: int) -> None:
    host.answers(differences.name, domid=("", said, status))
    assert toolstack(host, differences).domid("ubuntu") is None


def test_a_host_that_fails_is_not_taken_for_an_absent_domain(host: FakeHost) -> None:
    host.answers(
        "xm", domid=("", "Error: Unable to connect to xend: Connection refused. Is xend running?\n", 1)
    )
    with pytest.raises(HostError) as caught:
        toolstack(host).domid("ubuntu")
    assert caught.value.kind == "toolstack-down"


def test_rows(host: FakeHost) -> None:
    host.answers("xm", list=(LIST, "", 0))
    assert [(row.name, row.domid) for row in toolstack(host).rows()] == [("Domain-0", 0), ("ubuntu", 1)]


def test_a_missing_tool_says_so(host: FakeHost) -> None:
    with pytest.raises(HostError) as caught:
        toolstack(host).rows()
    assert (caught.value.kind, caught.value.exit_code) == ("toolstack-missing", 4)


def test_without_root_everything_goes_through_sudo(host: FakeHost) -> None:
    host.script("sudo", 'shift; exec "$@"\n')
    host.answers("xm", list=(LIST, "", 0))
    through_sudo = XenToolstack(XM, LocalHost(host.environment, sudo=True))
    assert len(through_sudo.rows()) == 2
    assert through_sudo.console_command("ubuntu") == ("sudo", "-n", "xm", "console", "ubuntu")
    assert host.calls == ["sudo -n xm list", "xm list"]


def test_a_sudo_that_asks_is_a_host_error_with_a_hint(host: FakeHost) -> None:
    host.script("sudo", 'echo "sudo: a password is required" >&2; exit 1\n')
    with pytest.raises(HostError) as caught:
        XenToolstack(XM, LocalHost(host.environment, sudo=True)).rows()
    assert caught.value.kind == "sudo-asks"
    assert "NOPASSWD" in (caught.value.hint or "")


def gone_after(host: FakeHost, tool: str, polls: int, shutdown: str) -> None:
    """`domid` answers 3 for a number of calls after the shutdown, then the domain is gone."""
    host.script(
        tool,
        f'case "$1" in\nshutdown) {shutdown};;\ndestroy) exit 0;;\ndomid) n=$(grep -c domid "{host.log}")\n'
        f'  if [ "$n" -le {polls} ]; then echo 3; else {ABSENT}; fi;;\n'
        "esac\n",
    )


def test_shutdown_polls_until_the_domain_is_gone(host: FakeHost) -> None:
    gone_after(host, "xm", 3, "exit 0")
    assert toolstack(host).shutdown("ubuntu", soon())
    assert host.calls == ["xm shutdown ubuntu", *["xm domid ubuntu"] * 4]


def test_a_guest_that_ignores_the_request_is_still_there(host: FakeHost) -> None:
    gone_after(host, "xm", 10_000, "exit 0")
    assert not toolstack(host).shutdown("ubuntu", Deadline.after(0.3))


def test_xl_gives_up_by_itself(host: FakeHost) -> None:
    gone_after(host, "xl", 10_000, 'echo "shutdown failed (rc=-9)" >&2; exit 1')
    assert not toolstack(host, XL).shutdown("ubuntu", soon())


def test_an_xl_that_waits_too_long_for_the_guest_is_cut_short(host: FakeHost) -> None:
    gone_after(host, "xl", 10_000, "exec sleep 60")
    assert not toolstack(host, XL).shutdown("ubuntu", Deadline.after(0.3))


def test_shutting_down_what_is_gone_is_done(host: FakeHost) -> None:
    gone_after(host, "xm", 0, ABSENT)
    assert toolstack(host).shutdown("ubuntu", soon())


def test_destroy_waits_until_the_domain_is_gone(host: FakeHost) -> None:
    gone_after(host, "xm", 2, "exit 0")
    toolstack(host).destroy("ubuntu", soon())
    assert host.calls == ["xm destroy ubuntu", *["xm domid ubuntu"] * 3]


def test_a_domain_that_survives_its_destruction_is_an_error(host: FakeHost) -> None:
    gone_after(host, "xm", 10_000, "exit 0")
    with pytest.raises(HostError) as caught:
        toolstack(host).destroy("ubuntu", Deadline.after(0.3))
    assert caught.value.kind == "domain-stays"


def test_the_listener_hears_each_command(host: FakeHost) -> None:
    heard: list[Completed] = []
    host.answers("xm", list=(LIST, "", 0))
    XenToolstack(XM, LocalHost(host.environment, sudo=False), listener=heard.append).rows()
    assert [done.command_line for done in heard] == ["xm list"]


def test_the_uuid_is_none_where_the_toolstack_does_not_show_it(host: FakeHost) -> None:
    host.answers("xl", domid=("1\n", "", 0))
    assert toolstack(host, XL).uuid("ubuntu") is None
