"""The kernel command line of the install boot: preseeded answers, and what the installed system keeps."""

from __future__ import annotations

from dataclasses import dataclass, field

ALIASES = {
    "priority": "debconf/priority",
    "locale": "debian-installer/locale",
    "language": "debian-installer/language",
    "country": "debian-installer/country",
    "hostname": "netcfg/get_hostname",
    "domain": "netcfg/get_domain",
    "interface": "netcfg/choose_interface",
    "tasks": "tasksel/first",
    "protocol": "mirror/protocol",
    "suite": "mirror/suite",
}
"""The short names of installation-guide's table that mean something to this installer."""

_SEPARATORS = ("--", "---")


@dataclass(frozen=True)
class CommandLine:
    """`answers` by debconf name; `kept` is what stood after `--`; `quiet` hushes the kernel."""

    answers: dict[str, str] = field(default_factory=dict)
    kept: str = ""
    quiet: bool = False


def read(extra: str) -> CommandLine:
    """Take the description's `extra` apart; words that answer no question are the kernel's own."""
    words = extra.split()
    at = next((place for place, word in enumerate(words) if word in _SEPARATORS), len(words))
    answers = {}
    for word in words[:at]:
        name, equals, value = word.partition("=")
        name = ALIASES.get(name, name).rpartition(":")[2].removesuffix("?")
        if equals and "/" in name:
            answers[name] = value
    return CommandLine(answers, " ".join(words[at + 1 :]), "quiet" in words)
