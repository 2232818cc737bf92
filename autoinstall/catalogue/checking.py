"""Checks an answers file against the questions that an installer can ask, and against this machine's files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from autoinstall.answers.aliases import PRESEED_NAMES
from autoinstall.answers.answer import Answer, ErrorPolicy, Place
from autoinstall.answers.installed_user import USER_NAME, installed_user
from autoinstall.answers.local_paths import check_files
from autoinstall.answers.model import Answers
from autoinstall.answers.problem import Findings, Problem
from autoinstall.answers.sections import HYGIENE_ITEMS
from autoinstall.catalogue.catalogue import Catalogue
from autoinstall.catalogue.priorities import highest_priorities, is_asked
from autoinstall.catalogue.question import ASKED_TYPES, Question

_INSTALLER_USER = HYGIENE_ITEMS[-1]

_ANSWERED_BY_BUTTON = ("yes", "no", "goback")
_WORDS_OF_BOOLEANS = frozenset(("true", "false", "yes", "no"))


def check(answers: Answers, catalogue: Catalogue, *, needs_keyring: bool = False) -> Findings:
    """All that can be found without a host or a network.

    Errors: local files that are not there, answers whose type cannot fit their question, a user of the installer's
    that cannot be cleaned away. Warnings: names and
    choices that the catalogue lacks, answers to what is not asked at the file's priority or cannot be given by its
    frontend, an absent keyring (an error with `needs_keyring`), `verify: none`.
    """
    found = check_files(answers, needs_keyring=needs_keyring) + _unverified(answers)
    found += Findings(errors=tuple(_unremovable(answers)))
    for answer in answers.book.answers:
        found += _check_answer(answer, catalogue)
    found += Findings(warnings=(*_never_asked(answers), *_unanswerable_on_a_line(answers, catalogue)))
    for policy in answers.book.errors:
        found += _check_policy(policy, catalogue)
    return found


def _unverified(answers: Answers) -> Findings:
    if answers.installer.verify != "none":
        return Findings()
    place = answers.place_of("installer", "verify")
    message = "nothing proves that kernel and initrd are the archive's own"
    return Findings(warnings=(Problem.at(place, ("installer", "verify"), message),))


def _unremovable(answers: Answers) -> Iterator[Problem]:
    """The installer's own user that is to be cleaned away, where it cannot be."""
    if _INSTALLER_USER not in answers.hygiene:
        return
    user, place = installed_user(answers), answers.place_of("hygiene")
    if user is not None and not USER_NAME.fullmatch(user):
        message, hint = f"{_INSTALLER_USER}: {user!r} is no name of a user", "see passwd/username"
        yield Problem.at(place, ("hygiene",), message, hint)
    if answers.given_login is not None and user == answers.given_login.user:
        message = (
            f"{_INSTALLER_USER}: {user} would be removed, and nobody else could log in to verify the image"
        )
        yield Problem.at(place, ("hygiene",), message, "`login: {user: root, ...}`, or leave the item out")


def _never_asked(answers: Answers) -> Iterator[Problem]:
    priority = answers.installer.priority
    highest = highest_priorities(answers.installer.suite)
    for answer in answers.book.answers:
        rank = highest.get(answer.name)
        if rank is not None and not is_asked(rank, priority):
            message = f"it is asked at priority {rank}, and at {priority} never, unless a step fails"
            hint = f"take it out, or set installer.priority to {rank}"
            yield Problem.at(answer.place, ("questions", answer.name), message, hint)


def _unanswerable_on_a_line(answers: Answers, catalogue: Catalogue) -> Iterator[Problem]:
    """What the text frontend cannot be told: cdebconf 0.270 takes an empty line for whatever its memory holds."""
    if answers.installer.frontend != "text":
        return
    for answer in answers.book.answers:
        question = catalogue.get(answer.name)
        if question is not None and question.type == "multiselect" and answer.value in ((), ""):
            message = "the text frontend cannot answer a checklist with nothing: the build would stop there"
            hint = "name a choice, or use the newt frontend"
            yield Problem.at(answer.place, ("questions", answer.name), message, hint)


def _check_answer(answer: Answer, catalogue: Catalogue) -> Findings:
    path = ("questions", answer.name)
    question = catalogue.get(answer.name)
    if question is None:
        return Findings() if answer.name in PRESEED_NAMES else _unknown_name(answer.place, path, catalogue)
    if isinstance(answer.value, tuple) and question.type != "multiselect":
        message = f"a list cannot answer a question of type {question.type}"
        return Findings(errors=(Problem.at(answer.place, path, message, "give one value"),))
    if not isinstance(answer.value, str | tuple):
        return Findings()
    given = (answer.value,) if isinstance(answer.value, str) else answer.value
    if question.type == "boolean":
        return _check_boolean(answer, given[0], path, catalogue)
    if question.type == "password":
        message = "this is a password, and it stands in the file"
        return Findings(warnings=(Problem.at(answer.place, path, message, "write {secret: NAME}"),))
    if question.type in ("select", "multiselect"):
        return Findings(warnings=tuple(_unknown_choices(answer.place, path, given, question)))
    return Findings()


def _unknown_name(place: Place, path: tuple[str, str], catalogue: Catalogue) -> Findings:
    asked = [name for name, question in catalogue.items() if question.type in ASKED_TYPES]
    message = "no question of the catalogue has this name"
    return Findings(warnings=(Problem.at(place, path, message, _did_you_mean(path[1], asked)),))


def _check_boolean(answer: Answer, given: str, path: tuple[str, str], catalogue: Catalogue) -> Findings:
    labels = {label for button in _ANSWERED_BY_BUTTON for label in catalogue.button_labels(button)}
    if given.strip().lower() in _WORDS_OF_BOOLEANS or given in labels:
        return Findings()
    message = "the question takes true or false"
    return Findings(errors=(Problem.at(answer.place, path, message),))


def _unknown_choices(
    place: Place, path: tuple[str, str], given: Iterable[str], question: Question
) -> Iterator[Problem]:
    """What is given but is neither a value nor a label; lists that the installer makes itself are not known."""
    known = list(dict.fromkeys(_folded(choice) for choice in _choices(question)))
    if any("${" in choice for choice in known):
        return
    for choice in given:
        if choice and _folded(choice) not in known:
            message = f"the catalogue has no choice {choice!r} here"
            yield Problem.at(place, path, message, _did_you_mean(choice, known))


def _choices(question: Question) -> Iterator[str]:
    for texts in question.texts.values():
        yield from texts.choices
    yield from question.values


def _check_policy(policy: ErrorPolicy, catalogue: Mapping[str, Question]) -> Findings:
    path = ("errors", policy.name)
    question = catalogue.get(policy.name)
    if question is not None and question.type in ("error", "note", "boolean"):
        return Findings()
    errors = [name for name, known in catalogue.items() if known.type == "error"]
    message = "no error of the catalogue has this name"
    return Findings(warnings=(Problem.at(policy.place, path, message, _did_you_mean(policy.name, errors)),))


def _did_you_mean(word: str, known: Iterable[str]) -> str | None:
    matches = get_close_matches(word, list(known), n=1)
    return f"did you mean {matches[0]}?" if matches else None


def _folded(text: str) -> str:
    return " ".join(text.split())
