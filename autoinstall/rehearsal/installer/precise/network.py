"""ethdetect and netcfg: the card, DHCP or a static address, host and domain name."""

from __future__ import annotations

import re

from autoinstall.rehearsal.installer.component import Component
from autoinstall.rehearsal.installer.endings import StepFailed
from autoinstall.rehearsal.installer.installation import Installation
from autoinstall.rehearsal.installer.precise.static_network import StaticNetworkSetup

MAX_HOSTNAME = 63
_HOSTNAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")
_INTERFACE = "netcfg/choose_interface"
_METHOD = "netcfg/dhcp_options"
_RETRY = "Retry network autoconfiguration"
_RETRY_NAMED = "Retry network autoconfiguration with a DHCP hostname"
_MANUALLY = "Configure network manually"


class _Netcfg:
    """netcfg.c: `run` gives False when Go Back left it."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._debconf = installation.debconf
        self._screen = installation.screen
        self._has_domain = False

    def run(self) -> bool:
        while True:
            if not self._choose_interface():
                return False
            interface = self._debconf.get(_INTERFACE).partition(":")[0]
            self._screen.progress(
                "Detecting link on ${interface}; please wait...".replace("${interface}", interface), {"": 0.1}
            )
            if self._configure(interface):
                return True
            if self._installation.machine.cards < 2:
                return False

    def _choose_interface(self) -> bool:
        cards = tuple(f"eth{at}: Ethernet" for at in range(self._installation.machine.cards))
        if not cards:
            self._debconf.backup = False
            self._installation.tell("high", "netcfg/no_interfaces")
            raise StepFailed
        self._debconf.subst(_INTERFACE, ifchoices=", ".join(cards))
        if len(cards) == 1 or self._debconf.get(_INTERFACE) not in cards:
            self._debconf.set(_INTERFACE, cards[0])
        if len(cards) == 1:
            return True
        self._debconf.input("critical", _INTERFACE)
        return self._debconf.go()

    def _configure(self, interface: str) -> bool:
        if self._debconf.is_true("netcfg/disable_dhcp"):
            return self._configure_statically(interface)
        while True:
            if self._dhcp():
                self._installation.network = None
                return self.name_host("medium")
            if not self._installation.tell("critical", "netcfg/dhcp_failed"):
                return False
            done = self._without_dhcp(interface)
            if done is not None:
                return done

    def _dhcp(self) -> bool:
        fails = self._installation.strikes("dhcp-fails", "netcfg/dhcp_failed")
        steps = {"This may take some time.": 0.5 if fails else 0.25}
        cancelled = self._screen.progress("Configuring the network with DHCP", steps, cancel=True)
        return not fails and not cancelled

    def _without_dhcp(self, interface: str) -> bool | None:
        """Ask what to do without DHCP; None to try it again."""
        self._debconf.unsee(_METHOD)
        self._debconf.input("critical", _METHOD)
        if not self._debconf.go():
            return False
        method = self._debconf.get(_METHOD)
        if method == _RETRY_NAMED:
            self._debconf.input("critical", "netcfg/dhcp_hostname")
            self._debconf.go()
        if method in (_RETRY, _RETRY_NAMED):
            return None
        if method == _MANUALLY:
            return True if self._configure_statically(interface) else self._without_dhcp(interface)
        return self.name_host("medium")

    def _configure_statically(self, interface: str) -> bool:
        setup = StaticNetworkSetup(self._debconf, interface)
        while True:
            if not setup.run():
                return False
            if self.name_host("high"):
                self._installation.network = setup.network
                return True

    def name_host(self, domain_priority: str) -> bool:
        """Ask for the host's name and, at the priority given, its domain."""
        while self._ask_hostname():
            if self._has_domain:
                return True
            self._debconf.input(domain_priority, "netcfg/get_domain")
            if self._debconf.go():
                return True
        return False

    def _ask_hostname(self) -> bool:
        while True:
            self._debconf.input("high", "netcfg/get_hostname")
            if not self._debconf.go():
                return False
            typed = self._debconf.get("netcfg/get_hostname")
            host, _, domain = typed.partition(".")
            if valid_hostname(host) and all(valid_hostname(part) for part in domain.split(".") if domain):
                self._take_name(host, domain)
                return True
            self._refuse(typed)

    def _take_name(self, host: str, domain: str) -> None:
        self._debconf.set("netcfg/get_hostname", host)
        self._has_domain = bool(domain)
        if domain:
            self._debconf.set("netcfg/get_domain", domain)

    def _refuse(self, typed: str) -> None:
        self._debconf.subst("netcfg/invalid_hostname", hostname=typed, maxhostnamelen=str(MAX_HOSTNAME))
        self._installation.tell("high", "netcfg/invalid_hostname")
        self._debconf.unsee("netcfg/get_hostname")
        self._debconf.set("netcfg/get_hostname", "ubuntu")


def valid_hostname(name: str) -> bool:
    """Whether netcfg takes it: RFC 1123's letters, at least two characters, at most 63."""
    return 2 <= len(name) <= MAX_HOSTNAME and bool(_HOSTNAME.fullmatch(name))


def _detect_hardware(installation: Installation) -> bool:
    installation.screen.progress(
        "Detecting network hardware",
        {
            "Detecting hardware, please wait...": 0.1,
            "Loading module 'xen-netfront' for 'Xen virtual Ethernet'...": 0.1,
        },
    )
    return True


ETHDETECT = Component("Detect network hardware", _detect_hardware, in_initrd=True)
NETCFG = Component("Configure the network", lambda installation: _Netcfg(installation).run(), in_initrd=True)
