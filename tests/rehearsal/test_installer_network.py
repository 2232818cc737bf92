"""netcfg's arithmetic and checks, without a screen."""

from __future__ import annotations

from ipaddress import ip_interface

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autoinstall.rehearsal.installer.debconf import Debconf
from autoinstall.rehearsal.installer.precise.network import valid_hostname
from autoinstall.rehearsal.installer.precise.static_network import StaticNetworkSetup
from autoinstall.rehearsal.newt import Outcome
from autoinstall.rehearsal.system import StaticNetwork
from tests.rehearsal.installer_person import BACK, TEMPLATES, Person, said


def set_up(**answers: list[Outcome]) -> tuple[StaticNetworkSetup, Person]:
    person = Person(**answers)
    debconf = Debconf(TEMPLATES, person)
    debconf.backup = True
    return StaticNetworkSetup(debconf, "eth0"), person


def asked(person: Person) -> list[str]:
    return [name.rpartition("/")[2] for name in person.asked]


def test_the_defaults_follow_from_the_address() -> None:
    setup, person = set_up(get_ipaddress=[said("192.0.2.77")], get_netmask=[said("255.255.255.192")])
    assert setup.run()
    assert setup.network == StaticNetwork("192.0.2.77", "255.255.255.192", "192.0.2.65", ("192.0.2.65",))
    assert asked(person) == ["get_ipaddress", "get_netmask", "get_gateway", "get_nameservers"]


def test_the_guess_is_cut_short_where_it_is_the_guest_itself() -> None:
    setup, person = set_up(get_ipaddress=[said("192.0.2.1/24")], get_gateway=[said("192.0.2.254")])
    setup.run()
    assert person.forms[1].default == "192.0.2."


def test_ipv6_has_a_netmask_of_its_own() -> None:
    setup, person = set_up(get_ipaddress=[said("2001:db8::5")])
    setup.run()
    assert person.forms[1].default == "ffff:ffff:ffff:ffff::"
    assert setup.network is not None
    assert setup.network.gateway == "2001:db8::1"


def test_no_gateway_is_a_gateway() -> None:
    setup, _ = set_up(get_ipaddress=[said("192.0.2.7/24")], get_gateway=[said("none")])
    setup.run()
    assert setup.network is not None
    assert setup.network.gateway == ""
    assert setup.network.nameservers == ()


@pytest.mark.parametrize(
    "bad", ["", "192.0.2", "192.0.2.256", "192.0.2.1/33", "192.0.2.1/", "192.0.2.1/x", "gateway"]
)
def test_a_malformed_address_is_asked_for_again(bad: str) -> None:
    setup, person = set_up(get_ipaddress=[said(bad), said("192.0.2.7/24")])
    assert setup.run()
    assert asked(person)[:3] == ["get_ipaddress", "bad_ipaddress", "get_ipaddress"]
    assert not person.forms[1].backup
    assert person.forms[2].backup


def test_a_gateway_outside_the_net_is_asked_for_again() -> None:
    setup, person = set_up(
        get_ipaddress=[said("192.0.2.7/25")], get_gateway=[said("192.0.2.200"), said("192.0.2.100")]
    )
    assert setup.run()
    assert asked(person)[1:4] == ["get_gateway", "gateway_unreachable", "get_gateway"]


def test_go_back_walks_to_the_address_and_out() -> None:
    setup, person = set_up(
        get_ipaddress=[said("192.0.2.7"), BACK], get_netmask=[said("255.255.255.0"), BACK], get_gateway=[BACK]
    )
    assert not setup.run()
    assert asked(person) == ["get_ipaddress", "get_netmask", "get_gateway", "get_netmask", "get_ipaddress"]


@given(st.integers(0, 2**32 - 1), st.integers(1, 30))
def test_the_guessed_gateway_is_in_the_net(address: int, prefix: int) -> None:
    own = ip_interface((address, prefix))
    assume(own.ip != own.network.network_address + 1)
    setup, person = set_up(get_ipaddress=[said(str(own))])
    assert setup.run()
    assert asked(person) == ["get_ipaddress", "get_gateway", "get_nameservers"]


@pytest.mark.parametrize(("name", "valid"), [("web", True), ("w", False), ("-web", False), ("we_b", False)])
def test_host_names_are_those_of_rfc_1123(name: str, valid: bool) -> None:
    assert valid_hostname(name) is valid
