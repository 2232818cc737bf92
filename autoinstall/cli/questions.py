"""`autoinstall questions`: what an installer can ask, out of its own templates."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from autoinstall.answers.host_mirror import DEBIAN_SUITES
from autoinstall.build.places import CATALOGUES, DOWNLOADS, cache_folder
from autoinstall.catalogue.question import ASKED_TYPES, Question, Texts
from autoinstall.catalogue.shipped import read_file
from autoinstall.cli.output import Output, printable
from autoinstall.errors import InvalidFileError, UsageError
from autoinstall.image.cache import DownloadCache
from autoinstall.image.components import component_questions

_INTERNAL = "for internal use"
"""In the short texts of what components keep for themselves, and never show."""

_CHOICES_SHOWN = 8
_WIDTH = 100


def run(arguments: argparse.Namespace, output: Output) -> int:
    source: str = arguments.source
    if "://" in source:
        questions, missing = _of_mirror(arguments, output)
    else:
        questions, missing = _of_file(arguments), {}
    output.document(
        {
            "result": "ok",
            "questions": [_document(one, arguments.language) for one in questions.values()],
            "missing": [{"component": name, "message": why} for name, why in missing.items()],
        }
    )
    output.result(_lines(questions.values(), arguments.language or "en"))
    output.complaint(_missing_lines(missing))
    return 0


def _of_file(arguments: argparse.Namespace) -> Mapping[str, Question]:
    if arguments.suite:
        raise UsageError(
            f"{arguments.source} is no mirror, and only a mirror has suites",
            kind="usage",
            hint="autoinstall questions INITRD, or autoinstall questions http://MIRROR/debian SUITE",
        )
    found = read_file(Path(arguments.source), cache_folder(CATALOGUES))
    if found is None:
        raise InvalidFileError(
            f"{arguments.source} holds no questions",
            kind="no-questions",
            hint="is it the initrd of a debian-installer? `autoinstall questions MIRROR SUITE` needs none",
        )
    return found


def _of_mirror(
    arguments: argparse.Namespace, output: Output
) -> tuple[Mapping[str, Question], Mapping[str, str]]:
    suite: str | None = arguments.suite
    if not suite:
        raise UsageError(
            "a mirror has many suites", kind="usage", hint=f"autoinstall questions {arguments.source} trixie"
        )
    keyring: Path = arguments.keyring or _keyring_of(suite)
    if not keyring.is_file():
        raise UsageError(
            f"the keyring {keyring} is not there",
            kind="keyring-missing",
            hint="install the archive's keyring package, or name its file: --keyring FILE",
        )
    found = component_questions(
        arguments.source, suite, arguments.architecture, keyring, DownloadCache(cache_folder(DOWNLOADS)),
        lambda done, whole: output.progress(f"{done} of {whole} components") if done % 100 == 0 else None,
    )  # fmt: skip
    output.progress(
        f"{len(found.questions)} questions of {found.looked_into} components of {suite}, {found.vouched}"
    )
    return found.questions, found.missing


def _keyring_of(suite: str) -> Path:
    distribution = "debian" if suite in DEBIAN_SUITES else "ubuntu"
    return Path(f"/usr/share/keyrings/{distribution}-archive-keyring.gpg")


def _document(question: Question, language: str | None) -> dict[str, Any]:
    texts = question.texts.items() if language is None else [(language, _texts(question, language))]
    return {
        "name": question.name,
        "type": question.type,
        "values": list(question.values),
        "default": question.default,
        "texts": {
            name: {"description": one.description, "extended": one.extended, "choices": list(one.choices)}
            for name, one in texts
        },
    }


def _texts(question: Question, language: str) -> Texts:
    """In that language, or in English where it is not translated, as the installer shows it."""
    return question.texts.get(language) or question.english


def _lines(questions: Iterable[Question], language: str) -> Iterator[str]:
    """What is asked (not titles and other texts): name, type and default, its text, its choices."""
    asked = 0
    for question in questions:
        if question.type not in ASKED_TYPES or _INTERNAL in question.english.description.lower():
            continue
        asked += 1
        texts = _texts(question, language)
        default = f", default {printable(question.default)!r}" if question.default else ""
        yield f"{question.name}  ({question.type}{default})"
        yield from _indented(texts.description)
        if texts.choices:
            shown = " | ".join(texts.choices[:_CHOICES_SHOWN])
            rest = len(texts.choices) - _CHOICES_SHOWN
            yield from _indented(shown + (f" | ... ({rest} more)" if rest > 0 else ""))
    yield f"{asked} questions"


def _missing_lines(missing: Mapping[str, str]) -> Iterator[str]:
    """One line a reason; a mirror may lack many for the same one."""
    for reason in dict.fromkeys(missing.values()):
        names = [name for name, why in missing.items() if why == reason]
        yield f"warning: {printable(reason)}: {', '.join(map(printable, names))}"


def _indented(text: str) -> list[str]:
    return textwrap.wrap(printable(text), _WIDTH, initial_indent="    ", subsequent_indent="    ")
