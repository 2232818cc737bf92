"""Eighteen dialogs of Debian 13 from its own templates, in one of four languages; the answers are the same."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from autoinstall.answers.answer import AnswerValue, SecretReference
from autoinstall.catalogue.catalogue import Catalogue
from autoinstall.catalogue.templates import parse_templates
from tests.rigs import eighteen
from tests.rigs.cdebconf import Ask, CdebconfRig

TEMPLATES = Path(__file__).parents[1] / "data/translated.templates"
"""Made by scripts/extract-templates out of Debian 13's initrd and components."""

LANGUAGES = ("en", "de", "fr", "ja")

PARTITIONS = "debian-installer/partman-base/title"
FINISH = "debian-installer/finish-install/title"
LOCATION = ("localechooser/text/country/1/country", "localechooser/text/country/2")
WAYS = ("custom_partitioning", "use_device")
OVERVIEW = ("undo_everything", "end_the_partitioning")

ANSWERS: dict[str, AnswerValue] = {
    "localechooser/languagelist": "English",
    "localechooser/countrylist/Europe": "Ireland",
    "keyboard-configuration/xkb-keymap": "French",
    "netcfg/get_hostname": "lab1",
    "mirror/http/countries": "manual",
    "mirror/http/hostname": "mirror.example.org",
    "mirror/http/proxy": "http://10.0.2.2:3142/",
    "passwd/user-fullname": "Ubuntu User",
    "passwd/username": "ubuntu",
    "passwd/user-password": SecretReference("user_password"),
    "partman-auto/init_automatically_partition": "Guided - use entire disk",
    "partman/choose_partition": "finish",
    "partman/confirm_nooverwrite": "true",
    "apt-setup/services-select": ("security", "backported software"),
    "clock-setup/utc": "no",
}
"""Values, English labels, and a word that preseed files use."""

EXPECTED = {
    "localechooser/languagelist": "en",
    "localechooser/countrylist/Europe": "IE",
    "keyboard-configuration/xkb-keymap": "fr(latin9)",
    "netcfg/get_hostname": "lab1",
    "mirror/http/countries": "manual",
    "mirror/http/hostname": "mirror.example.org",
    "mirror/bad": "",
    "mirror/http/proxy": "http://10.0.2.2:3142/",
    "passwd/user-fullname": "Ubuntu User",
    "passwd/username": "ubuntu",
    "passwd/user-password": eighteen.PASSWORD,
    "passwd/user-password-again": eighteen.PASSWORD,
    "partman-auto/init_automatically_partition": "use_device",
    "partman/choose_partition": "end_the_partitioning",
    "partman/confirm_nooverwrite": "true",
    "apt-setup/services-select": "security, backports",
    "clock-setup/utc": "false",
    "finish-install/reboot_in_progress": "",
}


@cache
def catalogue() -> Catalogue:
    """The questions of the sequence, in every language."""
    return Catalogue(parse_templates(TEMPLATES.read_text("utf-8")))


def prepare(folder: Path, language: str) -> CdebconfRig:
    """The sequence, as the installer's components would have it drawn in that language."""
    return CdebconfRig.prepare(folder, TEMPLATES.read_text("utf-8"), steps(language))


def environment(rig: CdebconfRig, language: str) -> dict[str, str]:
    """cdebconf takes the templates' language from LANGUAGE, the characters' from LANG."""
    return {**rig.environment(), "LANGUAGE": language}


def steps(language: str) -> tuple[Ask, ...]:
    """What is asked. Texts that components put into lists and questions come from their own templates."""

    def said(name: str) -> str:
        question = catalogue()[name]
        return question.texts.get(language, question.english).description

    def listed(room: str, names: tuple[str, ...]) -> str:
        return ", ".join(said(f"{room}/text/{name}").replace(",", "\\,") for name in names)

    prompt, why = map(said, LOCATION)
    asked = (
        Ask(
            ["localechooser/languagelist"],
            "localechooser/title/language",
            "critical",
            substitutions={"CODES": "C, en", "NAMES_EN": "C, English"},
        ),
        Ask(
            ["localechooser/countrylist/Europe"],
            "localechooser/title/location",
            "critical",
            "backup",
            {"TXT1": prompt, "TXT2": why},
            value="FR",
        ),
        Ask(["keyboard-configuration/xkb-keymap"], "debian-installer/console-setup-udeb/title", value="us"),
        Ask(["netcfg/get_hostname"], "debian-installer/netcfg/title", value="debian"),
        *eighteen.mirror_and_user("debian"),
        Ask(
            ["partman-auto/init_automatically_partition"],
            PARTITIONS,
            "critical",
            substitutions={"CHOICES": ", ".join(WAYS), "DESCRIPTIONS": listed("partman-auto", WAYS)},
        ),
        Ask(
            ["partman/choose_partition"],
            PARTITIONS,
            "critical",
            substitutions={"CHOICES": ", ".join(OVERVIEW), "DESCRIPTIONS": listed("partman", OVERVIEW)},
        ),
        Ask(
            ["partman/confirm_nooverwrite"],
            PARTITIONS,
            "critical",
            "align escape",
            {"ITEMS": f"{said('partman/text/confirm_partitem_header')}\\n   sda"},
            value="false",
        ),
        Ask(
            ["apt-setup/services-select"],
            "debian-installer/apt-setup-udeb/title",
            substitutions={"SEC_HOST": "security.example.org"},
            value="security, updates",
        ),
        Ask(["clock-setup/utc"], FINISH, value="true"),
        Ask(["finish-install/reboot_in_progress"], FINISH, "critical"),
    )
    return tuple(replace(step, again=True) for step in asked)
