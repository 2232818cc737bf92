"""The same files on a Xen host over ssh: disks and checkpoints stay there, kernel, initrd and the image travel.

All that a build makes there lies in one folder of its own, named after it and its id, below the state folder of
the user who logs in; what other builds can use as well (checkpoints, kernels, initrds), in that user's cache.
Both may be links to a larger disk.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from autoinstall.build.domain_files import DomainPlaces, checkpoint_gone
from autoinstall.build.folder import BuildFolder
from autoinstall.build.state import StateFile
from autoinstall.errors import BusyError, HostError
from autoinstall.events import Events
from autoinstall.image.digest import digest_of
from autoinstall.image.disk import LEAST_ROOM
from autoinstall.image.export import ImageInfo, raw_copy
from autoinstall.toolstack.host_folder import HostFolder, Progress
from autoinstall.toolstack.ssh import SshHost

HOSTED = ".local/state/autoinstall/hosted"
_CHECKPOINTS = ".cache/autoinstall/checkpoints"
_SENT = ".cache/autoinstall/hosted"
SENT_KEPT = 8
"""Kernels and initrds that are kept on a host for the next build."""

_FOLDER = re.compile(r"[a-z0-9][a-z0-9.-]*-[0-9a-f]{8}")

DISK, COPY = "disk.img", "verify.img"


def hosted_folder(host: SshHost, name: str, build_id: str) -> HostFolder:
    """The folder of a build on a host."""
    return HostFolder(host, f"{host.facts.home.rstrip('/')}/{HOSTED}/{name}-{build_id}")


def hosted_builds(host: SshHost) -> dict[str, HostFolder]:
    """The folders of all builds on a host, by their ids."""
    home = HostFolder(host, f"{host.facts.home.rstrip('/')}/{HOSTED}")
    named = {name.rpartition("-")[2]: name for name in home.listing() if _FOLDER.fullmatch(name)}
    return {build_id: HostFolder(host, home.place(name)) for build_id, name in named.items()}


class FilesOnHost:
    """The files of one build on one host."""

    def __init__(
        self, host: SshHost, folder: BuildFolder, state: StateFile, events: Events, media: Sequence[Path] = ()
    ) -> None:
        self._host = host
        self._folder = folder
        self._state = state
        self._events = events
        self._media = tuple(media)
        self._there = hosted_folder(host, state.state.name, state.state.id)

    @property
    def places(self) -> DomainPlaces:
        media = tuple(self._path(f"medium-{number}.img") for number in range(len(self._media)))
        return DomainPlaces(
            self._path("vmlinuz"), self._path("initrd.gz"), self._path(DISK), self._path(COPY), media
        )

    def make_ready(self) -> None:
        self._will_make("")
        self._there.make()
        self._host.works_in(self._there.path)

    def check_room(self) -> None:
        free = self._there.bytes_free()
        if free < LEAST_ROOM:
            raise HostError(
                f"only {free // 2**20} MiB are free on {self._host.address.url} at {self._there.path}, "
                f"at least {LEAST_ROOM // 2**20} MiB are needed",
                kind="disk-full",
                hint=f"free some space there, or make ~/{HOSTED} a link to a larger disk",
            )

    def create_disk(self, size: int) -> None:
        self.remove_disk()
        if self._there.has(DISK):
            raise BusyError(
                f"{self._there.place(DISK)} is there already",
                kind="file-exists",
                hint="it is none of this build: move it away",
            )
        self._will_make(DISK)
        self._there.create(DISK, size)

    def has_disk(self) -> bool:
        return self._is_ours(DISK) and self._there.has(DISK)

    def remove_disk(self) -> None:
        self._remove(DISK)

    def bring_netboot(self) -> None:
        places = self.places
        files = {self._folder.kernel: places.kernel, self._folder.initrd: places.initrd}
        files |= dict(zip(self._media, places.media, strict=True))
        for here, there in files.items():
            self._bring(here, PurePosixPath(there).name)

    def bring(self, path: Path) -> Path:
        self._will_make(path.name)
        self._there.send(path, path.name, self._progress(f"sending {path.name}"))
        return self._path(path.name)

    def has_checkpoint(self, fingerprint: str) -> bool:
        return self._there.has(self._checkpoint(fingerprint))

    def keep_checkpoint(self, fingerprint: str) -> str:
        self._there.copy(DISK, self._checkpoint(fingerprint))
        return f"{self._host.address.url}{self._checkpoint(fingerprint)}"

    def restore_disk(self, fingerprint: str) -> None:
        self.remove_disk()
        if not self.has_checkpoint(fingerprint):
            raise checkpoint_gone()
        self._will_make(DISK)
        self._there.copy(self._checkpoint(fingerprint), DISK)

    def disk_for_export(self) -> Path:
        target = self._folder.disk
        self._state.will_make(target)
        self._there.fetch(DISK, target, self._progress("fetching the disk"))
        return target

    def disk_exported(self) -> None:
        """It becomes what the verified copy is made of: only what differs need travel."""
        self._will_make(COPY)
        self._there.rename(DISK, COPY)
        self._state.forget_files([self._folder.disk])
        self._forget(DISK)

    def make_copy(self, image: ImageInfo) -> None:
        raw = self._folder.image / "verify.img"
        self._state.will_make(raw)
        raw.unlink(missing_ok=True)
        raw_copy(image.path, image.format, raw)
        self._will_make(COPY)
        self._there.send(raw, COPY, self._progress("sending the image"))
        raw.unlink()
        self._state.forget_files([raw])

    def remove_copy(self) -> None:
        self._remove(COPY)

    def tidy(self, *, keep_disk: bool) -> None:
        if keep_disk:
            return
        self._there.remove(self._there.path)
        self._state.state.files = [one for one in self._state.state.files if not self._is_there(one)]
        self._state.save()

    def _bring(self, here: Path, name: str) -> None:
        """Send a file, unless the host has one of its checksum from an earlier build."""
        digest = digest_of(here)
        kept = f"{self._host.facts.home.rstrip('/')}/{_SENT}/{digest.algorithm}-{digest.hex}"
        self._will_make(name)
        if self._there.has(kept):
            self._there.copy(kept, name)
        self._there.send(here, name, self._progress(f"sending {name}"))
        if not self._there.has(kept):
            self._there.copy(name, kept)
            self._there.keep_newest(str(PurePosixPath(kept).parent), SENT_KEPT)

    def _progress(self, title: str) -> Progress:
        sent = 0

        def tell(more: int, whole: int) -> None:
            nonlocal sent
            sent += more
            percent = min(100, 100 * sent // whole) if whole else 100
            self._events.tell("progress", title=title, percent=percent)

        return tell

    def _checkpoint(self, fingerprint: str) -> str:
        return f"{self._host.facts.home.rstrip('/')}/{_CHECKPOINTS}/{fingerprint}.img"

    def _path(self, name: str) -> Path:
        return Path(self._there.place(name))

    def _remove(self, name: str) -> None:
        if self._is_ours(name):
            self._there.remove(name)
            self._forget(name)

    def _url(self, name: str) -> str:
        return f"{self._host.address.url}{self._there.path}" + (f"/{name}" if name else "")

    def _is_ours(self, name: str) -> bool:
        return self._url(name) in self._state.state.files

    def _is_there(self, recorded: str) -> bool:
        return recorded == self._url("") or recorded.startswith(self._url("") + "/")

    def _will_make(self, name: str) -> None:
        if not self._is_ours(name):
            self._state.state.files.append(self._url(name))
            self._state.save()

    def _forget(self, name: str) -> None:
        self._state.state.files.remove(self._url(name))
        self._state.save()
