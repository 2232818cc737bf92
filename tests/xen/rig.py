"""Toy guests on the lab's real Xen, driven by the project's own toolstack and console."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from autoinstall.console.channel import Channel, ConsoleClosed, attach
from autoinstall.deadline import Deadline
from autoinstall.toolstack.description import uuid_of
from autoinstall.toolstack.differences import Differences
from autoinstall.toolstack.ssh import SshHost, reached
from autoinstall.toolstack.xen import XenToolstack

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "scripts" / "xen-lab"
FOLDER_VARIABLE = "AUTOINSTALL_XEN_LAB"
"""In the environment: another folder than the usual one."""
SECONDS = 300.0
"""A toy guest's prompt is there 15 s after its creation began on a quiet machine, 42 s on a loaded one."""

ID = "0badcafe"
TOY = """\
name = "{name}"
uuid = "{uuid}"
memory = {memory}
vcpus = 1
on_poweroff = "destroy"
on_reboot = "restart"
on_crash = "destroy"
"""
KERNEL = """\
kernel = "/srv/guests/vmlinuz"
ramdisk = "/srv/guests/toy-initrd.gz"
extra = "console=hvc0 quiet"
"""
PYGRUB = 'bootloader = "pygrub"\ndisk = ["file:/srv/guests/toy-disk.img,xvda,w"]\n'


def soon() -> Deadline:
    return Deadline.after(SECONDS)


class LabRig:
    """dom0 at `url`, reached by the ssh client `client`; `folder` is the running test's."""

    def __init__(self, url: str, client: list[str], kernel: Path) -> None:
        """`kernel` is dom0's own, here: toy guests boot it too."""
        self.url = url
        self.client = client
        self._kernel = kernel
        self.folder = Path()
        self._line = Path(tempfile.mkdtemp()) / "line"
        self._held = ExitStack()
        self._host: SshHost | None = None

    def dom0(self, *words: str, stdin: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command in dom0."""
        shared = ["-o", "ControlMaster=auto", "-o", "ControlPersist=60", "-o", f"ControlPath={self._line}"]
        argv = [*self.client, *shared, "xen-lab", shlex.join(words) if len(words) > 1 else words[0]]
        return subprocess.run(argv, input=stdin, capture_output=True, text=True, timeout=SECONDS, check=check)

    @property
    def host(self) -> SshHost:
        if self._host is None:
            self._host = self._held.enter_context(reached(self.url))
            self._host.works_in(self._host.facts.home)
        return self._host

    def toolstack(self, differences: Differences) -> XenToolstack:
        return XenToolstack(differences, self.host)

    def describe(self, name: str, *, boot: str = KERNEL, more: str = "", memory: int = 128) -> Path:
        path = self.folder / f"{name}.cfg"
        path.write_text(TOY.format(name=name, uuid=uuid_of(ID, name), memory=memory) + boot + more)
        return path

    def toy_settings(self, folder: Path) -> list[str]:
        """The words that put a toy guest in an installer's place; the kernel need not travel."""
        kept = "d=~/.cache/autoinstall/hosted; f=/srv/guests/vmlinuz; s=$(sha256sum $f | cut -d' ' -f1)"
        self.dom0(f"{kept}; [ -e $d/sha256-$s ] || cp $f $d/sha256-$s")
        initrd = folder / "toy-initrd.gz"
        initrd.write_bytes(base64.b64decode(self.dom0("base64 /srv/guests/toy-initrd.gz").stdout))
        settings = (f"installer.kernel={self._kernel}", f"installer.initrd={initrd}", "machine.memory=128")
        return [word for setting in settings for word in ("--set", setting)]

    def attach(self, toolstack: XenToolstack, name: str) -> Channel:
        channel = attach(toolstack.console_command(name), recorder=None, environment=toolstack.environment)
        self._held.callback(channel.close)
        return channel

    def attach_until(self, toolstack: XenToolstack, name: str, words: bytes) -> tuple[Channel, bytes]:
        """A console that says these words, and all it said; one that ends before (boot loader, restart) is left."""
        deadline = soon()
        while not deadline.expired:
            channel = self.attach(toolstack, name)
            with contextlib.suppress(ConsoleClosed):
                return channel, hear(channel, words)
        raise AssertionError(f"{name} never said {words!r}")

    def hang_up(self) -> None:
        """End our own line to dom0; it may be gone."""
        argv = [*self.client, "-o", f"ControlPath={self._line}", "-O", "exit", "xen-lab"]
        subprocess.run(argv, capture_output=True, check=False)
        shutil.rmtree(self._line.parent, ignore_errors=True)

    def end(self) -> None:
        """Destroy every guest, and close what is open."""
        self._held.close()
        self._host = None
        self.dom0("for d in $(xl list | awk 'NR > 2 { print $2 }'); do xl destroy $d; done", check=False)


def hear(channel: Channel, words: bytes) -> bytes:
    """All that the console says up to these words."""
    heard, deadline = b"", soon()
    while words not in heard:
        assert not deadline.expired, heard
        heard += channel.read(deadline.remaining)
    return heard


def ended(channel: Channel) -> bytes:
    """All that the console says up to its end."""
    heard, deadline = b"", soon()
    while not deadline.expired:
        try:
            heard += channel.read(deadline.remaining)
        except ConsoleClosed:
            return heard
    raise AssertionError(heard)


def xen_lab(*words: str) -> str:
    folder = os.environ.get(FOLDER_VARIABLE)
    place = ("--folder", folder) if folder else ()
    argv = [sys.executable, str(PROGRAM), words[0], *place, *words[1:]]
    return subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True, timeout=3600).stdout


@contextmanager
def lab_started() -> Iterator[LabRig]:
    """The lab as it was saved; what is done in it is gone afterwards."""
    xen_lab("down")
    told = json.loads(xen_lab("up", "--json"))
    rig = LabRig(told["host"], shlex.split(told["ssh"]), Path(told["folder"]) / "boot" / "vmlinuz")
    yield rig
    rig.hang_up()
    xen_lab("down")
