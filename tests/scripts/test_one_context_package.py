"""The contextualization package out of its sources: a repository of the same form, and few files."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SOURCES = {
    "Makefile.config": "VERSION := 1.2.3\nRELEASE := 0\n",
    "context-linux/targets.sh": """\
    'el9')
        NAME=${NAME:-one-context}
        DEPENDS=${DEPENDS:-none}
        ;;
    'deb')
        NAME=${NAME:-one-context}
        RELSUFFIX=${RELSUFFIX:-}
        DEPENDS=${DEPENDS:-bash ifupdown|ifupdown2}
        REPLACES=${REPLACES:-cloud-init}
        ;;
""",
    "context-linux/src/usr/sbin/onesysprep": "#!/bin/sh\nVERSION=_PACKAGE_VERSION_\n",
    "context-linux/src/etc/init.d/one-context-local##deb.sysv.one": "#!/bin/sh\n",
    "context-linux/src/etc/init.d/one-context-local##rpm.sysv.one": "of another system\n",
    "context-linux/src/etc/one-context.d/loc-10-network": "#!/bin/sh\n",
    "context-linux/src/etc/udev/rules.d/75-cd.rules": "",
    "context-linux/pkg/postinstall": "#!/bin/sh\necho installed\n",
    "context-linux/pkg/postupgrade": "#!/bin/sh\necho upgraded\n",
    "context-linux/pkg/preuninstall": "#!/bin/sh\n",
    "context-linux/pkg/postuninstall": "#!/bin/sh\n",
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    for name, text in SOURCES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    git = ["git", "-C", str(folder), "-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "sources"]):
        subprocess.run([*git, *command], check=True)
    return folder


def make(repository: Path, target: Path) -> Path:
    program = ROOT / "scripts" / "one-context-package"
    subprocess.run([program, repository, "HEAD", target], check=True, capture_output=True)
    return target


def test_the_files_of_the_target_are_packed_without_their_tags(repository: Path, tmp_path: Path) -> None:
    package, tree = make(repository, tmp_path / "one.deb"), tmp_path / "tree"
    subprocess.run(["dpkg-deb", "-R", package, tree], check=True)
    files = {str(file.relative_to(tree)) for file in tree.rglob("*") if file.is_file()}
    assert files == {
        "usr/sbin/onesysprep",
        "etc/init.d/one-context-local",
        "etc/one-context.d/loc-10-network",
        "etc/udev/rules.d/75-cd.rules",
        *(f"DEBIAN/{name}" for name in ("control", "conffiles", "postinst", "prerm", "postrm")),
    }
    assert (tree / "etc/init.d/one-context-local").read_text() == "#!/bin/sh\n"
    assert "VERSION=1.2.3" in (tree / "usr/sbin/onesysprep").read_text()
    assert (tree / "DEBIAN/conffiles").read_text() == "/etc/udev/rules.d/75-cd.rules\n"
    control = (tree / "DEBIAN/control").read_text()
    assert "Version: 1.2.3-0\n" in control
    assert "Depends: bash, ifupdown | ifupdown2\n" in control
    assert "Conflicts: cloud-init, one-context-ec2\n" in control


@pytest.mark.parametrize(
    "arguments, said", [(("configure", ""), "installed"), (("configure", "1.1"), "upgraded")]
)
def test_its_maintainer_scripts_know_an_installation_from_an_upgrade(
    repository: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    package = make(repository, tmp_path / "one.deb")
    subprocess.run(["dpkg-deb", "-e", package, tmp_path / "control"], check=True)
    done = subprocess.run(
        [tmp_path / "control/postinst", *arguments], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{said}\n"


def test_sources_of_another_form_are_named(repository: Path, tmp_path: Path) -> None:
    (repository / "context-linux/targets.sh").write_text("'deb')\n    ;;\n")
    git = ["git", "-C", str(repository), "-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]
    subprocess.run([*git, "commit", "-q", "-a", "-m", "another form"], check=True)
    program = ROOT / "scripts" / "one-context-package"
    done = subprocess.run(
        [program, repository, "HEAD", tmp_path / "one.deb"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "targets.sh has no NAME, DEPENDS, REPLACES, RELSUFFIX for the target deb" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_same_sources_give_the_same_bytes(repository: Path, tmp_path: Path) -> None:
    one, other = make(repository, tmp_path / "one.deb"), make(repository, tmp_path / "other.deb")
    assert one.read_bytes() == other.read_bytes()
