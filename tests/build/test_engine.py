"""The engine: validate all, run each, clean up always, and say why it failed."""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping
from typing import Any

import pytest

from autoinstall.build.context import BuildContext
from autoinstall.build.engine import Engine
from autoinstall.build.stage import STAGES
from autoinstall.errors import AutoinstallError, BusyError, HostError, Interrupted, JobError
from tests.build.conftest import MakeContext, listen


class FakeStage:
    """A stage that notes what is asked of it, and fails where it is told to."""

    def __init__(self, name: str, log: list[str], **raises: BaseException) -> None:
        self.name = name
        self._log = log
        self._raises = raises

    def inputs(self, context: BuildContext) -> Mapping[str, Any]:
        return {}

    def validate(self, context: BuildContext) -> None:
        self._note("validate")

    def run(self, context: BuildContext) -> None:
        self._note("run")

    def clean_up(self, context: BuildContext) -> None:
        self._note("clean_up")

    def _note(self, what: str) -> None:
        self._log.append(f"{what} {self.name}")
        if what in self._raises:
            raise self._raises[what]


class FakeHost:
    def __init__(self, log: list[str], error: AutoinstallError | None = None) -> None:
        self._log = log
        self._error = error

    def make_ready(self, context: BuildContext) -> None:
        self._log.append("make_ready")
        if self._error:
            raise self._error

    def let_go(self, context: BuildContext) -> None:
        self._log.append(f"let_go kept={context.kept}")


def run(
    context: BuildContext, log: list[str], *stages: FakeStage, host: FakeHost | None = None
) -> dict[str, Any]:
    engine = Engine(context, host or FakeHost(log), {name: name for name in STAGES}, lambda context: None)
    return engine.run(stages)


def test_all_validate_then_all_run_then_all_clean_up_backwards(make_context: MakeContext) -> None:
    log: list[str] = []
    document = run(make_context(), log, FakeStage("disk", log), FakeStage("netboot", log))
    assert log == [
        "make_ready",
        "validate disk",
        "validate netboot",
        "run disk",
        "run netboot",
        "clean_up netboot",
        "clean_up disk",
        "let_go kept=False",
    ]
    assert document["result"] == "done"
    assert [one["state"] for one in document["stages"]] == ["done", "done"] + ["pending"] * 6
    assert document["failure"] is None and document["image"] is None


def test_a_failed_validation_runs_nothing(make_context: MakeContext) -> None:
    log: list[str] = []
    broken = FakeStage("netboot", log, validate=HostError("no tool", kind="tool-missing", hint="get it"))
    document = run(make_context(), log, FakeStage("disk", log), broken)
    assert "run disk" not in log and "clean_up disk" not in log
    assert document["failure"]["kind"] == "tool-missing"
    assert document["failure"]["stage"] == "netboot"
    assert document["failure"]["exit"] == 4


def test_a_failure_names_everything_and_stays_although_the_clean_up_fails_too(
    make_context: MakeContext,
) -> None:
    log: list[str] = []
    context = make_context()
    told = listen(context)
    first = BusyError("in use", kind="name-taken", hint="end it", host_said="Error: VM name taken")
    stages = [
        FakeStage("disk", log, clean_up=HostError("cannot clean")),
        FakeStage("netboot", log, run=first),
        FakeStage("install", log),
    ]
    document = run(context, log, *stages)
    assert log[-3:] == ["clean_up netboot", "clean_up disk", "let_go kept=False"]
    assert [one["state"] for one in document["stages"]][:3] == ["done", "failed", "pending"]
    failure = document["failure"]
    expected = ("name-taken", 6, "netboot", "in use", "end it", "Error: VM name taken")
    assert (
        tuple(failure[key] for key in ("kind", "exit", "stage", "message", "hint", "host_said")) == expected
    )
    assert failure["next"].endswith(f"--work {context.folder.root} --resume")
    assert told.names()[-4:] == ["stage-finished", "failure", "progress", "build-finished"]
    why = json.loads((context.folder.failure / "why.json").read_text())
    assert why == failure
    left = sorted(path.name for path in context.folder.failure.iterdir())
    assert left == ["console.log", "screen.svg", "screen.txt", "toolstack.log", "why.json"]
    assert json.loads(context.folder.state.read_text())["result"] == "failed"


def test_a_clean_up_that_fails_alone_fails_the_build(make_context: MakeContext) -> None:
    log: list[str] = []
    document = run(
        make_context(), log, FakeStage("disk", log, clean_up=HostError("stays", kind="domain-stays"))
    )
    assert document["result"] == "failed"
    assert document["failure"]["kind"] == "domain-stays"


def test_keep_keeps_only_failures(make_context: MakeContext) -> None:
    log: list[str] = []
    run(make_context(keep=True), log, FakeStage("disk", log))
    assert log[-1] == "let_go kept=False"
    run(make_context(keep=True), log, FakeStage("disk", log, run=JobError("no")))
    assert log[-1] == "let_go kept=True"


def test_a_host_that_is_not_ready_fails_the_build(make_context: MakeContext) -> None:
    log: list[str] = []
    host = FakeHost(log, HostError("no rehearsal here", kind="rehearsal"))
    document = run(make_context(), log, FakeStage("disk", log), host=host)
    assert log == ["make_ready", "let_go kept=False"]
    assert (document["failure"]["kind"], document["failure"]["stage"]) == ("rehearsal", None)


@pytest.mark.parametrize(("error", "code"), [(Interrupted(15), 143), (KeyboardInterrupt(), 130)])
def test_an_interruption_cleans_up(make_context: MakeContext, error: BaseException, code: int) -> None:
    log: list[str] = []
    document = run(make_context(), log, FakeStage("disk", log, run=error))
    assert "clean_up disk" in log
    assert document["failure"]["exit"] == code


def test_a_full_disk_is_told_as_one_and_other_os_errors_are_the_hosts(make_context: MakeContext) -> None:
    log: list[str] = []
    full = OSError(errno.ENOSPC, "No space left on device", "/x")
    assert run(make_context(), log, FakeStage("disk", log, run=full))["failure"]["kind"] == "disk-full"
    denied = PermissionError(errno.EACCES, "Permission denied", "/x")
    failure = run(make_context(), log, FakeStage("disk", log, run=denied))["failure"]
    assert (failure["kind"], failure["message"]) == ("os-error", "/x: Permission denied")


def test_a_bug_passes_but_is_cleaned_up_after_and_written_down(make_context: MakeContext) -> None:
    log: list[str] = []
    context = make_context()
    with pytest.raises(ZeroDivisionError):
        run(context, log, FakeStage("disk", log, run=ZeroDivisionError("oops")))
    assert log[-2:] == ["clean_up disk", "let_go kept=False"]
    assert json.loads(context.folder.state.read_text())["result"] == "failed"
    assert json.loads((context.folder.failure / "why.json").read_text())["kind"] == "bug"


def test_events_are_lines_on_disk(make_context: MakeContext) -> None:
    log: list[str] = []
    context = make_context()
    run(context, log, FakeStage("disk", log))
    lines = [json.loads(line) for line in context.folder.events.read_text().splitlines()]
    assert [line["event"] for line in lines] == ["stage-started", "stage-finished", "build-finished"]
    assert lines[1] | {"at": 0, "elapsed": 0, "seconds": 0} == {
        "v": 1, "at": 0, "elapsed": 0, "event": "stage-finished", "stage": "disk", "state": "done", "seconds": 0
    }  # fmt: skip
