"""The host's own programs made ready for guests: copies that find their loader and libraries below `/host`."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from autoinstall.rehearsal.disk import HOST_FOLDER
from autoinstall.rehearsal.guest import elf

_HERE = Path(__file__).parent
_SEARCH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_NEVER_LINKED = ("setpriv",)
"""Programs that only our own programs use; a guest of 2012 has none at such a place."""

_LOADER = b"/host/ld"
_LIBRARIES = b"/host/lib/"

OUR_PROGRAMS = {
    "/sbin": "shutdown poweroff halt reboot ifup ifdown ifconfig initctl start stop restart status reload"
    " ldconfig udevadm swapon swapoff",
    "/bin": "sync su dmesg hostname uname ip mount umount",
    "/usr/bin": "sudo mesg id groups whoami",
    "/usr/sbin": "service invoke-rc.d update-rc.d update-grub apt-get",
}
"""Programs that a private root cannot have for real, by the folders where precise has them; see `programs/`."""


class NoUserland(Exception):
    """The host's programs cannot be made ready; the text is a whole sentence."""


def prepare(home: Path) -> Path:
    """The folder of ready programs below `home`, made on the first call. Raises NoUserland."""
    ready = home / "userland"
    if ready.is_dir():
        return ready
    making = Path(tempfile.mkdtemp(prefix=".userland-", dir=home))
    making.chmod(0o755)
    try:
        _fill(making)
        making.rename(ready)
    except OSError as error:
        shutil.rmtree(making, ignore_errors=True)
        if not ready.is_dir():  # else another guest was quicker
            raise NoUserland(f"The host's programs cannot be copied: {error}.") from error
    return ready


def install(userland: Path, root: Path, *, spoilt: bool) -> None:
    """Give the guest at `root` the programs of `userland` by hard links, and links at their usual places.

    A file that the guest has of its own stays. `spoilt`: with the `chmod` of the fault `wrong-mode`.
    """
    shutil.copytree(userland, root / HOST_FOLDER, copy_function=os.link, symlinks=True, dirs_exist_ok=True)
    _copy_our_programs(root / HOST_FOLDER / "ours")
    for folder, name, target in _links(userland):
        place = root / folder.lstrip("/") / name
        spoiled = spoilt and name in ("chmod", "install")
        with_fault = f"/{HOST_FOLDER}/ours/wrong-mode-{name}" if spoiled else target
        if not os.path.lexists(place) and place.parent.is_dir():
            place.symlink_to(with_fault)


def environment(userland: Path) -> Mapping[str, str]:
    """What every program of the guest needs in its environment: nothing, where the loader could be taught."""
    taught = _LIBRARIES[:-1] in (userland / "ld").read_bytes()
    return {} if taught else {"LD_LIBRARY_PATH": _LIBRARIES.decode().rstrip("/")}


def has_setpriv(userland: Path) -> bool:
    """Whether a guest's shell can really become another user."""
    return (userland / "bin/setpriv").exists()


def _links(userland: Path) -> Iterator[tuple[str, str, str]]:
    for folder, names in OUR_PROGRAMS.items():
        for name in names.split():
            yield folder, name, f"/{HOST_FOLDER}/ours/{name}"
    for folder, name in _wanted():
        if (userland / "bin" / name).exists():
            yield folder, name, f"/{HOST_FOLDER}/bin/{name}"


def _wanted() -> Iterator[tuple[str, str]]:
    for line in (_HERE / "programs.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            folder, *names = line.split()
            yield from ((folder, name) for name in names)


def _fill(folder: Path) -> None:
    for part in ("bin", "lib"):
        (folder / part).mkdir()
    names = {name for _, name in _wanted()} | set(_NEVER_LINKED)
    found = {name: path for name in sorted(names) if (path := shutil.which(name, path=_SEARCH))}
    libraries, loader = _read(found)
    for name, path in found.items():
        _copy(Path(path), folder / "bin" / name, loader)
    for name, library in libraries.items():
        shutil.copy(library, folder / "lib" / name)
    _teach(Path(loader), folder / "ld", libraries.values())


def _stands_for(name: str) -> str:
    """Which of our programs answers to several names."""
    if name in ("shutdown", "poweroff", "halt", "reboot"):
        return "power"
    if name in (
        "start",
        "stop",
        "restart",
        "status",
        "reload",
        "initctl",
        "service",
        "invoke-rc.d",
        "update-rc.d",
    ):
        return "jobs"
    return "ifup" if name == "ifdown" else "nothing"


def _copy_our_programs(folder: Path) -> None:
    """Those that imitate what a private root cannot have; not kept with the others, as they are small."""
    folder.mkdir()
    for source in (_HERE / "programs").iterdir():
        shutil.copy(source, folder / source.name)
        (folder / source.name).chmod(0o755)
    for name in (name for names in OUR_PROGRAMS.values() for name in names.split()):
        if not (folder / name).exists():
            (folder / name).symlink_to(_stands_for(name))


def _read(programs: dict[str, str]) -> tuple[dict[str, Path], str]:
    """All libraries that `programs` load, by name, and their loader. Raises NoUserland."""
    known = [program for path in programs.values() if (program := elf.read(Path(path)))]
    loaders = [program.loader for program in known if program.loader]
    if not loaders:
        raise NoUserland(
            "The host's programs name no loader: they are linked statically, or are no ELF files."
        )
    libraries = elf.libraries(known)
    names = Path(libraries.get("libc.so.6", Path())).with_name("libnss_files.so.2")
    if names.exists():  # before glibc 2.34 libc loads it by name when it looks a user up
        libraries[names.name] = names
    libraries.pop(Path(loaders[0]).name, None)
    return libraries, loaders[0]


def _copy(source: Path, target: Path, loader: str) -> None:
    """Copy a program; where it is none of ours, its loader's name becomes that of our copy."""
    content = source.read_bytes()
    name = loader.encode() + b"\0"
    if content.startswith(b"\x7fELF") and len(loader) >= len(_LOADER):
        content = content.replace(name, _LOADER.ljust(len(name), b"\0"), 1)
    target.write_bytes(content)
    target.chmod(0o755)


def _teach(loader: Path, target: Path, libraries: Iterable[Path]) -> None:
    """Copy the loader, its built-in library folders changed to ours (of the same length, thanks to slashes)."""
    content = loader.read_bytes()
    for folder in {str(path.parent) for path in libraries}:
        known = folder.encode() + b"/\0"
        ours = _LIBRARIES.ljust(len(known) - 1, b"/") + b"\0"
        if len(ours) == len(known):
            content = content.replace(b"\0" + known, b"\0" + ours)
    target.write_bytes(content)
    target.chmod(0o755)
