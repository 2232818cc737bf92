"""The stages of a build, one module each."""

from __future__ import annotations

from autoinstall.build.guest_session import GuestSession
from autoinstall.build.stage import Stage
from autoinstall.build.stages.boot import BootStage
from autoinstall.build.stages.clean import CleanStage
from autoinstall.build.stages.configure import ConfigureStage
from autoinstall.build.stages.disk import DiskStage
from autoinstall.build.stages.export import ExportStage
from autoinstall.build.stages.install import InstallStage
from autoinstall.build.stages.netboot import NetbootStage
from autoinstall.build.stages.verify import VerifyStage


def all_stages() -> tuple[Stage, ...]:
    """The stages in their order; boot, configure and clean share one running guest."""
    guest = GuestSession("boot")
    return (
        DiskStage(),
        NetbootStage(),
        InstallStage(),
        BootStage(guest),
        ConfigureStage(guest),
        CleanStage(guest),
        ExportStage(),
        VerifyStage(GuestSession("verify")),
    )
