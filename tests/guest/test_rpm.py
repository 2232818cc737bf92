"""Packages of systems that have rpm: the real rpm, its database in a folder, on a guest that says it is one of them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from autoinstall.errors import JobError
from autoinstall.guest.command_steps import InstallPackage
from autoinstall.guest.shell import Shell
from autoinstall.guest.steps import StepState, prove
from tests.guest.conftest import OpenShell

pytestmark = [pytest.mark.rpm, pytest.mark.guest]

SPEC = """\
Name: one-context
Version: {version}
Release: 1
Summary: a package without any file
License: none
BuildArch: noarch
AutoReqProv: no
%description
It has none.
%files
"""
OS_RELEASE = 'ID="almalinux"\nID_LIKE="rhel centos fedora"\n'
RPM = '#!/bin/sh\nexec /usr/bin/rpm --dbpath {database} "$@"\n'
"""What a guest has as its own rpm: none of its packages is this machine's."""


def package(folder: Path, version: str) -> bytes:
    """A real package, as rpmbuild makes it."""
    spec = folder / "one.spec"
    spec.write_text(SPEC.format(version=version))
    command = ["rpmbuild", "-bb", "--quiet", "--define", f"_topdir {folder}/rpm", str(spec)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return (folder / "rpm" / "RPMS" / "noarch" / f"one-context-{version}-1.noarch.rpm").read_bytes()


@pytest.fixture
def shell(open_shell: OpenShell, guest_path: str, tmp_path: Path) -> Shell:
    if os.geteuid():
        pytest.skip("only root can give a process another /etc/os-release")
    tool = Path(guest_path.split(":")[0]) / "rpm"
    tool.write_text(RPM.format(database=tmp_path / "database"))
    tool.chmod(0o755)
    (tmp_path / "os-release").write_text(OS_RELEASE)
    bound = f"mount --bind {tmp_path}/os-release /etc/os-release && exec bash --norc --noprofile -i"
    return open_shell(f"unshare --mount sh -c '{bound}'")


def test_a_package_file_is_installed_once_and_again_for_another_version(shell: Shell, tmp_path: Path) -> None:
    step = InstallPackage("one-context.rpm", package(tmp_path, "6.10"))
    assert [check.ok for check in prove(shell, [step])] == [False]
    result = step.apply(shell)
    assert (result.state, result.evidence) == (StepState.DONE, "one-context-6.10-1.noarch is installed")
    assert step.apply(shell).state is StepState.ALREADY
    assert [check.ok for check in prove(shell, [step])] == [True]
    newer = InstallPackage("one-context.rpm", package(tmp_path, "7.0"))
    assert newer.apply(shell).evidence == "one-context-7.0-1.noarch is installed"


def test_what_is_no_package_fails_with_rpms_words(shell: Shell) -> None:
    """rpm takes it for a list of packages."""
    with pytest.raises(JobError, match="open of no failed"):
        InstallPackage("one-context.rpm", b"no package").apply(shell)


def test_a_package_that_is_nowhere(shell: Shell) -> None:
    with pytest.raises(JobError, match="the package was not installed"):
        InstallPackage("absent").apply(shell)
