"""Steps that depend on what starts the guest: upstart, sysvinit or systemd."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources

from autoinstall.errors import JobError
from autoinstall.guest.shell import Shell
from autoinstall.guest.steps import Check, Step, StepResult, StepState


class Init(StrEnum):
    """What starts a system's services."""

    UPSTART = "upstart"
    SYSVINIT = "sysvinit"
    SYSTEMD = "systemd"


def init_of(shell: Shell, root: str = "") -> Init:
    """What has started this guest; `root` is another root folder, for tests.

    systemd makes its folder at each boot (sd_booted(3)) and is asked first: systems that it starts may still hold
    upstart's jobs.
    """
    said = shell.run(
        f"if [ -d {shlex.quote(root)}/run/systemd/system ]; then echo systemd\n"
        f"elif [ -e {shlex.quote(root)}/etc/init/networking.conf ] || "
        "initctl version 2>/dev/null | grep -q upstart; then echo upstart\nelse echo sysvinit; fi"
    )
    return Init(said.stdout.decode("ascii", "replace").strip() or Init.SYSVINIT)


@dataclass(frozen=True, slots=True)
class OnInit:
    """A step for guests that `init` starts; on others there is nothing to do."""

    init: Init
    step: Step
    root: str = ""

    @property
    def name(self) -> str:
        return self.step.name

    def apply(self, shell: Shell) -> StepResult:
        found = init_of(shell, self.root)
        if found is not self.init:
            return StepResult(self.name, StepState.ALREADY, "", f"not needed: {found} starts this system")
        return self.step.apply(shell)

    def prove(self, shell: Shell) -> Check | None:
        return self.step.prove(shell) if init_of(shell, self.root) is self.init else None


@dataclass(frozen=True, slots=True)
class Enable:
    """A service started at each boot: `enable` is done unless `is_enabled` ends with status 0."""

    service: str
    is_enabled: str
    enable: str

    @property
    def name(self) -> str:
        return f"enable {self.service}"

    def apply(self, shell: Shell) -> StepResult:
        if self._is_so(shell):
            return StepResult(self.name, StepState.ALREADY, "", "it is enabled")
        done = shell.run(self.enable)
        if not self._is_so(shell):
            said = shell.shown(done.stdout + done.stderr).strip()
            raise JobError(
                f"`{self.enable}` (status {done.status}) did not enable it; it printed:\n{said or 'nothing'}",
                kind="guest-step",
                hint="run it on the guest's console (build --keep)",
            )
        return StepResult(self.name, StepState.DONE, "", "it is enabled")

    def prove(self, shell: Shell) -> Check:
        so = self._is_so(shell)
        return Check(self.name, so, "it is enabled" if so else "it is not enabled")

    def _is_so(self, shell: Shell) -> bool:
        return shell.run(self.is_enabled).status == 0


@dataclass(frozen=True, slots=True)
class ProveContext:
    """Proves that the context script is executable, works, and is started before the network; changes nothing.

    Of `scripts` and `services` (init's names for it) the first that is there counts.
    """

    scripts: tuple[str, ...]
    services: tuple[str, ...]
    root: str = ""

    @property
    def name(self) -> str:
        return "prove_context"

    def apply(self, shell: Shell) -> StepResult:
        check = self.prove(shell)
        if not check.ok:
            raise JobError(
                f"contextualization would not work: {check.evidence}",
                kind="guest-step",
                hint="the image would come up without its address",
            )
        return StepResult(self.name, StepState.ALREADY, "", check.evidence)

    def prove(self, shell: Shell) -> Check:
        init = init_of(shell, self.root)
        settings = {
            "init": init.value,
            "scripts": " ".join(self.scripts),
            "services": " ".join(self.services),
            "root": self.root,
        }
        prefix = "".join(f"{name}={shlex.quote(value)}\n" for name, value in settings.items())
        said = shell.shown(shell.run(prefix + _prover()).stdout).strip().split("\n")
        wrong = [line.removeprefix("bad ") for line in said if not line.startswith("ok ")]
        right = [line.removeprefix("ok ") for line in said if line.startswith("ok ")]
        if wrong or not right:
            return Check(self.name, False, f"not so on {init}: " + "; ".join(filter(None, wrong)))
        return Check(self.name, True, f"{init}: " + "; ".join(right))


def _prover() -> str:
    return resources.files(__package__).joinpath("prove_context.sh").read_text()
