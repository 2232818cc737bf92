"""The build folder: where everything of one build stands, and the lock that keeps it to one process."""

from __future__ import annotations

import json
import os
from pathlib import Path

import filelock

from autoinstall.build.places import state_folder
from autoinstall.errors import BusyError, UsageError
from autoinstall.toolstack.description import quotable


class BuildFolder:
    """The names of what a build leaves, by the layout that is a contract (README, "The build folder")."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = filelock.FileLock(root / "lock", timeout=0, mode=0o600)

    @property
    def answers(self) -> Path:
        return self.root / "answers.yaml"

    @property
    def state(self) -> Path:
        return self.root / "state.json"

    @property
    def events(self) -> Path:
        return self.root / "events.jsonl"

    @property
    def install_cast(self) -> Path:
        return self.root / "install.cast"

    @property
    def boot_cast(self) -> Path:
        return self.root / "boot.cast"

    @property
    def verify_cast(self) -> Path:
        return self.root / "verify.cast"

    def cast(self, stage: str) -> Path | None:
        """The recording of the console that a stage works on."""
        if stage == "install":
            return self.install_cast
        if stage == "verify":
            return self.verify_cast
        return self.boot_cast if stage in ("boot", "configure", "clean") else None

    @property
    def kernel(self) -> Path:
        """The installer's kernel as it boots."""
        return self.root / "netboot" / "vmlinuz"

    @property
    def initrd(self) -> Path:
        """The installer's initrd as it boots, overlays behind it."""
        return self.root / "netboot" / "initrd.gz"

    @property
    def image(self) -> Path:
        return self.root / "image"

    @property
    def disk(self) -> Path:
        return self.root / "image" / "disk.img"

    @property
    def failure(self) -> Path:
        return self.root / "failure"

    @property
    def rehearsal(self) -> Path:
        """The home of the rehearsal's host, where the simulated guest has its own files."""
        return self.root / "guest"

    @property
    def qemu(self) -> Path:
        """Where the sockets of QEMU's guests lie, as long as one runs."""
        return self.root / "qemu"

    def description(self, purpose: str) -> Path:
        """Where the description of the install, boot or verify domain stands."""
        return self.root / f"domain-{purpose}.cfg"

    def make_folders(self) -> None:
        """Make the folders that the stages write to (0700)."""
        for folder in (self.image, self.kernel.parent):
            folder.mkdir(mode=0o700, exist_ok=True)

    def lock(self) -> None:
        """Keep the folder to this process. Raises BusyError where another one has it."""
        try:
            self._lock.acquire()
        except filelock.Timeout as error:
            raise BusyError(
                f"another process works on {self.root}",
                kind="build-in-use",
                hint="wait until it ends, or choose another place with --work",
            ) from error

    def unlock(self) -> None:
        self._lock.release()


def open_folder(work: Path | None, name: str, build_id: str, *, resume: bool) -> BuildFolder:
    """The locked folder of a build: `work`, else one of its own among all builds (with `resume`: the newest of `name`).

    Raises BusyError where another process has it, or where it holds a build that is not to be resumed;
    UsageError where it cannot be a build folder.
    """
    root = work.absolute() if work else _default_root(name, build_id, resume)
    folder = _locked(root)
    try:
        _check_content(folder, resume)
    except BaseException:
        folder.unlock()
        raise
    return folder


def write_private(path: Path, text: str) -> None:
    """Write a file of the build (0600)."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def newest_root(name: str) -> Path | None:
    """The folder of the build of that name that was worked on last, among those without a `--work` of their own."""
    earlier = [path for path in state_folder("builds").glob(f"{name}-*/state.json") if _is_of(path, name)]
    return max(earlier, key=lambda path: path.stat().st_mtime).parent if earlier else None


def _default_root(name: str, build_id: str, resume: bool) -> Path:
    newest = newest_root(name) if resume else None
    return newest or state_folder("builds") / f"{name}-{build_id}"


def _is_of(state: Path, name: str) -> bool:
    """Whether a state file is that of a build of this name (`a-b-1234` may be of `a` or of `a-b`)."""
    try:
        return bool(json.loads(state.read_text())["name"] == name)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _locked(root: Path) -> BuildFolder:
    if not quotable(str(root)) or "," in str(root):
        raise UsageError(
            f"{root} cannot be a build folder",
            kind="unquotable",
            hint="its path stands in domain descriptions, without quotes, commas, backslashes or control characters",
        )
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not any(root.iterdir()):
            root.chmod(0o700)
        folder = BuildFolder(root)
        folder.lock()
    except OSError as error:
        raise UsageError(
            f"{root} cannot be a build folder: {error.strerror}",
            kind="build-folder",
            hint="choose another place with --work",
        ) from error
    return folder


def _check_content(folder: BuildFolder, resume: bool) -> None:
    if folder.state.exists():
        if not resume:
            raise BusyError(
                f"{folder.root} holds a build already",
                kind="build-exists",
                hint="go on with it by --resume, or choose another place with --work",
            )
        return
    foreign = sorted(path.name for path in folder.root.iterdir() if path.name != "lock")
    if foreign:
        raise UsageError(
            f"{folder.root} is not empty and holds no build: {foreign[0]}",
            kind="build-folder",
            hint="nothing of yours is ever overwritten: choose an empty or new folder with --work",
        )
