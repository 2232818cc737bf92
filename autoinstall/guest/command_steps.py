"""Steps that run something in the guest: a command, the installation of a package."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from enum import StrEnum

from autoinstall.errors import JobError
from autoinstall.guest.shell import RUN_TIMEOUT, CommandResult, Shell
from autoinstall.guest.steps import Check, StepResult, StepState

LONGEST_NAME = 60
LONGEST_OUTPUT = 1500
INSTALL_TIMEOUT = 900.0
"""Seconds for one package with what it depends on, over a slow mirror."""


@dataclass(frozen=True, slots=True)
class RunCommand:
    """A command that must end with the status `expect`."""

    command: str
    expect: int = 0
    timeout: float = RUN_TIMEOUT

    @property
    def name(self) -> str:
        first = self.command.strip().split("\n")[0]
        return "run " + (first if len(first) <= LONGEST_NAME else first[:LONGEST_NAME] + "...")

    def apply(self, shell: Shell) -> StepResult:
        result = shell.run(self.command, timeout=self.timeout)
        if result.status != self.expect:
            raise JobError(
                f"the command ended with status {result.status}, not {self.expect}{_said(shell, result)}",
                kind="guest-step",
                hint="run it on the guest's console (build --keep), or say which status to `expect`",
            )
        return StepResult(self.name, StepState.DONE, "", f"ended with status {result.status}")

    def prove(self, shell: Shell) -> None:
        """A command leaves nothing that we know how to look at."""


class PackageKind(StrEnum):
    DEB = "deb"
    RPM = "rpm"


@dataclass(frozen=True, slots=True)
class InstallPackage:
    """A package of the guest's own repositories (`package`), or of a file's bytes (`data`)."""

    package: str
    data: bytes | None = None

    @property
    def name(self) -> str:
        return f"install_package {self.package}"

    def apply(self, shell: Shell) -> StepResult:
        kind = _package_kind(shell)
        file = self._lay_down(shell, kind)
        version = _installed(shell, kind, self.package, file)
        if version:
            return StepResult(self.name, StepState.ALREADY, "", f"{version} is installed")
        result = shell.run(_install_command(kind, self.package, file), timeout=INSTALL_TIMEOUT)
        version = _installed(shell, kind, self.package, file)
        if not version:
            raise JobError(
                f"the package was not installed (status {result.status}){_said(shell, result)}",
                kind="guest-step",
                hint="is it made for this system, and can the guest reach what it depends on?",
            )
        return StepResult(self.name, StepState.DONE, "", f"{version} is installed")

    def prove(self, shell: Shell) -> Check:
        kind = _package_kind(shell)
        version = _installed(shell, kind, self.package, self._lay_down(shell, kind))
        return Check(
            self.name, bool(version), f"{version} is installed" if version else "it is not installed"
        )

    def _lay_down(self, shell: Shell, kind: PackageKind) -> str | None:
        """The package's file in the session's folder, so that the guest's own tools can read its name."""
        return None if self.data is None else shell.lay_down(self.data, f"package.{kind}")


def _package_kind(shell: Shell) -> PackageKind:
    """What this system's packages are, as its os-release says, else by the tool that it has."""
    said = shell.run(
        '. /etc/os-release 2>/dev/null; echo " $ID $ID_LIKE "; command -v dpkg; command -v rpm; exit 0'
    ).stdout.decode("utf-8", "replace")
    family, _, tools = said.partition("\n")
    if any(f" {word} " in family for word in ("debian", "ubuntu")):
        return PackageKind.DEB
    if any(f" {word} " in family for word in ("rhel", "centos", "fedora", "suse", "opensuse")):
        return PackageKind.RPM
    if "dpkg" in tools:
        return PackageKind.DEB
    if "rpm" in tools:
        return PackageKind.RPM
    raise JobError(
        "the guest has neither dpkg nor rpm",
        kind="guest-step",
        hint="packages of other systems are not known",
    )


def _installed(shell: Shell, kind: PackageKind, package: str, file: str | None) -> str:
    """Name and version of the installed package, empty when it (the file's version of it) is not installed."""
    asked = shlex.quote(package)
    if kind is PackageKind.DEB and file:
        query = f"set -- $(dpkg-deb -f {file} Package) $(dpkg-deb -f {file} Version)"
    elif kind is PackageKind.DEB:
        query = f"set -- {asked}"
    elif file:
        query = f"set -- \"$(rpm -qp --qf '%{{NAME}}-%{{VERSION}}-%{{RELEASE}}.%{{ARCH}}' {file})\""
    else:
        query = f"set -- {asked}"
    if kind is PackageKind.RPM:
        command = f'{query}; rpm -q "$1"'
    else:
        command = (
            f"{query}; dpkg-query -W -f='${{Status}} ${{Package}} ${{Version}}\\n' \"$1\" 2>/dev/null | "
            'while read -r a b c name version; do [ "$a $b $c" = "install ok installed" ] && '
            '[ "${2:-$version}" = "$version" ] && echo "$name $version"; done'
        )
    result = shell.run(command)
    said = shell.shown(result.stdout).strip()
    return "" if kind is PackageKind.RPM and result.status else said


def _install_command(kind: PackageKind, package: str, file: str | None) -> str:
    wanted = file or shlex.quote(package)
    if kind is PackageKind.RPM:
        return (
            f"for tool in dnf yum zypper; do command -v $tool >/dev/null && exec $tool -y install {wanted}; done; "
            f"exec rpm -U {wanted}"
        )
    apt = "DEBIAN_FRONTEND=noninteractive apt-get -y -o Dpkg::Options::=--force-confold"
    if file:
        return f"DEBIAN_FRONTEND=noninteractive dpkg --force-confold -i {file} || {apt} -f install"
    return f"{apt} install {wanted} || {{ {apt} update && {apt} install {wanted}; }}"


def _said(shell: Shell, result: CommandResult) -> str:
    said = shell.shown(result.stdout + b"\n" + result.stderr).strip()
    return f"; it printed:\n{said[-LONGEST_OUTPUT:]}" if said else "; it printed nothing"
