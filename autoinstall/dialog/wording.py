"""Labels that an installer's component puts into its lists itself, from its own `text` templates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from autoinstall.catalogue.question import Question
from autoinstall.dialog.template_text import folded


class Wording:
    """The texts of one language by their English: `partman-auto/text/use_device`, for one, is a row of a list.

    What a template words in two ways is told apart by the component that asks; else it is no wording at all.
    """

    def __init__(self, catalogue: Mapping[str, Question], language: str) -> None:
        self._by_english: dict[str, dict[str, str]] = defaultdict(dict)
        for name, question in catalogue.items():
            translated = question.texts.get(language)
            if question.type == "text" and translated is not None:
                self._by_english[folded(question.english.description)][name] = folded(translated.description)

    def of(self, english: str, asker: str) -> str | None:
        """The text in this language, as the component of the question `asker` says it; None where that is not known."""
        named = self._by_english.get(folded(english), {})
        if len(set(named.values())) > 1:
            component = asker.partition("/")[0]
            named = {name: text for name, text in named.items() if name.partition("/")[0] == component}
        texts = set(named.values())
        return texts.pop() if len(texts) == 1 else None
