"""When a text that is cut off on the screen is the beginning of a template's."""

from __future__ import annotations

import pytest

from autoinstall.catalogue.question import Question, Texts
from autoinstall.dialog.template_text import TemplateText, squeezed, template_text


def text(extended: str) -> TemplateText:
    texts = Texts("", extended)
    return template_text(Question("a/b", "note", texts={"en": texts}), texts)


@pytest.mark.parametrize(
    ("template", "shown", "begins"),
    [
        ("The disk ${DISK} will be erased.", "The disk xvda with all that", False),
        ("All data on the disk ${DISK} will be erased.", "All data on the disk xvda with", True),
        ("The disk ${DISK} will be erased.", "The dis", True),
        ("${IFACE} was disabled by its switch, sadly.", "Packages that use debconf", False),
        ("${IFACE} was disabled by its switch, sadly.", "eth0 was disabled by its switch, s", True),
        ("${A} of ${B} are wrong", "a question of another kind", False),
        ("No variable at all", "No variable at", True),
        ("No variable at all", "No variable at all", False),
    ],
)
def test_a_beginning_needs_words_of_its_own(template: str, shown: str, begins: bool) -> None:
    assert text(template).begins(squeezed(shown)) is begins
