"""The rehearsed Xen host held against the real one: the same commands, and what their answers differ in.

Each difference stands in differences.yaml with its reason; one that is not there, or is not met any more, is a
failure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from autoinstall.console.channel import Channel, ConsoleClosed, attach
from tests.rehearsal.host_rig import Rig
from tests.xen.rig import LabRig, ended, hear, soon
from tests.xen.same_script import (
    HERE,
    STREAMS,
    Host,
    Real,
    Rehearsed,
    Said,
    descriptions,
    said_by,
    script,
)

pytestmark = pytest.mark.xen

DIFFERENCES: list[dict[str, Any]] = yaml.safe_load((HERE / "differences.yaml").read_text()) or []


def differences(tool: str, rehearsed: Iterator[Said], real: Iterator[Said]) -> Iterator[dict[str, str]]:
    for one, other in zip(rehearsed, real, strict=True):
        for stream in STREAMS:
            if getattr(one, stream) != getattr(other, stream):
                yield {
                    "command": one.command,
                    "stream": stream,
                    "rehearsed": getattr(one, stream),
                    "real": getattr(other, stream),
                }


@pytest.mark.parametrize("tool", ["xl", "xm"])
@pytest.mark.parametrize("group", script(), ids=lambda group: str(group["about"]).replace(" ", "-"))
def test_the_same_commands_get_the_same_answers(
    lab: LabRig, tool: str, group: dict[str, Any], tmp_path: Path
) -> None:
    rig = Rig(tmp_path, *group.get("faults", ()))
    try:
        rehearsed = list(said_by(Rehearsed(rig), tool, group, real=False))
    finally:
        rig.close()
    real = said_by(Real(lab), tool, group, real=True)
    found = list(differences(tool, iter(rehearsed), real))
    commands = {line.replace("TOOL", tool) for line in group["commands"]}
    known = [one for one in DIFFERENCES if one["command"] in commands]
    told = [{key: one[key] for key in ("command", "stream", "rehearsed", "real")} for one in known]
    assert yaml.safe_dump(found, width=1000) == yaml.safe_dump(
        [one for one in found if one in told], width=1000
    ), "unknown differences"
    assert [one for one in told if one not in found] == [], "differences that are none any more"


def story(host: Host, tool: str) -> Iterator[str]:
    """What the consoles of one domain do, in order."""

    def attached() -> Channel:
        return attach(host.console(tool), recorder=None)

    def end_of(channel: Channel) -> str:
        said = ended(channel).decode()
        # Under the lab's xm it is xl's client that speaks: it names the lock, where xm's named the terminal.
        said = re.sub(r"(?<=Could not lock )(?:tty )?'?/[^:' ]*'?", "PLACE", said)
        return f"status {channel.exit_status}, said {said!r}"

    toy = descriptions(host, short_of_memory=False)["toy"]
    status, *_ = host.run(f"{tool} create {toy}")
    yield f"created: status {status}"
    first = attached()
    hear(first, host.ready)
    yield "what was said before is heard first"
    yield f"a second console: {end_of(attached())}"
    first.send(b"\x1d\x1d")
    try:
        first.read(1.0)
        yield f"Ctrl+] twice at once: {'over' if first.closed else 'still attached'}"
    except ConsoleClosed:
        yield "Ctrl+] twice at once: over"
    first.leave(soon())
    first.close()
    yield f"Ctrl+] alone: status {first.exit_status}"
    again = attached()
    yield f"attached again: {again.read(2.0)!r}"
    status, *_ = host.run(f"{tool} domid toy")
    yield f"the domain runs on: status {status}"
    status, *_ = host.run(f"{tool} destroy toy")
    yield f"destroyed: status {status}"
    yield f"its console: {end_of(again)}"
    status, _, stderr = host.run(f"{tool} domid toy")
    yield f"then: status {status}, {stderr!r}"


@pytest.mark.parametrize("tool", ["xl", "xm"])
def test_the_same_happens_in_the_same_order(lab: LabRig, tool: str, tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    try:
        rehearsed = list(story(Rehearsed(rig), tool))
    finally:
        rig.close()
    assert list(story(Real(lab), tool)) == rehearsed


def test_each_difference_has_its_reason() -> None:
    assert all(str(one.get("why", "")).strip() for one in DIFFERENCES)
