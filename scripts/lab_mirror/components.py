"""The installer's components (udebs): the mirror's own, and repacked ones in place of those that it lacks."""

from __future__ import annotations

import json
import lzma
import shutil
from collections.abc import Sequence
from pathlib import Path

from autoinstall.image.digest import digest_of_bytes
from autoinstall.image.http import fetch_bytes
from scripts.lab_mirror import closure, repacked
from scripts.lab_mirror.debian_13 import ARCHITECTURE, SUITE, UNOFFERED_UDEBS
from scripts.lab_mirror.download import Downloads
from scripts.lab_mirror.index import packages_text, release_header
from scripts.lab_mirror.netboot import Initrd
from scripts.lab_mirror.places import Lab
from scripts.lab_mirror.private_apt import PrivateApt
from scripts.lab_mirror.stanza import Stanza, stanzas_in
from scripts.lab_mirror.step import Say, Steps, recipe

_RECIPE = recipe("components.py", "repacked.py", "deb.py", "index.py", "debian_13.py")

INDEX = f"main/debian-installer/binary-{ARCHITECTURE}/Packages"


class Components:
    """The components that the lab offers: their stanzas, and the file of each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.index = folder / "Packages"
        self.missing = folder / "missing.json"

    def stanzas(self) -> list[Stanza]:
        return list(stanzas_in(self.index.read_text()))

    def file(self, stanza: Stanza) -> Path:
        return self._folder / Path(stanza.get("Filename")).name

    def write(self, files: Sequence[tuple[Stanza, Path]], missing: Sequence[str]) -> None:
        for _, file in files:
            target = self._folder / file.name
            if file != target:
                target.unlink(missing_ok=True)
                target.hardlink_to(file)
        self.missing.write_text(json.dumps(list(missing)) + "\n")
        self.index.write_text(packages_text(stanza for stanza, _ in files))


def mirrors_index(mirror: str, in_release: str, say: Say) -> str:
    """The mirror's own index of components, as text; a mirror that serves another than it signed is told of."""
    content = fetch_bytes(f"{mirror}/dists/{SUITE}/{INDEX}.xz")
    if digest_of_bytes(content).hex not in in_release:
        say("the mirror's index of components is not the one it signed: their checksums are unproven")
    return lzma.decompress(content).decode("utf-8", "replace")


def make_components(
    lab: Lab, apt: PrivateApt, downloads: Downloads, initrd: Initrd, index: str, steps: Steps
) -> str:
    """All components that an installation by this initrd needs; gives what they were made of."""
    offered = closure.of_kernel(stanzas_in(index), initrd.kernel)
    needed = [
        stanza
        for stanza in closure.needed(offered, closure.offered_names(initrd.components))
        if stanza.name not in UNOFFERED_UDEBS
    ]
    components = Components(lab.components)

    def work() -> None:
        shutil.rmtree(lab.components, ignore_errors=True)
        lab.components.mkdir()
        have = downloads.fetch_present(needed)
        files = [(one, file) for one in needed if (file := have[one.name])]
        missing = [name for name, file in have.items() if file is None]
        steps.tell(f"{len(files)} from the mirror, which lacks {', '.join(missing) or 'none'}")
        with lab.workplace() as folder:
            maker = repacked.Maker(apt, downloads, folder, lab.components)
            if repacked.E2FSPROGS in missing:
                files.append(maker.e2fsprogs())
            if not any("Kernel-Version" in one.fields for one in offered):
                files.append(maker.kernel_modules(initrd))
        components.write(files, missing)

    inputs = [_RECIPE, packages_text(needed), initrd.kernel, initrd.status]
    return steps.make("components", inputs, [components.index], work)


def official_header(in_release: str) -> dict[str, str]:
    """The official Release's own fields, for a list that holds the index of components only."""
    body = in_release.partition("\n\n")[2]
    return {**release_header(body), "Components": "main"}
