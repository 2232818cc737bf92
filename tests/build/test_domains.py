"""Only domains of ours are ever ended: by their uuid, or by the id that was noted; all others are left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autoinstall.build.context import BuildContext
from autoinstall.deadline import Deadline
from autoinstall.errors import BusyError, HostError
from autoinstall.toolstack.description import uuid_of
from autoinstall.toolstack.differences import XM
from autoinstall.toolstack.host import LocalHost
from autoinstall.toolstack.xen import XenToolstack
from tests.build.conftest import MakeContext, listen

OURS = uuid_of("deadbeef", "install")
THEIRS = "00000000-0000-0000-0000-000000000001"

XM_SCRIPT = """#!/bin/sh
cd {folder}
printf '%s\\n' "$*" >> calls
case "$1" in
create)
    [ -f refuse ] && {{ cat refuse >&2; exit 1; }}
    cp new-id id; echo "Started domain small (id=$(cat id))" ;;
domid) [ -f id ] && cat id || {{ echo "Error: Domain '$2' does not exist." >&2; exit 3; }} ;;
list) [ -f uuid ] && [ -f id ] && printf '(domain\\n    (uuid %s)\\n)\\n' "$(cat uuid)" || exit 1 ;;
shutdown) [ -f deaf ] || rm -f id ;;
destroy) rm -f id ;;
esac
"""


class Host:
    """One domain's worth of a host: files say what runs and how it behaves."""

    def __init__(self, folder: Path, context: BuildContext) -> None:
        self.folder = folder
        (folder / "xm").write_text(XM_SCRIPT.format(folder=folder))
        (folder / "xm").chmod(0o755)
        (folder / "new-id").write_text("7\n")
        environment = {"PATH": f"{folder}:/usr/bin:/bin"}
        context.running_toolstack = XenToolstack(XM, LocalHost(environment, sudo=False))
        context.folder.description("install").write_text('name = "small"\n')

    def says(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text + "\n")

    @property
    def calls(self) -> list[str]:
        return [line.split()[0] for line in (self.folder / "calls").read_text().splitlines()]


@pytest.fixture
def context(make_context: MakeContext) -> BuildContext:
    return make_context()


@pytest.fixture
def host(tmp_path: Path, context: BuildContext) -> Host:
    folder = tmp_path / "bin"
    folder.mkdir()
    return Host(folder, context)


def create(context: BuildContext) -> None:
    context.domains.create("install", context.folder.description("install"), Deadline.after(10))


def recorded(context: BuildContext) -> list[dict[str, object]]:
    domains: list[dict[str, object]] = json.loads(context.folder.state.read_text())["domains"]
    return domains


def test_a_domain_is_named_on_disk_before_it_is_made(context: BuildContext, host: Host) -> None:
    host.says("refuse", "Error: Boot loader didn't return any data!")
    state = context.folder.state
    (host.folder / "xm").write_text(
        (host.folder / "xm").read_text().replace("create)", f"create) cp {state} seen;", 1)
    )
    with pytest.raises(HostError):
        create(context)
    seen = json.loads((host.folder / "seen").read_text())["domains"]
    assert seen == [{"purpose": "install", "name": "small", "uuid": OURS, "domid": None}]
    assert recorded(context) == []


def test_a_domain_of_ours_is_noted_and_ended(context: BuildContext, host: Host) -> None:
    told = listen(context)
    create(context)
    host.says("uuid", OURS)
    assert recorded(context)[0]["domid"] == 7
    context.domains.destroy()
    assert "destroy" in host.calls
    assert recorded(context) == []
    assert told.names() == ["domain-created", "domain-gone"]


def test_a_restarted_domain_is_still_ours_by_its_uuid(context: BuildContext, host: Host) -> None:
    create(context)
    host.says("uuid", OURS.upper())
    host.says("id", "8")
    found = context.domains.find("install")
    assert found is not None and found.domid == 8
    assert recorded(context)[0]["domid"] == 8


def test_a_domain_of_the_same_name_with_another_uuid_is_left_alone(context: BuildContext, host: Host) -> None:
    create(context)
    host.says("uuid", THEIRS)
    assert context.domains.find("install") is None
    context.domains.destroy()
    assert "destroy" not in host.calls


def test_without_uuids_only_the_noted_id_is_ours(context: BuildContext, host: Host) -> None:
    create(context)
    host.says("id", "9")
    context.domains.destroy()
    assert "destroy" not in host.calls


def test_without_uuids_the_noted_id_is_enough(context: BuildContext, host: Host) -> None:
    create(context)
    context.domains.destroy()
    assert "destroy" in host.calls


def test_a_taken_name_is_somebody_elses(context: BuildContext, host: Host) -> None:
    host.says("id", "3")
    host.says("uuid", THEIRS)
    host.says("refuse", "Error: VM name 'small' already exists as domain 3")
    with pytest.raises(BusyError):
        create(context)
    context.domains.destroy()
    assert "destroy" not in host.calls
    assert recorded(context) == []


def test_a_half_built_domain_of_a_failed_create_stays_ours(context: BuildContext, host: Host) -> None:
    host.says("id", "5")
    host.says("uuid", OURS)
    host.says("refuse", "Error: Device creation failed for domain small")
    with pytest.raises(HostError):
        create(context)
    context.domains.destroy()
    assert "destroy" in host.calls


def test_a_deaf_guest_is_destroyed_in_the_end(context: BuildContext, host: Host) -> None:
    create(context)
    host.says("uuid", OURS)
    host.says("deaf", "")
    record = context.state.state.domains[0]
    how = context.domains.shut_down(record, Deadline.after(0.3))
    assert "was destroyed" in how
    assert recorded(context) == []


def test_a_guest_that_listens_is_not_destroyed(context: BuildContext, host: Host) -> None:
    create(context)
    host.says("uuid", OURS)
    assert context.domains.shut_down(context.state.state.domains[0], Deadline.after(10)) == "shut down"
    assert "destroy" not in host.calls
