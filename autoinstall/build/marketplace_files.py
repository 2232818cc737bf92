"""Writes the marketplace files of an exported image into its build folder."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from autoinstall.answers.document import Items, Keys, Text, as_plain
from autoinstall.build.context import BuildContext
from autoinstall.build.folder import write_private
from autoinstall.image.export import ImageInfo
from autoinstall.image.finished_disk import FinishedDisk
from autoinstall.image.marketplace import Product, files_of


def write_marketplace_files(
    context: BuildContext, image: ImageInfo, *, base: str, version: str, os_release: Mapping[str, str]
) -> None:
    """Write them; `os_release` is what the image's own /etc/os-release says, empty where that was not read."""
    product = _product(context, image, base, version, os_release)
    for name, text in files_of(product).items():
        path = context.folder.image / name
        context.state.will_make(path)
        write_private(path, text)


def os_release_on(disk: FinishedDisk) -> dict[str, str]:
    """The variables of the disk's os-release(5) file, none where it has no such file.

    What is a regular file in /etc on some systems is a link into /usr/lib on others.
    """
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        if any(disk.find(path)):
            return _variables(disk.content(path).decode("utf-8", "replace"))
    return {}


def _variables(text: str) -> dict[str, str]:
    found = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals and name.isidentifier():
            try:
                words = shlex.split(value)
            except ValueError:
                continue
            found[name] = words[0] if words else ""
    return found


def _product(
    context: BuildContext, image: ImageInfo, base: str, version: str, os_release: Mapping[str, str]
) -> Product:
    answers = context.answers
    market, installer = answers.marketplace, answers.installer
    url = market.url if market else None
    if url and url.endswith("/"):
        url += image.path.name
    return Product(
        base=base,
        version=version,
        file=image.path.name,
        format=image.format,
        size=image.size,
        file_size=image.file_size,
        sha256=image.sha256,
        md5=image.md5,
        created=int(image.path.stat().st_mtime),
        os_id=os_release.get("NAME") or installer.distribution.capitalize(),
        os_release=os_release.get("VERSION_ID") or installer.suite,
        architecture=installer.architecture,
        memory=answers.machine.boot_memory,
        vcpus=answers.machine.vcpus,
        is_paravirtual=not context.is_qemu,
        publisher=market.publisher if market else None,
        description=market.description if market else None,
        short_description=market.short_description if market else None,
        tags=market.tags if market else (),
        url=url,
        id=market.id if market else None,
        logo=market.logo if market else None,
        opennebula_version=market.opennebula_version if market else (),
        hypervisor=(market.hypervisor if market else None) or ("KVM" if context.is_qemu else "ALL"),
        template=_plain(market.template if market else None),
    )


def _plain(node: Any) -> dict[str, Any] | None:
    if isinstance(node, Text | Items | Keys):
        node = as_plain(node)
    return node if isinstance(node, dict) else None
