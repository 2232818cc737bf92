"""The files with which OpenNebula's marketplaces take an image: made from what the image is and what its maker says.

Sources: OpenNebula/marketplace (appliance YAML), OpenNebula/one-apps packer/manifest.sh, OpenNebula/addon-appmarket
src/models/app_collection/app.rb (the AppMarket of OpenNebula 3.6 to 4.14), docs.opennebula.io (templates, commands).
"""

from __future__ import annotations

import json
import shlex
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

MARKETPLACE = "marketplace.yaml"
APPMARKET = "appmarket.json"
XEN_TEMPLATE, KVM_TEMPLATE = "vm-xen.tmpl", "vm-kvm.tmpl"
COMMANDS = "publish.txt"

_ARCHITECTURES = {"amd64": "x86_64", "arm64": "aarch64"}
_APPMARKET_HYPERVISORS = {"XEN": "XEN", "KVM": "KVM"}


@dataclass(frozen=True, slots=True)
class Product:
    """An exported image and what is said of it.

    `version` is that of the file's name, `size` the virtual and `file_size` the file's size in bytes,
    `created` seconds since 1970, `memory` MiB. `url` is the whole address of the file, or None.
    """

    base: str
    version: str
    file: str
    format: str
    size: int
    file_size: int
    sha256: str
    md5: str
    created: int
    os_id: str
    os_release: str
    architecture: str
    memory: int
    vcpus: int
    is_paravirtual: bool
    publisher: str | None = None
    description: str | None = None
    short_description: str | None = None
    tags: tuple[str, ...] = ()
    url: str | None = None
    id: str | None = None
    logo: str | None = None
    opennebula_version: tuple[str, ...] = ()
    hypervisor: str = "ALL"
    template: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        """As people read it, and as the image is called in OpenNebula."""
        return f"{self.os_id} {self.os_release}".strip()

    @property
    def appliance_id(self) -> str | None:
        """What was said, else one that stays the same for all versions of a publisher's image; None without both."""
        if self.id or not self.publisher:
            return self.id
        name = f"urn:autoinstall:appliance:{self.publisher}/{self.base}/{self.os_arch}"
        return str(uuid.uuid5(uuid.NAMESPACE_URL, name))

    @property
    def os_arch(self) -> str:
        """The architecture as OpenNebula names it."""
        return _ARCHITECTURES.get(self.architecture, self.architecture)

    @property
    def dev_prefix(self) -> str:
        """What the disk's device names begin with."""
        return "xvd" if self.is_paravirtual else "vd"


def files_of(product: Product) -> dict[str, str]:
    """All files by name, publish.txt included."""
    return {
        f"{product.base}-{product.version}.yaml": manifest(product),
        MARKETPLACE: appliance(product),
        APPMARKET: appmarket(product),
        XEN_TEMPLATE: xen_template(product),
        KVM_TEMPLATE: kvm_template(product),
        COMMANDS: "".join(f"{command}\n" for command in commands(product)),
    }


def manifest(product: Product) -> str:
    """The one-apps manifest, field for field. `app2 release` looks for an `image` without the version in its name."""
    return _yaml(
        {
            "name": product.name,
            "version": product.version,
            "image": product.file,
            "format": product.format,
            "size": product.size,
            "file_size": product.file_size,
            "sha256": product.sha256,
            "md5": product.md5,
            "creation_time": product.created,
            "os-id": product.os_id,
            "os-release": product.os_release,
            "os-arch": product.os_arch,
        }
    )


def appliance(product: Product) -> str:
    """Today's appliance. What nobody has said is left out; `publish --check` names it."""
    entry: dict[str, Any] = {
        "id": product.appliance_id,
        "name": product.name,
        "version": product.version,
        "publisher": product.publisher,
        "description": product.description,
        "short_description": product.short_description,
        "tags": list(product.tags),
        "format": product.format,
        "creation_time": product.created,
        "os-id": product.os_id,
        "os-release": product.os_release,
        "os-arch": product.os_arch,
        "hypervisor": product.hypervisor,
        "opennebula_version": ", ".join(product.opennebula_version),
        "opennebula_template": _template(product),
        "logo": product.logo,
        "images": [
            {
                "name": product.base,
                "url": product.url,
                "type": "OS",
                "dev_prefix": product.dev_prefix,
                "driver": product.format,
                "size": product.size,
                "checksum": {"md5": product.md5, "sha256": product.sha256},
            }
        ],
    }
    entry["images"] = [_said(image) for image in entry["images"]]
    return _yaml(_said(entry))


def appmarket(product: Product) -> str:
    """The appliance of the AppMarket of OpenNebula 3.6 to 4.14; its sizes are texts."""
    template = {"CPU": "1", "MEMORY": str(product.memory), "CONTEXT": {"NETWORK": "YES"}}
    if product.is_paravirtual:
        template["OS"] = {"BOOTLOADER": "/usr/bin/pygrub"}
    file = {
        "name": product.base,
        "type": "OS",
        "url": product.url,
        "size": str(product.size),
        "dev_prefix": product.dev_prefix,
        "driver": "file:" if product.is_paravirtual and product.format == "raw" else product.format,
        "compression": "none",
        "md5": product.md5,
    }
    entry = {
        "name": product.name,
        "version": product.version,
        "description": product.description,
        "short_description": product.short_description,
        "publisher": product.publisher,
        "tags": list(product.tags),
        "os-id": product.os_id,
        "os-release": product.os_release,
        "os-arch": product.os_arch,
        "hypervisor": _APPMARKET_HYPERVISORS.get(product.hypervisor.upper(), "all"),
        "format": product.format,
        "opennebula_version": "all",
        "opennebula_template": json.dumps(template),
        "files": [_said(file)],
    }
    return json.dumps(_said(entry), indent=2, ensure_ascii=False) + "\n"


def xen_template(product: Product) -> str:
    """A VM template for Xen (OpenNebula 4.x): without a boot loader OpenNebula would make an HVM guest."""
    driver = "file:" if product.format == "raw" else f"tap:{product.format}:"
    return _assignments(product, "xen") + "".join(
        (
            'OS = [ BOOTLOADER = "/usr/bin/pygrub" ]\n',
            f'DISK = [ IMAGE = {_one(product.name)}, DRIVER = {_one(driver)}, TARGET = "xvda" ]\n',
            'CONTEXT = [ NETWORK = "YES", SSH_PUBLIC_KEY = "$USER[SSH_PUBLIC_KEY]", TARGET = "xvdb" ]\n',
        )
    )


def kvm_template(product: Product) -> str:
    """A VM template for KVM."""
    disk = f'IMAGE = {_one(product.name)}, DEV_PREFIX = "vd", DRIVER = {_one(product.format)}'
    return _assignments(product, "kvm") + "".join(
        (
            f'OS = [ ARCH = {_one(product.os_arch)}, BOOT = "disk0" ]\n',
            f"DISK = [ {disk} ]\n",
            'GRAPHICS = [ TYPE = "vnc", LISTEN = "0.0.0.0" ]\n',
            'CONTEXT = [ NETWORK = "YES", SSH_PUBLIC_KEY = "$USER[SSH_PUBLIC_KEY]", SET_HOSTNAME = "$NAME" ]\n',
        )
    )


def commands(product: Product) -> list[str]:
    """What puts the image into an OpenNebula and offers it in a private marketplace, run beside these files."""
    template = XEN_TEMPLATE if product.is_paravirtual else KVM_TEMPLATE
    description = product.short_description or product.name
    create = [
        *("oneimage", "create", "--name", product.name, "--description", description, "--type", "OS"),
        *("--prefix", product.dev_prefix, "--format", product.format),
    ]
    offer = ["onemarketapp", "create", "--name", product.name, "--image", product.name]
    return [
        f'{shlex.join(create)} --path "$PWD/"{shlex.quote(product.file)} --datastore DATASTORE',
        f"onetemplate create {template}",
        f"{shlex.join([*offer, '--description', description])} --marketplace MARKETPLACE",
    ]


def _template(product: Product) -> dict[str, Any]:
    """Every scalar a text and no lists: the client drops a whole template that has anything else."""
    plain: dict[str, Any] = {
        "context": {"network": "YES", "ssh_public_key": "$USER[SSH_PUBLIC_KEY]", "set_hostname": "$NAME"},
        "cpu": "1",
        "vcpu": str(product.vcpus),
        "memory": str(product.memory),
        "graphics": {"listen": "0.0.0.0", "type": "vnc"},  # noqa: S104 - the VM's own console, as OpenNebula has it
        "os": {"arch": product.os_arch},
    }
    return {**plain, **dict(product.template or {})}


def _assignments(product: Product, hypervisor: str) -> str:
    values = {
        "NAME": f"{product.base}-{hypervisor}",
        "CPU": "1",
        "VCPU": str(product.vcpus),
        "MEMORY": str(product.memory),
    }
    return "".join(f"{name} = {_one(value)}\n" for name, value in values.items())


def _one(text: str) -> str:
    """A value of a template; a quotation mark would end it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _said(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value not in (None, "", [])}


class _Dumper(yaml.SafeDumper):
    """YAML as marketplaces write it: a text of several lines as such."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def _yaml(entry: Mapping[str, Any]) -> str:
    return yaml.dump(
        dict(entry), Dumper=_Dumper, sort_keys=False, allow_unicode=True, explicit_start=True, width=100
    )
