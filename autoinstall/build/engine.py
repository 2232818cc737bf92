"""Runs a build: all stages validate, each runs, clean-ups always run and never mask the first error."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from autoinstall.build.context import BuildContext
from autoinstall.build.document import Document, build_document, failure_document, next_command
from autoinstall.build.evidence import last_screen, write_evidence
from autoinstall.build.stage import Stage
from autoinstall.build.state import StageState
from autoinstall.errors import AutoinstallError, HostError, Interrupted
from autoinstall.image.disk import full_disk_explained

BUG_EXIT = 70


class Host(Protocol):
    """Where the domains run: made ready before the stages, let go of after them."""

    def make_ready(self, context: BuildContext) -> None: ...

    def let_go(self, context: BuildContext) -> None: ...


class Engine:
    """Runs the stages of one build from a given one on, and tells its story."""

    def __init__(
        self,
        context: BuildContext,
        host: Host,
        fingerprints: Mapping[str, str],
        prepare: Callable[[BuildContext], None],
    ) -> None:
        """`prepare` is called once the host is ready, before any stage: it makes good what an earlier run left."""
        self._context = context
        self._host = host
        self._fingerprints = fingerprints
        self._prepare = prepare
        self._begun: list[Stage] = []
        self._current: Stage | None = None
        self._started = time.monotonic()

    def run(self, stages: Sequence[Stage]) -> Document:
        """Run these stages; gives the build's document. Errors that are no AutoinstallError pass, cleaned up after."""
        failure: Document | None = None
        try:
            self._run_all(stages)
        except AutoinstallError as error:
            failure = self._failed(error)
        except KeyboardInterrupt:
            failure = self._failed(Interrupted(2))
        except BaseException as error:
            failure = self._failed(AutoinstallError(f"a bug of autoinstall: {error!r}", kind="bug"))
            self._clean_up()
            self._finish(failure | {"exit": BUG_EXIT})
            raise
        trouble = self._clean_up()
        if failure is None and trouble is not None:
            failure = self._failed(trouble)
        return self._finish(failure)

    def _run_all(self, stages: Sequence[Stage]) -> None:
        self._host.make_ready(self._context)
        self._prepare(self._context)
        for stage in stages:
            self._current = stage
            stage.validate(self._context)
        for stage in stages:
            self._run_one(stage)

    def _run_one(self, stage: Stage) -> None:
        context = self._context
        record = context.state.state.stage(stage.name)
        self._current = stage
        self._begun.append(stage)
        self._started = time.monotonic()
        record.state, record.fingerprint = StageState.RUNNING, self._fingerprints[stage.name]
        context.state.save()
        context.events.stage = stage.name
        context.events.tell("stage-started")
        try:
            with full_disk_explained(context.folder.root / stage.name):
                stage.run(context)
        except OSError as error:
            raise HostError(
                f"{error.filename or stage.name}: {error.strerror or error}",
                kind="os-error",
                hint="see failure/",
            ) from error
        self._end_stage(StageState.DONE)

    def _end_stage(self, state: StageState) -> None:
        if self._current is None:
            return
        record = self._context.state.state.stage(self._current.name)
        record.state, record.seconds = state, round(time.monotonic() - self._started, 3)
        self._context.state.save()
        self._context.events.tell("stage-finished", state=state.value, seconds=record.seconds)

    def _failed(self, error: AutoinstallError) -> Document:
        """Write down why the build failed, before anything is cleaned up."""
        context = self._context
        context.failed = True
        stage = self._current
        cast = context.folder.cast(stage.name) if stage else None
        failure = failure_document(
            error,
            stage=stage.name if stage else None,
            awaited=f"the end of stage {stage.name}" if stage else "the host",
            waited=time.monotonic() - self._started,
            screen=last_screen(cast) if cast else (),
            go_on=next_command(context.folder.root, context.state.state),
            kept=context.folder.root if context.kept else None,
        )
        context.events.stage = stage.name if stage else None
        self._end_stage(StageState.FAILED)
        context.events.tell("failure", **failure)
        write_evidence(context.folder.failure, failure, cast, context.commands, context.masker)
        return failure

    def _clean_up(self) -> AutoinstallError | None:
        """Run the clean-ups of all stages begun, last one first; gives the first trouble among them."""
        trouble: AutoinstallError | None = None
        for clean_up in (*(stage.clean_up for stage in reversed(self._begun)), self._host.let_go):
            try:
                clean_up(self._context)
            except AutoinstallError as error:
                trouble = trouble or error
                self._context.events.tell("progress", text=f"cleaning up: {error.message}")
        return trouble

    def _finish(self, failure: Document | None) -> Document:
        context = self._context
        context.state.state.result = "failed" if failure else "done"
        context.state.save()
        document = build_document(
            context.folder.root, context.state.state, context.images, failure, stand_ins=context.stand_ins
        )
        context.events.stage = None
        context.events.tell(
            "build-finished", result=document["result"], document={**document, "failure": None}
        )
        return document
