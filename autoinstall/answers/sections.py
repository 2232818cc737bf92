"""What an answers file says, section by section, with its defaults; dialogs and their answers are in `book`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic_core import core_schema

from autoinstall.answers.answer import SecretReference
from autoinstall.answers.document import Items, Keys
from autoinstall.answers.fields import (
    ANYTHING,
    LINE,
    SECRET,
    SIZE,
    SWITCH,
    TEXT,
    Reads,
    Schema,
    Section,
    list_of,
    matching,
    number,
    one_of,
    one_or_list_of,
    refuse,
)
from autoinstall.answers.steps import SHA256, ReadsSteps, Step

DIALOG_SECTIONS = ("questions", "dialogs", "errors")
"""The sections that say how dialogs are answered."""

HYGIENE_ITEMS = (
    "ssh-host-keys",
    "machine-id",
    "udev-persistent-net",
    "udev-persistent-cd",
    "dhcp-leases",
    "logs",
    "installer-logs",
    "apt-lists",
    "apt-proxy",
    "debconf-passwords",
    "password-backups",
    "random-seed",
    "resolv-conf",
    "hosts",
    "shell-history",
    "grub-recordfail",
    "installer-user",
)
"""What can be cleaned before the image is exported; `default` is all but the last."""

NAME = matching("[a-z0-9][a-z0-9.-]{0,62}", "a name of a-z, 0-9, dots and hyphens (63 at the most)")
DOMAIN_NAME = matching("[A-Za-z0-9][A-Za-z0-9._+-]{0,62}", "a domain's name of letters, digits and . _ + -")

_MIRRORS = {"ubuntu": "http://old-releases.ubuntu.com/ubuntu", "debian": "http://ftp.debian.org/debian"}
_SUITES = {"ubuntu": "precise", "debian": "stable"}


class Sums(Section):
    """SHA-256 sums of the two files that boot the installer, in hexadecimal digits."""

    kernel: Annotated[str, SHA256]
    initrd: Annotated[str, SHA256]


class Verify(Section):
    """How kernel and initrd are proved: by the archive's signature, or by given sums; exactly one of them."""

    keyring: Annotated[str | None, LINE] = None
    sha256: Sums | None = None


class _ReadsVerify:
    """Annotates the field `verify`: a map with one key, or the word none."""

    def __get_pydantic_core_schema__(self, _source: Any, handler: Any) -> core_schema.CoreSchema:
        by_map = handler(Verify)

        def check(value: Any, read_map: core_schema.ValidatorFunctionWrapHandler) -> Any:
            if value == "none":
                return "none"
            if isinstance(value, Keys) and len(value) != 1:
                refuse(value, "exactly one of keyring and sha256 is expected", "or the word none")
            return read_map(value)

        return core_schema.no_info_wrap_validator_function(check, by_map)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Schema:
        by_map: Schema = {**handler(schema["schema"])}
        return {"anyOf": [by_map, {"enum": ["none"]}]}


class Installer(Section):
    """What is installed, and with which kernel and initrd; local paths are absolute after loading.

    `kernel`, `initrd`: an absolute path, a URL, `package:NAME/PATH`, or a path below the suite's
    installer images. `arguments` stand before `---` of the install boot's kernel line, `keep_arguments` after it.
    """

    family: Annotated[str, one_of("debian-installer")] = "debian-installer"
    distribution: Annotated[str, one_of("ubuntu", "debian")] = "ubuntu"
    suite: Annotated[str, matching("[a-z][a-z0-9.-]*", "the name of a suite")] = ""
    architecture: Annotated[str, matching("[a-z0-9-]+", "the name of an architecture")] = "amd64"
    mirror: Annotated[str, matching(r"https?://[^\s/]+(/\S*)?", "the URL of a mirror")] = ""
    kernel: Annotated[str, LINE] = "netboot/xen/vmlinuz"
    initrd: Annotated[str, LINE] = "netboot/xen/initrd.gz"
    overlays: Annotated[tuple[str, ...], list_of(LINE)] = ()
    verify: Annotated[Verify | Literal["none"], _ReadsVerify()] = Verify()
    frontend: Annotated[str, one_of("newt", "text")] = "newt"
    priority: Annotated[str, one_of("critical", "high", "medium", "low")] = "high"
    language: Annotated[str, matching("[A-Za-z]{1,8}([_@.-][A-Za-z0-9]+)*", "a language")] = "en"
    arguments: Annotated[tuple[str, ...], list_of(LINE)] = ()
    keep_arguments: Annotated[tuple[str, ...], list_of(LINE)] = ()

    def model_post_init(self, _context: Any) -> None:
        """The defaults that depend on the distribution."""
        keyring = f"/usr/share/keyrings/{self.distribution}-archive-keyring.gpg"
        dependent: dict[str, Any] = {
            "suite": self.suite or _SUITES[self.distribution],
            "mirror": self.mirror.rstrip("/") or _MIRRORS[self.distribution],
            "verify": Verify(keyring=keyring) if self.verify == Verify() else self.verify,
        }
        for name, value in dependent.items():
            object.__setattr__(self, name, value)


class Names(Section):
    """The domains' names; None leaves them to the build (NAME-install-ID, NAME-boot-ID)."""

    install: Annotated[str | None, DOMAIN_NAME] = None
    boot: Annotated[str | None, DOMAIN_NAME] = None


class Machine(Section):
    """The virtual machine: memory in MiB, disk in bytes, `media` files that the installer sees as CD-ROMs."""

    memory: Annotated[int, number(16, 16 << 20)] = 256
    boot_memory: Annotated[int, number(16, 16 << 20)] = 512
    vcpus: Annotated[int, number(1, 512)] = 1
    disk: Annotated[int, SIZE] = 8 << 30
    media: Annotated[tuple[str, ...], list_of(LINE)] = ()
    bridge: Annotated[str, matching("[A-Za-z0-9][A-Za-z0-9_.-]{0,14}", "the name of a bridge")] = "xenbr0"
    mac: Annotated[
        str | None,
        matching("(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}", "a MAC address", "for one 00:16:3e:00:00:01"),
    ] = None
    on_reboot: Annotated[str, one_of("restart", "destroy")] = "restart"
    names: Names = Names()


class Login(Section):
    """Who logs in to the installed system, and how that user becomes root (`login`: the user is root)."""

    user: Annotated[str, matching(r"[a-z_][a-z0-9_.-]{0,31}\$?", "the name of a user")] = "ubuntu"
    password: Annotated[SecretReference, SECRET] = SecretReference("user_password")
    become_root: Annotated[str, one_of("sudo", "login")] = "sudo"


class Image(Section):
    """The formats of the exported image."""

    format: Annotated[tuple[str, ...], one_or_list_of(one_of("qcow2", "raw"))] = ("qcow2",)
    compress: Annotated[bool, SWITCH] = True


class Marketplace(Section):
    """What a marketplace shows of the image; what is needed for publishing is checked when publishing."""

    publisher: Annotated[str | None, LINE] = None
    version: Annotated[str | None, LINE] = None
    base: Annotated[str | None, LINE] = None
    id: Annotated[str | None, LINE] = None
    description: Annotated[str | None, TEXT] = None
    short_description: Annotated[str | None, TEXT] = None
    tags: Annotated[tuple[str, ...], list_of(LINE)] = ()
    url: Annotated[str | None, matching(r"https?://\S+", "a URL")] = None
    logo: Annotated[str | None, LINE] = None
    opennebula_version: Annotated[tuple[str, ...], one_or_list_of(LINE)] = ()
    hypervisor: Annotated[str | None, LINE] = None
    template: Annotated[Any, ANYTHING] = None


def _hygiene(value: Any) -> tuple[str, ...]:
    if value == "default":
        return HYGIENE_ITEMS[:-1]
    if not isinstance(value, Items):
        refuse(value, "the word default or a list is expected", f"items are {', '.join(HYGIENE_ITEMS)}")
    return tuple(_HYGIENE_LIST.check(value))


_HYGIENE_LIST = list_of(one_of(*HYGIENE_ITEMS))
_HYGIENE = Reads(_hygiene, {"anyOf": [{"enum": ["default"]}, dict(_HYGIENE_LIST.schema)]})


class Sections(Section):
    """The whole file apart from `questions`, `dialogs` and `errors`."""

    version: Annotated[int, number(1, 1)]
    name: Annotated[str, NAME]
    installer: Installer | None = None
    machine: Machine = Machine()
    login: Login | None = None
    guest: Annotated[tuple[Step, ...], ReadsSteps()] = ()
    hygiene: Annotated[tuple[str, ...], _HYGIENE] = HYGIENE_ITEMS[:-1]
    image: Image = Image()
    marketplace: Marketplace | None = None

    @classmethod
    def keys(cls) -> dict[str, bool]:
        return {**super().keys(), **dict.fromkeys(DIALOG_SECTIONS, False)}
