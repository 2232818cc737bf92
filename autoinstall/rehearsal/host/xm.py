"""`xm`, the command of Xen 3 and 4.0 to 4.4: its words, streams, lists and exit codes are those of 4.2.2."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from getopt import GetoptError, getopt
from pathlib import Path

from autoinstall.rehearsal.host import console, orders, pace
from autoinstall.rehearsal.host.creation import Refusal, create
from autoinstall.rehearsal.host.description import BadDescription, BadDisk, describe, load, read
from autoinstall.rehearsal.host.domains import DOMAIN_0_MEMORY, HOST_MEMORY, Host, Record

NOT_FOUND = 3
"""The exit status where there is no such domain; anything else that fails gives 1."""

_LETTERS = {"building": "--p---", "shutdown": "---s--"}

_REFUSED = {
    "name-taken": "VM name '{what}' already exists as domain {holder}",
    "name-invalid": "VM name '{what}' is not valid",
    "nothing-to-boot": "Kernel image does not exist: {what}",
    "kernel-missing": "Kernel image does not exist: {what}",
    "ramdisk-missing": "Kernel ramdisk does not exist: {what}",
    "kernel-invalid": "(2, 'Invalid kernel', 'xc_dom_find_loader: no loader found\\n')",
    "disk-missing": "Disk '{what}' isn't accessible",
    "disk-in-use": "Device 51712 (vbd) could not be connected.\nFile {what} is loopback-mounted through /dev/loop0,\n"
    "which is mounted in a guest domain,\nand so cannot be mounted now.",
    "memory-short": "I need {need} KiB, but dom0_min_mem is 262144 and shrinking to 262144 KiB"
    " would leave only {free} KiB free.",
    "bridge-missing": "Device 0 (vif) could not be connected. Hotplug scripts not working.",
    "disk-full": "[Errno 28] No space left on device",
}

USAGE = """Usage: xm <subcommand> [args]

Control, list, and manipulate Xen guest instances.

xm common subcommands:
 console              Attach to <Domain>'s console.
 create               Create a domain based on <ConfigFile>.
 destroy              Terminate a domain immediately.
 domid                Convert a domain name to domain id.
 domname              Convert a domain id to domain name.
 info                 Get information about Xen host.
 list                 List information about all/some domains.
 reboot               Reboot a domain.
 shutdown             Shutdown a domain.
 uptime               Print uptime for all/some domains.

<Domain> can either be the Domain Name or Id.
"""


class Failed(Exception):
    """The command failed: what it says after `Error: `, and its exit status."""

    def __init__(self, text: str, status: int = 1) -> None:
        super().__init__(text)
        self.status = status


def main(arguments: list[str]) -> int:
    """Run one xm command; its exit status."""
    if not arguments or arguments[0] in ("help", "--help", "-h"):
        sys.stdout.write(USAGE)
        return 0 if arguments else 1
    command = COMMANDS.get(arguments[0])
    if command is None:
        sys.stderr.write(f"Error: Sub Command {arguments[0]} not found!\n{USAGE}")
        return 1
    host = orders.this_host()
    if host is None:
        sys.stderr.write("Error: Unable to connect to xend: No such file or directory. Is xend running?\n")
        return 1
    try:
        return command(host, arguments[1:])
    except Failed as failure:
        sys.stderr.write(f"Error: {failure}\n")
        return failure.status
    except GetoptError as problem:
        sys.stderr.write(f"Error: {problem.msg}\n{USAGE}")
        return 1


def _create(host: Host, arguments: list[str]) -> int:
    options, rest = getopt(arguments, "cqnpf:", ["console_autoconnect", "quiet", "dryrun", "defconfig="])
    given = dict(options)
    file = given.get("-f") or given.get("--defconfig") or (rest.pop(0) if rest else "xmdefconfig")
    path = _configuration(file)
    if not ("-q" in given or "--quiet" in given):
        sys.stdout.write(f'Using config file "{path}".\n')
        sys.stdout.flush()
    try:
        described = describe(load(Path(path)) | read("\n".join(rest)), on_crash="restart")
    except BadDescription as problem:
        raise Failed(f"invalid syntax ({Path(path).name}, line {problem.line})") from None
    except BadDisk:
        raise Failed(f"Invalid disk specifier in {path}") from None
    except ValueError as problem:
        raise Failed(f"{problem} is not a number") from None
    if "-n" in given or "--dryrun" in given:
        return 0
    try:
        record, report = create(host, described, "xm")
    except Refusal as refusal:
        raise Failed(_words(refusal, described.memory)) from None
    if not _started(report):
        raise Failed("Boot loader didn't return any data!")
    sys.stdout.write(f"Started domain {record.name} (id={record.domid})\n")
    sys.stdout.flush()
    if "-c" in given or "--console_autoconnect" in given:
        return console.attach(host, record, toolstack="xm", follow=True)
    return 0


def _configuration(file: str) -> str:
    """Where a configuration file is: here (shown with `./`), at its whole path, or in /etc/xen."""
    if Path(file).is_absolute():
        places = [file]
    else:
        places = [f"./{file}" if not file.startswith("./") else file, f"/etc/xen/{file}"]
    for place in places:
        if Path(place).is_file():
            return place
    raise Failed(f"Unable to open config file: {file}")


def _started(report: int) -> bool:
    """Wait until the domain's boot loader shows its menu, or the domain runs; False where neither comes."""
    words = os.read(report, 512)
    os.close(report)
    return words.startswith((b"menu", b"started"))


def _words(refusal: Refusal, memory: int) -> str:
    return _REFUSED[refusal.kind].format(
        what=refusal.what, holder=refusal.holder, need=memory * 1024, free=refusal.free * 1024
    )


def _list(host: Host, arguments: list[str]) -> int:
    options, names = getopt(arguments, "l", ["long"])
    found = [_existing(host, name) for name in names] if names else host.records()
    if options:
        sys.stdout.write("".join(_long(record) for record in found))
        return 0
    lines = ["%-40s %5s %5s %5s %10s %9s" % ("Name", "ID", "Mem", "VCPUs", "State", "Time(s)")]  # noqa: UP031
    if not names:
        lines.append(_row("Domain-0", 0, DOMAIN_0_MEMORY, os.cpu_count() or 1, "r-----", time.process_time()))
    for record in found:
        seconds, busy = orders.load(record)
        letters = _letters(record, busy)
        lines.append(_row(record.name, record.domid, record.memory, record.vcpus, letters, seconds))
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _row(name: str, domid: int, memory: int, vcpus: int, letters: str, seconds: float) -> str:
    return f"{name:<40} {domid:>5} {memory:5d} {vcpus:5d} {letters:>10} {seconds:8.1f}"


def _letters(record: Record, busy: bool) -> str:
    if record.reason == "crash":
        return "----c-"
    return _LETTERS.get(record.state, "r-----" if busy else "-b----")


def _long(record: Record) -> str:
    """One domain as an S-expression."""
    lines = (
        "(domain",
        f"    (domid {record.domid})",
        "    (cpu_weight 256)",
        f"    (memory {record.memory})",
        f"    (vcpus {record.vcpus})",
        f"    (uuid {record.uuid})",
        f"    (name {record.name})",
        f"    (state {_letters(record, False)})",
        f"    (start_time {record.began})",
        ")",
    )
    return "\n".join(lines) + "\n"


def _domid(host: Host, arguments: list[str]) -> int:
    sys.stdout.write(f"{_existing(host, _only(arguments)).domid}\n")
    return 0


def _domname(host: Host, arguments: list[str]) -> int:
    domid = _only(arguments)
    sys.stdout.write("Domain-0\n" if domid == "0" else f"{_existing(host, domid).name}\n")
    return 0


def _console(host: Host, arguments: list[str]) -> int:
    _, names = getopt(arguments, "qn:", ["quiet", "num="])
    name = _only(names)
    if name in ("0", "Domain-0"):
        sys.stderr.write("Can't specify Domain-0\n")
        return 22
    return console.attach(host, _existing(host, name), toolstack="xm", follow=True)


def _shutdown(host: Host, arguments: list[str]) -> int:
    options, names = getopt(arguments, "waRH", ["wait", "all", "reboot", "halt"])
    flags = {name for name, _ in options}
    wish = "reboot" if flags & {"-R", "--reboot"} else "shutdown"
    everything = flags & {"-a", "--all"}
    victims = host.records() if everything else [_existing(host, _only(names))]
    for record in victims:
        orders.request(host, record, wish)
    if flags & {"-w", "--wait"}:
        _wait(host, victims, wish)
    return 0


def _wait(host: Host, victims: list[Record], wish: str) -> None:
    past = "rebooted" if wish == "reboot" else "terminated"
    limit = pace.REBOOT_LIMIT if wish == "reboot" else None
    for record in victims:
        if orders.wait_until_over(host, record, limit):
            sys.stdout.write(f"Domain {record.name} {past}\n")
        else:
            orders.destroy(host, record)
            sys.stdout.write(f"Domain {record.name} destroyed for failing to reboot\n")
    sys.stdout.write(f"All domains {past}\n")


def _reboot(host: Host, arguments: list[str]) -> int:
    return _shutdown(host, ["-R", *arguments])


def _destroy(host: Host, arguments: list[str]) -> int:
    orders.destroy(host, _existing(host, _only(arguments)))
    return 0


def _uptime(host: Host, arguments: list[str]) -> int:
    _, names = getopt(arguments, "s", ["short"])
    found = [_existing(host, name) for name in names] if names else host.records()
    sys.stdout.write(f"{'Name':<33} {'ID':>4} Uptime\n")
    for record in found:
        minutes, seconds = divmod(int(time.time() - record.began), 60)
        up = f"{minutes // 60:2d}:{minutes % 60:02d}:{seconds:02d}"
        sys.stdout.write(f"{record.name:<33} {record.domid:4d} {up}\n")
    return 0


def _info(host: Host, _arguments: list[str]) -> int:
    sys.stdout.write(about_host(host, "4.2.2") + f"{'xend_config_format':<23}: 4\n")
    return 0


def about_host(host: Host, version: str) -> str:
    """The lines of `info`, as both toolstacks print them."""
    major, minor, patch = version.split(".")
    facts = {
        "host": "rehearsal",
        "release": os.uname().release,
        "machine": os.uname().machine,
        "nr_cpus": os.cpu_count() or 1,
        "total_memory": HOST_MEMORY,
        "free_memory": host.free_memory(),
        "xen_major": major,
        "xen_minor": minor,
        "xen_extra": f".{patch}",
        "xen_version": version,
    }
    return "".join(f"{name:<23}: {value}\n" for name, value in facts.items())


def _existing(host: Host, name: str) -> Record:
    record = host.find(name)
    if record is None:
        raise Failed(f"Domain '{name}' does not exist.", NOT_FOUND)
    return record


def _only(names: list[str]) -> str:
    if len(names) != 1:
        raise GetoptError("Invalid number of arguments")
    return names[0]


COMMANDS: dict[str, Callable[[Host, list[str]], int]] = {
    "console": _console,
    "create": _create,
    "destroy": _destroy,
    "domid": _domid,
    "domname": _domname,
    "info": _info,
    "list": _list,
    "ls": _list,
    "reboot": _reboot,
    "shutdown": _shutdown,
    "uptime": _uptime,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
