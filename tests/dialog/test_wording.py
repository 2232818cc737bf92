"""One answer for every language: values, English labels and translated ones, also of lists made while installing."""

from __future__ import annotations

import pytest

from autoinstall.catalogue.catalogue import Catalogue
from autoinstall.catalogue.question import Question, Texts
from autoinstall.dialog.history import History
from autoinstall.dialog.model import Choose, Dialog, Focus, Kind, Part, Recognition, Tick
from autoinstall.dialog.recognise import Recogniser
from autoinstall.dialog.replies import reply_for
from autoinstall.dialog.vocabulary import ENGLISH
from autoinstall.dialog.wording import Wording
from tests.rigs import translated

METHOD = "partman-auto/init_automatically_partition"
SERVICES = "apt-setup/services-select"
ROWS = ("Sicherheitsaktualisierungen (von a.example.org)", "Release-Updates", "Rückportierte Software")


def recognition(name: str, language: str = "de") -> Recognition:
    catalogue = translated.catalogue()
    return Recognition(catalogue[name], language, wording=Wording(catalogue, language))


def dialog(kind: Kind, choices: tuple[str, ...]) -> Dialog:
    return Dialog(kind, "", None, "", None, choices, focus=Focus(Part.LIST, choices[0]))


def text(english: str, german: str) -> dict[str, Texts]:
    return {"en": Texts(english), "de": Texts(german)}


@pytest.mark.parametrize(
    "given",
    ["Guided - use entire disk", "Guided  - use entire disk", "Geführt - vollständige Festplatte verwenden"],
)
def test_a_row_that_a_component_made_is_meant_by_its_english_or_by_itself(given: str) -> None:
    rows = ("Manuell", "Geführt - vollständige Festplatte verwenden")
    reply = reply_for(dialog(Kind.SELECT, rows), recognition(METHOD), given, ENGLISH)
    assert reply == Choose(rows[1])


@pytest.mark.parametrize("given", ["security", "security updates (from ${SEC_HOST})"])
def test_a_label_with_a_variable_is_the_row_in_view_that_fits_it(given: str) -> None:
    reply = reply_for(dialog(Kind.MULTISELECT, ROWS), recognition(SERVICES), (given, "backports"), ENGLISH)
    assert reply == Tick((ROWS[0], ROWS[2]))


def test_where_two_rows_fit_a_label_none_is_meant() -> None:
    rows = (*ROWS, ROWS[0].replace("a.", "b."))
    reply = reply_for(dialog(Kind.MULTISELECT, rows), recognition(SERVICES), ("security",), ENGLISH)
    assert reply == Tick(("security",))


def test_one_english_text_in_two_wordings_is_told_apart_by_the_component() -> None:
    catalogue = {
        "a/text/finish": Question("a/text/finish", "text", texts=text("Finish", "Beenden")),
        "b/text/finish": Question("b/text/finish", "text", texts=text("Finish", "Fertig")),
        "a/asked": Question("a/asked", "string", texts=text("Name", "Name:")),
    }
    wording = Wording(catalogue, "de")
    assert wording.of("Finish", "a/menu") == "Beenden"
    assert wording.of("Finish", "b/menu") == "Fertig"
    assert wording.of("Finish", "c/menu") is None
    assert wording.of("Name", "a/menu") is None
    assert Wording(catalogue, "fr").of("Finish", "a/menu") is None


def test_a_text_of_variables_alone_precedes_no_list() -> None:
    texts = {"en": Texts("${TXT1}", "${TXT2}"), "de": Texts("${TXT1}", "${TXT2}")}
    long = "\n".join(f"Zeile {number} des Textes." for number in range(12))
    catalogue = Catalogue(
        {
            "a/places": Question("a/places", "select", ("x",), texts=texts),
            "b/services": Question(
                "b/services", "multiselect", ("x",), texts={"en": Texts("?"), "de": Texts("?", long)}
            ),
        }
    )
    note = Dialog(
        Kind.NOTE, "", None, long, None, buttons=("Continue",), focus=Focus(Part.BUTTON, "Continue")
    )
    found = Recogniser(catalogue).recognise(note, History())
    assert found.question is not None
    assert (found.question.name, found.language, found.prelude) == ("b/services", "de", True)
