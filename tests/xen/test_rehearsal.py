"""The rehearsed Xen host held against the real one: the same commands, and what their answers differ in.

Each difference stands in differences.yaml with its reason; one that is not there, or is not met any more, is a
failure.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.rehearsal.host_rig import Rig
from tests.xen.rig import LabRig
from tests.xen.same_script import HERE, STREAMS, Real, Rehearsed, Said, said_by, script

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


def test_each_difference_has_its_reason() -> None:
    assert all(str(one.get("why", "")).strip() for one in DIFFERENCES)
