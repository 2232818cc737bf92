"""The questions of one installer, found by their debconf name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from autoinstall.catalogue.question import Question

BUTTONS = ("yes", "no", "continue", "goback", "cancel")
"""The buttons that cdebconf's frontends draw; their labels are the texts of `debconf/button-NAME`."""

_ENGLISH_LABELS = {"yes": "Yes", "no": "No", "continue": "Continue", "goback": "Go Back", "cancel": "Cancel"}


class Catalogue(Mapping[str, Question]):
    """Questions by debconf name, and the labels of the frontend's buttons in each language."""

    def __init__(
        self, questions: Mapping[str, Question], buttons: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        """`buttons`: language -> button -> label, where they are known without reading every translation."""
        self._questions = MappingProxyType(dict(questions))
        self._buttons = buttons if buttons is not None else _labels_by_language(self._questions)

    def __getitem__(self, name: str) -> Question:
        return self._questions[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._questions)

    def __len__(self) -> int:
        return len(self._questions)

    @property
    def buttons(self) -> Mapping[str, Mapping[str, str]]:
        """Language -> button (one of BUTTONS) -> label; `en` is always there, the untranslated is English."""
        return self._buttons

    def button_labels(self, button: str) -> frozenset[str]:
        """All labels, in any language, that `button` (one of BUTTONS) can bear."""
        return frozenset(labels[button] for labels in self._buttons.values())


def _labels_by_language(questions: Mapping[str, Question]) -> Mapping[str, Mapping[str, str]]:
    labels = {"en": dict(_ENGLISH_LABELS)}
    for button in BUTTONS:
        question = questions.get(f"debconf/button-{button}")
        for language, texts in (question.texts if question else {}).items():
            translated = labels.setdefault(language, dict(_ENGLISH_LABELS))
            translated[button] = texts.description
    return MappingProxyType({language: MappingProxyType(found) for language, found in labels.items()})
