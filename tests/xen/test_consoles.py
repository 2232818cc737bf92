"""What a console of real Xen does, under xl and under an xm on top of it: the driver's own code looks at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autoinstall.deadline import Deadline
from autoinstall.toolstack.description import uuid_of
from autoinstall.toolstack.differences import XL, XM, Differences
from autoinstall.toolstack.domain import DomainState
from autoinstall.toolstack.refusals import ConsoleEnd, console_end
from autoinstall.toolstack.xen import XenToolstack
from tests.xen.rig import ID, PYGRUB, LabRig, ended, hear, soon

pytestmark = pytest.mark.xen


@pytest.fixture(params=[XL, XM], ids=["xl", "xm"])
def toolstack(lab: LabRig, request: pytest.FixtureRequest) -> Iterator[XenToolstack]:
    differences: Differences = request.param
    yield lab.toolstack(differences)


def test_the_life_of_a_domain(lab: LabRig, toolstack: XenToolstack) -> None:
    """Created, listed, its backlog read, its console held, left, taken again, rebooted, shut down."""
    domid = toolstack.create(lab.describe("toy"), "toy", soon())
    assert toolstack.domid("toy") == domid
    assert toolstack.uuid("toy") == uuid_of(ID, "toy")
    (row,) = [row for row in toolstack.rows() if row.name == "toy"]
    assert (row.domid, row.memory) == (domid, 128)

    first = lab.attach(toolstack, "toy")
    said = hear(first, b"toy# ")
    assert b"toy guest up" in said, "what was said before the attach comes first"

    second = lab.attach(toolstack, "toy")
    # Our own consoles take over from each other; somebody else's is refused while ours is held.
    said = ended(first)
    assert first.exit_status is not None
    second.send(b"echo still-$((40+2))\r")
    hear(second, b"still-42")
    refused = lab.dom0(f"{toolstack.name} console toy < /dev/null", check=False)
    assert console_end(refused.stderr, refused.returncode) is ConsoleEnd.IN_USE

    second.send(b"stty raw; dd bs=1 count=3 2>/dev/null | od -tx1; stty sane\r")
    hear(second, b"stty sane\r\n")
    second.send(b"a\x1db")
    assert b"61 1d 62" in hear(second, b"62"), "with other keys it is the guest's"
    assert second.leave(Deadline.after(30.0))
    assert second.exit_status == 0
    assert toolstack.domid("toy") == domid

    third = lab.attach(toolstack, "toy")
    third.send(b"reboot -f\r")
    assert b"Restarting system" in ended(third)
    fourth, said = lab.attach_until(toolstack, "toy", b"toy# ")
    assert b"toy guest up" in said, "the new domain is heard from its first byte"
    again = toolstack.domid("toy")
    assert again is not None and again > domid
    assert toolstack.shutdown("toy", soon())
    assert b"System halted" in ended(fourth)
    assert toolstack.domid("toy") is None


def test_a_domain_that_somebody_destroys(lab: LabRig, toolstack: XenToolstack) -> None:
    toolstack.create(lab.describe("toy"), "toy", soon())
    channel = lab.attach(toolstack, "toy")
    hear(channel, b"toy# ")
    lab.dom0("xl", "destroy", "toy")
    ended(channel)
    assert console_end("", channel.exit_status) is ConsoleEnd.OVER
    assert toolstack.domid("toy") is None


def test_the_menu_of_pygrub_is_left_alone(lab: LabRig, toolstack: XenToolstack) -> None:
    """Nothing is sent; its countdown ends by itself, and a new console shows the kernel from its first byte."""
    toolstack.create(lab.describe("toy", boot=PYGRUB), "toy", soon())
    _, said = lab.attach_until(toolstack, "toy", b"toy# ")
    assert b"toy guest up" in said
    assert next(row for row in toolstack.rows() if row.name == "toy").state is not DomainState.BUILDING
