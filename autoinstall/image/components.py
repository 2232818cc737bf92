"""The questions of a suite's installer components (udebs): each fetched by the signed index, checked, and looked into.

An installer loads most of its components while it runs: its initrd alone has a third of the questions.
"""

from __future__ import annotations

import io
import re
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from autoinstall.catalogue.question import Question
from autoinstall.catalogue.templates import parse_templates
from autoinstall.errors import InvalidFileError, VerificationError
from autoinstall.image.cache import DownloadCache
from autoinstall.image.http import NotFoundError, fetch_file
from autoinstall.image.package import PackageFile, control_files, index_stanzas, listed_package
from autoinstall.image.sums import SignedSums, suite_release

AT_ONCE = 8
LONGEST_TEMPLATES = 16 << 20
_WITHOUT_QUESTIONS = re.compile(r"kernel-image-|.+-modules-.+-di$")
"""Kernels and their modules: the greater part of an archive's components, and none of them asks anything."""


@dataclass(frozen=True, slots=True)
class ComponentQuestions:
    """Questions by name, the components that the mirror lacks or has damaged (with the reason), what vouches."""

    questions: dict[str, Question]
    missing: dict[str, str]
    looked_into: int
    vouched: str


def component_questions(
    mirror: str,
    suite: str,
    architecture: str,
    keyring: Path,
    cache: DownloadCache,
    told: Callable[[int, int], None] = lambda done, whole: None,
) -> ComponentQuestions:
    """Read the questions of all components of a suite; `told` hears how many of how many were looked into.

    Raises HostError where the mirror cannot be reached, VerificationError where nothing vouches for its index.
    """
    mirror = mirror.rstrip("/")
    release = suite_release(mirror, suite, keyring)
    listed = [
        package
        for path in _indices(release, architecture)
        for package in _listed(mirror, suite, path, release)
        if not _WITHOUT_QUESTIONS.match(package.name)
    ]
    if not listed:
        raise VerificationError(
            f"{suite} has no installer components for {architecture}",
            kind="unlisted-file",
            hint="only suites with a debian-installer have them: is the name right?",
        )
    found = ComponentQuestions({}, {}, len(listed), release.vouched)
    with tempfile.TemporaryDirectory(prefix="autoinstall-") as folder, ThreadPoolExecutor(AT_ONCE) as workers:
        looked = workers.map(lambda one: _look_into(mirror, one, Path(folder), cache), listed)
        for number, (package, read) in enumerate(zip(listed, looked, strict=True), start=1):
            if isinstance(read, str):
                found.missing[package.name] = read
            else:
                found.questions.update(read)
            told(number, len(listed))
    return found


def _indices(release: SignedSums, architecture: str) -> list[str]:
    """The component indices that a suite lists, one for each of its areas (main, universe, ...)."""
    pattern = re.compile(rf"([^/]+/debian-installer/binary-{re.escape(architecture)}/Packages)(\.\w+)?")
    return sorted({match[1] for path in release.sums if (match := pattern.fullmatch(path))})


def _listed(mirror: str, suite: str, path: str, release: SignedSums) -> Iterator[PackageFile]:
    for stanza in index_stanzas(mirror, suite, path, release):
        if stanza.strip():
            yield listed_package(stanza, release)


def _look_into(
    mirror: str, package: PackageFile, folder: Path, cache: DownloadCache
) -> dict[str, Question] | str:
    """A component's questions, or why it is of no use."""
    file = folder / f"{package.digest.hex}.udeb"
    try:
        if not cache.take(package.digest, file):
            fetch_file(f"{mirror}/{package.path}", file, expected=package.digest)
            cache.keep(package.digest, file)
        return parse_templates(_templates_in(file, package.name))
    except NotFoundError:
        return "not on the mirror"
    except (VerificationError, InvalidFileError) as error:
        return error.message
    finally:
        file.unlink(missing_ok=True)


def _templates_in(package: Path, name: str) -> str:
    """The templates file among a package's control files, empty where it has none."""
    control = control_files(package, name)
    try:
        with tarfile.open(fileobj=io.BytesIO(control)) as members:
            member = next((one for one in members if one.name.removeprefix("./") == "templates"), None)
            file = members.extractfile(member) if member and member.isreg() else None
            if file is None or member is None:
                return ""
            if member.size > LONGEST_TEMPLATES:
                raise InvalidFileError("its templates file is too long", kind="invalid-templates")
            return file.read().decode("utf-8", "replace")
    except tarfile.TarError as error:
        raise InvalidFileError(f"its control files are damaged: {error}", kind="invalid-templates") from None
