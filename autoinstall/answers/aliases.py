"""The names that preseed files use for things that dialogs ask: which dialogs each one answers, and with what.

A preseeded name often sets a variable of its own instead of a question on the screen
(`debian-installer/locale` decides the language and the location). The names and values are those
of the installation guides' appendix "Automating the installation using preseeding".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from autoinstall.answers.answer import AcceptDefault, Answer, AnswerValue

_LANGUAGES_WITH_COUNTRY = ("pt_BR", "zh_CN", "zh_TW", "nb_NO")

_KEYBOARDS = {
    "us": "English (US)",
    "gb": "English (UK)",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "pt": "Portuguese",
    "nl": "Dutch",
    "dk": "Danish",
    "se": "Swedish",
    "no": "Norwegian",
    "fi": "Finnish",
    "pl": "Polish",
    "cz": "Czech",
    "ru": "Russian",
    "jp": "Japanese",
}

_METHODS = {
    "regular": "Guided - use entire disk",
    "lvm": "Guided - use entire disk and set up LVM",
    "crypto": "Guided - use entire disk and set up encrypted LVM",
}

_RECIPES = {
    "atomic": "All files in one partition (recommended for new users)",
    "home": "Separate /home partition",
}

_US_ZONES = {
    "America/New_York": "US/Eastern",
    "America/Chicago": "US/Central",
    "America/Denver": "US/Mountain",
    "America/Los_Angeles": "US/Pacific",
    "America/Anchorage": "US/Alaska",
    "Pacific/Honolulu": "US/Hawaii",
    "America/Phoenix": "US/Arizona",
    "Pacific/Pago_Pago": "US/Samoa",
}


_FINISH = {"finish": "Finish partitioning and write changes to disk"}


def _language(locale: str) -> str | None:
    """`en_US.UTF-8` is `en`; the languages that the installer lists by country keep it."""
    name = locale.partition(".")[0].partition("@")[0]
    return name if name in _LANGUAGES_WITH_COUNTRY else name.partition("_")[0] or None


def _country(locale: str) -> str | None:
    return locale.partition(".")[0].partition("@")[0].partition("_")[2] or None


def _us_zone(zone: str) -> str | None:
    return zone if zone in _US_ZONES.values() else _US_ZONES.get(zone)


def _as_given(value: str) -> str:
    return value


def _default_if_auto(value: str) -> str | AcceptDefault:
    return AcceptDefault() if value == "auto" else value


@dataclass(frozen=True, slots=True)
class Alias:
    """A name of preseed files, the dialogs that it answers (a pattern of fnmatch), and its value there.

    `value` gives None where the preseeded value says nothing about the dialog.
    """

    name: str
    dialogs: str
    value: Callable[[str], str | AcceptDefault | None]


ALIASES = (
    Alias("debian-installer/locale", "localechooser/languagelist", _language),
    Alias("debian-installer/locale", "localechooser/shortlist/*", _country),
    Alias("debian-installer/locale", "localechooser/countrylist/*", _country),
    Alias("debian-installer/language", "localechooser/languagelist", _as_given),
    Alias("debian-installer/country", "localechooser/shortlist/*", _as_given),
    Alias("debian-installer/country", "localechooser/countrylist/*", _as_given),
    Alias("keyboard-configuration/layoutcode", "keyboard-configuration/layout", _KEYBOARDS.get),
    Alias("keyboard-configuration/layoutcode", "keyboard-configuration/variant", _KEYBOARDS.get),
    Alias("keyboard-configuration/layoutcode", "keyboard-configuration/xkb-keymap", _as_given),
    Alias("keyboard-configuration/xkb-keymap", "keyboard-configuration/layout", _KEYBOARDS.get),
    Alias("keyboard-configuration/xkb-keymap", "keyboard-configuration/variant", _KEYBOARDS.get),
    Alias("netcfg/choose_interface", "netcfg/choose_interface", _default_if_auto),
    Alias("netcfg/hostname", "netcfg/get_hostname", _as_given),
    Alias("mirror/country", "mirror/http/countries", _as_given),
    Alias("mirror/country", "mirror/https/countries", _as_given),
    Alias("mirror/country", "mirror/ftp/countries", _as_given),
    Alias("time/zone", "tzsetup/country/US", _us_zone),
    Alias("time/zone", "tzsetup/country/*", _as_given),
    Alias("partman-auto/method", "partman-auto/init_automatically_partition", _METHODS.get),
    Alias("partman-auto/choose_recipe", "partman-auto/choose_recipe", lambda name: _RECIPES.get(name, name)),
    Alias("partman/choose_partition", "partman/choose_partition", lambda value: _FINISH.get(value, value)),
    Alias("user-setup/allow-password-weak", "user-setup/password-weak", _as_given),
)
"""The whole table; where two rows fit a dialog, the earlier one holds."""

SETTINGS: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("localechooser/languagelist", "debian-installer/language", {"en": "English"}),
    ("localechooser/shortlist/*", "debian-installer/country", {}),
    ("localechooser/countrylist/*", "debian-installer/country", {}),
    ("keyboard-configuration/layout", "keyboard-configuration/layoutcode", _KEYBOARDS),
    ("keyboard-configuration/variant", "keyboard-configuration/layoutcode", _KEYBOARDS),
    ("mirror/*/countries", "mirror/country", {}),
    ("tzsetup/country/*", "time/zone", {}),
    ("partman-auto/init_automatically_partition", "partman-auto/method", _METHODS),
    ("partman-auto/choose_recipe", "partman-auto/choose_recipe", _RECIPES),
    ("partman/choose_partition", "partman/choose_partition", _FINISH),
    ("user-setup/password-weak", "user-setup/allow-password-weak", {}),
)
"""The way back: dialogs (a pattern), the setting that spares them, and the dialog's labels by the setting's values."""

PRESEED_NAMES = frozenset(alias.name for alias in ALIASES)


def answers_for(dialog: str, answers: Iterable[Answer]) -> Answer | None:
    """The answer given to the dialog of that debconf name, its value as the dialog takes it.

    The dialog's own name comes first, then that of the question whose `-again` twin it is, then the
    names of preseed files.
    """
    given = {answer.name: answer for answer in answers}
    for alias in (*_own_names(dialog), *ALIASES):
        answer = given.get(alias.name)
        if answer is None or not fnmatchcase(dialog, alias.dialogs):
            continue
        value = _translated(alias, answer.value)
        if value is not None:
            return replace(answer, value=value)
    return None


def _own_names(dialog: str) -> Iterable[Alias]:
    """The table's row under the dialog's own name (no screen shows `auto`), else its value as given."""
    own = next((alias for alias in ALIASES if alias.name == alias.dialogs == dialog), None)
    yield own or Alias(dialog, dialog, _as_given)
    twin = dialog.removesuffix("-again")
    if twin != dialog:
        yield Alias(twin, dialog, _as_given)


def _translated(alias: Alias, value: AnswerValue) -> AnswerValue | None:
    """Only a text has another form in the dialog; a list, a secret or the default stay what they are."""
    return alias.value(value) if isinstance(value, str) else value
