"""localechooser: language, location, and a locale where the two have none."""

from __future__ import annotations

from autoinstall.rehearsal.installer.component import Component, State, walk
from autoinstall.rehearsal.installer.installation import Installation
from autoinstall.rehearsal.installer.precise.countries import countries, country, regions
from autoinstall.rehearsal.installer.templates import join_choices, split_choices

_LANGUAGE = "localechooser/languagelist"
_SHORTLIST = "localechooser/shortlist/en"
_CONTINENT = "localechooser/continentlist"
_COUNTRY = "debian-installer/country"
_LOCALE = "debian-installer/locale"
_PREFERRED = "localechooser/preferred-locale"


class _LocaleChooser:
    def __init__(self, installation: Installation) -> None:
        self._debconf = installation.debconf
        self._low_memory = low_memory(installation)
        self._take_preseeded_locale()

    def run(self) -> bool:
        states: list[State] = [
            self._ask_language,
            self._ask_shortlist,
            self._ask_continent,
            self._ask_country,
            self._ask_locale,
        ]
        if not walk(self._debconf, states):
            return False
        self._debconf.set(_LOCALE, self._locale())
        return True

    def _take_preseeded_locale(self) -> None:
        """`locale=en_US` answers language and country, `locale=C` the language alone."""
        if not self._debconf.seen(_LOCALE):
            return
        language, _, land = self._debconf.get(_LOCALE).partition(".")[0].partition("_")
        if language in split_choices("C, en"):
            self._debconf.preseed({_LANGUAGE: language})
        if land:
            self._debconf.preseed({_COUNTRY: land})

    @property
    def _english(self) -> bool:
        return self._debconf.get(_LANGUAGE) == "en"

    @property
    def _located(self) -> bool:
        return self._debconf.seen(_COUNTRY)

    def _ask_language(self) -> None:
        self._debconf.title, self._debconf.align = "Select a language", True
        if not self._low_memory:
            self._debconf.input("critical", _LANGUAGE)

    def _ask_shortlist(self) -> None:
        self._debconf.title, self._debconf.align = "Select your location", False
        if self._located or not self._english:
            return
        self._debconf.subst(_SHORTLIST, **COUNTRY_TEXTS)
        self._debconf.input("critical", _SHORTLIST)

    def _ask_continent(self) -> None:
        if not self._wants_continent():
            return
        names = join_choices(regions())
        self._debconf.subst(_CONTINENT, CODES=names, NAMES=names)
        home = country(self._debconf.get(_COUNTRY) or "US")
        self._debconf.set(_CONTINENT, home.region if home else "Europe")
        self._debconf.input("critical", _CONTINENT)

    def _ask_country(self) -> None:
        if not self._wants_continent():
            return
        region = self._debconf.get(_CONTINENT)
        there = [each for each in countries() if each.region == region]
        name = self._country_question()
        self._debconf.register("localechooser/countrylist", name)
        self._debconf.subst(
            name,
            CONTINENT=region,
            CODES=join_choices(tuple(each.code for each in there)),
            NAMES=join_choices(tuple(each.name for each in there)),
        )
        self._debconf.set(name, there[0].code)
        self._debconf.input("critical", name)

    def _ask_locale(self) -> None:
        if not self._located:
            self._debconf.set(_COUNTRY, self._chosen_country())
        self._debconf.title = "Configure locales"
        if self._english and not self._has_locale():
            self._debconf.input("critical", _PREFERRED)

    def _wants_continent(self) -> bool:
        if self._located:
            return False
        return not self._english or self._debconf.get(_SHORTLIST) == "other"

    def _country_question(self) -> str:
        return f"localechooser/countrylist/{self._debconf.get(_CONTINENT).replace(' ', '_')}"

    def _chosen_country(self) -> str:
        if self._wants_continent():
            return self._debconf.get(self._country_question())
        return self._debconf.get(_SHORTLIST)

    def _locale(self) -> str:
        if not self._english:
            return "C"
        own = f"en_{self._debconf.get(_COUNTRY)}"
        return f"{own if self._has_locale() else self._debconf.get(_PREFERRED)}.UTF-8"

    def _has_locale(self) -> bool:
        """Whether English has a locale for the country."""
        return f"en_{self._debconf.get(_COUNTRY)}" in self._debconf.codes(_PREFERRED)


def low_memory(installation: Installation) -> bool:
    """Whether lowmem speaks up. Its limit in precise is not known; a how-to's guest of 256 MiB stays above this."""
    return installation.machine.memory < LOW_MEMORY


LOW_MEMORY = 128
"""MiB."""

COUNTRY_TEXTS = {
    "TXT1": "Country, territory or area:",
    "TXT2": (
        "The selected location will be used to set your time zone and also for example to help select the system"
        " locale. Normally this should be the country where you live."
    ),
    "TXT3": (
        "This is a shortlist of locations based on the language you selected."
        ' Choose "other" if your location is not listed.'
    ),
}
"""The shortlist's template is made of variables alone."""

LOCALECHOOSER = Component(
    "Choose language", lambda installation: _LocaleChooser(installation).run(), in_initrd=True
)
