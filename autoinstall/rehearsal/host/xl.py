"""`xl`, the command of Xen 4.1 and later: its words, streams, lists and exit codes are those of 4.17."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from getopt import GetoptError, gnu_getopt
from pathlib import Path

from autoinstall.rehearsal.host import console, orders, pace, xl_words
from autoinstall.rehearsal.host.creation import Refusal, create
from autoinstall.rehearsal.host.description import BadDescription, BadDisk, Description, describe, load, read
from autoinstall.rehearsal.host.domains import DOMAIN_0_MEMORY, REASONS, Host, Record
from autoinstall.rehearsal.host.xm import about_host

ERROR_FAIL = 3
"""What a failed `create` exits with; most other failures give 1."""


class Failed(Exception):
    """The command failed: what it writes to stderr (whole lines), and its exit status."""

    def __init__(self, text: str, status: int = 1) -> None:
        super().__init__(text)
        self.status = status


def main(arguments: list[str]) -> int:
    """Run one xl command; its exit status."""
    if not arguments or arguments[0] in ("help", "--help", "-h"):
        sys.stdout.write(xl_words.USAGE)
        return 0 if arguments else 1
    command = COMMANDS.get(arguments[0])
    if command is None:
        sys.stderr.write("command not implemented\n")
        return 1
    host = orders.this_host()
    if host is None:
        sys.stderr.write(
            "libxl: error: libxl.c:102:libxl_ctx_alloc: cannot open libxc handle: No such file or directory\n"
            "cannot init xl context\n"
        )
        return 1
    try:
        return command(host, arguments[1:])
    except Failed as failure:
        sys.stderr.write(str(failure))
        return failure.status
    except GetoptError as problem:
        sys.stderr.write(f"option `{problem.opt}' not supported.\n")
        return 2


def _create(host: Host, arguments: list[str]) -> int:
    options, rest = gnu_getopt(arguments, "cqnpef:", ["quiet", "dryrun", "defconfig="])
    given = dict(options)
    file = given.get("-f") or given.get("--defconfig") or (rest.pop(0) if rest else "")
    described = _described(file, rest)
    if "-n" in given or "--dryrun" in given:
        return 0
    try:
        record, report = create(host, described, "xl")
    except Refusal as refusal:
        raise Failed(*_words(refusal)) from None
    if "-c" in given:
        console.attach(host, record, toolstack="xl", follow=True, patience=pace.KEEPER_STARTS)
    said = _whole_report(report)
    if "started" not in said:
        log = host.logs / f"bootloader.{record.domid}.log"
        raise Failed(*_words(Refusal("boot-loader", str(log), record.domid)))
    return 0


def _described(file: str, overrides: list[str]) -> Description:
    if not file:
        raise Failed("Config file not specified and none in save file\n", 6)
    try:
        values = load(Path(file))
    except OSError as problem:
        raise Failed(f"Failed to read config file: {file}: {problem.strerror}\n", ERROR_FAIL) from None
    except BadDescription as problem:
        # xl counts the end of a line that ends too early to the line before.
        line = problem.line - str(problem).startswith("near <newline>")
        told = f"{file}:{line}: config parsing error {problem}\nFailed to parse config: Invalid argument\n"
        raise Failed(f"Parsing config from {file}\n{told}") from None
    sys.stderr.write(f"Parsing config from {file}\n")
    try:
        described = describe(values | read("\n".join(overrides)), on_crash="destroy")
    except BadDisk as problem:
        raise Failed(f"{file}: config parsing error in disk specification: {problem}\n") from None
    except ValueError as problem:
        raise Failed(
            f"{file}: warning: parameter `{problem}' is not a valid number\n"
            f"{xl_words.PANIC}xg_dom_core.c:594: xc_dom_alloc_segment: segment kernel too large: Out of memory\n",
            ERROR_FAIL,
        ) from None
    if not described.name:
        raise Failed("Domain name must be specified.\n")
    kind = values.get("type", values.get("builder", "pv"))
    if kind not in ("pv", "generic"):
        raise Failed(f"Invalid domain type {kind}.\n")
    return described


def _whole_report(report: int) -> str:
    """Wait until the domain runs or has failed to."""
    said = b""
    while b"started" not in said and (words := os.read(report, 512)):
        said += words
    os.close(report)
    return said.decode()


def _words(refusal: Refusal) -> tuple[str, int]:
    if refusal.kind == "nothing-to-boot":
        return "Neither kernel nor bootloader specified\n", 1
    if refusal.kind == "name-invalid":
        return "Domain name must be specified.\n", 1
    lines = (*xl_words.REFUSED[refusal.kind], *xl_words.AFTERWARDS)
    return "".join(line.format(what=refusal.what, domid=refusal.domid) + "\n" for line in lines), ERROR_FAIL


def _list(host: Host, arguments: list[str]) -> int:
    options, names = gnu_getopt(arguments, "lv", ["long", "verbose"])
    flags = {name for name, _ in options}
    found = [_existing(host, name) for name in names] if names else host.records()
    if flags & {"-l", "--long"}:
        sys.stdout.write(_long(found))
        return 0
    verbose = bool(flags & {"-v", "--verbose"})
    lines = ["Name                                        ID   Mem VCPUs\tState\tTime(s)"]
    if verbose:
        lines[0] += "   UUID                            Reason-Code\tSecurity Label"
    if not names:
        row = _row("Domain-0", 0, DOMAIN_0_MEMORY, os.cpu_count() or 1, "r-----", time.process_time())
        lines.append(
            row + (f" {'0' * 8}-0000-0000-0000-{'0' * 12}        -                -" if verbose else "")
        )
    for record in found:
        seconds, busy = orders.load(record)
        row = _row(record.name, record.domid, record.memory, record.vcpus, _letters(record, busy), seconds)
        reason = str(REASONS[record.reason]) if record.reason else "-"
        lines.append(row + (f" {record.uuid} {reason:>8} {'-':>16}" if verbose else ""))
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _row(name: str, domid: int, memory: int, vcpus: int, letters: str, seconds: float) -> str:
    return f"{name:<40} {domid:5d} {memory:5d} {vcpus:5d}     {letters}  {seconds:8.1f}"


def _letters(record: Record, busy: bool) -> str:
    if record.state == "shutdown":
        return f"---s{ {'reboot': 'r', 'crash': 'c'}.get(record.reason, '-') }-"
    if record.state == "building":
        return "--p---"
    return "r-----" if busy else "-b----"


def _long(found: list[Record]) -> str:
    import json

    domains = [
        {
            "domid": record.domid,
            "config": {
                "c_info": {"type": "pv", "name": record.name, "uuid": record.uuid},
                "b_info": {"max_vcpus": record.vcpus, "max_memkb": record.memory * 1024, "type.pv": {}},
            },
        }
        for record in found
    ]
    return json.dumps(domains, indent=4) + "\n"


def _vm_list(host: Host, _arguments: list[str]) -> int:
    sys.stdout.write("UUID                                  ID    name\n")
    for record in host.records():
        sys.stdout.write(f"{record.uuid}  {record.domid}    {record.name:<30}\n")
    return 0


def _domid(host: Host, arguments: list[str]) -> int:
    name = _only("domid", arguments)
    record = host.find(name)
    if record is None or record.name != name:
        raise Failed(f"Can't get domid of domain name '{name}', maybe this domain does not exist.\n")
    sys.stdout.write(f"{record.domid}\n")
    return 0


def _domname(host: Host, arguments: list[str]) -> int:
    domid = _only("domname", arguments)
    if domid == "0":
        sys.stdout.write("Domain-0\n")
        return 0
    record = host.find(domid)
    if record is None or str(record.domid) != domid:
        raise Failed(f"Can't get domain name of domain id '{domid}', maybe this domain does not exist.\n")
    sys.stdout.write(f"{record.name}\n")
    return 0


def _console(host: Host, arguments: list[str]) -> int:
    _, names = gnu_getopt(arguments, "n:t:e:")
    name = _only("console", names)
    if name in ("0", "Domain-0"):
        sys.stderr.write("Can't specify Domain-0\n")
        return 22
    record = host.find(name)
    if record is None and name.isdigit():
        raise Failed(
            f"{xl_words.XL}libxl_dom.c:37:libxl__domain_type: unable to get domain type for domid={name}\n"
            "Unable to attach console\n"
        )
    return console.attach(host, record or _existing(host, name), toolstack="xl", follow=False)


def _shutdown(host: Host, arguments: list[str]) -> int:
    return _ask_to_end(host, arguments, "shutdown", "Shutting down")


def _reboot(host: Host, arguments: list[str]) -> int:
    return _ask_to_end(host, arguments, "reboot", "Rebooting")


def _ask_to_end(host: Host, arguments: list[str], wish: str, doing: str) -> int:
    options, names = gnu_getopt(arguments, "awF", ["all", "wait"])
    flags = {name for name, _ in options}
    everything = flags & {"-a", "--all"}
    if not (everything or names):
        raise Failed("You must specify -a or a domain id.\n\n")
    victims = host.records() if everything else [_existing(host, names[0])]
    for record in victims:
        sys.stderr.write(f"{doing} domain {record.domid}\n")
        sys.stderr.flush()
        noticed = orders.request(host, record, wish)
        if not noticed and not orders.wait_until_over(host, record, pace.ACKNOWLEDGEMENT):
            raise Failed(xl_words.NO_ANSWER.format(wish=wish))
    if flags & {"-w", "--wait"}:
        sys.stderr.write(f"Waiting for {len(victims)} domains\n")
        for record in victims:
            orders.wait_until_over(host, record)
            reason = REASONS["reboot" if wish == "reboot" else "poweroff"]
            sys.stderr.write(f"Domain {record.domid} has been shut down, reason code {reason}\n")
    return 0


def _destroy(host: Host, arguments: list[str]) -> int:
    name = _only("destroy", gnu_getopt(arguments, "f")[1])
    if name in ("0", "Domain-0"):
        raise Failed("Cannot destroy privileged domain 0.\n\n", 255)
    orders.destroy(host, _existing(host, name))
    return 0


def _uptime(host: Host, arguments: list[str]) -> int:
    _, names = gnu_getopt(arguments, "s", ["short"])
    found = [_existing(host, name) for name in names] if names else host.records()
    sys.stdout.write(f"{'Name':<33} {'ID':>4} Uptime\n")
    for record in found:
        minutes, seconds = divmod(int(time.time() - record.began), 60)
        up = f"{minutes // 60:2d}:{minutes % 60:02d}:{seconds:02d}"
        sys.stdout.write(f"{record.name:<33} {record.domid:4d} {up}\n")
    return 0


def _info(host: Host, _arguments: list[str]) -> int:
    sys.stdout.write(about_host(host, "4.17.7"))
    return 0


def _existing(host: Host, name: str) -> Record:
    record = host.find(name)
    if record is None:
        raise Failed(f"{name} is an invalid domain identifier (rc=-6)\n")
    return record


def _only(command: str, names: list[str]) -> str:
    if len(names) < 1:
        sys.stdout.write(xl_words.USAGES[command])
        raise Failed(f"'xl {command}' requires at least 1 argument.\n\n", 2)
    return names[0]


COMMANDS: dict[str, Callable[[Host, list[str]], int]] = {
    "console": _console,
    "create": _create,
    "destroy": _destroy,
    "domid": _domid,
    "domname": _domname,
    "info": _info,
    "list": _list,
    "reboot": _reboot,
    "shutdown": _shutdown,
    "uptime": _uptime,
    "vm-list": _vm_list,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
