"""What our reader of ELF headers says, compared with ldd, which runs the programs' own loader."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from autoinstall.rehearsal.guest import elf

PROGRAMS = [path for name in ("bash", "sed", "ls", "tar", "ps") if (path := shutil.which(name))]


@pytest.mark.parametrize("path", PROGRAMS)
def test_libraries_and_loader_are_those_that_ldd_names(path: str) -> None:
    said = subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout
    program = elf.read(Path(path))
    assert program is not None
    loader = re.search(r"^\s+(/\S+) \(", said, re.MULTILINE)
    assert loader is not None
    assert program.loader == loader[1]
    expected = {name: Path(place).resolve() for name, place in re.findall(r"(\S+) => (/\S+) \(", said)}
    found = {name: place.resolve() for name, place in elf.libraries([program]).items()}
    found.pop(Path(loader[1]).name, None)
    assert found == expected


def test_a_script_is_no_program(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\n")
    assert elf.read(script) is None
