"""Builds in QEMU that cannot succeed: each ends with its exit code, a sentence, a hint, and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.build.whole import ROOT, Run, run
from tests.image.conftest import Mirror, Signer
from tests.image.test_netboot import DEBIAN_IMAGES, release_of, sums
from tests.rigs.toy_initrd import write_toy_initrd

INSTALLER = Path("/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64")
KERNEL, INITRD = "netboot/vmlinuz", "netboot/initrd.gz"
FILES = {KERNEL: b"kernel " * 1000, INITRD: b"initrd " * 1000}

ANSWERS = """\
version: 1
name: toy
installer:
  distribution: debian
  suite: bookworm
  mirror: {mirror}
  kernel: {kernel}
  initrd: {initrd}
  verify: {verify}
  arguments: [console=ttyS0]
machine: {{memory: 256, disk: 1G}}
login: {{user: root, password: {{secret: user_password}}, become_root: login}}
"""


def build(folder: Path, **variables: str) -> Run:
    return run(folder, "build", str(folder / "toy.yaml"), "--toolstack", "qemu", "--json", **variables)


def write_answers(
    folder: Path, *, mirror: str, verify: str, kernel: object = KERNEL, initrd: object = INITRD
) -> None:
    text = ANSWERS.format(mirror=mirror, kernel=kernel, initrd=initrd, verify=verify)
    (folder / "toy.yaml").write_text(text)


def assert_ended(ended: Run, status: int, kind: str, stage: str) -> None:
    failure = ended.failure
    assert (ended.status, failure["exit"], failure["kind"], failure["stage"]) == (status, status, kind, stage)
    assert failure["message"] and failure["hint"] and failure["awaited"]
    assert "--resume" in failure["next"]
    assert "Traceback" not in ended.stderr
    assert ended.debris() == []
    assert not (ended.work / "image" / "disk.img").exists()
    assert not (ended.work / "qemu").exists()


@pytest.fixture
def archive(mirror: Mirror, signer: Signer, tmp_path: Path) -> Mirror:
    """A mirror whose kernel and initrd are what its signed lists say, and answers that build from it."""
    write_answers(tmp_path, mirror=mirror.url, verify=f"{{keyring: {signer.keyring}}}")
    images = f"dists/bookworm/{DEBIAN_IMAGES}"
    listed = mirror.put(f"{images}/SHA256SUMS", sums(FILES, "sha256"))
    release = release_of({f"{DEBIAN_IMAGES}/SHA256SUMS": listed})
    mirror.put("dists/bookworm/InRelease", signer.clearsigned(release))
    for name, content in FILES.items():
        mirror.put(f"{images}/{name}", content)
    return mirror


def nothing_there(mirror: Mirror, stranger: Signer) -> None:
    shutil.rmtree(mirror.folder / "dists")


def another_release(mirror: Mirror, stranger: Signer) -> None:
    release = release_of({f"{DEBIAN_IMAGES}/SHA256SUMS": sums(FILES, "sha256")})
    mirror.put("dists/bookworm/InRelease", stranger.clearsigned(release))


def another_list(mirror: Mirror, stranger: Signer) -> None:
    mirror.put(f"dists/bookworm/{DEBIAN_IMAGES}/SHA256SUMS", sums({KERNEL: b"another"}, "sha256"))


def another_kernel(mirror: Mirror, stranger: Signer) -> None:
    mirror.put(f"dists/bookworm/{DEBIAN_IMAGES}/{KERNEL}", b"kernal " * 1000)


@pytest.mark.qemu
@pytest.mark.parametrize(
    ("spoil", "status", "kind"),
    [
        (nothing_there, 4, "not-found"),
        (another_release, 5, "bad-signature"),
        (another_list, 5, "wrong-checksum"),
        (another_kernel, 5, "wrong-checksum"),
    ],
)
def test_a_mirror_that_has_not_what_it_should(
    archive: Mirror,
    stranger: Signer,
    tmp_path: Path,
    spoil: Callable[[Mirror, Signer], None],
    status: int,
    kind: str,
) -> None:
    spoil(archive, stranger)
    ended = build(tmp_path)
    assert_ended(ended, status, kind, "netboot")


def test_no_qemu(archive: Mirror, tmp_path: Path) -> None:
    ended = build(tmp_path, PATH=str(tmp_path))
    assert (ended.status, ended.failure["kind"]) == (4, "toolstack-missing")
    assert "apt-get install qemu-system-x86" in ended.failure["hint"]
    assert archive.requests == []


@pytest.mark.qemu
@pytest.mark.guest
def test_no_space(archive: Mirror, tmp_path: Path) -> None:
    """The build folder lies on a file system of its own, where no installed system has room."""
    small = tmp_path / "small"
    small.mkdir()
    mount = f'mount -t tmpfs -o size=8m tmpfs {small} && exec "$@"'
    apart = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
    argv = [sys.executable, "-m", "autoinstall", "build", str(tmp_path / "toy.yaml"), "--toolstack", "qemu"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(small), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*apart, *argv, "--work", str(small / "work")],
        env=environment | {"AUTOINSTALL_SECRET_USER_PASSWORD": "x"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 4, done.stderr
    assert "error in stage disk: " in done.stderr
    assert "MiB are free" in done.stderr
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.qemu
def test_a_guest_that_powers_off_before_any_installer(tmp_path: Path) -> None:
    initrd = write_toy_initrd(tmp_path / "toy.gz")
    write_answers(
        tmp_path, mirror="http://127.0.0.1:1/debian", verify="none", kernel=INSTALLER / "linux", initrd=initrd
    )
    ended = build(tmp_path)
    assert_ended(ended, 1, "domain-gone", "install")
    assert "no installer here" in ended.screen
