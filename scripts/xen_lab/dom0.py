"""The image of dom0: made anew only when what goes into it has changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from autoinstall import process
from autoinstall.errors import HostError
from autoinstall.image.disk import require_room
from scripts.lab_mirror.step import Say, Steps
from scripts.xen_lab.places import Lab

_FILES = Path(__file__).parent / "files"
_SCRIPT = _FILES / "make-dom0.sh"
_TIMEOUT = 3600
_ROOM = 3 << 30
"""Bytes: the tree 0.8 GB, the image 0.9, a booted machine's memory 0.3."""

_INSTALLER = Path("/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64")
_PACKAGES = {
    "debootstrap": "debootstrap",
    "mke2fs": "e2fsprogs",
    "sfdisk": "fdisk",
    "cpio": "cpio",
    "unshare": "util-linux",
    "ssh-keygen": "openssh-client",
    str(_INSTALLER): "debian-installer-12-netboot-amd64",
}


def make_dom0(lab: Lab, mirror: str, say: Say) -> str:
    """Make dom0 unless it is up to date; gives the checksum of what it is made of.

    Raises HostError where a tool is missing, where we are not root, or with the build's last words.
    """
    inputs = [*(_content(path) for path in sorted(_FILES.rglob("*"))), mirror]
    outputs = [lab.image, lab.boot / "xen", lab.key, lab.known_hosts]

    def work() -> None:
        _require_tools()
        require_room(lab.folder, _ROOM)
        _make_key(lab)
        with tempfile.TemporaryDirectory(dir=lab.folder, prefix="making-") as folder:
            _build(lab, mirror, Path(folder))

    return Steps(lab.stamps, say).make("dom0", inputs, outputs, work)


def sweep(lab: Lab) -> None:
    """Remove what a killed build left behind."""
    for folder in lab.folder.glob("making-*"):
        shutil.rmtree(folder)


def _build(lab: Lab, mirror: str, folder: Path) -> None:
    folder.chmod(0o755)  # apt drops its rights below it
    out = folder / "out"
    (out / "boot").mkdir(parents=True)
    argv = ("sh", str(_SCRIPT), str(folder / "root"), mirror, f"{lab.key}.pub", str(_FILES / "dom0"))
    apart = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
    try:
        done = process.run((*apart, *argv, str(_INSTALLER), str(out)), timeout=_TIMEOUT)
    except subprocess.TimeoutExpired as error:
        raise HostError(f"making dom0 took over {_TIMEOUT} s", kind="dom0-failed") from error
    lab.build_log.write_text(f"{done.command_line}\n{done.said}\n")
    if done.status:
        raise HostError(
            f"dom0 could not be made (exit status {done.status}); all the words: {lab.build_log}",
            kind="dom0-failed",
            hint="is the network up? may this machine mount and chroot (a container needs CAP_SYS_ADMIN)?",
            host_said="\n".join(done.said.splitlines()[-5:]) or None,
        )
    _, kind, key, *_ = ("", *(out / "host-key.pub").read_text().split())
    lab.known_hosts.write_text(f"xen-lab {kind} {key}\n")
    (out / "versions.txt").replace(lab.versions)
    for part in ("xen", "vmlinuz", "initrd.img"):
        (out / "boot" / part).replace(lab.boot / part)
    (out / "dom0.img").replace(lab.image)


def _make_key(lab: Lab) -> None:
    if not lab.key.exists():
        process.run(("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "xen-lab", "-f", str(lab.key)))


def _require_tools() -> None:
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = {
        name: package
        for name, package in _PACKAGES.items()
        if not (Path(name).is_dir() if name.startswith("/") else shutil.which(name))
    }
    if missing:
        raise HostError(
            f"missing here: {', '.join(sorted(missing))}",
            kind="tool-missing",
            hint=f"apt-get install {' '.join(sorted(set(missing.values())))}",
        )
    if os.geteuid() != 0:
        raise HostError(
            "only root can make dom0 (debootstrap)",
            kind="not-root",
            hint="run `xen-lab up` as root once; all later ones need no root",
        )


def _content(path: Path) -> str:
    if path.is_dir():
        return ""
    return f"{path.relative_to(_FILES)} {hashlib.sha256(path.read_bytes()).hexdigest()}"
