"""What is done without a question: further components, the base system, apt."""

from __future__ import annotations

from autoinstall.rehearsal.installer.component import Component
from autoinstall.rehearsal.installer.installation import Installation
from autoinstall.rehearsal.installer.stored import DATA

_SECONDS_A_COMPONENT = 0.025
_SECONDS_A_PACKAGE = 0.008


def _download_components(installation: Installation) -> bool:
    steps = {f"Retrieving {name}": _SECONDS_A_COMPONENT for name in _names("precise-components.txt")}
    installation.screen.progress("Loading additional components", steps)
    return True


def _install_base(installation: Installation) -> bool:
    installation.written_disk()
    packages = _names("precise-base.txt")
    steps = {"Preparing to install the base system...": 0.05}
    steps |= dict.fromkeys(
        ("Retrieving Release file", "Checking Release signature", "Retrieving packages"), 0.03
    )
    steps |= {f"Retrieving {name}": _SECONDS_A_PACKAGE for name in packages}
    steps |= {f"Extracting {name}": _SECONDS_A_PACKAGE for name in packages[:20]}
    steps |= {"Unpacking the base system": 0.03}
    steps |= {f"Unpacking {name}": _SECONDS_A_PACKAGE for name in packages}
    steps |= {"Configuring the base system": 0.03}
    steps |= {f"Configuring {name}": _SECONDS_A_PACKAGE for name in packages}
    steps |= {"Installing the kernel...": 0.15}
    installation.screen.progress("Installing the base system", steps)
    return True


def _set_up_apt(installation: Installation) -> bool:
    """Nothing is asked: network sources are always taken as valid (Ubuntu's change)."""
    installation.screen.progress(
        "Configuring apt", {"Scanning the mirror...": 0.1, "Scanning the security repository...": 0.1}
    )
    return True


def _names(file: str) -> list[str]:
    return (DATA / file).read_text(encoding="utf-8").split()


DOWNLOAD_INSTALLER = Component("Download installer components", _download_components, in_initrd=True)
BOOTSTRAP_BASE = Component("Install the base system", _install_base)
APT_SETUP = Component("Configure the package manager", _set_up_apt)
