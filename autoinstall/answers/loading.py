"""Loads an answers file: all that is wrong in it is said at once, each thing at its line and column."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from autoinstall.answers.book import read_book
from autoinstall.answers.concealment import shown
from autoinstall.answers.document import (
    MAX_BYTES,
    Items,
    Keys,
    Node,
    Text,
    read_document,
    texts_of,
    unprintable_in,
)
from autoinstall.answers.fields import refusals_of
from autoinstall.answers.local_paths import with_absolute_paths
from autoinstall.answers.model import Answers
from autoinstall.answers.override import OVERRIDE_FILE, apply_overrides
from autoinstall.answers.problem import InvalidAnswers, ProblemList
from autoinstall.answers.sections import DIALOG_SECTIONS, Sections
from autoinstall.answers.template import TemplateContext, render
from autoinstall.errors import UsageError

_BUILD_KEYS = ("installer", "login")


def load(
    path: Path, *, context: TemplateContext | None, overrides: Sequence[str] = (), for_build: bool = False
) -> Answers:
    """The answers of the file at `path` with `PATH=VALUE` overrides put in.

    `context` is what templates may name; without it the texts stand for themselves, as in a build
    folder's own answers.yaml. With `for_build` the keys that only a build needs must be there.
    Raises UsageError when there is no such file or an override cannot be put in, InvalidAnswers with
    every problem of what the file says.
    """
    return load_content(_content(path), path, context=context, overrides=overrides, for_build=for_build)


def load_content(
    content: bytes,
    path: Path,
    *,
    context: TemplateContext | None,
    overrides: Sequence[str] = (),
    for_build: bool = False,
) -> Answers:
    """The answers that a file at `path` holds or would hold. As `load`."""
    problems = ProblemList()
    root = read_document(content, str(path), problems)
    if root is None:
        raise InvalidAnswers(problems.found)
    root = apply_overrides(root, overrides)
    if context is not None:
        root = render(root, context, problems)
    _check_characters(root, problems)
    root = with_absolute_paths(root, path.parent)
    if for_build:
        _require(root, problems)
    answers = _answers(root, problems)
    _raise_for(problems)
    assert answers is not None
    return answers


def _raise_for(problems: ProblemList) -> None:
    """Problems of the command line alone are no fault of the file."""
    found = problems.found
    if not found:
        return
    if all(problem.file == OVERRIDE_FILE for problem in found):
        told = "; ".join(f"--set {problem.path}: {problem.message}" for problem in found)
        raise UsageError(told, hint=found[0].hint)
    raise InvalidAnswers(found)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{path} cannot be read: {reason}", kind="no-answers-file") from error


def _check_characters(root: Keys, problems: ProblemList) -> None:
    """Templates and overrides bring in what the file itself was checked for."""
    for text in texts_of(root):
        if code := unprintable_in(text):
            problems.add(text.place, shown(text.path), f"the value holds a control character ({code})")


def _require(root: Keys, problems: ProblemList) -> None:
    for key in _BUILD_KEYS:
        node = root.get(key)
        if node is None or (isinstance(node, Text) and node.is_nothing):
            problems.add(root.place, (key,), f"the key {key} is missing", "a build needs it")


def _answers(root: Keys, problems: ProblemList) -> Answers | None:
    book = read_book(root, problems)
    try:
        sections = Sections.model_validate(_without_dialogs(root), context={"problems": problems})
    except ValidationError as error:
        for refusal in refusals_of(error):
            where = refusal.value if isinstance(refusal.value, Text | Items | Keys) else root
            problems.add(where.place, shown(where.path), refusal.message, refusal.hint)
        return None
    return Answers(
        name=sections.name,
        given_installer=sections.installer,
        machine=sections.machine,
        given_login=sections.login,
        steps=sections.guest,
        hygiene=sections.hygiene,
        image=sections.image,
        marketplace=sections.marketplace,
        book=book,
        document=root,
    )


def _without_dialogs(root: Keys) -> Keys:
    entries: list[tuple[str, Node]] = [
        (key, node) for key, node in root.items() if key not in DIALOG_SECTIONS
    ]
    return Keys(entries, root.place, root.path, root.key_places)
