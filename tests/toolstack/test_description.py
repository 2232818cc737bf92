"""The descriptions: as the how-to writes them, readable as Python (xm), and closed against injection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoinstall.errors import InvalidFileError
from autoinstall.toolstack.description import (
    InstallBoot,
    Machine,
    disk_description,
    install_description,
    kernel_arguments,
    name_in,
    uuid_of,
)

MACHINE = Machine("deadbeef", Path("/b/image/disk.img"), 1, "xenbr0", None)
BOOT = InstallBoot(Path("/b/vmlinuz"), Path("/b/initrd.gz"), "")


def as_python(description: str) -> dict[str, Any]:
    """What xm reads: it executes the file as Python."""
    values: dict[str, Any] = {}
    exec(description, {}, values)
    return values


def install(machine: Machine = MACHINE, name: str = "ubuntu", extra: str = "") -> str:
    boot = InstallBoot(BOOT.kernel, BOOT.ramdisk, extra)
    return install_description(machine, name=name, memory=256, on_reboot="restart", boot=boot)


def test_the_install_description_is_the_how_tos() -> None:
    assert as_python(install()) == {
        "name": "ubuntu",
        "uuid": uuid_of("deadbeef", "install"),
        "memory": 256,
        "vcpus": 1,
        "disk": ["file:/b/image/disk.img,xvda,w"],
        "vif": ["bridge=xenbr0"],
        "kernel": "/b/vmlinuz",
        "ramdisk": "/b/initrd.gz",
        "on_poweroff": "destroy",
        "on_reboot": "restart",
        "on_crash": "destroy",
    }


def test_the_boot_description_boots_by_pygrub() -> None:
    values = as_python(disk_description(MACHINE, purpose="boot", name="ubuntu1204", memory=512))
    assert (values["name"], values["memory"], values["bootloader"]) == ("ubuntu1204", 512, "pygrub")
    assert "kernel" not in values and "ramdisk" not in values


def test_a_mac_and_kernel_arguments_are_put_in() -> None:
    values = as_python(
        install(Machine("i", Path("/d"), 2, "br0", "02:00:c0:a8:00:0a"), extra="a=b -- console=hvc0")
    )
    assert values["vif"] == ["bridge=br0,mac=02:00:c0:a8:00:0a"]
    assert values["extra"] == "a=b -- console=hvc0"
    assert values["vcpus"] == 2


@given(st.text(min_size=1))
def test_a_name_is_read_back_or_refused_and_changes_nothing_else(name: str) -> None:
    try:
        description = install(name=name)
    except InvalidFileError:
        return
    assert name_in(description) == name
    assert as_python(description) == {**as_python(install()), "name": name}


@pytest.mark.parametrize("path", ['/b/"/d', "/b/'/d", "/b/\\/d", "/b/\n/d", "/b/a,b"])
def test_paths_that_could_break_out_are_refused(path: str) -> None:
    with pytest.raises(InvalidFileError):
        install(Machine("i", Path(path), 1, "xenbr0", None))


@pytest.mark.parametrize(("bridge", "mac"), [("br0,script=/x", None), ("br0", "02:00:c0:a8:00:0a,script=/x")])
def test_a_vif_takes_no_further_options(bridge: str, mac: str | None) -> None:
    with pytest.raises(InvalidFileError):
        install(Machine("i", Path("/d"), 1, bridge, mac))


def test_the_name_is_the_last_one_given_in_either_quotes() -> None:
    assert name_in("name = 'a'\n# name = 'c'\n  name=\"b\"\nmemory = 1\n") == "b"


def test_a_description_without_a_name_is_refused() -> None:
    with pytest.raises(InvalidFileError):
        name_in("memory = 256\n")


def test_uuids_differ_by_build_and_purpose_and_stay() -> None:
    assert uuid_of("a", "boot") == uuid_of("a", "boot")
    assert len({uuid_of("a", "boot"), uuid_of("a", "install"), uuid_of("b", "boot")}) == 3


@pytest.mark.parametrize(
    ("suite", "priority", "frontend", "arguments", "kept", "line"),
    [
        ("precise", "high", "newt", [], [], ""),
        ("precise", "medium", "text", [], [], "priority=medium DEBIAN_FRONTEND=text"),
        ("precise", "high", "newt", ["a=b"], ["console=hvc0"], "a=b -- console=hvc0"),
        ("bookworm", "high", "newt", [], ["quiet"], "--- quiet"),
    ],
)
def test_the_kernels_command_line(
    suite: str, priority: str, frontend: str, arguments: list[str], kept: list[str], line: str
) -> None:
    made = kernel_arguments(
        suite=suite, priority=priority, frontend=frontend, arguments=arguments, keep_arguments=kept
    )
    assert made == line
