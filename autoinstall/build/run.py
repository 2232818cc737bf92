"""One build from its request to its document: the folder, what to run, the story of it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autoinstall.answers.model import Answers
from autoinstall.answers.secret import Secret
from autoinstall.build.context import BuildContext
from autoinstall.build.document import Document, finished_document
from autoinstall.build.engine import Engine
from autoinstall.build.folder import BuildFolder, newest_root, open_folder, write_private
from autoinstall.build.hosts import REHEARSAL, BuildHost, chosen_toolstack
from autoinstall.build.plan import Beginning, Remains, fingerprints, where_to_begin
from autoinstall.build.rehearsal_host import Mischief
from autoinstall.build.stage import STAGES, Stage
from autoinstall.build.stages import all_stages
from autoinstall.build.state import BuildState, StageRecord, StageState, StateFile, read_state
from autoinstall.build.takeover import can_go_on, was_interrupted
from autoinstall.deadline import Deadline
from autoinstall.errors import InvalidFileError, JobError, UsageError
from autoinstall.events import EventFile, Events, Subscriber
from autoinstall.toolstack.ssh import SshHost, reached
from autoinstall.toolstack.ssh_address import parse_address

_PURPOSES = {"install": "install", "boot": "boot", "configure": "boot", "clean": "boot", "verify": "verify"}
"""The domain that a stage works on."""

WHOLE_SECONDS = 12 * 3600.0
"""For a build altogether; its stages and dialogs have shorter deadlines of their own."""


@dataclass(frozen=True)
class BuildRequest:
    """What the command line asks for.

    `build_id` is 8 hexadecimal digits, for a resumed build those of `earlier_id`. `answers_file` is the
    user's file, `answers_text` what BUILD/answers.yaml is to hold (rendered, secrets as references);
    `needs_guest`: go on with the kept guest of an install, or not at all; `subscribers` hear of every event.
    """

    build_id: str
    answers: Answers
    answers_file: Path
    answers_text: str
    secrets: Mapping[str, Secret]
    toolstack: str | None = None
    host: str | None = None
    work: Path | None = None
    resume: bool = False
    reuse: bool = False
    until: str | None = None
    keep: bool = False
    needs_guest: bool = False
    mischief: Mischief = field(default_factory=Mischief)
    subscribers: Sequence[Subscriber] = ()


def earlier_id(work: Path | None, name: str) -> str | None:
    """The id of the build that `--resume` would go on with; templates may name it, so it is asked for beforehand."""
    root = work or newest_root(name)
    try:
        return read_state(root / "state.json").id if root else None
    except InvalidFileError:
        return None


def run_build(request: BuildRequest) -> Document:
    """Run a build to its end and give its document, of success and failure alike.

    Raises UsageError and BusyError where there is no build folder to work in; then nothing was touched.
    """
    if request.host is None and request.toolstack is not None:
        chosen_toolstack(request.toolstack)
    with contextlib.ExitStack() as held:
        host = held.enter_context(reached(request.host)) if request.host else None
        given = chosen_toolstack(request.toolstack, host) if host or not request.resume else request.toolstack
        folder = open_folder(request.work, request.answers.name, request.build_id, resume=request.resume)
        held.callback(folder.unlock)
        state = _state_of(request, folder, given)
        if _is_finished(state, request) and (finished := finished_document(folder.events, folder.root)):
            return finished
        if state.host and host is None:
            host = held.enter_context(reached(state.host))
        return _Build(request, folder, state, host).run()


def _state_of(request: BuildRequest, folder: BuildFolder, toolstack: str | None) -> BuildState:
    """The state that an earlier process left, else that of a new build. Raises UsageError for another host."""
    host = parse_address(request.host).url if request.host else None
    if folder.state.exists():
        state = read_state(folder.state)
        if host and host != state.host:
            raise UsageError(
                f"this build is one of {state.host or 'this machine'}",
                kind="another-host",
                hint="leave --host out to go on with it there, or begin anew in another folder (--work)",
            )
    else:
        chosen = toolstack or chosen_toolstack(None)
        stages = [StageRecord(name) for name in STAGES]
        state = BuildState(request.build_id, request.answers.name, "", chosen, host, stages=stages)
    state.answers = str(request.answers_file.absolute())
    return state


def _is_finished(state: BuildState, request: BuildRequest) -> bool:
    """Whether all that is asked for was done by an earlier process."""
    wanted = STAGES[: STAGES.index(request.until or STAGES[-1]) + 1]
    ended = (StageState.DONE, StageState.SKIPPED)
    return state.result == "done" and all(state.stage(name).state in ended for name in wanted)


class _Build:
    """A build that has something to do."""

    def __init__(
        self, request: BuildRequest, folder: BuildFolder, state: BuildState, host: SshHost | None
    ) -> None:
        self._request = request
        self._folder = folder
        self._was_kept = state.result == "failed" and state.keep
        state.result, state.until, state.keep = None, request.until, request.keep
        folder.make_folders()
        self._context = BuildContext(
            answers=request.answers,
            secrets=request.secrets,
            folder=folder,
            state=StateFile(folder.state, state),
            events=Events(),
            deadline=Deadline.after(WHOLE_SECONDS),
            keep=request.keep,
            is_rehearsal=state.toolstack == REHEARSAL,
            host=host,
        )
        self._stages = all_stages()
        self._guest_may_live = False
        self._beginning = Beginning(None)

    def run(self) -> Document:
        context, folder = self._context, self._folder
        events_file = EventFile(folder.events)
        try:
            context.events.subscribe(events_file)
            for subscriber in self._request.subscribers:
                context.events.subscribe(subscriber)
            context.state.will_make(folder.answers, folder.events)
            write_private(folder.answers, self._request.answers_text)
            context.state.save()
            context.events.tell("build-started", id=context.id, name=context.answers.name,
                                build=str(folder.root), toolstack=context.state.state.toolstack)  # fmt: skip
            return self._run_stages()
        finally:
            events_file.close()

    def _run_stages(self) -> Document:
        now = fingerprints(self._stages, self._context)
        todo = self._plan(now)
        engine = Engine(self._context, BuildHost(self._request.mischief), now, self._make_good)
        document = engine.run(todo)
        if document["result"] == "done":
            _remove_failure(self._folder)
        return document

    def _plan(self, now: Mapping[str, str]) -> list[Stage]:
        """The stages to run; those records are pending from here on."""
        state = self._context.state.state
        self._guest_may_live = self._was_kept or was_interrupted(state, now["install"])
        if self._request.reuse and state.stage("install").state is StageState.PENDING:
            self._reuse(now)
        remains = Remains(
            disk=self._context.files.has_disk(),
            image=any(Path(path).exists() for path in state.files if Path(path).suffix in (".qcow2", ".raw")),
            checkpoint=self._context.files.has_checkpoint(now["install"]),
            guest=self._guest_may_live,
        )
        self._beginning = where_to_begin(state, now, remains)
        if self._beginning.stage is None:
            return []
        first = STAGES.index(self._beginning.stage)
        last = STAGES.index(self._request.until or STAGES[-1])
        for record in state.stages[first:]:
            record.state, record.seconds = StageState.PENDING, 0.0
        self._context.state.save()
        return list(self._stages[first : last + 1])

    def _reuse(self, now: Mapping[str, str]) -> None:
        """Take the stages up to the install for done where a checkpoint of the same install is kept."""
        if not self._context.files.has_checkpoint(now["install"]):
            self._context.events.tell("progress", text="no finished install fits: beginning with a new one")
            return
        for name in ("disk", "netboot", "install"):
            record = self._context.state.state.stage(name)
            record.state, record.fingerprint = StageState.SKIPPED, now[name]

    def _make_good(self, context: BuildContext) -> None:
        """Before the first stage: only the guest that it goes on with lives, and the disk is as it needs it."""
        first = self._beginning.stage or STAGES[-1]
        purpose = _PURPOSES.get(first)
        for other in {"install", "boot", "verify"} - ({purpose} if self._guest_may_live else set()):
            context.domains.destroy(other)
        if self._request.needs_guest and not (
            first == "install" and self._guest_may_live and can_go_on(context)
        ):
            raise no_kept_guest(self._folder.root)
        if self._beginning.restore:
            context.files.restore_disk(context.state.state.stage("install").fingerprint or "")
        elif first == "install" and self._guest_may_live and not can_go_on(context):
            context.events.tell(
                "progress", text="the guest is gone or began anew: installing on a fresh disk"
            )
            context.domains.destroy("install")
            self._stages[0].run(context)


def no_kept_guest(root: Path) -> JobError:
    """There is no dialog of a living guest that could be answered."""
    return JobError(
        f"{root} has no kept guest that waits for an answer",
        kind="no-kept-guest",
        hint="edit the answers file, then go on with `autoinstall build ANSWERS --resume`",
    )


def _remove_failure(folder: BuildFolder) -> None:
    """What was left to be looked at of an earlier failure."""
    if folder.failure.is_dir():
        for path in folder.failure.iterdir():
            path.unlink()
        folder.failure.rmdir()
