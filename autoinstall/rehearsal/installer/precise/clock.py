"""clock-setup and tzsetup: the time of a server, and the time zone as far as the country leaves it open."""

from __future__ import annotations

from autoinstall.rehearsal.installer.component import Component, State, walk
from autoinstall.rehearsal.installer.installation import Installation
from autoinstall.rehearsal.installer.precise.countries import country

ZONE = "time/zone"
_DETECTED = "tzsetup/detected"
_ALL = "tzsetup/select_all"
_OTHER = "other"
_PRESENT_ZONE = "Europe/Madrid"
"""Where geoip.ubuntu.com sees the machine."""


class _TimeZone:
    def __init__(self, installation: Installation) -> None:
        self._debconf = installation.debconf
        self._detected = installation.strikes("geoip", _DETECTED)
        code = self._debconf.get("debian-installer/country")
        self._by_country = f"tzsetup/country/{code}"
        home = country(code)
        self._only_zone = home.zone if home else "Etc/UTC"

    def run(self) -> bool:
        if self._debconf.seen(ZONE):
            return True
        states: list[State] = [self._ask_first, self._ask_all, self._take]
        return walk(self._debconf, states)

    @property
    def _several(self) -> bool:
        return self._debconf.has_template(self._by_country)

    def _ask_first(self) -> None:
        if self._detected:
            self._debconf.subst(_DETECTED, ZONE=_PRESENT_ZONE)
            self._debconf.input("high", _DETECTED)
        elif self._several:
            self._debconf.input("high", self._by_country)

    def _ask_all(self) -> None:
        if self._wants_all():
            self._debconf.input("high", _ALL)

    def _take(self) -> State | None:
        zone = self._zone()
        if not zone or zone.startswith("---"):
            return self._ask_all
        self._debconf.set(ZONE, zone)
        return None

    def _wants_all(self) -> bool:
        if self._detected:
            return not self._debconf.is_true(_DETECTED)
        return self._several and self._debconf.get(self._by_country) == _OTHER

    def _zone(self) -> str:
        if self._wants_all():
            return self._debconf.get(_ALL)
        if self._detected:
            return _PRESENT_ZONE
        if not self._several:
            return self._only_zone
        return self._debconf.get(self._by_country) or self._only_zone


def _set_up_clock(installation: Installation) -> bool:
    steps = {"Getting the time from a network time server...": 0.2}
    installation.screen.progress("Setting up the clock", steps, cancel=True)
    return _TimeZone(installation).run()


CLOCK_SETUP = Component("Configure the clock", _set_up_clock)
