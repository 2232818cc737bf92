"""The questions of a suite's components, from a mirror of our own with packages that dpkg-deb made."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from autoinstall.errors import HostError, VerificationError
from autoinstall.image.cache import DownloadCache
from autoinstall.image.components import ComponentQuestions, component_questions
from tests.image.conftest import Mirror, Signer
from tests.image.test_netboot import release_of

INDEX = "main/debian-installer/binary-amd64/Packages"
ASKS = "Template: {name}/question\nType: string\nDescription: Say:\nDescription-de.UTF-8: Sag:\n"


def udeb(folder: Path, name: str, templates: str = "") -> bytes:
    control = folder / name / "DEBIAN"
    control.mkdir(parents=True)
    maintainer = "Maintainer: A Test <test@example.org>\nDescription: a component\n"
    (control / "control").write_text(f"Package: {name}\nVersion: 1\nArchitecture: amd64\n{maintainer}")
    if templates:
        (control / "templates").write_text(templates)
    package = folder / f"{name}.udeb"
    build = ["dpkg-deb", "--root-owner-group", "-Znone", "--build", str(folder / name), str(package)]
    subprocess.run(build, check=True, capture_output=True, timeout=60)
    return package.read_bytes()


def publish(mirror: Mirror, signer: Signer, packages: dict[str, bytes], index: str = INDEX) -> None:
    """An archive whose signed index lists these packages."""
    entries = []
    for name, content in packages.items():
        path = f"pool/{name}.udeb"
        mirror.put(path, content)
        sum_line = f"SHA256: {hashlib.sha256(content).hexdigest()}\n"
        entries.append(f"Package: {name}\nVersion: 1\nFilename: {path}\n{sum_line}")
    listed = mirror.put(f"dists/trixie/{index}", "\n".join(entries).encode())
    mirror.put("dists/trixie/InRelease", signer.clearsigned(release_of({index: listed})))


@pytest.fixture
def read(mirror: Mirror, signer: Signer, tmp_path: Path) -> Callable[[], ComponentQuestions]:
    (tmp_path / "cache").mkdir()

    def reading() -> ComponentQuestions:
        cache = DownloadCache(tmp_path / "cache")
        return component_questions(mirror.url + "/", "trixie", "amd64", signer.keyring, cache)

    return reading


def test_each_components_questions_are_read_once_and_kept(mirror, signer, tmp_path, read):
    packages = {name: udeb(tmp_path, name, ASKS.format(name=name)) for name in ("netcfg", "partman-base")}
    packages["rescue-check"] = udeb(tmp_path, "rescue-check")
    packages["ext4-modules-6.12.0-amd64-di"] = b"never fetched"
    publish(mirror, signer, packages)
    found = read()
    assert set(found.questions) == {"netcfg/question", "partman-base/question"}
    assert found.questions["netcfg/question"].texts["de"].description == "Sag:"
    assert (found.missing, found.looked_into) == ({}, 3)
    assert "signed by" in found.vouched
    mirror.requests.clear()
    assert set(read().questions) == set(found.questions)
    assert [path for path, _ in mirror.requests if "/pool/" in path] == []


def test_what_is_missing_or_damaged_is_named_and_the_rest_is_used(mirror, signer, tmp_path, read):
    packages = {name: udeb(tmp_path, name, ASKS.format(name=name)) for name in ("one", "two", "three")}
    packages["odd"] = udeb(tmp_path, "odd", "no templates file\n")
    publish(mirror, signer, packages)
    (mirror.folder / "pool" / "one.udeb").unlink()
    mirror.put("pool/two.udeb", b"another file")
    found = read()
    assert set(found.questions) == {"three/question"}
    assert found.missing["one"] == "not on the mirror"
    assert "checksum" in found.missing["two"]
    assert "line 1" in found.missing["odd"]


def test_an_index_that_is_not_the_signed_one_is_refused(mirror, signer, tmp_path, read):
    publish(mirror, signer, {"one": udeb(tmp_path, "one", ASKS.format(name="one"))})
    mirror.put(f"dists/trixie/{INDEX}", b"Package: evil\n")
    with pytest.raises(VerificationError) as caught:
        read()
    assert (caught.value.kind, caught.value.exit_code) == ("wrong-checksum", 5)
    assert [path for path, _ in mirror.requests if "/pool/" in path] == []


def test_a_suite_without_an_installer_is_told(mirror, signer, tmp_path, read):
    publish(mirror, signer, {}, index="main/binary-amd64/Packages")
    with pytest.raises(VerificationError, match="trixie has no installer components for amd64"):
        read()


def test_a_file_that_is_no_package_is_told(mirror, signer, tmp_path, read):
    publish(mirror, signer, {"one": b"no package at all"})
    with pytest.raises(HostError, match="one cannot be unpacked"):
        read()


def test_a_machine_without_dpkg_deb_is_told_what_to_install(mirror, signer, tmp_path, read, monkeypatch):
    publish(mirror, signer, {"one": udeb(tmp_path, "one", ASKS.format(name="one"))})
    for tool in ("gpgv", "sh"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HostError) as caught:
        read()
    assert caught.value.hint == "is dpkg-deb installed (apt-get install dpkg)?"
