"""Where autoinstall keeps what outlives one command: the service manager's folders, else the user's."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

CATALOGUES = "catalogues"
"""In the cache folder: installers' questions, by the checksum of the initrd that they were read from."""

DOWNLOADS = "downloads"
"""In the cache folder: what mirrors gave, by its checksum."""


def cache_folder(name: str) -> Path:
    """A folder below the cache folder, made where it is missing (0700)."""
    return _made(os.environ.get("CACHE_DIRECTORY", ""), platformdirs.user_cache_path(), name)


def state_folder(name: str) -> Path:
    """A folder below the state folder, made where it is missing (0700)."""
    return _made(os.environ.get("STATE_DIRECTORY", ""), platformdirs.user_state_path(), name)


def state_path(name: str) -> Path:
    """Where `state_folder` would be; nothing is made."""
    return _below(os.environ.get("STATE_DIRECTORY", ""), platformdirs.user_state_path(), name)


def _below(given: str, otherwise: Path, name: str) -> Path:
    # systemd puts several folders in one variable, divided by colons (systemd.exec(5)).
    first = given.split(":")[0]
    return (Path(first) if first else otherwise) / "autoinstall" / name


def _made(given: str, otherwise: Path, name: str) -> Path:
    folder = _below(given, otherwise, name)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
