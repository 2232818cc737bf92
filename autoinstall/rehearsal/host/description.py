"""Domain descriptions: the plain part of xm's and xl's configuration files, which both read alike."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ACTIONS = {
    "destroy": "destroy",
    "restart": "restart",
    "preserve": "preserve",
    "rename-restart": "restart",
    "coredump-destroy": "destroy",
    "coredump-restart": "restart",
}
"""What can be done with a domain that ended; the dumping and renaming ones leave no dump and no old domain."""

_TOKEN = re.compile(
    r"(?P<blank>[ \t\r]+|#[^\n]*)|(?P<newline>\n|;)|(?P<name>[A-Za-z_][\w.]*)"
    r"|(?P<string>\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*')|(?P<number>-?(?:0x[0-9a-fA-F]+|\d+))|(?P<sign>[=\[\],])"
)
_EXPECTED = "syntax error, unexpected {0}, expecting {1}"
_OLD_DISK = re.compile(r"(?:tap2?:)?(?:file|phy|aio|raw|tapdisk|vhd|qcow2?):(?:aio:)?")
_FORMATS = ("raw", "qcow", "qcow2", "vhd", "qed", "")

Value = str | list[str]


class BadDescription(Exception):
    """A description that cannot be read; `line` counts from 1, the text is what xl says of it."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


class BadDisk(Exception):
    """A disk that is described wrongly; the text says how, in xl's words."""


class Disk(NamedTuple):
    """One disk: its file or device on the host, its name in the guest, and whether the guest may write."""

    path: str
    device: str
    writable: bool


class Vif(NamedTuple):
    """One network card: the bridge it is plugged into, and its address (empty: the host chooses one)."""

    bridge: str
    mac: str


class Description(NamedTuple):
    """One domain as described. Sizes are MiB; `uuid` is empty where the description has none."""

    name: str
    memory: int
    vcpus: int
    kernel: str
    ramdisk: str
    extra: str
    root: str
    bootloader: str
    disks: tuple[Disk, ...]
    vifs: tuple[Vif, ...]
    on_poweroff: str
    on_reboot: str
    on_crash: str
    uuid: str


def read(text: str) -> dict[str, Value]:
    """The assignments of a description, later ones over earlier ones. Raises BadDescription."""
    return _Reader(text).assignments()


def describe(values: dict[str, Value], *, on_crash: str) -> Description:
    """The domain that assignments describe; `on_crash` is the toolstack's default.

    Raises BadDisk, and ValueError with the key's name where a number is none.
    """

    def text(key: str, default: str = "") -> str:
        value = values.get(key, default)
        return value if isinstance(value, str) else " ".join(value)

    def number(key: str, default: str) -> int:
        try:
            return int(text(key, default), 0)
        except ValueError:
            raise ValueError(key) from None

    return Description(
        name=text("name"),
        memory=number("memory", "128"),
        vcpus=number("vcpus", "1"),
        kernel=text("kernel"),
        ramdisk=text("ramdisk"),
        extra=text("extra"),
        root=text("root"),
        bootloader=text("bootloader"),
        disks=tuple(disk(item) for item in _items(values.get("disk", []))),
        vifs=tuple(vif(item) for item in _items(values.get("vif", []))),
        on_poweroff=ACTIONS.get(text("on_poweroff"), "destroy"),
        on_reboot=ACTIONS.get(text("on_reboot"), "restart"),
        on_crash=ACTIONS.get(text("on_crash"), on_crash),
        uuid=text("uuid"),
    )


def disk(spec: str) -> Disk:
    """One disk in the old form (`file:PATH,xvda,w`) or in xl's (`PATH,raw,xvda,w`, keys too). Raises BadDisk."""
    parts = [part.strip() for part in spec.split(",")]
    named = dict(
        part.split("=", 1) for part in parts if re.match(r"(target|format|vdev|access|devtype)=", part)
    )
    plain = [part for part in parts if part.split("=", 1)[0] not in named]
    old = _OLD_DISK.match(plain[0]) if plain else None
    path = named.get("target", plain[0][old.end() :] if old else (plain[0] if plain else ""))
    rest = plain[1:]
    if not old and rest and rest[0] in _FORMATS:
        rest = rest[1:]
    device = named.get("vdev", rest[0] if rest else "")
    access = named.get("access", rest[1] if len(rest) > 1 else "w")
    if not device:
        raise BadDisk(f"no vdev specified in `{spec}'")
    return Disk(path, device.removesuffix(":cdrom"), access in ("w", "rw", "w!"))


def vif(spec: str) -> Vif:
    """One network card out of `bridge=NAME,mac=ADDRESS`; parts that say nothing of these are left out."""
    keys = dict(part.strip().split("=", 1) for part in spec.split(",") if "=" in part)
    return Vif(keys.get("bridge", "xenbr0"), keys.get("mac", ""))


def _items(value: Value) -> list[str]:
    return [value] if isinstance(value, str) else value


class _Reader:
    """A description's tokens, taken one after the other."""

    def __init__(self, text: str) -> None:
        self._text = text if text.endswith("\n") else text + "\n"
        self._at = 0
        self._line = 1
        self.kind = ""
        self.word = ""
        self._next()

    def assignments(self) -> dict[str, Value]:
        values: dict[str, Value] = {}
        while self.kind != "end":
            if self.kind == "newline":
                self._next()
                continue
            name = self._take("name", "IDENT or NEWLINE")
            self._take("=", "'='")
            values[name] = self._value()
            self._take("newline", "NEWLINE or ';'")
        return values

    def _value(self) -> Value:
        if self.kind in ("string", "number"):
            return self._atom()
        self._take("[", "STRING or NUMBER or '['")
        items: list[str] = []
        while self._skip_newlines() != "]":
            items.append(self._atom())
            if self._skip_newlines() != "]":
                self._take(",", "',' or ']'")
        self._next()
        return items

    def _atom(self) -> str:
        if self.kind not in ("string", "number"):
            raise self._unexpected("STRING or NUMBER or '['")
        word = self.word
        if self.kind == "string":
            word = re.sub(r"\\(.)", r"\1", word[1:-1])
        self._next()
        return word

    def _take(self, kind: str, expected: str) -> str:
        if self.kind != kind:
            raise self._unexpected(expected)
        word = self.word
        self._next()
        return word

    def _skip_newlines(self) -> str:
        while self.kind == "newline":
            self._next()
        return self.kind

    def _unexpected(self, expected: str) -> BadDescription:
        names = {
            "newline": "NEWLINE",
            "name": "IDENT",
            "string": "STRING",
            "number": "NUMBER",
            "end": "end of file",
        }
        near = "<newline>" if self.kind == "newline" else f"`{self.word}'"
        found = names.get(self.kind, f"'{self.kind}'")
        return BadDescription(self._line, f"near {near}: " + _EXPECTED.format(found, expected))

    def _next(self) -> None:
        if self.kind == "newline" and self.word == "\n":
            self._line += 1
        while True:
            if self._at >= len(self._text):
                self.kind, self.word = "end", ""
                return
            found = _TOKEN.match(self._text, self._at)
            if found is None:
                self.word = self._text[self._at]
                self.kind = self.word
                raise self._unexpected("STRING or NUMBER or '['")
            self._at = found.end()
            if found.lastgroup != "blank":
                break
        self.word = found[0]
        self.kind = self.word if found.lastgroup == "sign" else str(found.lastgroup)


def load(path: Path) -> dict[str, Value]:
    """The assignments of a file. Raises OSError and BadDescription."""
    return read(path.read_text(encoding="utf-8", errors="replace"))
