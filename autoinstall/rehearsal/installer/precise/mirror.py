"""choose-mirror: by country or by hand, the proxy, and the check of what was chosen."""

from __future__ import annotations

import re

from autoinstall.rehearsal.installer.component import Component, State, walk
from autoinstall.rehearsal.installer.installation import Installation
from autoinstall.rehearsal.installer.precise.countries import countries, country
from autoinstall.rehearsal.installer.templates import join_choices

_COUNTRY = "mirror/http/countries"
_MIRROR = "mirror/http/mirror"
_HOSTNAME = "mirror/http/hostname"
_DIRECTORY = "mirror/http/directory"
_PROXY = "mirror/http/proxy"
_MANUAL = "manual"
_PRESEEDED = "mirror/country"

_HOST = re.compile(r"(localhost|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)(:[0-9]{1,5})?")
"""A name that can resolve: one label alone (the entry's default, `mirror`) does not."""

_PROXY_URL = re.compile(r"([a-z]+://)?([^@/\s]*@)?[A-Za-z0-9.-]+(:[0-9]{1,5})?/?")


class _ChooseMirror:
    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._debconf = installation.debconf

    def run(self) -> bool:
        while self._ask():
            if self._usable():
                return True
            self._debconf.unsee(_PRESEEDED, _COUNTRY, _MIRROR, _HOSTNAME, _DIRECTORY, _PROXY)
            if not self._installation.tell("critical", "mirror/bad"):
                return False
        return False

    def _ask(self) -> bool:
        states: list[State] = [self._ask_country, self._ask_mirror, self._ask_proxy]
        return walk(self._debconf, states)

    def _ask_country(self) -> None:
        every = countries()
        self._debconf.subst(
            _COUNTRY,
            CODES=join_choices(tuple(each.code for each in every)),
            NAMES=join_choices(tuple(each.name for each in every)),
        )
        if self._debconf.seen(_PRESEEDED):
            self._debconf.preseed({_COUNTRY: self._debconf.get(_PRESEEDED)})
        elif not self._debconf.asked(_COUNTRY):
            home = country(self._debconf.get("debian-installer/country"))
            self._debconf.set(_COUNTRY, home.code if home else "GB")
        self._debconf.input("high", _COUNTRY)

    def _ask_mirror(self) -> None:
        if self._manual:
            self._debconf.input("critical", _HOSTNAME)
            self._debconf.input("critical", _DIRECTORY)
            return
        mirrors = self._mirrors()
        self._debconf.subst(_MIRROR, mirrors=join_choices(mirrors))
        if self._debconf.get(_MIRROR) not in mirrors:
            self._debconf.set(_MIRROR, mirrors[0])
        self._debconf.input("high", _MIRROR)

    def _ask_proxy(self) -> None:
        self._debconf.input("high", _PROXY)

    @property
    def _manual(self) -> bool:
        return self._debconf.get(_COUNTRY) == _MANUAL

    def _mirrors(self) -> tuple[str, ...]:
        if self._debconf.get("debian-installer/locale") == "C":
            return ("archive.ubuntu.com",)
        own = f"{self._debconf.get(_COUNTRY).lower()}.archive.ubuntu.com"
        return (own, *_MORE_MIRRORS.get(self._debconf.get(_COUNTRY), ()))

    def _usable(self) -> bool:
        if not self._manual:
            self._debconf.set(_HOSTNAME, self._debconf.get(_MIRROR))
            self._debconf.set(_DIRECTORY, "/ubuntu/")
        bad = self._installation.strikes("mirror-bad", "mirror/bad")
        self._installation.screen.progress(
            "Checking the Ubuntu archive mirror", {"Downloading Release files...": 0.2}
        )
        return not bad and self._well_formed()

    def _well_formed(self) -> bool:
        """Whether a name, a folder and a proxy are such that something could answer there."""
        proxy = self._debconf.get(_PROXY)
        return (
            bool(_HOST.fullmatch(self._debconf.get(_HOSTNAME)))
            and self._debconf.get(_DIRECTORY).startswith("/")
            and (not proxy or bool(_PROXY_URL.fullmatch(proxy)))
        )


_MORE_MIRRORS = {
    "DE": ("ftp.halifax.rwth-aachen.de", "ftp.hosteurope.de", "ftp.stw-bonn.de", "ftp.tu-ilmenau.de"),
    "ES": ("ftp.caliu.cat", "ftp.dat.etsit.upm.es", "ftp.gui.uva.es", "ftp.udc.es"),
    "GB": ("mirror.bytemark.co.uk", "mirror.ox.ac.uk", "www.mirrorservice.org"),
    "US": ("mirror.anl.gov", "mirrors.kernel.org", "mirrors.mit.edu", "ubuntu.osuosl.org"),
}
"""Some countries have more than the archive's own alias."""

CHOOSE_MIRROR = Component(
    "Choose a mirror of the Ubuntu archive",
    lambda installation: _ChooseMirror(installation).run(),
    in_initrd=True,
)
