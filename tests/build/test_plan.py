"""Where a resumed build begins: by fingerprints, and by what is left."""

from __future__ import annotations

import pytest

from autoinstall.build.plan import Beginning, Remains, where_to_begin
from autoinstall.build.stage import STAGES
from autoinstall.build.state import BuildState, StageRecord, StageState

NOW = {name: f"{name}-now" for name in STAGES}
DISK = Remains(disk=True)
DISK_AND_COPY = Remains(disk=True, checkpoint=True)
COPY = Remains(checkpoint=True)


def state(done_until: str | None, *, failed: str | None = None, changed: str | None = None) -> BuildState:
    """Stages done up to one, one failed after it; from `changed` on, done with other inputs."""
    records = []
    done = STAGES.index(done_until) + 1 if done_until else 0
    for number, name in enumerate(STAGES):
        how = (
            StageState.DONE if number < done else StageState.FAILED if name == failed else StageState.PENDING
        )
        stale = changed is not None and number >= STAGES.index(changed)
        fingerprint = None if how is StageState.PENDING else "stale" if stale else NOW[name]
        records.append(StageRecord(name, how, 1.0, fingerprint))
    return BuildState("1", "n", "/a", "xm", stages=records)


@pytest.mark.parametrize(
    ("before", "remains", "beginning"),
    [
        (state(None), Remains(), Beginning("disk")),
        (state("verify"), Remains(), Beginning(None)),
        (state("disk", failed="netboot"), DISK, Beginning("netboot")),
        (state("disk", failed="netboot"), Remains(), Beginning("disk")),
        (state("netboot"), DISK, Beginning("install")),
        (state("netboot", failed="install"), DISK, Beginning("disk")),
        (state("netboot", failed="install"), Remains(), Beginning("disk")),
        (state("netboot", failed="install"), Remains(disk=True, guest=True), Beginning("install")),
        (state("install", failed="boot"), DISK, Beginning("boot")),
        (state("install", failed="boot"), COPY, Beginning("boot", restore=True)),
        (state("boot", failed="configure"), DISK_AND_COPY, Beginning("configure")),
        (state("boot", failed="configure", changed="configure"), DISK, Beginning("disk")),
        (state("boot", failed="configure", changed="configure"), DISK_AND_COPY, Beginning("boot", restore=True)),
        (state("boot", failed="configure", changed="configure"), Remains(guest=True), Beginning("configure")),
        (state("clean", failed="export"), DISK, Beginning("export")),
        (state("clean", failed="export"), Remains(), Beginning("disk")),
        (state("clean", failed="export"), COPY, Beginning("boot", restore=True)),
        (state("export", failed="verify"), Remains(image=True), Beginning("verify")),
        (state("export", failed="verify"), COPY, Beginning("boot", restore=True)),
        (state("verify", changed="install"), Remains(image=True), Beginning("disk")),
        (state("verify", changed="netboot"), Remains(image=True), Beginning("disk")),
    ],
)  # fmt: skip
def test_where_it_begins(before: BuildState, remains: Remains, beginning: Beginning) -> None:
    assert where_to_begin(before, NOW, remains) == beginning
