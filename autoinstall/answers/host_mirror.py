"""The mirror that this host's own apt sources name, for `{{ host.apt_mirror }}`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_RELEASES = (
    *("jessie", "stretch", "buster", "bullseye", "bookworm", "trixie", "forky", "duke", "sid"),
    *("oldoldstable", "oldstable", "stable", "testing", "unstable", "experimental"),
)
_POCKETS = ("", "-updates", "-proposed-updates", "-backports", "-backports-sloppy")
DEBIAN_SUITES = frozenset(release + pocket for release in _RELEASES for pocket in _POCKETS)
_ONE_LINE = re.compile(r"deb\s+(?:\[[^\]]*\]\s*)?(?P<uri>\S+)\s+(?P<suite>\S+)(?P<components>[^#]*)")


@dataclass(frozen=True, slots=True)
class HostMirror:
    """A Debian mirror: its URI without a final slash, and host and directory as the installer asks for them."""

    uri: str

    @property
    def host(self) -> str:
        return urlsplit(self.uri).netloc

    @property
    def directory(self) -> str:
        return urlsplit(self.uri).path or "/"

    def names(self) -> dict[str, str]:
        """The names below `host` in templates."""
        return {
            "apt_mirror": self.uri,
            "apt_mirror_host": self.host,
            "apt_mirror_directory": self.directory,
        }


def host_mirror(apt_folder: Path) -> HostMirror | None:
    """The first Debian source over http in the order in which apt reads its files, or None.

    A source is Debian's when its suite is one of Debian's and its components hold `main`; the
    security archive is not a mirror to install from.
    """
    for path in _source_files(apt_folder):
        sources = _deb822_sources if path.suffix == ".sources" else _one_line_sources
        for uri, suites, components in sources(_text(path)):
            if uri.startswith("http://") and "main" in components and DEBIAN_SUITES.intersection(suites):
                return HostMirror(uri.rstrip("/"))
    return None


def _source_files(apt_folder: Path) -> Iterator[Path]:
    yield apt_folder / "sources.list"
    parts = apt_folder / "sources.list.d"
    if parts.is_dir():
        yield from sorted(path for path in parts.iterdir() if path.suffix in (".list", ".sources"))


def _text(path: Path) -> str:
    """The file's text; a file that cannot be read names no source."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _one_line_sources(text: str) -> Iterator[tuple[str, list[str], list[str]]]:
    for line in text.splitlines():
        if match := _ONE_LINE.match(line.strip()):
            yield match["uri"], [match["suite"]], match["components"].split()


def _deb822_sources(text: str) -> Iterator[tuple[str, list[str], list[str]]]:
    for stanza in re.split(r"\n[ \t]*\n", text):
        fields = _fields(stanza)
        if "deb" in fields.get("types", []) and fields.get("enabled", ["yes"]) != ["no"]:
            for uri in fields.get("uris", []):
                yield uri, fields.get("suites", []), fields.get("components", [])


def _fields(stanza: str) -> dict[str, list[str]]:
    """The words of each field, by its name in lower case; comments left out, folded lines joined."""
    lines = [line for line in stanza.splitlines() if not line.startswith("#")]
    unfolded = re.sub(r"\n[ \t]+", " ", "\n".join(lines))
    pairs = (line.partition(":") for line in unfolded.splitlines())
    return {name.strip().lower(): value.split() for name, _, value in pairs}
