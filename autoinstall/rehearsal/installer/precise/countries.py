"""The countries of ISO 3166: code, English name, d-i's region, and the zone that a country with one zone has."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from autoinstall.rehearsal.installer.stored import DATA


class Country(NamedTuple):
    code: str
    name: str
    region: str
    zone: str


@cache
def countries() -> tuple[Country, ...]:
    """All of them, by name."""
    lines = (DATA / "countries.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(Country(*line.split("\t")) for line in lines)


def country(code: str) -> Country | None:
    """The country with that code."""
    return next((each for each in countries() if each.code == code), None)


def regions() -> tuple[str, ...]:
    """The regions of the list behind `other`, by name, `other` last."""
    found = {each.region for each in countries()}
    return (*sorted(found - {"other"}), "other")
