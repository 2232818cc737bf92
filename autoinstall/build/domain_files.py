"""The files that domains are made of, where their toolstack sees them: here, or on a host over ssh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from autoinstall.build.checkpoints import Checkpoints
from autoinstall.build.folder import BuildFolder
from autoinstall.build.state import StateFile
from autoinstall.errors import HostError
from autoinstall.image.disk import create_disk, require_room
from autoinstall.image.export import ImageInfo, overlay, raw_copy


@dataclass(frozen=True, slots=True)
class DomainPlaces:
    """Paths as they stand in domain descriptions; `copy` is the throw-away copy of the exported image."""

    kernel: Path
    initrd: Path
    disk: Path
    copy: Path
    media: tuple[Path, ...] = ()


class DomainFiles(Protocol):
    """All raise HostError where the place is full or cannot be had, BusyError where a file there is not ours."""

    @property
    def places(self) -> DomainPlaces: ...

    def make_ready(self) -> None:
        """Before any stage runs: what is named here is there from then on."""

    def check_room(self) -> None:
        """Raise HostError where no installed system has room."""

    def create_disk(self, size: int) -> None:
        """A new sparse disk of `size` bytes, in place of an earlier one of this build."""

    def has_disk(self) -> bool:
        """Whether the build's disk is there."""

    def remove_disk(self) -> None:
        """Remove the disk, if it is the build's own."""

    def bring_netboot(self) -> None:
        """See to it that kernel, initrd and media are where an install domain is to find them."""

    def bring(self, path: Path) -> Path:
        """See to it that a file of the build folder is where domains find it; says where."""

    def has_checkpoint(self, fingerprint: str) -> bool:
        """Whether a finished install of that kind is kept."""

    def keep_checkpoint(self, fingerprint: str) -> str:
        """Keep a copy of the finished install; says where."""

    def restore_disk(self, fingerprint: str) -> None:
        """Put the kept copy in the disk's place."""

    def disk_for_export(self) -> Path:
        """The disk as a file on this machine, which is given away."""

    def disk_exported(self) -> None:
        """The disk was turned into an image and is not needed as itself any more."""

    def make_copy(self, image: ImageInfo) -> None:
        """A throw-away copy of an exported image that a domain can boot."""

    def remove_copy(self) -> None:
        """Remove that copy, if it is there."""

    def tidy(self, *, keep_disk: bool) -> None:
        """The build has ended: leave nothing, or no more than the disk, that it needs no longer."""


class LocalFiles:
    """On this machine: they lie in the build folder, and checkpoints in our cache."""

    def __init__(
        self,
        folder: BuildFolder,
        state: StateFile,
        checkpoints: Checkpoints,
        media: Sequence[Path] = (),
        *,
        for_qemu: bool = False,
    ) -> None:
        self._folder = folder
        self._state = state
        self._checkpoints = checkpoints
        self._media = tuple(media)
        self._copy = overlay if for_qemu else raw_copy

    @property
    def places(self) -> DomainPlaces:
        return local_places(self._folder, self._media)

    def make_ready(self) -> None:
        """The build folder is there."""

    def check_room(self) -> None:
        require_room(self._folder.root)

    def create_disk(self, size: int) -> None:
        self.remove_disk()
        self._state.will_make(self._folder.disk)
        create_disk(self._folder.disk, size)

    def has_disk(self) -> bool:
        return self._folder.disk.exists()

    def remove_disk(self) -> None:
        self._remove_own(self._folder.disk)

    def bring_netboot(self) -> None:
        """They were fetched to where they are needed."""

    def bring(self, path: Path) -> Path:
        return path

    def has_checkpoint(self, fingerprint: str) -> bool:
        return self._checkpoints.path(fingerprint).exists()

    def keep_checkpoint(self, fingerprint: str) -> str:
        return str(self._checkpoints.keep(self._folder.disk, fingerprint))

    def restore_disk(self, fingerprint: str) -> None:
        self.remove_disk()
        self._state.will_make(self._folder.disk)
        if not self._checkpoints.take(fingerprint, self._folder.disk):
            raise checkpoint_gone()

    def disk_for_export(self) -> Path:
        return self._folder.disk

    def disk_exported(self) -> None:
        self._state.forget_files([self._folder.disk])

    def make_copy(self, image: ImageInfo) -> None:
        self.remove_copy()
        copy = self.places.copy
        self._state.will_make(copy)
        self._copy(image.path, image.format, copy)
        copy.chmod(0o600)

    def remove_copy(self) -> None:
        self._remove_own(self.places.copy)

    def tidy(self, *, keep_disk: bool) -> None:
        """The stages' clean-ups have removed what is not to stay."""

    def _remove_own(self, path: Path) -> None:
        if str(path) in self._state.state.files:
            path.unlink(missing_ok=True)
            self._state.forget_files([path])


def local_places(folder: BuildFolder, media: Sequence[Path]) -> DomainPlaces:
    """Where the domains of a build on this machine find their files."""
    return DomainPlaces(folder.kernel, folder.initrd, folder.disk, folder.image / "verify.img", tuple(media))


def checkpoint_gone() -> HostError:
    return HostError(
        "the checkpoint of the finished install is gone",
        kind="file-missing",
        hint="begin anew in another folder (--work)",
    )
