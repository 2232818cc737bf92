"""What is appended to the installer's initrd: keys, and for the live route the components themselves."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from autoinstall import process
from autoinstall.errors import HostError
from autoinstall.image.overlay import append_overlays
from scripts.lab_mirror import cpio, deb
from scripts.lab_mirror.netboot import MODULES, STATUS, Initrd
from scripts.lab_mirror.places import Lab, Variant
from scripts.lab_mirror.stanza import Stanza, stanzas_in
from scripts.lab_mirror.step import Steps, recipe

_HOOKS = {
    "files/lab-proxy": "usr/lib/base-installer.d/99lab-proxy",
    "files/lab-proxy-end": "usr/lib/post-base-installer.d/99lab-proxy-end",
}
"""Scripts that base-installer runs, before and after it sets up apt in the new system."""

_LIVE_HOOKS = {"files/lab-pkgsel": "usr/lib/post-base-installer.d/99lab-pkgsel"}
_PRESEED = "files/preseed-live.cfg"
_RECIPE = recipe("initrd.py", "cpio.py", "deb.py", *_HOOKS, *_LIVE_HOOKS, _PRESEED)

KEYRING = "usr/share/keyrings/archive.gpg"
"""With this the installer and its debootstrap check signatures; the installer makes it of Debian's keys only
where it is not there."""

_INFO = "var/lib/dpkg/info"
_MERGED = ("lib", "bin", "sbin", "lib64")
"""Links into usr in the initrd: a folder of that name in an appended archive would replace the link."""

_PACKAGE = Path(__file__).parent


def make_initrd(
    lab: Lab, variant: Variant, initrd: Initrd, components: Sequence[Stanza], made_of: str, steps: Steps
) -> str:
    """The overlay and the initrd of a variant. `components` (files in the pool) are put in, so that none is
    loaded over the network, as the installer's own CD images have them."""

    def work() -> None:
        with lab.workplace() as folder:
            tree = folder / "tree"
            _write(tree / KEYRING, lab.keyring.read_bytes())
            _add_hooks(tree, _HOOKS)
            if components:
                _preload(tree, lab.pool, initrd, components)
                _add_hooks(tree, _LIVE_HOOKS)
                _write(tree / "preseed.cfg", (_PACKAGE / _PRESEED).read_bytes())
            overlay = gzip.compress(cpio.archive(cpio.entries_below(tree)), compresslevel=6, mtime=0)
        lab.overlay(variant).write_bytes(overlay)
        append_overlays(lab.official_initrd, [lab.overlay(variant)], lab.initrd(variant))

    inputs = [_RECIPE, made_of, hashlib.sha256(lab.keyring.read_bytes()).hexdigest()]
    name = lab.initrd(variant).name.removesuffix(".gz")
    return steps.make(name, inputs, [lab.overlay(variant), lab.initrd(variant)], work)


def _preload(tree: Path, pool: Path, initrd: Initrd, components: Sequence[Stanza]) -> None:
    """Components as unpacked but not yet configured ones: the installer configures them by its menu."""
    present = {stanza.name for stanza in initrd.components}
    status = [initrd.status.rstrip("\n") + "\n"]
    for component in components:
        if component.name not in present:
            status.append(_unpacked(tree, pool / Path(component.get("Filename")).name))
    _write(tree / STATUS, "\n".join(status).encode())
    _index_modules(tree, initrd)


def _unpacked(tree: Path, file: Path) -> str:
    """Unpack a component into the tree; its stanza for dpkg's status."""
    with tempfile.TemporaryDirectory(dir=tree.parent) as folder:
        content, control = Path(folder, "content"), Path(folder, "control")
        deb.unpack(file, content)
        deb.unpack_control(file, control)
        stanza = next(stanzas_in((control / "control").read_text()))
        for part in control.iterdir():
            if part.name != "control":
                _write(tree / _INFO / f"{stanza.name}.{part.name}", part.read_bytes(), part.stat().st_mode)
        for name in _MERGED:
            if (content / name).is_dir():
                shutil.copytree(content / name, content / "usr" / name, symlinks=True, dirs_exist_ok=True)
                shutil.rmtree(content / name)
        shutil.copytree(content, tree, symlinks=True, dirs_exist_ok=True)
    named, *others = stanza.text.split("\n")
    return "\n".join((named, "Status: install ok unpacked", *others, ""))


def _index_modules(tree: Path, initrd: Initrd) -> None:
    """modules.dep and its kin for the initrd's modules and ours together: without them modprobe finds none."""
    with tempfile.TemporaryDirectory(dir=tree.parent) as folder:
        base = Path(folder)
        for entry in initrd.modules:
            if entry.is_file:
                _write(base / entry.path, entry.content)
        ours = tree / MODULES / initrd.kernel
        shutil.copytree(ours, base / MODULES / initrd.kernel, dirs_exist_ok=True)
        (base / "lib").symlink_to("usr/lib")
        done = process.run(("depmod", "-b", str(base), initrd.kernel))
        if done.status:
            raise HostError("depmod failed", kind="depmod-failed", host_said=done.said or None)
        for index in (base / MODULES / initrd.kernel).glob("modules.*"):
            shutil.copy(index, ours)


def _add_hooks(tree: Path, hooks: Mapping[str, str]) -> None:
    for source, target in hooks.items():
        _write(tree / target, (_PACKAGE / source).read_bytes(), 0o755)


def _write(path: Path, content: bytes, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode & 0o7777)
