"""The shipped catalogue, and catalogues out of files and initrds."""

import bz2
import gzip
import io
import lzma
import random
from importlib import resources

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from autoinstall.catalogue.initrd import names_in_initrd, templates_in_initrd
from autoinstall.catalogue.shipped import DIFFERING, load_file, load_shipped
from autoinstall.catalogue.templates import parse_templates
from autoinstall.errors import InvalidFileError, UsageError

TEMPLATE = "Template: my/question\nType: string\nDescription: Say:\n"
GERMAN_YES = "Template: debconf/button-yes\nType: text\nDescription: Yes\nDescription-de.UTF-8: Ja\n"


def entry(name: str, content: bytes) -> bytes:
    path = name.encode() + b"\0"
    numbers = [1, 0o100644, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(path), 0]
    header = b"070701" + b"".join(b"%08X" % number for number in numbers)
    return padded(header + path) + padded(content)


def padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def archive(files: dict[str, bytes]) -> bytes:
    return b"".join(entry(name, data) for name, data in files.items()) + entry("TRAILER!!!", b"")


def test_what_debian_12_asks_in_other_words_is_its_own_and_the_rest_is_that_of_debian_13():
    twelve, thirteen = load_shipped("bookworm"), load_shipped("trixie")
    asked = "passwd/root-password"
    assert "A malicious or unqualified user" in twelve[asked].english.extended
    assert "A malicious or unqualified user" not in thirteen[asked].english.extended
    assert "Serbia" in twelve["mirror/http/countries"].english.choices
    assert "Serbia" not in thirteen["mirror/http/countries"].english.choices
    assert "partman-lvm/vgcreate_name" in twelve
    assert twelve["clock-setup/utc"] == thirteen["clock-setup/utc"]


@pytest.mark.parametrize(("suite", "other"), DIFFERING.items())
def test_a_suite_that_differs_says_nothing_again(suite, other):
    files = resources.files("autoinstall.catalogue")
    own = parse_templates((files / f"{suite}.templates").read_text("utf-8"))
    theirs = load_shipped(other)
    assert own
    assert not [name for name, question in own.items() if theirs.get(name) == question]
    whole = load_shipped(suite)
    assert set(whole) == {*own, *theirs}


def test_the_shipped_catalogue_knows_the_screens_of_precise():
    catalogue = load_shipped()
    assert catalogue["localechooser/languagelist"].values == ("C", "en")
    location = catalogue["localechooser/shortlist/en"]
    assert dict(zip(location.values, location.english.choices, strict=True))["US"] == "United States"
    assert location.english.description == "${TXT1}"
    assert catalogue["pkgsel/update-policy"].values == ("none", "unattended-upgrades", "landscape")
    assert "OpenSSH server" in catalogue["tasksel/first"].english.choices
    countries = catalogue["mirror/http/countries"]
    assert countries.english.choices[0] == "enter information manually"
    assert "Palestine, State of" in countries.english.choices
    assert catalogue["partman/confirm"].english.extended.endswith("${ITEMS}")
    assert (
        catalogue["grub-installer/grub-install-failed"].english.description
        == "Unable to install GRUB in ${BOOTDEV}"
    )
    for name in (
        "debian-installer/main-menu/item-failure",
        "partman/unmount_active",
        "passwd/root-password-again",
    ):
        assert name in catalogue


def test_every_shipped_question_has_a_text_and_as_many_labels_as_values():
    for question in load_shipped().values():
        assert question.english.description
        assert len(question.english.choices) == len(question.values)
        assert question.type not in ("select", "multiselect") or question.values


def test_buttons_are_english_unless_translated(tmp_path):
    assert load_shipped().buttons["en"]["goback"] == "Go Back"
    path = tmp_path / "german.templates"
    path.write_text(GERMAN_YES, encoding="utf-8")
    catalogue = load_file(path, tmp_path / "kept")
    assert catalogue.buttons["de"] == {**load_shipped().buttons["en"], "yes": "Ja"}
    assert catalogue.button_labels("yes") == {"Yes", "Ja"}


@pytest.mark.parametrize("compress", [bytes, gzip.compress, bz2.compress, lzma.compress, zstandard.compress])
def test_an_initrd_gives_the_templates_of_all_its_archives(tmp_path, compress):
    first = archive({"bin/sh": b"x" * 4099, "var/lib/dpkg/info/one.templates": TEMPLATE.encode()})
    second = archive({"two.templates": GERMAN_YES.encode()})
    path = tmp_path / "initrd"
    path.write_bytes(compress(first + b"\0" * 512 + second + b"\0" * 300))
    assert set(load_file(path, tmp_path / "kept")) == {"my/question", "debconf/button-yes"}


PACKERS = {"plain": bytes, "gzip": gzip.compress, "xz": lzma.compress, "bzip2": bz2.compress}
PACKERS["zstd"] = zstandard.compress


@given(
    packers=st.lists(st.sampled_from(sorted(PACKERS)), min_size=1, max_size=5),
    zeros=st.integers(0, 9000),
)
def test_archives_packed_in_any_way_stand_one_after_the_other(packers, zeros):
    """As the kernel takes them: microcode or modules plain, the rest compressed, what was added behind it plain."""
    pieces = [
        PACKERS[packer](archive({f"{number}.templates": TEMPLATE.replace("question", f"q{number}").encode()}))
        for number, packer in enumerate(packers)
    ]
    stream = io.BytesIO((b"\0" * (zeros & ~3)).join(pieces))
    assert [name for name, _ in templates_in_initrd(stream)] == [
        f"{n}.templates" for n in range(len(packers))
    ]
    stream.seek(0)
    assert list(names_in_initrd(stream)) == [f"{number}.templates" for number in range(len(packers))]


def test_an_initrd_of_several_zstd_frames_and_an_old_database_is_read(tmp_path):
    database = "Name: old/question\nType: string\nDescription: Say:\nExtended_description: Much.\n"
    packed = zstandard.compress(archive({"var/lib/cdebconf/templates.dat": database.encode()}))
    path = tmp_path / "initrd"
    path.write_bytes(packed + zstandard.compress(archive({"one.templates": TEMPLATE.encode()})))
    found = load_file(path, tmp_path / "kept")
    assert set(found) == {"my/question", "old/question"}
    assert found["old/question"].english.extended == "Much."


def test_a_bomb_of_zeros_is_refused_and_memory_stays_bounded(tmp_path):
    path = tmp_path / "initrd"
    packing = zstandard.ZstdCompressor().compressobj()
    with path.open("wb") as file:
        for _ in range(2 << 10):
            file.write(packing.compress(b"\0" * (1 << 20)))
        file.write(packing.flush())
    assert path.stat().st_size < 1 << 20
    with pytest.raises(InvalidFileError, match="unpacks to more than 1 GiB"):
        load_file(path, tmp_path / "kept")


def test_an_initrd_without_templates_gives_the_shipped_catalogue(tmp_path):
    path = tmp_path / "initrd.gz"
    path.write_bytes(gzip.compress(archive({"init": b"#!/bin/sh\n"})))
    assert set(load_file(path, tmp_path / "kept")) == set(load_shipped())


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (gzip.compress(archive({"a.templates": b"nonsense"})), "a.templates: line 1"),
        (gzip.compress(archive({"a": b"x" * 500}))[:60], "decompressed"),
        (archive({"a": b"x" * 500})[:300], "middle of a file"),
        (b"070701" + b"zz" * 60, "damaged cpio header"),
        (archive({}) + b"\0rubbish" * 30, "no cpio archive"),
        (b"\x28\xb5\x2f\xfd....", "decompressed"),
        (zstandard.compress(archive({"a": random.randbytes(5000)}))[:900], "middle of a compressed piece"),
        (b"Template: \xff\xff\nType: note\n", "line 1: not UTF-8"),
    ],
    ids=["templates", "gzip", "cut", "header", "rubbish", "zstd", "zstd cut", "text"],
)
def test_a_file_that_is_no_catalogue_is_invalid_and_named(tmp_path, content, word):
    path = tmp_path / "catalogue"
    path.write_bytes(content)
    with pytest.raises(InvalidFileError) as caught:
        load_file(path, tmp_path / "kept")
    assert str(path) in caught.value.message
    assert word in caught.value.message


def test_an_absent_catalogue_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        load_file(tmp_path / "absent", tmp_path / "kept")
