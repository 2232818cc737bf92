"""Which stages a build still has to run: by what they were done with, and by what is left of their work."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autoinstall.build.context import BuildContext
from autoinstall.build.stage import STAGES, Stage
from autoinstall.build.state import BuildState, StageState


def fingerprints(stages: Sequence[Stage], context: BuildContext) -> dict[str, str]:
    """Each stage's fingerprint: of its inputs, and of the stage before it."""
    made: dict[str, str] = {}
    before = "rehearsal" if context.is_rehearsal else "qemu" if context.is_qemu else "host"
    for stage in stages:
        before = _fingerprint(stage.name, stage.inputs(context), before)
        made[stage.name] = before
    return made


@dataclass(frozen=True, slots=True)
class Remains:
    """What is left of a build: its disk, its exported image, a checkpoint of its install, a kept guest."""

    disk: bool = False
    image: bool = False
    checkpoint: bool = False
    guest: bool = False


@dataclass(frozen=True, slots=True)
class Beginning:
    """The stage to begin with (None: all are done), and whether the finished install's copy is put back first."""

    stage: str | None
    restore: bool = False


def where_to_begin(state: BuildState, now: Mapping[str, str], remains: Remains) -> Beginning:
    """The first stage that is not done, or was done with other inputs, or whose work is gone.

    An install is not gone on with half-way unless its guest was kept. Where the installed disk is no
    longer there, or no longer as the install left it, `boot` begins on the checkpoint's copy.
    """
    undone = [
        record.name
        for record in state.stages
        if record.state not in (StageState.DONE, StageState.SKIPPED) or record.fingerprint != now[record.name]
    ]
    if not undone:
        return Beginning(None)
    first = undone[0]
    if first == "disk" or (remains.guest and first != "netboot") or (first == "verify" and remains.image):
        return Beginning(first)
    if first in ("netboot", "install"):
        blank = remains.disk and state.stage("install").state is StageState.PENDING
        return Beginning(first if blank else "disk")
    if remains.disk and not needs_pristine_disk(state, now, first):
        return Beginning(first)
    return Beginning("boot", restore=True) if remains.checkpoint else Beginning("disk")


def needs_pristine_disk(state: BuildState, now: Mapping[str, str], first: str) -> bool:
    """Whether a stage that had already changed the disk is to run with other inputs now."""
    return any(
        state.stage(name).state is not StageState.PENDING and state.stage(name).fingerprint != now[name]
        for name in STAGES[STAGES.index(first) :]
        if name in ("configure", "clean")
    )


def _fingerprint(name: str, inputs: Mapping[str, object], before: str) -> str:
    text = json.dumps([name, inputs, before], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
