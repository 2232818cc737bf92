"""The domain that a guest runs in, as its host describes it."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Domain:
    """`arguments` is the kernel command line that the boot loader chose; `cards` the MAC addresses, eth0 first."""

    name: str
    domid: int
    memory: int
    disk: Path
    arguments: str
    cards: tuple[str, ...]


def load(path: Path) -> Domain:
    """Read the file that REHEARSAL_DOMAIN names. Raises OSError, and KeyError or ValueError for another file."""
    described = json.loads(path.read_text(encoding="utf-8"))
    if not described.get("disks"):
        raise ValueError("a guest needs a disk to boot from")
    boot = described.get("boot") or {}
    name = str(described["name"])
    macs = [str(card.get("mac") or "") for card in described.get("vifs", described.get("vif", ()))]
    return Domain(
        name=name,
        domid=int(described["domid"]),
        memory=int(described["memory"]),
        disk=Path(described["disks"][0]["path"]),
        arguments=str(boot.get("arguments", described.get("extra") or "")),
        cards=tuple(mac or _chosen_by_host(name, number) for number, mac in enumerate(macs)),
    )


def _chosen_by_host(name: str, number: int) -> str:
    """An address of Xen's own range, the same at each boot of a domain of that name."""
    tail = zlib.crc32(f"{name}/{number}".encode()).to_bytes(4, "big")
    return "00:16:3e:" + ":".join(
        f"{byte & mask:02x}" for byte, mask in zip(tail[:3], (0x7F, 255, 255), strict=True)
    )
