"""Which components (udebs) an installer needs beside those in its initrd."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from scripts.lab_mirror.stanza import Stanza, packages_in

_LOADED = ("required", "important", "standard")
"""The installer's anna loads components of these priorities without being asked."""


def offered_names(stanzas: Iterable[Stanza]) -> set[str]:
    """The names that packages go by, provided ones too."""
    names: set[str] = set()
    for stanza in stanzas:
        names |= {stanza.name, *packages_in(stanza.get("Provides"))}
    return names


def of_kernel(index: Iterable[Stanza], kernel: str) -> list[Stanza]:
    """The components of an index that suit a kernel: its own modules, and what is no module."""
    return [stanza for stanza in index if stanza.fields.get("Kernel-Version", kernel) == kernel]


def needed(index: Iterable[Stanza], present: Collection[str]) -> list[Stanza]:
    """The components that the installer loads by itself, and all that they depend on, sorted by name.

    `present` are the names that the initrd has. Of a virtual package all providers are taken: the installer
    chooses among them by what the machine has.
    """
    by_name = {stanza.name: stanza for stanza in index}
    providers: dict[str, list[str]] = {}
    for stanza in by_name.values():
        for virtual in packages_in(stanza.get("Provides")):
            providers.setdefault(virtual, []).append(stanza.name)
    waiting = [name for name, stanza in by_name.items() if stanza.get("Priority") in _LOADED]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in found or name in present:
            continue
        if name not in by_name:
            waiting += [one for one in providers.pop(name, ())]
            continue
        found.add(name)
        waiting += packages_in(by_name[name].get("Depends"))
    return [by_name[name] for name in sorted(found)]
