"""What real Xen refuses: each in the host's own words, with its kind and exit code."""

from __future__ import annotations

import pytest

from autoinstall.errors import AutoinstallError, HostError
from autoinstall.toolstack.differences import XL
from autoinstall.toolstack.ssh import reached
from autoinstall.toolstack.xen import XenToolstack
from tests.xen.rig import KERNEL, LabRig, soon

pytestmark = pytest.mark.xen

NO_KERNEL = KERNEL.replace("/srv/guests/vmlinuz", "/srv/guests/nothing")
NO_RAMDISK = KERNEL.replace("toy-initrd.gz", "nothing")
NOT_A_KERNEL = KERNEL.replace("/srv/guests/vmlinuz", "/etc/hostname")
EMPTY = 'bootloader = "pygrub"\ndisk = ["file:/srv/empty.img,xvda,w"]\n'


@pytest.mark.parametrize(
    ("kind", "boot", "more", "memory", "words"),
    [
        ("kernel-missing", NO_KERNEL, "", 128, "/srv/guests/nothing"),
        ("kernel-missing", NO_RAMDISK, "", 128, "/srv/guests/nothing"),
        ("kernel-invalid", NOT_A_KERNEL, "", 128, "Invalid kernel"),
        ("disk-missing", KERNEL, 'disk = ["file:/srv/nothing.img,xvda,w"]\n', 128, "/srv/nothing.img"),
        ("bridge-missing", KERNEL, 'vif = ["bridge=nobr0"]\n', 128, ""),
        ("memory-short", KERNEL, "", 20000, ""),
        ("boot-loader-failed", EMPTY, "", 128, ""),
    ],
    ids=["kernel", "ramdisk", "not-a-kernel", "disk", "bridge", "memory", "boot-loader"],
)
def test_a_refusal(lab: LabRig, kind: str, boot: str, more: str, memory: int, words: str) -> None:
    lab.dom0("truncate -s 1M /srv/empty.img")
    toolstack = lab.toolstack(XL)
    with pytest.raises(HostError) as caught:
        toolstack.create(lab.describe("refused", boot=boot, more=more, memory=memory), "refused", soon())
    assert (caught.value.kind, caught.value.exit_code) == (kind, 4)
    assert caught.value.hint
    assert words in (caught.value.host_said or "")
    assert toolstack.domid("refused") is None


def test_lines_that_only_look_like_failures(lab: LabRig) -> None:
    """Two packed archives one behind the other make xl print "error" and "panic", and exit with 0."""
    lab.dom0("cat /srv/guests/toy-initrd.gz /srv/guests/toy-initrd.gz > /srv/guests/twice.gz")
    toolstack = lab.toolstack(XL)
    description = lab.describe("toy", boot=KERNEL.replace("toy-initrd.gz", "twice.gz"))
    assert toolstack.create(description, "toy", soon()) == toolstack.domid("toy")


@pytest.mark.parametrize(
    ("sudoers", "kind"),
    [("", "sudo-asks"), ("tester ALL=(ALL) NOPASSWD: ALL\n", None)],
    ids=["asks", "lets-us"],
)
def test_a_user_who_is_not_root(lab: LabRig, sudoers: str, kind: str | None) -> None:
    lab.dom0(
        # An account without any password is locked, and sshd lets nobody into it: "*" is one that nobody knows.
        "id tester 2> /dev/null || useradd -m -s /bin/sh -p '*' tester; install -d -m 700 -o tester ~tester/.ssh; "
        "install -m 600 -o tester ~/.ssh/authorized_keys ~tester/.ssh/; cat > /etc/sudoers.d/tester",
        stdin=sudoers,
    )
    with reached(lab.url.replace("root@", "tester@")) as host:
        error: AutoinstallError | None = None
        try:
            XenToolstack(XL, host).rows()
        except AutoinstallError as caught:
            error = caught
    assert (error.kind if error else None) == kind
    assert error is None or (error.exit_code == 4 and "NOPASSWD" in (error.hint or ""))
