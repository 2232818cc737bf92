"""What marketplaces are told of an image, held against the rules that their own tools enforce."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from autoinstall.image.marketplace import APPMARKET, MARKETPLACE, Product, commands, files_of
from autoinstall.image.publishing import problems_of, published_image

CONTENT = b"an image"
NAME = "ubuntu1204-1.0.0-1-20261127.qcow2"

PRODUCT = Product(
    base="ubuntu1204",
    version="1.0.0-1-20261127",
    file=NAME,
    format="qcow2",
    size=8 << 30,
    file_size=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    md5=hashlib.md5(CONTENT).hexdigest(),
    created=1795478400,
    os_id="Ubuntu",
    os_release="12.10",
    architecture="amd64",
    memory=512,
    vcpus=1,
    is_paravirtual=True,
    publisher="Example Org",
    description="Ubuntu, installed by its own installer.\nSecond line: with a colon.",
    short_description='Ubuntu "precise" image',
    tags=("ubuntu", "precise"),
    url=f"https://images.example.org/{NAME}",
    opennebula_version=("6.10", "7.0"),
)


def write(folder: Path, product: Product = PRODUCT) -> Path:
    """The files in a folder, and their image."""
    for name, text in files_of(product).items():
        (folder / name).write_text(text)
    (folder / product.file).write_bytes(CONTENT)
    return folder / product.file


def rules(image: Path) -> set[tuple[str, str]]:
    return {(problem.file, problem.rule) for problem in problems_of(image)}


def scalars(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return [scalar for value in node.values() for scalar in scalars(value)]
    return [node]


@pytest.mark.parametrize("is_paravirtual", [True, False])
@pytest.mark.parametrize("identity", [None, "f4cc1890-f430-013c-b669-7875a4a4f528"])
def test_a_whole_product_breaks_no_rule(tmp_path: Path, is_paravirtual: bool, identity: str | None) -> None:
    image = write(tmp_path, replace(PRODUCT, is_paravirtual=is_paravirtual, id=identity))
    assert problems_of(image) == []
    assert published_image(tmp_path) == image


def test_the_appliance_says_in_text_what_a_client_reads_as_text() -> None:
    text = files_of(PRODUCT)[MARKETPLACE]
    entry = yaml.safe_load(text)
    assert text.startswith("---\n")
    assert (entry["os-release"], entry["version"]) == ("12.10", "1.0.0-1-20261127")
    assert {type(scalar) for scalar in scalars(entry["opennebula_template"])} == {str}
    assert entry["opennebula_version"] == "6.10, 7.0"
    assert entry["description"] == PRODUCT.description
    assert entry["images"][0]["size"] == 8589934592
    assert entry["images"][0]["dev_prefix"] == "xvd"
    assert set(entry["images"][0]["checksum"]) == {"md5", "sha256"}


@pytest.mark.parametrize(
    ("name", "file", "architecture"),
    [
        ("debian13", "debian13-7.4.0-0-20260714.qcow2", "x86_64"),
        ("ubuntu2404", "ubuntu2404-7.0.0-0-20250528.aarch64.qcow2", "aarch64"),
    ],
)
def test_the_names_of_the_public_marketplace_break_no_rule(
    tmp_path: Path, name: str, file: str, architecture: str
) -> None:
    image = write(tmp_path)
    entry = yaml.safe_load((tmp_path / MARKETPLACE).read_text())
    entry["images"][0] |= {"name": name, "url": f"https://images.example.org/{file}"}
    version = file.split(".qcow2")[0].removesuffix(".aarch64").removeprefix(f"{name}-")
    entry |= {"version": version, "os-arch": architecture}
    (tmp_path / MARKETPLACE).write_text(yaml.safe_dump(entry))
    assert rules(image) == set()


def test_a_publishers_image_keeps_its_id_for_all_its_versions() -> None:
    def identity(**more: Any) -> Any:
        return yaml.safe_load(files_of(replace(PRODUCT, **more))[MARKETPLACE]).get("id")

    assert identity() == identity(version="1.0.0-2-20261224", sha256="0" * 64)
    others = {identity(publisher="Another"), identity(base="ubuntu"), identity(architecture="arm64")}
    assert len(others | {identity()}) == 4
    assert identity(publisher=None) is None
    assert identity(id="f4cc1890-f430-013c-b669-7875a4a4f528") == "f4cc1890-f430-013c-b669-7875a4a4f528"


def test_a_text_of_several_lines_stays_readable() -> None:
    assert (
        "description: |-\n  Ubuntu, installed by its own installer.\n  Second"
        in files_of(PRODUCT)[MARKETPLACE]
    )


def test_the_manifest_is_what_one_apps_writes() -> None:
    entry = yaml.safe_load(files_of(PRODUCT)["ubuntu1204-1.0.0-1-20261127.yaml"])
    assert list(entry) == [
        *("name", "version", "image", "format", "size", "file_size", "sha256", "md5", "creation_time"),
        *("os-id", "os-release", "os-arch"),
    ]
    assert (entry["name"], entry["os-arch"]) == ("Ubuntu 12.10", "x86_64")


def test_the_old_appmarket_gets_its_sizes_as_text_and_its_template_as_json() -> None:
    entry = json.loads(files_of(PRODUCT)[APPMARKET])
    assert entry["files"][0]["size"] == "8589934592"
    assert json.loads(entry["opennebula_template"])["OS"] == {"BOOTLOADER": "/usr/bin/pygrub"}
    assert entry["hypervisor"] == "all"
    assert json.loads(files_of(replace(PRODUCT, hypervisor="xen"))[APPMARKET])["hypervisor"] == "XEN"


def test_templates_boot_by_pygrub_on_xen_and_from_the_disk_on_kvm() -> None:
    files = files_of(replace(PRODUCT, format="raw"))
    assert 'OS = [ BOOTLOADER = "/usr/bin/pygrub" ]' in files["vm-xen.tmpl"]
    assert 'DRIVER = "file:", TARGET = "xvda"' in files["vm-xen.tmpl"]
    assert 'DEV_PREFIX = "vd", DRIVER = "raw"' in files["vm-kvm.tmpl"]


def test_a_quotation_mark_ends_no_value_and_no_word() -> None:
    product = replace(PRODUCT, os_id='Ev"il; rm -rf \\ $HOME', short_description="it's `so`")
    assert 'IMAGE = "Ev\\"il; rm -rf \\\\ $HOME 12.10"' in files_of(product)["vm-xen.tmpl"]
    create = shlex.split(commands(product)[0].replace('"$PWD/"', "./"))
    assert create[:6] == [
        *("oneimage", "create", "--name", 'Ev"il; rm -rf \\ $HOME 12.10', "--description", "it's `so`"),
    ]
    assert create[create.index("--path") + 1] == f"./{NAME}"


Change = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("required", lambda entry: entry.pop("publisher")),
        ("required", lambda entry: entry.pop("id")),
        ("required", lambda entry: entry.pop("opennebula_version")),
        ("quoted-scalars", lambda entry: entry.update({"os-release": 12.1})),
        ("quoted-scalars", lambda entry: entry["opennebula_template"].update(memory=512)),
        ("quoted-scalars", lambda entry: entry["opennebula_template"]["context"].update(files=["a"])),
        ("version", lambda entry: entry.update(version="1.0.0-20261127")),
        ("version-token", lambda entry: entry.update(version="1.0.0-2-20261127")),
        ("id", lambda entry: entry.update(id="ubuntu")),
        ("creation-time", lambda entry: entry.update(creation_time="today")),
        ("images", lambda entry: entry.update(images=[])),
        ("size", lambda entry: entry["images"][0].update(size="8G")),
        ("checksums", lambda entry: entry["images"][0]["checksum"].pop("md5")),
        ("checksums", lambda entry: entry["images"][0]["checksum"].update(sha256="0" * 64)),
        ("checksums", lambda entry: entry["images"][0].update(checksum=["md5"])),
        ("size", lambda entry: entry.update(images=["image"])),
        ("url", lambda entry: entry["images"][0].pop("url")),
        ("url", lambda entry: entry["images"][0].update(url="file:///tmp/image.qcow2")),
        ("image-name", lambda entry: entry["images"][0].update(name="precise")),
        (
            "image-name",
            lambda entry: entry["images"][0].update(url=f"https://example.org/ubuntu1204-server-{NAME}"),
        ),
        ("format", lambda entry: entry["images"][0].update(url=f"https://example.org/{NAME[:-5]}raw")),
        ("architecture", lambda entry: entry.update({"os-arch": "aarch64"})),
    ],
)
def test_every_rule_for_the_appliance_is_enforced(tmp_path: Path, rule: str, change: Change) -> None:
    image = write(tmp_path)
    entry = yaml.safe_load((tmp_path / MARKETPLACE).read_text())
    change(entry)
    (tmp_path / MARKETPLACE).write_text(yaml.safe_dump(entry))
    assert (MARKETPLACE, rule) in rules(image)
    assert {file for file, _ in rules(image)} == {MARKETPLACE}


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("required", lambda entry: entry.pop("short_description")),
        ("hypervisor", lambda entry: entry.update(hypervisor="LXC")),
        ("format", lambda entry: entry.update(format="iso")),
        ("template", lambda entry: entry.update(opennebula_template={"CPU": "1"})),
        ("url", lambda entry: entry["files"][0].pop("url")),
        ("size", lambda entry: entry["files"][0].update(size=8 << 30)),
        ("checksums", lambda entry: entry["files"][0].update(md5="0" * 32)),
        ("url", lambda entry: entry.update(files=[])),
        ("size", lambda entry: entry.update(files="none")),
    ],
)
def test_every_rule_for_the_old_appmarket_is_enforced(tmp_path: Path, rule: str, change: Change) -> None:
    image = write(tmp_path)
    entry = json.loads((tmp_path / APPMARKET).read_text())
    change(entry)
    (tmp_path / APPMARKET).write_text(json.dumps(entry))
    assert (APPMARKET, rule) in rules(image)
    assert {file for file, _ in rules(image)} == {APPMARKET}


def test_an_image_that_was_changed_fits_no_file_any_more(tmp_path: Path) -> None:
    image = write(tmp_path)
    image.write_bytes(CONTENT + b"!")
    manifest = "ubuntu1204-1.0.0-1-20261127.yaml"
    assert rules(image) == {
        *((file, "checksums") for file in (MARKETPLACE, APPMARKET, manifest)),
        (manifest, "size"),
    }


@pytest.mark.parametrize("text", ["", "- a\n- list\n", "key: [", "\x00", "[" * 5000])
def test_a_file_that_is_none_of_ours_is_a_problem_and_no_crash(tmp_path: Path, text: str) -> None:
    image = write(tmp_path)
    (tmp_path / MARKETPLACE).write_text(text)
    (tmp_path / f"{image.stem}.yaml").write_text(text)
    (tmp_path / APPMARKET).unlink()
    assert rules(image) == {
        *((file, "readable") for file in (MARKETPLACE, f"{image.stem}.yaml")),
        (APPMARKET, "present"),
    }
    assert published_image(tmp_path) == image


@pytest.mark.parametrize("text", ["{", "[]", "[" * 100_000])
def test_the_old_appmarkets_file_may_be_anything_too(tmp_path: Path, text: str) -> None:
    image = write(tmp_path)
    (tmp_path / APPMARKET).write_text(text)
    assert rules(image) == {(APPMARKET, "readable")}


def test_the_newest_manifest_names_the_image(tmp_path: Path) -> None:
    old = write(tmp_path)
    new = write(
        tmp_path,
        replace(PRODUCT, file="ubuntu1204-1.0.0-1-20261128.raw", version="1.0.0-1-20261128", format="raw"),
    )
    os.utime(old.with_suffix(".yaml"), (1, 1))
    (tmp_path / "ubuntu1204-1.0.0-1-20261128.qcow2").write_bytes(b"the other format")
    assert published_image(tmp_path) == new
