"""netcfg's static configuration: address, netmask, gateway, name servers; with its own checks and errors."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address

from autoinstall.rehearsal.installer.debconf import Debconf
from autoinstall.rehearsal.system import StaticNetwork

Address = IPv4Address | IPv6Address
State = Callable[[], "State | None"]

_ADDRESS = "netcfg/get_ipaddress"
_NETMASK = "netcfg/get_netmask"
_GATEWAY = "netcfg/get_gateway"
_NAMESERVERS = "netcfg/get_nameservers"
_CONFIRM = "netcfg/confirm_static"


class StaticNetworkSetup:
    """The states of netcfg's static.c. `network` is there once `run` gave True; False means Go Back out of it."""

    def __init__(self, debconf: Debconf, interface: str) -> None:
        self.network: StaticNetwork | None = None
        self._debconf = debconf
        self._interface = interface
        self._address: Address = IPv4Address(0)
        self._prefix = 0
        self._gateway: Address | None = None

    def run(self) -> bool:
        self.network = None
        state: State | None = self._get_address
        while state:
            state = state()
        return self.network is not None

    def _get_address(self) -> State | None:
        while True:
            if not self._ask(_ADDRESS):
                return None
            if self._take_address(self._debconf.get(_ADDRESS)):
                return self._get_gateway if self._prefix else self._get_netmask
            self._refuse(_ADDRESS)

    def _take_address(self, text: str) -> bool:
        typed, slash, length = text.partition("/")
        address = _parse(typed)
        if address is None or (slash and not (length.isdigit() and int(length) <= address.max_prefixlen)):
            return False
        self._address, self._prefix = address, int(length or 0)
        return True

    def _get_netmask(self) -> State | None:
        if not self._debconf.get(_NETMASK):
            wide = self._address.version == 4
            self._debconf.set(_NETMASK, "255.255.255.0" if wide else "ffff:ffff:ffff:ffff::")
        while True:
            if not self._ask(_NETMASK):
                return self._get_address
            mask = self._same_family(self._debconf.get(_NETMASK))
            if mask is not None:
                self._prefix = int(mask).bit_count()
                return self._get_gateway
            self._refuse(_NETMASK)

    def _get_gateway(self) -> State | None:
        if not self._debconf.get(_GATEWAY):
            self._debconf.set(_GATEWAY, self._likely_gateway())
        while True:
            if not self._ask(_GATEWAY):
                return self._get_netmask
            typed = self._debconf.get(_GATEWAY)
            if typed in ("", "none"):
                self._gateway = None
                return self._get_nameservers
            self._gateway = self._same_family(typed)
            if self._gateway is not None:
                return self._check_gateway()
            self._refuse(_GATEWAY)

    def _check_gateway(self) -> State:
        if self._gateway is None or self._network_of(self._gateway) == self._network_of(self._address):
            return self._get_nameservers
        self._tell("high", "netcfg/gateway_unreachable")
        self._debconf.unsee(_GATEWAY)
        return self._get_gateway

    def _get_nameservers(self) -> State | None:
        if not self._debconf.get(_NAMESERVERS) and self._gateway:
            self._debconf.set(_NAMESERVERS, str(self._gateway))
        return self._confirm if self._ask(_NAMESERVERS) else self._get_gateway

    def _confirm(self) -> State | None:
        network = self._decided()
        self._debconf.subst(
            _CONFIRM,
            interface=self._interface,
            ipaddress=network.address,
            netmask=network.netmask,
            gateway=network.gateway or "<none>",
            pointopoint="<none>",
            nameservers=" ".join(network.nameservers) or "<none>",
        )
        self._tell("medium", _CONFIRM)
        if not self._debconf.is_true(_CONFIRM):
            return self._get_address
        self.network = network
        return None

    def _decided(self) -> StaticNetwork:
        mask = self._mask()
        return StaticNetwork(
            address=str(self._address),
            netmask=str(ip_address(mask.to_bytes(self._address.max_prefixlen // 8, "big"))),
            gateway=str(self._gateway or ""),
            nameservers=tuple(self._debconf.get(_NAMESERVERS).split()[:3]),
        )

    def _likely_gateway(self) -> str:
        """The first address of the net; without its last part where that is the guest's own address."""
        first = str(type(self._address)(self._network_of(self._address) | 1))
        if first != str(self._address):
            return first
        separator = "." if self._address.version == 4 else ":"
        return first[: first.rindex(separator) + 1]

    def _mask(self) -> int:
        width = self._address.max_prefixlen
        return (1 << width) - (1 << (width - self._prefix))

    def _network_of(self, address: Address) -> int:
        return int(address) & self._mask()

    def _same_family(self, text: str) -> Address | None:
        address = _parse(text)
        return address if address and address.version == self._address.version else None

    def _ask(self, name: str) -> bool:
        self._debconf.input("critical", name)
        return self._debconf.go()

    def _refuse(self, name: str) -> None:
        self._tell("critical", "netcfg/bad_ipaddress")
        self._debconf.unsee(name)

    def _tell(self, priority: str, name: str) -> None:
        """These have no Go Back."""
        self._debconf.backup = False
        self._debconf.input(priority, name)
        self._debconf.go()
        self._debconf.backup = True


def _parse(text: str) -> Address | None:
    """An address as inet_pton takes it."""
    try:
        return ip_address(text)
    except ValueError:
        return None
