"""The files of a freshly installed system: the data below `trees/SUITE`, filled in with the installer's answers."""

from __future__ import annotations

import secrets
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_interface
from pathlib import Path
from string import Template

from autoinstall.rehearsal.partitions import DiskError
from autoinstall.rehearsal.system import InstalledSystem, StaticNetwork

_TREES = Path(__file__).parent / "trees"
_BACKED_UP = ("passwd", "shadow", "group", "gshadow")
_HOST_KEYS = ("rsa", "dsa", "ecdsa")
_SALT = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Identities:
    """The UUIDs of the two file systems, as fstab(5) and grub.cfg name them."""

    root: str
    swap: str


@dataclass(frozen=True)
class _Place:
    """One line of a `layout`."""

    kind: str
    mode: int
    owner: tuple[int, int]
    path: str
    target: str


def lay_out(folder: Path, system: InstalledSystem, disk: Identities) -> dict[str, tuple[int, int]]:
    """Write the tree of `system` into the empty `folder`.

    Returns the owners (path below the root -> uid, gid) of what is not root's. Raises DiskError for a suite
    that has no tree.
    """
    source = _TREES / system.suite
    if not (source / "layout").is_file():
        raise DiskError(f"There is no guest tree for {system.suite!r}, only for {', '.join(suites())}.")
    words = _words(system, disk)
    for path, content in {**_data(source / "files", words), **_made(system, words)}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o644)
    for parent in folder.rglob("*/"):
        parent.chmod(0o755)
    return dict(_arrange(folder, source / "layout", words))


def suites() -> list[str]:
    """The suites that have a tree."""
    return sorted(path.parent.name for path in _TREES.glob("*/layout"))


def hash_password(password: str) -> str:
    """The password as crypt(3) stores it in shadow(5) (SHA-512, a salt of its own). Raises DiskError."""
    salt = "".join(secrets.choice(_SALT) for _ in range(8))
    return crypt(password, salt)


def crypt(password: str, salt: str) -> str:
    """SHA-512 crypt by openssl, which reads the password from its standard input. Raises DiskError."""
    command = ["openssl", "passwd", "-6", "-salt", salt, "-stdin"]
    try:
        done = subprocess.run(command, input=password.encode() + b"\n", capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise DiskError("openssl cannot hash a password (Debian: apt-get install openssl).") from error
    return done.stdout.decode().strip()


def _words(system: InstalledSystem, disk: Identities) -> dict[str, str]:
    """What the templates below `files` may name."""
    full_name = f"{system.hostname}.{system.domain}" if system.domain else ""
    directory = "/" + system.mirror.directory.strip("/")
    return {
        "hostname": system.hostname,
        "names": f"{full_name}\t{system.hostname}" if full_name else system.hostname,
        "username": system.username,
        "gecos": f"{system.fullname.replace(':', ' ').replace(chr(10), ' ')},,,",
        "home": f"home/{system.username}",
        "user_hash": hash_password(system.password),
        "root_hash": "!" if system.root_password is None else hash_password(system.root_password),
        "sudoer": system.username if system.root_password is None else "",
        "day": str(int(time.time()) // 86400),
        "root_uuid": disk.root,
        "swap_uuid": disk.swap,
        "primary_interface": _interface(system.network, system.domain),
        "mirror": f"http://{system.mirror.host}{directory}",
        "security_host": system.security_host,
        "directory": directory,
        "kept_arguments": system.kept_arguments,
        "timezone": system.timezone,
        "utc": "yes" if system.utc else "no",
    }


def _interface(network: StaticNetwork | None, domain: str) -> str:
    """The stanza of eth0 as netcfg writes it."""
    if network is None:
        return "iface eth0 inet dhcp"
    net = ip_interface(f"{network.address}/{network.netmask}").network
    lines = [
        "iface eth0 inet static",
        f"\taddress {network.address}",
        f"\tnetmask {network.netmask}",
        f"\tnetwork {net.network_address}",
        f"\tbroadcast {net.broadcast_address}",
        *([f"\tgateway {network.gateway}"] if network.gateway else []),
        "\t# dns-* options are implemented by the resolvconf package, if installed",
        *([f"\tdns-nameservers {' '.join(network.nameservers)}"] if network.nameservers else []),
        *([f"\tdns-search {domain}"] if domain else []),
    ]
    return "\n".join(lines)


def _data(files: Path, words: dict[str, str]) -> dict[str, bytes]:
    """The suite's own files by their path in the guest, templates filled in."""
    found = {}
    for source in sorted(files.rglob("*")):
        if not source.is_file():
            continue
        path = str(source.relative_to(files))
        if path.endswith(".in"):
            found[path.removesuffix(".in")] = Template(source.read_text()).substitute(words).encode()
        else:
            found[path] = source.read_bytes()
    return found


def _made(system: InstalledSystem, words: dict[str, str]) -> dict[str, bytes]:
    """The files that depend on an answer for their being there, or that are random in each system."""
    home, files = words["home"], _TREES / system.suite / "files"
    made = {f"{home}/{path.name}": path.read_bytes() for path in (files / "etc/skel").iterdir()}
    made["var/lib/urandom/random-seed"] = secrets.token_bytes(512)
    made.update({f"var/log/{name}": b"" for name in ("btmp", "wtmp", "lastlog")})
    if system.mirror.proxy:
        made["etc/apt/apt.conf"] = f'Acquire::http::Proxy "{system.mirror.proxy}";\n'.encode()
    index = words["mirror"].removeprefix("http://").replace("/", "_")
    made[f"var/lib/apt/lists/{index}_dists_precise_Release"] = b"Origin: Ubuntu\nSuite: precise\n"
    accounts = _data(files, words)
    made.update({f"etc/{name}-": accounts[f"etc/{name}"] for name in _BACKED_UP})
    if "OpenSSH server" in system.tasks:
        made.update(_host_keys(system.hostname))
    return made


def _host_keys(hostname: str) -> dict[str, bytes]:
    """Files where openssh-server's postinst leaves its keys; their content is random and no key."""
    made = {}
    for kind in _HOST_KEYS:
        content = secrets.token_hex(32)
        made[f"etc/ssh/ssh_host_{kind}_key"] = f"stand-in for a private {kind} key {content}\n".encode()
        made[f"etc/ssh/ssh_host_{kind}_key.pub"] = f"ssh-{kind} {content} root@{hostname}\n".encode()
    return made


def _arrange(folder: Path, layout: Path, words: dict[str, str]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Make the folders, links and modes that `layout` lists; gives the owners that are not root."""
    for place in _places(layout, words):
        target = folder / place.path
        if place.kind == "l":
            target.symlink_to(place.target)
            continue
        if place.kind == "d":
            target.mkdir(parents=True, exist_ok=True)
        if target.exists():
            target.chmod(place.mode)
            if place.owner != (0, 0):
                yield place.path, place.owner


def _places(layout: Path, words: dict[str, str]) -> Iterator[_Place]:
    for line in Template(layout.read_text()).substitute(words).splitlines():
        if line and not line.startswith("#"):
            kind, mode, uid, gid, path, *target = line.split()
            bits = int(mode, 8) if mode != "-" else 0
            yield _Place(kind, bits, (int(uid), int(gid)), path, "".join(target))
