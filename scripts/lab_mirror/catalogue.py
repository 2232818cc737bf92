"""The questions of the whole installation as one debconf templates file, for `--catalogue`.

The installer's own initrd has only the first dialogs' templates: the others come with the components, and the
last ones with packages of the installed system.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from autoinstall.catalogue.initrd import templates_in_initrd
from scripts.lab_mirror import deb
from scripts.lab_mirror.components import Components
from scripts.lab_mirror.debian_13 import ASKING_PACKAGES
from scripts.lab_mirror.download import Downloads
from scripts.lab_mirror.places import Lab
from scripts.lab_mirror.private_apt import PrivateApt
from scripts.lab_mirror.step import Steps, recipe

_RECIPE = recipe("catalogue.py")
_TRANSLATED = re.compile(r"[A-Za-z]+-(?P<language>[a-z]{2,3}(_[A-Z]{2})?(@\w+)?)\.[\w-]+:", re.IGNORECASE)


def make_catalogue(lab: Lab, apt: PrivateApt, downloads: Downloads, made_of: str, steps: Steps) -> str:
    """Write the templates, without their translations: an English catalogue loads in a tenth of the time."""
    packages = [apt.package(name) for name in ASKING_PACKAGES]
    components = Components(lab.components)

    def work() -> None:
        with lab.official_initrd.open("rb") as initrd:
            texts = [text for _, text in templates_in_initrd(initrd)]
        files = [components.file(stanza) for stanza in components.stanzas()]
        for file in (*files, *downloads.fetch_all(packages)):
            texts += _templates_of(lab, file)
        lab.catalogue.write_text("\n\n".join(english(text) for text in texts) + "\n")

    sums = [package.get("SHA256") for package in packages]
    return steps.make("catalogue", [_RECIPE, made_of, *sums], [lab.catalogue], work)


def english(text: str) -> str:
    """A templates file without its translated fields, blank lines at both ends left out."""
    return in_languages(text, ())


def in_languages(text: str, languages: Collection[str]) -> str:
    """A templates file with its English fields and those of some languages, blank lines at both ends left out."""
    kept: list[str] = []
    dropping = False
    for line in text.splitlines():
        if not line.startswith((" ", "\t")):
            translated = _TRANSLATED.match(line)
            dropping = translated is not None and translated["language"] not in languages
        if not dropping:
            kept.append(line)
    return "\n".join(kept).strip("\n")


def _templates_of(lab: Lab, package: Path) -> Iterator[str]:
    with lab.workplace() as folder:
        deb.unpack_control(package, folder / "control")
        templates = folder / "control/templates"
        if templates.exists():
            yield templates.read_text(encoding="utf-8")
