"""What the stages of one build share."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from autoinstall.answers.model import Answers
from autoinstall.answers.secret import Secret
from autoinstall.build.checkpoints import Checkpoints
from autoinstall.build.domain_files import DomainFiles, LocalFiles
from autoinstall.build.domains import OwnDomains
from autoinstall.build.files_on_host import FilesOnHost
from autoinstall.build.folder import BuildFolder
from autoinstall.build.guest_steps import GuestSteps
from autoinstall.build.netboot_source import has_stand_ins
from autoinstall.build.places import DOWNLOADS, cache_folder
from autoinstall.build.rehearsal_host import RehearsalHost
from autoinstall.build.state import StateFile
from autoinstall.deadline import Deadline
from autoinstall.errors import HostError
from autoinstall.events import Event, Events
from autoinstall.guest.credentials import BecomeRoot, Credentials
from autoinstall.image.cache import DownloadCache
from autoinstall.image.export import ImageInfo
from autoinstall.process import Completed
from autoinstall.recording.mask import Masker
from autoinstall.recording.recorder import Recorder
from autoinstall.toolstack.domain import Toolstack
from autoinstall.toolstack.ssh import SshHost

QEMU = "qemu"

COMMANDS_REMEMBERED = 200
"""Commands of the toolstack that failure/toolstack.log shows at the most."""


@dataclass
class BuildContext:
    """One build while it runs: what it was asked for, where it works, and what its stages hold.

    `host` is the Xen host where it is not this machine. `toolstack` and `rehearsal` are there once the host
    was made ready. `failed` is set before the
    clean-ups run; `kept` says that the guest is to live on.
    """

    answers: Answers
    secrets: Mapping[str, Secret]
    folder: BuildFolder
    state: StateFile
    events: Events
    deadline: Deadline
    keep: bool = False
    reuse: bool = False
    is_rehearsal: bool = False
    host: SshHost | None = None
    rehearsal: RehearsalHost | None = None
    running_toolstack: Toolstack | None = None
    images: tuple[ImageInfo, ...] = ()
    failed: bool = False
    happenings: deque[str] = field(default_factory=lambda: deque(maxlen=50))
    commands: deque[Completed] = field(default_factory=lambda: deque(maxlen=COMMANDS_REMEMBERED))

    def __post_init__(self) -> None:
        self.events.subscribe(self._remember)

    @property
    def id(self) -> str:
        return self.state.state.id

    @property
    def is_qemu(self) -> bool:
        """The domains are guests of QEMU on this machine."""
        return self.state.state.toolstack == QEMU

    @property
    def kept(self) -> bool:
        """The guest of a failed build lives on, to be looked at and gone on with."""
        return self.failed and self.keep

    @property
    def toolstack(self) -> Toolstack:
        if self.running_toolstack is None:
            raise HostError("the host was not made ready", kind="toolstack-missing")
        return self.running_toolstack

    @cached_property
    def domains(self) -> OwnDomains:
        return OwnDomains(self.toolstack, self.state, self.events)

    @cached_property
    def files(self) -> DomainFiles:
        """The files that the domains use, where they see them."""
        media = [Path(medium) for medium in self.answers.machine.media]
        if self.host:
            return FilesOnHost(self.host, self.folder, self.state, self.events, media)
        return LocalFiles(self.folder, self.state, self.checkpoints, media, for_qemu=self.is_qemu)

    @cached_property
    def guest_steps(self) -> GuestSteps:
        return GuestSteps(self.answers.steps, self.downloads, self.folder.root)

    @property
    def stand_ins(self) -> bool:
        """Whether the rehearsal's own kernel or initrd stands for the real one."""
        return has_stand_ins(self.answers.installer, self.rehearsal)

    @property
    def credentials(self) -> Credentials:
        """Who logs in to the installed system."""
        login = self.answers.login
        return Credentials(
            login.user,
            self.secrets[login.password.name],
            BecomeRoot(login.become_root),
            self.answers.place_of("login"),
        )

    @cached_property
    def masker(self) -> Masker:
        """Stars for every secret of the answers, in texts; recordings have maskers of their own."""
        return Masker(self.secrets.values(), visible=self.answers.visible_texts)

    @cached_property
    def downloads(self) -> DownloadCache:
        return DownloadCache(cache_folder(DOWNLOADS))

    @cached_property
    def checkpoints(self) -> Checkpoints:
        return Checkpoints(cache_folder("checkpoints"))

    @contextmanager
    def recorder(self, path: Path, title: str) -> Iterator[Recorder]:
        """A recording of the build; an existing one is gone on with."""
        self.state.will_make(path)
        masker = Masker(self.secrets.values(), visible=self.answers.visible_texts)
        recorder = Recorder(path, columns=80, lines=24, mask=masker, title=title)
        try:
            yield recorder
        finally:
            recorder.close()

    def _remember(self, event: Event) -> None:
        if event.name == "lifecycle":
            self.happenings.append(str(event.fields.get("happening")))
