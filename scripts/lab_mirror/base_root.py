"""The base system that live-installer copies: debootstrap out of the small archive, once, on this machine."""

from __future__ import annotations

import subprocess
from pathlib import Path

from autoinstall import process
from autoinstall.errors import HostError
from scripts.lab_mirror.debian_13 import LIVE_PACKAGES, SUITE
from scripts.lab_mirror.places import Lab, Variant
from scripts.lab_mirror.proxy import listening
from scripts.lab_mirror.request import MIRROR_FOLDER
from scripts.lab_mirror.step import Steps, recipe
from scripts.lab_mirror.store import Archive

_SCRIPT = Path(__file__).parent / "files/base-root.sh"
_RECIPE = recipe("base_root.py", "debian_13.py", "files/base-root.sh")
_TIMEOUT = 1800


def make_base_root(lab: Lab, mirror: str, made_of: str, steps: Steps) -> str:
    """The image of the base system, made as root. Raises HostError with debootstrap's last words."""

    def work() -> None:
        steps.tell("debootstrap, a minute or two")
        archive = Archive(lab.archive(Variant.SMALL), None)
        with listening(archive, mirror, 0) as server, lab.workplace() as folder:
            address = f"{server.url}{MIRROR_FOLDER}"
            folder.chmod(0o755)  # apt drops its rights below it
            image = folder / "base.ext4"
            argv = ("sh", str(_SCRIPT), str(folder / "root"), address, SUITE, str(lab.keyring), str(image))
            _run_apart((*argv, *LIVE_PACKAGES), lab.folder / "base-root.log")
            image.replace(lab.base_root)

    return steps.make("base root", [_RECIPE, made_of], [lab.base_root], work)


def _run_apart(argv: tuple[str, ...], log: Path) -> None:
    """Run a command in a mount namespace and a process namespace that end with it."""
    apart = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
    try:
        done = process.run((*apart, *argv), timeout=_TIMEOUT)
    except subprocess.TimeoutExpired as error:
        raise HostError(f"the base root took over {_TIMEOUT} s", kind="base-root-failed") from error
    log.write_text(f"{done.command_line}\n{done.said}\n")
    if done.status:
        raise HostError(
            f"the base root could not be made (exit status {done.status}); all its words: {log}",
            kind="base-root-failed",
            hint="may this machine mount and chroot? a container needs CAP_SYS_ADMIN for it",
            host_said="\n".join(done.said.splitlines()[-5:]) or None,
        )
