"""Templates files of every form that installers ship, and texts that are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoinstall.catalogue.templates import TemplatesError, parse_templates, split_choices

BUILT = """\
Template: example/policy
Type: select
Default: none
Choices-C: none, auto, place
Choices: No updates, Automatic\\, by night, A place
Choices-de.UTF-8: Keine, Automatisch, Ein Ort
Choices-fr.UTF-8: Aucune, Automatique
Indices-de.UTF-8: 2, 1, 3
Description: How are updates made?
 Updates keep a system
 safe.
 .
  verbatim   line
Description-de.UTF-8: Wie wird aktualisiert?
 Sicher.
Description-pt_BR.UTF-8: Como?

Template: example/note
Type: note
# a comment of the source file
Description: Done
"""


def test_values_labels_and_texts_of_a_built_file():
    question = parse_templates(BUILT)["example/policy"]
    assert question.type == "select"
    assert question.default == "none"
    assert question.values == ("none", "auto", "place")
    assert question.english.choices == ("No updates", "Automatic, by night", "A place")
    assert question.english.description == "How are updates made?"
    assert question.english.extended == "Updates keep a system\nsafe.\n.\n verbatim   line"


def test_translations_keep_the_order_of_the_values_whatever_the_indices_say():
    question = parse_templates(BUILT)["example/policy"]
    assert question.texts["de"].choices == ("Keine", "Automatisch", "Ein Ort")
    assert question.texts["de"].description == "Wie wird aktualisiert?"
    assert question.texts["de"].extended == "Sicher."


def test_what_is_untranslated_or_lacks_labels_stays_english():
    texts = parse_templates(BUILT)["example/policy"].texts
    assert texts["fr"].description == "How are updates made?"
    assert texts["fr"].choices == texts["en"].choices
    assert texts["pt_BR"].description == "Como?"
    assert set(texts) == {"en", "de", "fr", "pt_BR"}


def test_the_source_form_of_po_debconf_and_the_database_of_cdebconf_are_read_too():
    source = "Template: a/b\nType: select\n__Choices: one, two\n_Default: two\n_Description: Which?\n"
    question = parse_templates(source)["a/b"]
    assert (question.values, question.default) == (("one", "two"), "two")
    database = "Name: c/d\nType: note\nDescription: Heading\nExtended_description: One\\ntwo\n"
    assert parse_templates(database)["c/d"].english.extended == "One\ntwo"


def test_byte_order_mark_crlf_and_the_fields_of_single_architectures_are_tolerated():
    text = "\ufeffTemplate: a/b\r\nType: string\r\nDefault: x\r\nDefault[arm64]: y\r\nDescription: D\r\n"
    question = parse_templates(text)["a/b"]
    assert (question.default, question.english.description) == ("x", "D")


def test_choices_with_escaped_commas():
    assert split_choices(r"US, US\, international ,  , x") == ("US", "US, international", "x")


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        (" continued\n", 1, "continuation"),
        ("Template: a/b\nType: note\nnonsense\n", 3, "neither a field"),
        ("Template: a/b\nTemplate: c/d\n", 2, "second field Template"),
        ("\n\nType: note\nDescription: x\n", 3, "without a name"),
        ("Template: a/b\nDescription: x\n", 1, "has no type"),
        ("Template: a/b\nType: select\nChoices-C: a, b\nChoices: A\n", 4, "2 values but 1 labels"),
    ],
)
def test_an_error_says_its_line(text, line, word):
    with pytest.raises(TemplatesError) as caught:
        parse_templates(text)
    assert caught.value.line == line
    assert word in caught.value.message
    assert caught.value.exit_code == 3


fields = st.sampled_from(
    ["Template", "Type", "Choices", "Choices-C", "Description", "Description-de.UTF-8", ""]
)
values = st.sampled_from(["a/b", "select", "one, two", "${X}", "\\,", ":", ""]) | st.text(max_size=12)
lines = (
    st.builds("{}: {}".format, fields, values) | st.text(max_size=20) | st.sampled_from(["", " x", " .", "#"])
)


@given(st.lists(lines, max_size=25).map("\n".join))
def test_any_text_is_read_or_refused_with_a_line_of_it(text):
    try:
        questions = parse_templates(text)
    except TemplatesError as error:
        assert 1 <= error.line <= text.count("\n") + 1
    else:
        for name, question in questions.items():
            assert question.name == name
            assert all(len(texts.choices) == len(question.values) for texts in question.texts.values())
