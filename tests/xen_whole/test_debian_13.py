"""Debian 13 installed, booted and made ready in a paravirtualised guest of real Xen: what no rehearsal can prove."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest

from autoinstall.build.stage import STAGES
from autoinstall.image.finished_disk import FinishedDisk
from tests.build.whole import disk_file
from tests.conftest import needs
from tests.real.conftest import PASSWORDS, ROOT, Installation
from tests.xen.rig import FOLDER_VARIABLE

pytestmark = pytest.mark.xen

SECONDS = 3 * 3600
BOOT_SECONDS = 5 * 60
"""Five times what a boot takes without hardware virtualisation."""

_LINUX = re.compile(r"^[ \t]*linux[ \t]+(?P<kernel>\S+)[ \t]+(?P<arguments>.*)$", re.MULTILINE)


@pytest.fixture(scope="module")
def installation() -> Installation:
    needs("xen")
    work = ROOT / "build" / f"test-xen-{time.strftime('%Y%m%d-%H%M%S')}"
    command = [sys.executable, "scripts/xen-image", "--work", str(work), "--json"]
    if folder := os.environ.get(FOLDER_VARIABLE):
        command += ["--folder", folder]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **PASSWORDS}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert done.stdout, f"no document, exit status {done.returncode}: see {work}"
    return Installation(json.loads(done.stdout), work)


def test_every_stage_is_done(installation: Installation) -> None:
    document = installation.document
    assert document["result"] == "done", json.dumps(document["failure"], indent=2)
    assert [(stage["name"], stage["state"]) for stage in document["stages"]] == [
        (name, "done") for name in STAGES
    ]


def test_the_installer_came_up_again_and_got_no_key(installation: Installation) -> None:
    assert any("came up again" in str(event.get("text")) for event in installation.events("progress"))
    recorded = installation.recorded("install.cast")
    marks = [number for number, event in enumerate(recorded) if event[1:] == ["m", "installation-complete"]]
    typed = [event[2] for event in recorded[marks[0] :] if event[1] == "i"]
    assert typed[:1] == ["\r"]
    assert set(typed[1:]) <= {"\x1d"}


def test_each_question_was_answered_once(installation: Installation) -> None:
    questions = [event["question"] for event in installation.events("answered")]
    assert "partman/confirm_nooverwrite" in questions
    assert questions[-1] == "finish-install/reboot_in_progress"
    assert len(set(questions)) == len(questions)


def test_the_image_is_whole_and_holds_the_edits(installation: Installation, tmp_path: Path) -> None:
    image = Path(installation.document["image"]["path"])
    subprocess.run(["qemu-img", "check", "-q", image], check=True, timeout=600)
    subprocess.run(
        ["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=image.parent, check=True, timeout=600
    )
    raw = tmp_path / "exported.img"
    subprocess.run(["qemu-img", "convert", "-O", "raw", image, raw], check=True, timeout=600)
    files = ROOT / "answers" / "files"
    assert disk_file(raw, "/usr/local/sbin/vmcontext") == (files / "vmcontext").read_text()
    assert disk_file(raw, "/etc/machine-id") == ""
    assert "console=hvc0" in disk_file(raw, "/boot/grub/grub.cfg")


def test_the_image_starts_in_plain_qemu(installation: Installation, tmp_path: Path) -> None:
    image = Path(installation.document["image"]["path"])
    assert {event["name"]: event["ok"] for event in installation.events("check")}["root by UUID"]
    assert "Debian GNU/Linux 13" in boot_in_plain_qemu(image, tmp_path)


def boot_in_plain_qemu(image: Path, folder: Path) -> str:
    """What the image says on a serial line of a machine without Xen, up to its login; the image stays as it is.

    As no boot loader of a paravirtualised guest's disk is one for a BIOS, QEMU is given the kernel of its menu.
    """
    raw = folder / "plain.img"
    subprocess.run(["qemu-img", "convert", "-O", "raw", image, raw], check=True, timeout=600)
    disk = FinishedDisk(raw)
    entry = _LINUX.search(disk.content("/boot/grub/grub.cfg").decode())
    assert entry, "its menu starts no kernel"
    kernel, initrd = folder / "vmlinuz", folder / "initrd"
    kernel.write_bytes(disk.content(entry["kernel"]))
    initrd.write_bytes(disk.content(entry["kernel"].replace("vmlinuz-", "initrd.img-")))
    machine = [
        "-m",
        "512",
        "-display",
        "none",
        "-monitor",
        "none",
        "-serial",
        "stdio",
        "-nic",
        "none",
        "-no-reboot",
    ]
    drive = ["-drive", f"file={raw},format=raw,if=virtio,snapshot=on"]
    start = ["-kernel", str(kernel), "-initrd", str(initrd), "-append", f"{entry['arguments']} console=ttyS0"]
    plain = pexpect.spawn(
        "qemu-system-x86_64", [*machine, *drive, *start], encoding="utf-8", codec_errors="replace"
    )
    try:
        plain.expect_exact("login:", timeout=BOOT_SECONDS)
        return str(plain.before)[-200:] + "login:"
    finally:
        plain.close(force=True)
