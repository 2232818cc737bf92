"""Which question of the catalogue a dialog asks: exact or nothing, a near miss is only a hint."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from autoinstall.catalogue.catalogue import Catalogue
from autoinstall.catalogue.question import Question
from autoinstall.dialog.history import History
from autoinstall.dialog.model import Dialog, Kind, NearMiss, Recognition
from autoinstall.dialog.template_text import TemplateText, long_text, squeezed, template_text
from autoinstall.dialog.vocabulary import ENGLISH, Vocabulary
from autoinstall.dialog.wording import Wording

_TYPES = {
    Kind.SELECT: {"select"},
    Kind.MULTISELECT: {"multiselect"},
    Kind.STRING: {"string", "password"},
    Kind.PASSWORD: {"password"},
    Kind.BOOLEAN: {"boolean"},
    Kind.NOTE: {"note", "error"},
    Kind.ERROR: {"error"},
    Kind.PROGRESS: set[str](),
}
_ASKED = frozenset().union(*_TYPES.values())

AGAIN = "-again"

MOST_HINTS = 3
LEAST_LIKENESS = 0.6


@dataclass(frozen=True, slots=True)
class _Candidate:
    question: Question
    language: str
    text: TemplateText


class Recogniser:
    """Matches dialogs with the questions of a catalogue; the languages are tried in the order given."""

    def __init__(self, catalogue: Catalogue, languages: Iterable[str] = ("en",)) -> None:
        self._catalogue = catalogue
        self._first = tuple(dict.fromkeys(("en", *languages)))[::-1]
        self._indices: dict[str, _Index] = {}
        self._wordings: dict[str, Wording] = {}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The buttons' labels in every language of the catalogue, the text frontend's words in those given."""
        label = self._catalogue.button_labels
        passwords = [name for name, question in self._catalogue.items() if question.type == "password"]
        return Vocabulary(
            *(label("goback"), label("continue"), label("yes"), label("no"), label("cancel")),
            press_enter=ENGLISH.press_enter | self._said("debconf/cont-prompt"),
            error_marks=ENGLISH.error_marks
            | {text.removesuffix("%s") for text in self._said("debconf/text-error")},
            passwords=frozenset(map(squeezed, self._said(*passwords))),
        )

    def _said(self, *names: str) -> frozenset[str]:
        """The short texts of these templates in the languages given."""
        known = [self._catalogue[name] for name in names if name in self._catalogue]
        texts = [question.texts.get(language) for question in known for language in self._first]
        return frozenset(text.description for text in texts if text)

    def recognise(self, dialog: Dialog, history: History) -> Recognition:
        """The question that the dialog asks; `question` is None where no template fits, or where two do."""
        if not squeezed(dialog.text):
            return self._after_prelude(dialog, history)
        for shown in _readings(dialog):
            for fitting, cut in ((_Index.fitting, False), (_Index.begun, True)):
                if cut and (dialog.line or not dialog.full):
                    break
                for language in self._languages(dialog):
                    found = _narrowest(fitting(self._index(language), dialog, shown), dialog)
                    chosen = self._among_twins(found, dialog, history)
                    if chosen:
                        return self._recognition(chosen.question, language, cut=cut)
        return self._prelude(dialog) or Recognition(None, self._first[0])

    def _prelude(self, dialog: Dialog) -> Recognition | None:
        """A list's long text that did not fit above it (newt.c shows it first, in a window of its own)."""
        if dialog.kind is not Kind.NOTE or dialog.line or not dialog.full:
            return None
        for language in self._languages(dialog):
            questions = self._index(language).preluding(squeezed(dialog.text))
            if len(questions) == 1:
                return self._recognition(questions[0], language, prelude=True)
        return None

    def _after_prelude(self, dialog: Dialog, history: History) -> Recognition:
        """A list without any text is the one whose text was confirmed before it."""
        name, language = history.prelude or ("", self._first[0])
        question = self._catalogue.get(name)
        fits = question is not None and question.type in _types_of(dialog)
        return self._recognition(question if fits else None, language)

    def _recognition(
        self, question: Question | None, language: str, *, cut: bool = False, prelude: bool = False
    ) -> Recognition:
        if language not in self._wordings:
            self._wordings[language] = Wording(self._catalogue, language)
        return Recognition(question, language, cut=cut, prelude=prelude, wording=self._wordings[language])

    def asks_twice(self, question: Question) -> bool:
        """It is a password, and the installer compares it with a second time that it is asked."""
        return question.type == "password" and (
            question.name.endswith(AGAIN) or question.name + AGAIN in self._catalogue
        )

    def near_misses(self, dialog: Dialog) -> tuple[NearMiss, ...]:
        """The questions whose texts are most like the dialog's, for a person to read."""
        shown = squeezed(dialog.text)
        misses = []
        for language in self._first:
            for candidate in self._index(language).all:
                wanted = "".join(candidate.text.pieces)
                matcher = difflib.SequenceMatcher(None, wanted, shown, autojunk=False)
                if matcher.real_quick_ratio() < LEAST_LIKENESS or matcher.quick_ratio() < LEAST_LIKENESS:
                    continue
                likeness = matcher.ratio()
                if likeness >= LEAST_LIKENESS:
                    misses.append(NearMiss(candidate.question.name, _difference(candidate, dialog), likeness))
        return tuple(sorted(misses, key=lambda miss: -miss.likeness)[:MOST_HINTS])

    def _languages(self, dialog: Dialog) -> Iterator[str]:
        """Those given, then those whose buttons the dialog has, then all others: each costs an index of its own."""
        yield from self._first
        shown = set(dialog.buttons)
        of_buttons = [
            language
            for language, labels in self._catalogue.buttons.items()
            if language not in self._first and shown <= set(labels.values())
        ]
        yield from of_buttons
        yield from (language for language in self._others if language not in of_buttons)

    @cached_property
    def _others(self) -> tuple[str, ...]:
        known = {language for question in self._catalogue.values() for language in question.texts}
        return tuple(sorted(known - set(self._first)))

    def _index(self, language: str) -> _Index:
        if language not in self._indices:
            self._indices[language] = _Index(self._catalogue, language)
        return self._indices[language]

    def _among_twins(self, found: list[_Candidate], dialog: Dialog, history: History) -> _Candidate | None:
        """The one candidate that is left when the choices, the title, and what was answered before have spoken."""
        if len(found) > 1 and dialog.choices:
            found = _with_the_smallest_list(found, dialog) or found
        if len(found) > 1:
            found = self._of_the_titles_owner(found, dialog) or found
        if len(found) > 1:
            found = _following_the_last_answer(found, history) or found
        if len(found) > 1:
            found = [one for one in found if one.question.name.startswith("mirror/http/")] or found
        return found[0] if len(found) == 1 else None

    def _of_the_titles_owner(self, found: list[_Candidate], dialog: Dialog) -> list[_Candidate]:
        title = squeezed(dialog.title)
        languages = {one.language for one in found} | {"en"}
        owners = {
            part
            for question in self._catalogue.values()
            if question.type in ("title", "text")
            and any(
                squeezed(question.texts[language].description) == title
                for language in languages
                if language in question.texts
            )
            for part in question.name.removesuffix("/title").removesuffix("-udeb").split("/")
        }
        return [one for one in found if one.question.name.split("/")[0] in owners]


class _Index:
    """The catalogue's texts in one language: those without variables by their text, the others in a row."""

    def __init__(self, catalogue: Catalogue, language: str) -> None:
        self.language = language
        self.all: list[_Candidate] = []
        self._whole: dict[str, list[_Candidate]] = defaultdict(list)
        self._varying: list[_Candidate] = []
        for question in catalogue.values():
            texts = question.texts.get(language)
            if texts is None or question.type not in _ASKED:
                continue
            candidate = _Candidate(question, language, template_text(question, texts))
            self.all.append(candidate)
            whole = candidate.text.whole
            if whole is None:
                self._varying.append(candidate)
            else:
                self._whole[whole].append(candidate)

    def fitting(self, dialog: Dialog, shown: str) -> list[_Candidate]:
        candidates = [*self._whole.get(shown, ()), *(one for one in self._varying if one.text.fits(shown))]
        return [one for one in candidates if one.question.type in _types_of(dialog)]

    def preluding(self, shown: str) -> list[Question]:
        """The lists with this long text; of those that fit the ones with the most text of their own.

        A text of variables only fits whatever is shown, in each language.
        """
        lists = [one.question for one in self.all if one.question.type in ("select", "multiselect")]
        texts = [(question, long_text(question, self.language)) for question in lists]
        own = [(text.literal, one, text) for one, text in texts if text.literal]
        fitting = [(literal, one) for literal, one, text in own if text.begins(shown) or text.fits(shown)]
        most = max((literal for literal, _ in fitting), default=0)
        return [question for literal, question in fitting if literal == most]

    def begun(self, dialog: Dialog, shown: str) -> list[_Candidate]:
        types = _types_of(dialog)
        begun = [one for one in self.all if one.question.type in types and one.text.begins(shown)]
        return begun if len(begun) == 1 else []


def _readings(dialog: Dialog) -> Iterator[str]:
    """The dialog's text; on paper, as the text frontend prints, also without the paragraphs at its beginning,
    which may be left of what was typed before, or of what another program printed."""
    paragraphs = re.split(r"\n\s*\n", dialog.text)
    for begin in range(len(paragraphs) if dialog.line else 1):
        yield squeezed("".join(paragraphs[begin:]))


def _types_of(dialog: Dialog) -> set[str]:
    """The types of question that may stand there like that; the text frontend draws lists and checklists alike."""
    if dialog.line is not None and dialog.kind is Kind.SELECT:
        return {"select", "multiselect"}
    return _TYPES[dialog.kind]


def _narrowest(found: list[_Candidate], dialog: Dialog) -> list[_Candidate]:
    """Those with the most text of their own; where all is variables, those with the smallest fitting list."""
    literal = max((one.text.literal for one in found), default=0)
    if literal > 0:
        return [one for one in found if one.text.literal == literal]
    return _with_the_smallest_list(found, dialog)


def _with_the_smallest_list(found: list[_Candidate], dialog: Dialog) -> list[_Candidate]:
    """Those whose labels hold all that the dialog offers, and no others where there is a choice."""
    holding = [(len(labels), one) for one in found if (labels := _labels(one)) >= set(dialog.choices)]
    smallest = min((size for size, one in holding), default=0)
    return [one for size, one in holding if size == smallest]


def _labels(candidate: _Candidate) -> set[str]:
    return {" ".join(label.split()) for label in candidate.question.texts[candidate.language].choices}


def _following_the_last_answer(found: list[_Candidate], history: History) -> list[_Candidate]:
    """`passwd/user-password-again` follows `passwd/user-password`."""
    first_asked = {one.question.name.removesuffix(AGAIN): one for one in found}
    latest = history.latest(set(first_asked))
    return [first_asked[latest]] if latest else []


def _difference(candidate: _Candidate, dialog: Dialog) -> str:
    if candidate.question.type not in _types_of(dialog):
        return f"its text is alike, but it is a {candidate.question.type}, not a {dialog.kind}"
    wanted = candidate.question.texts[candidate.language].description
    if dialog.prompt and squeezed(wanted) != squeezed(dialog.prompt):
        return f"its prompt is {wanted!r}, the screen's is {dialog.prompt!r}"
    return "its long text differs from the screen's"
