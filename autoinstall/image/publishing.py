"""The rules that marketplaces have for an image's files, as OpenNebula's own validator and clients enforce them.

Sources: OpenNebula/appmarket-simple (`app2 validate`), one/src/market_mad/remotes/one/monitor (what a client drops
without a word), addon-appmarket src/models/app_collection/app.rb.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import yaml

from autoinstall.image.digest import sums_of
from autoinstall.image.marketplace import APPMARKET, MARKETPLACE

_VERSION = re.compile(r"\d+\.\d+\.\d+-\d+-\d{8}")
_HYPERVISORS = {"VMWARE", "XEN", "KVM", "all"}
_FORMATS = {"raw", "vmdk", "qcow2", "vdi"}
_SAID = ("name", "version", "publisher", "description", "short_description", "opennebula_version")
_MEDIUM = ".qcow2"
"""The only form of a disk that the validator knows by its file's name."""

Broken = Iterator[tuple[str, str]]
"""Rules that are broken: the rule's name, and how."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A rule that a file breaks."""

    file: str
    rule: str
    message: str

    @property
    def document(self) -> dict[str, str]:
        """As `publish --json` prints it."""
        return {"file": self.file, "rule": self.rule, "message": self.message}


def published_image(folder: Path) -> Path | None:
    """The image that the newest manifest in a build's image folder is about, where it is there."""
    manifests = set(folder.glob("*.yaml")) - {folder / MARKETPLACE}
    for manifest in sorted(manifests, key=lambda path: path.stat().st_mtime, reverse=True):
        images = [folder / f"{manifest.stem}.{format}" for format in _named_format(manifest)]
        return next((image for image in images if image.is_file()), None)
    return None


def problems_of(image: Path) -> list[Problem]:
    """All that is wrong with the marketplace files beside an image."""
    folder = image.parent
    sha256, md5 = sums_of(image, "sha256", "md5")
    sums = {"sha256": sha256, "md5": md5}
    return [
        *_in_file(folder / MARKETPLACE, yaml.safe_load, lambda entry: _appliance(entry, sums)),
        *_in_file(folder / APPMARKET, json.loads, lambda entry: _appmarket(entry, sums)),
        *_in_file(folder / f"{image.stem}.yaml", yaml.safe_load, lambda entry: _manifest(entry, image, sums)),
    ]


def _named_format(manifest: Path) -> list[str]:
    """The format that a manifest names first, for it may be damaged."""
    both = ["qcow2", "raw"]
    try:
        entry = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    except (ValueError, OSError, yaml.YAMLError, RecursionError):
        return both
    return sorted(both, key=lambda format: format != _map(entry).get("format"))


def _in_file(
    path: Path, parse: Callable[[str], Any], rules: Callable[[Mapping[str, Any]], Broken]
) -> list[Problem]:
    try:
        entry = parse(path.read_text(encoding="utf-8"))
    except OSError:
        return [Problem(path.name, "present", "the file is missing")]
    except (ValueError, yaml.YAMLError, RecursionError):
        return [Problem(path.name, "readable", "the file is not readable as what it should be")]
    if not isinstance(entry, Mapping):
        return [Problem(path.name, "readable", "the file holds no map of keys")]
    return [Problem(path.name, rule, message) for rule, message in rules(entry)]


def _map(node: Any) -> Mapping[str, Any]:
    return node if isinstance(node, Mapping) else {}


def _appliance(entry: Mapping[str, Any], sums: Mapping[str, str]) -> Broken:
    made_of_the_publisher = ("id",) if entry.get("publisher") else ()
    for key in (*made_of_the_publisher, *_SAID):
        if not entry.get(key):
            yield "required", f"{key} is missing (marketplace.{key} in the answers file)"
    for key in ("version", "os-id", "os-release", "os-arch"):
        if not isinstance(entry.get(key), str):
            yield "quoted-scalars", f"{key} is no text: a number loses its last zeros"
    version = str(entry.get("version"))
    if not _VERSION.fullmatch(version):
        yield "version", f"{version} is not X.Y.Z-N-YYYYMMDD (marketplace.version: 1.0.0-1)"
    if "id" in entry and not _is_uuid(entry["id"]):
        yield "id", f"{entry['id']} is no UUID"
    if not isinstance(entry.get("creation_time"), int):
        yield "creation-time", "creation_time is no number of seconds"
    yield from _template("opennebula_template", entry.get("opennebula_template"))
    images = entry.get("images")
    if not isinstance(images, list) or not images:
        yield "images", "there is no image"
        return
    for image in images:
        yield from _image(_map(image), entry, sums)


def _image(image: Mapping[str, Any], entry: Mapping[str, Any], sums: Mapping[str, str]) -> Broken:
    size = image.get("size")
    if not isinstance(size, int) or isinstance(size, bool) or size <= 0:
        yield "size", "size is no number of bytes above 0"
    checksum = _map(image.get("checksum"))
    for algorithm, value in sums.items():
        if checksum.get(algorithm) != value:
            yield "checksums", f"{algorithm} is not that of the image"
    url = str(image.get("url") or "")
    if urlsplit(url).scheme not in ("http", "https"):
        yield "url", "the image has no URL (marketplace.url in the answers file)"
        return
    file = PurePosixPath(urlsplit(url).path).name
    if str(entry.get("version")) not in file:
        yield "version-token", f"the URL's file name {file} has not the version {entry.get('version')}"
    if not file.endswith(_MEDIUM):
        yield "format", f"{file}: marketplaces take images of operating systems as qcow2 (image.format)"
    elif image.get("name") != _base_of(file):
        yield "image-name", f"the image's name is {image.get('name')}, not {_base_of(file)} as in {file}"
    if (".aarch64" in file) != (entry.get("os-arch") == "aarch64"):
        yield "architecture", f"{file} and os-arch {entry.get('os-arch')} do not agree"


def _base_of(file: str) -> str:
    """A file's name without version, architecture and form, as `app2` takes it apart."""
    stem = file.removesuffix(_MEDIUM).removesuffix(".aarch64")
    return re.sub(rf"-{_VERSION.pattern}$", "", stem)


def _template(path: str, node: Any) -> Broken:
    """Clients of OpenNebula drop a whole template for one number in it, and every list."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _template(f"{path}.{key}", value)
    elif node is not None and not isinstance(node, str):
        yield "quoted-scalars", f"{path} is no text: clients would drop the template"


def _appmarket(entry: Mapping[str, Any], sums: Mapping[str, str]) -> Broken:
    for key in ("name", "description", "short_description"):
        if not entry.get(key):
            yield "required", f"{key} is missing (marketplace.{key} in the answers file)"
    if entry.get("hypervisor") not in _HYPERVISORS:
        yield "hypervisor", f"hypervisor is none of {', '.join(sorted(_HYPERVISORS))}"
    if entry.get("format") not in _FORMATS:
        yield "format", f"format is none of {', '.join(sorted(_FORMATS))}"
    if not isinstance(entry.get("opennebula_template"), str):
        yield "template", "opennebula_template is no text"
    files = entry.get("files")
    for file in map(_map, files if files and isinstance(files, list) else [{}]):
        if not file.get("url"):
            yield "url", "the image has no URL (marketplace.url in the answers file)"
        if not isinstance(file.get("size"), str):
            yield "size", "size is no text"
        if file.get("md5") != sums["md5"]:
            yield "checksums", "md5 is not that of the image"


def _manifest(entry: Mapping[str, Any], image: Path, sums: Mapping[str, str]) -> Broken:
    if entry.get("image") != image.name:
        yield "image-name", f"image is not {image.name}"
    if entry.get("file_size") != image.stat().st_size:
        yield "size", "file_size is not that of the image"
    for algorithm, value in sums.items():
        if entry.get(algorithm) != value:
            yield "checksums", f"{algorithm} is not that of the image"
    if not isinstance(entry.get("os-release"), str):
        yield "quoted-scalars", "os-release is no text: a number loses its last zeros"


def _is_uuid(text: Any) -> bool:
    try:
        return str(uuid.UUID(str(text))) == str(text).lower()
    except ValueError:
        return False
