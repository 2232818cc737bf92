"""One script of commands on two hosts, the rehearsed and the real one; what they say made comparable."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import yaml

from tests.rehearsal.host_rig import Rig
from tests.xen.rig import LabRig

HERE = Path(__file__).parent
STREAMS = ("status", "stdout", "stderr")


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said and exited with, in comparable words."""

    command: str
    status: str
    stdout: str
    stderr: str


class Host(Protocol):
    """A host with files of its own."""

    places: Mapping[str, str]

    @property
    def ready(self) -> bytes:
        """What a guest says once it is up."""

    def run(self, command: str) -> tuple[int, str, str]: ...

    def console(self, tool: str) -> list[str]:
        """The command for the console of the domain `toy`."""

    def write(self, name: str, text: str) -> str: ...


class Rehearsed:
    """The rehearsed host of a rig."""

    ready = b"ready\r\n"

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        folder = rig.folder
        (folder / "empty.img").write_bytes(bytes(1 << 20))
        (folder / "text").write_text("no kernel\n")
        self.places = {
            "kernel": str(folder / "vmlinuz"),
            "ramdisk": str(folder / "initrd.gz"),
            "empty": str(folder / "empty.img"),
            "text": str(folder / "text"),
        }

    def run(self, command: str) -> tuple[int, str, str]:
        done = self.rig.run(*shlex.split(command))
        return done.returncode, done.stdout, done.stderr

    def console(self, tool: str) -> list[str]:
        return [str(self.rig.home / "bin" / tool), "console", "toy"]

    def write(self, name: str, text: str) -> str:
        (self.rig.folder / name).write_text(text)
        return str(self.rig.folder / name)


class Real:
    """The lab's dom0."""

    ready = b"toy# "

    def __init__(self, lab: LabRig) -> None:
        self.lab = lab
        lab.dom0("truncate -s 1M /srv/empty.img; echo no kernel > /srv/text")
        self.places = {
            "kernel": "/srv/guests/vmlinuz",
            "ramdisk": "/srv/guests/toy-initrd.gz",
            "empty": "/srv/empty.img",
            "text": "/srv/text",
        }

    def run(self, command: str) -> tuple[int, str, str]:
        done = self.lab.dom0(command + " < /dev/null", check=False)
        return done.returncode, done.stdout, done.stderr

    def console(self, tool: str) -> list[str]:
        return [*self.lab.client, "-tt", "-e", "none", "xen-lab", f"stty raw -echo; exec {tool} console toy"]

    def write(self, name: str, text: str) -> str:
        self.lab.dom0(f"cat > /srv/{name}", stdin=text)
        return f"/srv/{name}"


def script() -> list[dict[str, Any]]:
    loaded = yaml.safe_load((HERE / "script.yaml").read_text())
    assert isinstance(loaded, list)
    return loaded


def descriptions(host: Host, *, short_of_memory: bool) -> dict[str, str]:
    """The files that the script names: where each lies."""
    toy = {
        "name": '"toy"',
        "kernel": f'"{host.places["kernel"]}"',
        "ramdisk": f'"{host.places["ramdisk"]}"',
        "extra": '"console=hvc0 quiet"',
        "memory": "128",
        "vcpus": "1",
    }

    def written(name: str, *without: str, **changes: str) -> str:
        values = {key: value for key, value in (toy | changes).items() if key not in without}
        return host.write(f"{name}.cfg", "".join(f"{key} = {value}\n" for key, value in values.items()))

    boot_loader = {"bootloader": '"pygrub"', "disk": f'["file:{host.places["empty"]},xvda,w"]'}
    return {
        "toy": written("toy"),
        "syntax": host.write("syntax.cfg", 'name = "toy"\nmemory =\n'),
        "nameless": written("nameless", "name"),
        "bootless": written("bootless", "kernel", "ramdisk"),
        "kernelless": written("kernelless", kernel='"/nowhere/kernel"'),
        "ramdiskless": written("ramdiskless", ramdisk='"/nowhere/ramdisk"'),
        "unbootable": written("unbootable", kernel=f'"{host.places["text"]}"'),
        "diskless": written("diskless", disk='["file:/nowhere/disk,xvda,w"]'),
        "wrong-disk": written("wrong-disk", disk='["bogus"]'),
        "bridged": written("bridged", vif='["bridge=nobr0"]'),
        "toy-or-huge": written("toy-or-huge", memory="20000" if short_of_memory else "128"),
        "empty-disk": written("empty-disk", "kernel", "ramdisk", "extra", **boot_loader),
    }


def said_by(host: Host, tool: str, group: Mapping[str, Any], *, real: bool) -> Iterator[Said]:
    files = descriptions(host, short_of_memory=real)
    for line in group["commands"]:
        command = line.replace("TOOL", tool)
        status, stdout, stderr = host.run(command.format(**files))
        names = {path: f"{{{name}}}" for name, path in files.items()}
        names |= {path: f"<{name}>" for name, path in host.places.items()}
        yield Said(command, str(status), _comparable(stdout, names), _comparable(stderr, names))


_NUMBERS = (
    (re.compile(r"^Domain-0 .*\n", re.MULTILINE), ""),
    (re.compile(r"(?<=[Dd]omain )\d+|(?<=domain=)\d+|(?<=domid=)\d+(?=\n)|(?<=\(id=)\d+"), "N"),
    (re.compile(r"\S+(?=/bootloader\.\d+\.log)"), "<logs>"),
    (re.compile(r"(?<=bootloader\.)\d+(?=\.log)"), "N"),
    (re.compile(r"\[\d+\]"), "[PID]"),
    (re.compile(r"\d+(?= KiB)"), "N"),
    (re.compile(r"line \d+, in <module>"), "line N, in <module>"),
)


_ROW = re.compile(r"(?m)^(\S+ +)(\d+)( +\d+ +\d+ +)(?:r-----|-b----|------)( +)(\d+\.\d)$")
"""A row of `list`: columns keep their widths, whatever stands in them."""


def _row(match: re.Match[str]) -> str:
    name, domid, sizes, blanks, seconds = match.groups()
    return f"{name}{'N':>{len(domid)}}{sizes}ALIVE {blanks}{'T':>{len(seconds)}}"


def _comparable(text: str, names: Mapping[str, str]) -> str:
    """Without what can only differ: numbers of domains and processes, times, dom0's own row, the files' places."""
    for path in sorted(names, key=len, reverse=True):
        text = text.replace(path, names[path])
    text = _ROW.sub(_row, text)
    for pattern, word in _NUMBERS:
        text = pattern.sub(word, text)
    return text
