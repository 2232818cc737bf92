"""Catalogues kept on disk: made once from an installer's initrd, read by the language that is asked for.

An initrd holds its questions in some eighty languages, of which one or two are ever on a screen. A kept
catalogue is a zip archive: `questions.json` with all but the translations, `LANGUAGE.json` with one language's.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from autoinstall import process
from autoinstall.catalogue.catalogue import Catalogue
from autoinstall.catalogue.question import Question, Texts
from autoinstall.errors import InvalidFileError

FORMAT = 1
MAKING_SECONDS = 300.0
"""A real initrd takes 1.5 s on a quiet machine."""

_INDEX = "questions.json"


def kept_catalogue(source: Path, folder: Path) -> Catalogue | None:
    """The catalogue of an initrd or templates file, made at the first time and kept in `folder` by its checksum.

    None where the source holds no question. Raises InvalidFileError where it is damaged, OSError where it
    cannot be read.
    """
    with source.open("rb") as stream:
        checksum = hashlib.file_digest(stream, "sha256").hexdigest()
    path = folder / f"{checksum}.{FORMAT}.zip"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _make(source, path)
    return open_catalogue(path)


def _make(source: Path, path: Path) -> None:
    """Have a process of its own make it: what a hostile file makes of its memory is not ours."""
    argv = (sys.executable, "-m", "autoinstall.catalogue.making", str(source), str(path))
    done = process.run(argv, timeout=MAKING_SECONDS, environment={"PYTHONPATH": os.pathsep.join(sys.path)})
    if done.status == 0:
        return
    try:
        told = json.loads(done.stderr.splitlines()[-1])
        message, kind, hint = str(told["message"]), str(told["kind"]), told["hint"]
    except (ValueError, KeyError, IndexError, TypeError):
        message, kind, hint = "the installer's questions cannot be read from it", "invalid-initrd", None
    raise InvalidFileError(message, kind=kind, hint=hint)


def keep(catalogue: Mapping[str, Question], buttons: Mapping[str, Mapping[str, str]], path: Path) -> None:
    """Write a catalogue; seen by others only when it is whole."""
    languages = sorted({language for question in catalogue.values() for language in question.texts} - {"en"})
    index = {
        "languages": languages,
        "buttons": {language: dict(labels) for language, labels in buttons.items()},
        "questions": {name: _entry(question) for name, question in catalogue.items()},
    }
    with (
        tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        archive.writestr(_INDEX, json.dumps(index, ensure_ascii=False))
        for language in languages:
            texts = {
                name: _listed(question.texts[language])
                for name, question in catalogue.items()
                if language in question.texts
            }
            archive.writestr(f"{language}.json", json.dumps(texts, ensure_ascii=False))
    Path(file.name).replace(path)


def open_catalogue(path: Path) -> Catalogue | None:
    """Read a kept catalogue; None for one without a question. Translations are read when they are asked for."""
    with zipfile.ZipFile(path) as archive:
        index = json.loads(archive.read(_INDEX))
    if not index["questions"]:
        return None
    shelf = _Shelf(path, tuple(index["languages"]))
    questions = {
        name: Question(
            name,
            entry["type"],
            tuple(entry["values"]),
            entry["default"],
            _Translations(name, _texts(entry["en"]), shelf),
        )
        for name, entry in index["questions"].items()
    }
    return Catalogue(questions, index["buttons"])


def _entry(question: Question) -> dict[str, Any]:
    return {
        "type": question.type,
        "values": list(question.values),
        "default": question.default,
        "en": _listed(question.english),
    }


def _listed(texts: Texts) -> list[Any]:
    return [texts.description, texts.extended, list(texts.choices)]


def _texts(listed: list[Any]) -> Texts:
    description, extended, choices = listed
    return Texts(description, extended, tuple(choices))


class _Shelf:
    """The translations of one kept catalogue, a language at a time."""

    def __init__(self, path: Path, languages: tuple[str, ...]) -> None:
        self._path = path
        self.languages = languages
        self._read: dict[str, dict[str, list[Any]]] = {}

    def texts(self, language: str, name: str) -> Texts | None:
        if language not in self._read:
            if language not in self.languages:
                return None
            with zipfile.ZipFile(self._path) as archive:
                self._read[language] = json.loads(archive.read(f"{language}.json"))
        listed = self._read[language].get(name)
        return _texts(listed) if listed is not None else None


class _Translations(Mapping[str, Texts]):
    """The texts of one question by language, as `Question.texts` has them."""

    __slots__ = ("_english", "_name", "_shelf")

    def __init__(self, name: str, english: Texts, shelf: _Shelf) -> None:
        self._name, self._english, self._shelf = name, english, shelf

    def __getitem__(self, language: str) -> Texts:
        found = self._english if language == "en" else self._shelf.texts(language, self._name)
        if found is None:
            raise KeyError(language)
        return found

    def __iter__(self) -> Iterator[str]:
        yield "en"
        for language in self._shelf.languages:
            if self._shelf.texts(language, self._name) is not None:
                yield language

    def __len__(self) -> int:
        return sum(1 for _ in self)
