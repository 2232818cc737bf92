"""The archives that are served: folders `debian` and `security`, each with its suites."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from autoinstall.errors import VerificationError
from scripts.lab_mirror import deb
from scripts.lab_mirror.components import INDEX, Components, official_header
from scripts.lab_mirror.debian_13 import (
    ARCHITECTURE,
    BASE_PACKAGES,
    CONTEXT_DEPENDENCIES,
    DEBOOTSTRAP_UDEBS,
    LATER_PACKAGES,
    PARAVIRTUAL_PACKAGES,
    SUITE,
    SUITE_CLASS,
    UNNEEDED_UDEBS,
    VERSION,
)
from scripts.lab_mirror.download import Downloads
from scripts.lab_mirror.index import packages_files, packages_text, release_text, stored, write_files
from scripts.lab_mirror.places import Lab, Variant
from scripts.lab_mirror.private_apt import PrivateApt
from scripts.lab_mirror.signing import LabKey
from scripts.lab_mirror.stanza import Stanza, stanzas_in
from scripts.lab_mirror.step import Steps, recipe

_RECIPE = recipe("archives.py", "deb.py", "index.py", "signing.py", "debian_13.py")

PACKAGES = f"main/binary-{ARCHITECTURE}/Packages"
_EXTRA_SUITES = (
    ("debian", f"{SUITE}-updates", f"{SUITE_CLASS}-updates", "Debian"),
    ("security", f"{SUITE}-security", f"{SUITE_CLASS}-security", "Debian-Security"),
)


def make_official(lab: Lab, key: LabKey, in_release: str, made_of: str, steps: Steps) -> str:
    """The mirror's own archive, but for its index of components, which is ours."""
    components = Components(lab.components)

    def work() -> None:
        with _Fresh(lab.archive(Variant.OFFICIAL)) as folder:
            suite = folder / "debian/dists" / SUITE
            files = _index(INDEX, components.stanzas())
            write_files(suite, files)
            (suite / "Release").write_text(release_text(official_header(in_release), files))
            key.sign_release(suite)
            (suite.parent / SUITE_CLASS).symlink_to(SUITE)
            repacked = [one for one in components.stanzas() if one.get("Filename").startswith("lab/")]
            _link_files((components.file(one) for one in repacked), folder / "debian/lab")

    inputs = [_RECIPE, made_of, in_release, _digest(key.public)]
    return steps.make("official archive", inputs, [lab.archive(Variant.OFFICIAL)], work)


def make_pool(
    lab: Lab, key: LabKey, apt: PrivateApt, downloads: Downloads, steps: Steps, made_of: str
) -> str:
    """The uncompressed packages of the small archives, and the index of them."""
    names = {*apt.with_dependencies([*apt.of_priority("required"), *BASE_PACKAGES, *LATER_PACKAGES])}
    for more in (PARAVIRTUAL_PACKAGES, CONTEXT_DEPENDENCIES):
        names |= {*apt.with_dependencies(more)}
    packages = [apt.package(name) for name in sorted(names)]

    def work() -> None:
        shutil.rmtree(lab.pool, ignore_errors=True)
        lab.pool.mkdir()
        megabytes = sum(int(package.get("Size")) for package in packages) / 1e6
        steps.tell(f"{len(packages)} packages, {megabytes:.0f} MB")
        files = downloads.fetch_all(packages)
        with ThreadPoolExecutor(2) as workers:
            pairs = zip(packages, files, strict=True)
            stanzas = list(workers.map(lambda pair: _pooled(lab, _chosen(pair[0]), pair[1]), pairs))
        stanzas.append(_key_package(lab, key))
        components = Components(lab.components)
        udebs = [one for one in components.stanzas() if one.name not in UNNEEDED_UDEBS]
        pooled = [_pooled(lab, one, components.file(one)) for one in udebs]
        (lab.pool / "Packages").write_text(packages_text(stanzas))
        (lab.pool / "Components").write_text(packages_text(pooled))

    inputs = [_RECIPE, packages_text(packages), made_of, _digest(key.public)]
    return steps.make("small archive's packages", inputs, [lab.pool / "Components"], work)


def pooled_components(lab: Lab, variant: Variant) -> list[Stanza]:
    """The components of a small archive; their files are in the pool."""
    stanzas = stanzas_in((lab.pool / "Components").read_text())
    left_out = DEBOOTSTRAP_UDEBS if variant is Variant.LIVE else frozenset[str]()
    return [one for one in stanzas if one.name not in left_out]


def make_small(lab: Lab, variant: Variant, key: LabKey, made_of: str, steps: Steps) -> str:
    """An archive of few packages, all of it ours and signed by us."""

    def work() -> None:
        with _Fresh(lab.archive(variant)) as folder:
            packages = list(stanzas_in((lab.pool / "Packages").read_text()))
            components = pooled_components(lab, variant)
            files = {**_index(PACKAGES, packages), **_index(INDEX, components)}
            files[f"main/binary-{ARCHITECTURE}/Release"] = _component_release()
            _write_suite(folder / "debian/dists" / SUITE, files, _header(SUITE_CLASS, SUITE, "Debian"), key)
            (folder / "debian/dists" / SUITE_CLASS).symlink_to(SUITE)
            for area, codename, suite, label in _EXTRA_SUITES:
                header = _header(suite, codename, label)
                _write_suite(folder / area / "dists" / codename, _index(PACKAGES, ()), header, key)
            files_needed = (lab.pool / Path(one.get("Filename")).name for one in (*packages, *components))
            _link_files(files_needed, folder / "debian/lab")

    return steps.make(f"{variant} archive", [_RECIPE, made_of], [lab.archive(variant)], work)


class _Fresh:
    """A folder that takes another's place when it is complete."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._new = target.with_name(target.name + ".new")

    def __enter__(self) -> Path:
        shutil.rmtree(self._new, ignore_errors=True)
        self._new.mkdir(parents=True)
        return self._new

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            shutil.rmtree(self._target, ignore_errors=True)
            self._new.rename(self._target)


def _index(path: str, stanzas: Iterable[Stanza]) -> dict[str, bytes]:
    return {path + ending: content for ending, content in packages_files(packages_text(stanzas)).items()}


def _write_suite(suite: Path, files: dict[str, bytes], header: dict[str, str], key: LabKey) -> None:
    write_files(suite, files)
    (suite / "Release").write_text(release_text(header, files))
    key.sign_suite(suite)


def _header(suite: str, codename: str, label: str) -> dict[str, str]:
    return {
        "Origin": "Debian",
        "Label": label,
        "Suite": suite,
        "Version": VERSION,
        "Codename": codename,
        "Date": time.strftime("%a, %d %b %Y %H:%M:%S UTC", time.gmtime()),
        "Architectures": f"all {ARCHITECTURE}",
        "No-Support-for-Architecture-all": "Packages",
        "Components": "main",
        "Description": "autoinstall's lab archive",
    }


def _component_release() -> bytes:
    """The little Release beside Packages: choose-mirror takes an archive without one for a bad mirror."""
    fields = (
        f"Archive: {SUITE_CLASS}",
        "Origin: Debian",
        "Label: Debian",
        "Component: main",
        f"Architecture: {ARCHITECTURE}",
    )
    return "\n".join((*fields, "")).encode()


def _chosen(package: Stanza) -> Stanza:
    """The package with the priority that decides whether debootstrap takes it."""
    usual = package.get("Priority") in ("important", "standard")
    return (
        package.with_fields(Priority="optional") if usual and package.name not in BASE_PACKAGES else package
    )


def _pooled(lab: Lab, package: Stanza, file: Path) -> Stanza:
    """Put a package into the pool, decompressed. Raises VerificationError where it is not the one listed."""
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != package.get("SHA256").lower():
        raise VerificationError(f"{file.name} is not what the index says", kind="wrong-checksum")
    plain = deb.uncompressed(content)
    (lab.pool / file.name).write_bytes(plain)
    return stored(package, f"lab/{file.name}", plain)


def _key_package(lab: Lab, key: LabKey) -> Stanza:
    """The lab's key as a package that every system of the small archives gets: its apt must trust the archive."""
    with lab.workplace() as folder:
        tree = folder / "tree"
        write_files(tree, {"etc/apt/trusted.gpg.d/lab.asc": key.armoured().encode()})
        control = Stanza(
            {
                "Package": "lab-archive-keyring",
                "Version": "1",
                "Architecture": "all",
                "Maintainer": "lab <lab@example.org>",
                "Section": "misc",
                "Priority": "required",
                "Description": "key of the lab archive",
            }
        )
        target = lab.pool / "lab-archive-keyring_1_all.deb"
        deb.pack(tree, control, target, compression="none")
    return stored(control, f"lab/{target.name}", target.read_bytes())


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _link_files(files: Iterable[Path], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        (folder / file.name).hardlink_to(file)
