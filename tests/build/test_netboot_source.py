"""Which mirror and key a build uses: the answers' own, or in a rehearsal the stand-ins for what lies elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoinstall.answers.sections import Installer, Sums, Verify
from autoinstall.build.netboot_source import has_stand_ins, is_remote, reference_of, source_of
from autoinstall.build.rehearsal_host import RehearsalHost

REHEARSAL = RehearsalHost(Path("/h"), "http://127.0.0.1:99/ubuntu", Path("/h/keyring.gpg"))
REMOTE = "http://old-releases.ubuntu.com/ubuntu"
LOCAL = "http://127.0.0.1:8/ubuntu"
KEYRING = Verify(keyring="/k.gpg")


@pytest.mark.parametrize(
    ("url", "remote"),
    [
        (REMOTE, True),
        ("http://10.0.0.1/ubuntu", True),
        ("http://127.0.0.1:8080/ubuntu", False),
        ("http://127.1.2.3/ubuntu", False),
        ("http://[::1]:80/ubuntu", False),
        ("http://localhost/ubuntu", False),
        ("http://localhost.example.org/ubuntu", True),
    ],
)
def test_what_is_another_machine(url: str, remote: bool) -> None:
    assert is_remote(url) is remote


def test_a_real_build_takes_what_the_answers_say() -> None:
    installer = Installer(mirror=REMOTE, verify=KEYRING)
    source = source_of(installer, None)
    assert (source.mirror, source.verification.keyring) == (REMOTE, Path("/k.gpg"))
    assert reference_of(installer, "kernel", None) == "netboot/xen/vmlinuz"
    assert not has_stand_ins(installer, None)


def test_a_rehearsal_verifies_its_own_mirror_by_its_own_key() -> None:
    pins = Verify(sha256=Sums(kernel="0" * 64, initrd="1" * 64))
    for verify in (KEYRING, pins, "none"):
        installer = Installer(mirror=REMOTE, verify=verify, kernel="http://elsewhere.org/linux")
        source = source_of(installer, REHEARSAL)
        assert source.mirror == REHEARSAL.mirror
        assert (source.verification.keyring, source.verification.pins) == (REHEARSAL.keyring, None)
        assert reference_of(installer, "kernel", REHEARSAL) == "netboot/xen/vmlinuz"
        assert has_stand_ins(installer, REHEARSAL)


def test_a_rehearsal_takes_loopback_mirrors_and_local_files_as_they_stand() -> None:
    installer = Installer(mirror=LOCAL, verify=KEYRING, kernel="/mine/vmlinuz", initrd="netboot/other.gz")
    source = source_of(installer, REHEARSAL)
    assert (source.mirror, source.verification.keyring) == (LOCAL, Path("/k.gpg"))
    assert reference_of(installer, "kernel", REHEARSAL) == "/mine/vmlinuz"
    assert reference_of(installer, "initrd", REHEARSAL) == "netboot/other.gz"
    assert not has_stand_ins(installer, REHEARSAL)


def test_a_package_of_a_remote_mirror_has_a_stand_in() -> None:
    installer = Installer(mirror=REMOTE, verify=KEYRING, kernel="package:boot/linux", initrd="/mine/initrd")
    assert reference_of(installer, "kernel", REHEARSAL) == "netboot/xen/vmlinuz"
    assert reference_of(installer, "initrd", REHEARSAL) == "/mine/initrd"
    assert has_stand_ins(installer, REHEARSAL)
