"""Removes what a build left: its living domains, its working files here and on its host. Nothing that is not its own.

What belongs to a build is what its state names, which was on disk before it was made: that holds also after the
machine which drove it went down. Its story (recordings, events, answers, the failure) stays, and a finished
build's image with it.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autoinstall.build.domains import OwnDomains
from autoinstall.build.files_on_host import hosted_builds
from autoinstall.build.folder import BuildFolder
from autoinstall.build.hosts import REHEARSAL
from autoinstall.build.places import state_path
from autoinstall.build.rehearsal_host import RehearsalHost
from autoinstall.build.state import BuildState, DomainRecord, StateFile, read_state
from autoinstall.errors import UsageError
from autoinstall.events import Events
from autoinstall.toolstack.description import name_in, uuid_of
from autoinstall.toolstack.differences import BY_NAME
from autoinstall.toolstack.domain import Toolstack
from autoinstall.toolstack.host_folder import HostFolder
from autoinstall.toolstack.qemu import QemuToolstack
from autoinstall.toolstack.ssh import SshHost, reached
from autoinstall.toolstack.xen import XenToolstack

_STORY = re.compile(
    r"answers\.yaml|events\.jsonl|state\.json|.*\.cast|domain-[a-z]+\.cfg|failure(/.*)?|report(/.*)?"
)
_WORK = re.compile(r"image/(disk|verify)\.img|image/context\.iso|.*\.part")

PURPOSES = ("install", "boot", "verify")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What was removed of one build: names of domains that still lived, and files (a URL: one on a host)."""

    build: str
    id: str
    domains: tuple[str, ...]
    files: tuple[str, ...]


def known_builds() -> list[Path]:
    """The builds without a `--work` of their own, oldest first."""
    found = state_path("builds").glob("*/state.json")
    return [path.parent for path in sorted(found, key=lambda path: path.stat().st_mtime)]


def clean_build(root: Path) -> Cleaned:
    """Remove what the build in `root` left.

    Raises UsageError where no build is there, BusyError where a process works on it, HostError where its host
    does not let us; what was removed until then is written down.
    """
    folder = BuildFolder(root.absolute())
    if not folder.state.is_file():
        raise UsageError(
            f"{root} holds no build", kind="no-build", hint="name the folder of a build (its --work)"
        )
    folder.lock()
    try:
        file = StateFile(folder.state, read_state(folder.state))
        with contextlib.ExitStack() as held:
            host = held.enter_context(reached(file.state.host)) if file.state.host else None
            domains = _end_domains(folder, file, host)
            files = [*_remove_there(file, host), *_remove_here(folder, file)]
        return Cleaned(str(folder.root), file.state.id, tuple(domains), tuple(files))
    finally:
        folder.unlock()


def clean_host(host: SshHost, ids: Sequence[str]) -> Iterator[Cleaned]:
    """Remove what builds left on a host whose driver is lost, by the ids in their folders' names there.

    Raises UsageError, before anything is touched, where an id has nothing there.
    """
    there = hosted_builds(host)
    if missing := [one for one in ids if one not in there]:
        raise UsageError(
            f"{host.address.url} has nothing of a build {missing[0]}",
            kind="no-build",
            hint="`autoinstall clean --host` without a build lists what is there",
        )
    for build_id in ids:
        yield _clean_hosted(host, there[build_id], build_id)


def _clean_hosted(host: SshHost, folder: HostFolder, build_id: str) -> Cleaned:
    ended: list[str] = []
    if host.facts.toolstacks:
        toolstack = XenToolstack(BY_NAME["xl" if "xl" in host.facts.toolstacks else "xm"], host)
        records = []
        for purpose in PURPOSES:
            said = host.shell(
                f"cat {folder.quoted(f'domain-{purpose}.cfg')} 2> /dev/null", seconds=60.0
            ).stdout
            if said:
                records.append(DomainRecord(purpose, name_in(said), uuid_of(build_id, purpose)))
        ended = _destroy(toolstack, records)
    folder.remove(folder.path)
    return Cleaned(
        f"{host.address.url}{folder.path}", build_id, tuple(ended), (f"{host.address.url}{folder.path}",)
    )


def _destroy(toolstack: Toolstack, records: Sequence[DomainRecord]) -> list[str]:
    """End those domains that are surely of this build: by their UUID, for their ids are not known here."""
    ended = []
    for record in records:
        if toolstack.domid(record.name) is not None and toolstack.uuid(record.name) == record.uuid:
            OwnDomains.end(toolstack, record.name)
            ended.append(record.name)
    return ended


def _end_domains(folder: BuildFolder, file: StateFile, host: SshHost | None) -> list[str]:
    state = file.state
    if state.toolstack == REHEARSAL:
        return _end_rehearsal(folder, file)
    if not state.domains and state.toolstack != QemuToolstack.name:
        return []
    toolstack = _toolstack(folder, state, host)
    own = OwnDomains(toolstack, file, Events())
    living = [record.name for record in state.domains if own.follow(record) is not None]
    own.destroy()
    if isinstance(toolstack, QemuToolstack):
        toolstack.tidy()
    return living


def _end_rehearsal(folder: BuildFolder, file: StateFile) -> list[str]:
    """The rehearsed host ends with all that lives on it."""
    names = [record.name for record in file.state.domains]
    if folder.rehearsal.is_dir():
        RehearsalHost(folder.rehearsal, "", Path()).stop()
    file.state.domains.clear()
    file.save()
    return names


def _toolstack(folder: BuildFolder, state: BuildState, host: SshHost | None) -> Toolstack:
    if state.toolstack == QemuToolstack.name:
        return QemuToolstack(folder.qemu)
    return XenToolstack(BY_NAME[state.toolstack], host)


def _remove_there(file: StateFile, host: SshHost | None) -> list[str]:
    """The build's folder on its host, with all that is in it."""
    if host is None:
        return []
    url = host.address.url
    named = [one for one in file.state.files if one.startswith(f"{url}/")]
    if not named:
        return []
    folder = hosted_builds(host).get(file.state.id)
    if folder is not None:
        folder.remove(folder.path)
    file.state.files = [one for one in file.state.files if one not in named]
    file.save()
    return named if folder is not None else []


def _remove_here(folder: BuildFolder, file: StateFile) -> list[str]:
    """The working files below the build folder that the state names."""
    done = file.state.result == "done"
    removed, gone = [], []
    for named in file.state.files:
        path = Path(named)
        if not path.is_relative_to(folder.root) or _stays(str(path.relative_to(folder.root)), done):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
            removed.append(named)
        elif path.is_symlink() or path.exists():
            path.unlink()
            removed.append(named)
        gone.append(path)
    file.forget_files(gone)
    return removed


def _stays(place: str, done: bool) -> bool:
    if _WORK.fullmatch(place):
        return False
    return _STORY.fullmatch(place) is not None or (done and place.startswith("image/"))


def hosted_listing(host: SshHost) -> list[dict[str, str]]:
    """What builds have on a host: each id with its name and its folder there."""
    return [
        {"id": build_id, "folder": folder.path} for build_id, folder in sorted(hosted_builds(host).items())
    ]


def as_json(cleaned: Cleaned) -> dict[str, object]:
    document = {"build": cleaned.build, "id": cleaned.id}
    return document | {"domains": list(cleaned.domains), "files": list(cleaned.files)}
