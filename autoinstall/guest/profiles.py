"""Named lists of steps that are shipped with us.

`opennebula-howto`: the five edits of OpenNebula's "Howto Create Apps for the Marketplace", Ubuntu 12.04
on Xen, robust against the forms that its files had from 11.10 to 14.04; and the generator of persistent
network names masked under /etc, where an upgrade of udev does not bring it back. Where sysvinit or systemd
starts the guest, the script is enabled there in place of the edits of upstart's jobs.

`opennebula-context`: the contextualization package, `one-context`. Both end by proving that the script works and
comes before the network.
"""

from __future__ import annotations

import re
from importlib import resources

from autoinstall.answers.steps import PROFILES
from autoinstall.errors import InvalidFileError, JobError
from autoinstall.guest.command_steps import InstallPackage
from autoinstall.guest.edits import Edited
from autoinstall.guest.file_steps import EditFile, PutFile, WhenAbsent, empty_file
from autoinstall.guest.init_systems import Enable, Init, OnInit, ProveContext
from autoinstall.guest.steps import Step

GENERATOR = "/lib/udev/rules.d/75-persistent-net-generator.rules"
GENERATOR_MASK = "/etc/udev/rules.d/75-persistent-net-generator.rules"
PERSISTENT_NAMES = "/etc/udev/rules.d/70-persistent-net.rules"
VMCONTEXT = "/etc/init.d/vmcontext"
NETWORKING = "/etc/init/networking.conf"
NETWORK_INTERFACE = "/etc/init/network-interface.conf"
VMCONTEXT_UNIT = "/etc/systemd/system/vmcontext.service"
CONTEXT_PACKAGE = "one-context"
CONTEXT_DAEMON = "/usr/sbin/one-contextd"

_WRITE_RULES = re.compile(r'[ \t]*DRIVERS=="\?\*",[ \t]*IMPORT\{program\}="write_net_rules".*')
_MKDIR_EXEC = re.compile(r"[ \t]*pre-start[ \t]+exec[ \t]+mkdir[ \t]+-p[ \t]+((?:/var)?/run/network)[ \t\r]*")
_MKDIR = re.compile(r"([ \t]*)mkdir[ \t]+-p[ \t]+(?:/var)?/run/network[ \t\r]*")
_SCRIPT = re.compile(r"[ \t]*pre-start[ \t]+script[ \t\r]*")
_SCRIPT_END = re.compile(r"[ \t]*end[ \t]+script[ \t\r]*")


def steps_of(profile: str, package: InstallPackage | None = None) -> tuple[Step, ...]:
    """The steps of a profile by its name; `package` is what `opennebula-context` installs, if not one by name.

    Raises InvalidFileError for a name that is none.
    """
    if profile == "opennebula-howto":
        return opennebula_howto(shipped_vmcontext())
    if profile == "opennebula-context":
        return opennebula_context(package or InstallPackage(CONTEXT_PACKAGE))
    raise InvalidFileError(
        f"there is no profile {profile!r}",
        kind="unknown-profile",
        hint=f"the profiles are: {', '.join(PROFILES)}",
    )


def shipped_vmcontext() -> bytes:
    """The project's own vmcontext script."""
    return resources.files(__package__).joinpath("vmcontext").read_bytes()


def shipped_unit() -> bytes:
    """The unit that starts the script before the network."""
    return resources.files(__package__).joinpath("vmcontext.service").read_bytes()


def opennebula_howto(vmcontext: bytes) -> tuple[Step, ...]:
    """The how-to's edits, in its order, the mask, and the proof."""
    return (
        EditFile("disable_generator", GENERATOR, disable_generator, WhenAbsent.LEAVE),
        empty_file(PERSISTENT_NAMES),
        empty_file(GENERATOR_MASK),
        PutFile(VMCONTEXT, vmcontext, mode="0755", owner="root:root"),
        OnInit(Init.UPSTART, EditFile("call_vmcontext", NETWORKING, call_in_networking)),
        OnInit(Init.UPSTART, EditFile("call_vmcontext", NETWORK_INTERFACE, call_in_network_interface)),
        OnInit(Init.SYSVINIT, _AT_SYSVINITS_BOOT),
        OnInit(Init.SYSTEMD, PutFile(VMCONTEXT_UNIT, shipped_unit(), mode="0644", owner="root:root")),
        OnInit(Init.SYSTEMD, _AT_SYSTEMDS_BOOT),
        ProveContext((VMCONTEXT,), ("vmcontext",)),
    )


_AT_SYSVINITS_BOOT = Enable(
    "vmcontext", "ls /etc/rcS.d/S*vmcontext >/dev/null 2>&1", "update-rc.d vmcontext defaults"
)
_AT_SYSTEMDS_BOOT = Enable(
    "vmcontext.service",
    "systemctl is-enabled --quiet vmcontext.service",
    "systemctl daemon-reload; systemctl enable vmcontext.service",
)


def opennebula_context(package: InstallPackage) -> tuple[Step, ...]:
    """The package, and the proof; packages until 4.x have a script `vmcontext` of their own, later ones a daemon."""
    return (package, ProveContext((CONTEXT_DAEMON, VMCONTEXT), ("one-context-local", "vmcontext")))


def disable_generator(text: str) -> Edited:
    """The rule that writes persistent names, commented out."""
    lines = text.split("\n")
    places = [at for at, line in enumerate(lines) if _WRITE_RULES.fullmatch(line)]
    if not places:
        if any(_WRITE_RULES.fullmatch(line.lstrip("# \t")) for line in lines):
            return Edited(text, True)
        raise _unknown_form("no rule calls write_net_rules", text)
    for at in places:
        lines[at] = "#" + lines[at]
    return Edited("\n".join(lines), False)


def call_in_networking(text: str) -> Edited:
    """vmcontext called before `ifup -a`: the exec stanza becomes a script, an existing script gets the call."""
    if _calls_vmcontext(text):
        return Edited(text, True)
    lines = text.split("\n")
    places = [at for at, line in enumerate(lines) if _MKDIR_EXEC.fullmatch(line)]
    if len(places) == 1:
        at = places[0]
        folder = re.sub(_MKDIR_EXEC, r"\1", lines[at])
        lines[at : at + 1] = ["pre-start script", f"  mkdir -p {folder}", f"  {VMCONTEXT}", "end script"]
        return Edited("\n".join(lines), False)
    start = _only_script(lines, text)
    end = next((at for at in range(start, len(lines)) if _SCRIPT_END.fullmatch(lines[at])), len(lines))
    made = [at for at in range(start, end) if _MKDIR.fullmatch(lines[at])]
    at = made[0] if made else start
    indent = re.sub(_MKDIR, r"\1", lines[at]) if made else "    "
    lines[at + 1 : at + 1] = [indent + VMCONTEXT]
    return Edited("\n".join(lines), False)


def call_in_network_interface(text: str) -> Edited:
    """vmcontext called first in the only pre-start script."""
    if _calls_vmcontext(text):
        return Edited(text, True)
    lines = text.split("\n")
    at = _only_script(lines, text)
    lines[at + 1 : at + 1] = ["    " + VMCONTEXT]
    return Edited("\n".join(lines), False)


def _calls_vmcontext(text: str) -> bool:
    return any(VMCONTEXT in line and not line.lstrip().startswith("#") for line in text.split("\n"))


def _only_script(lines: list[str], text: str) -> int:
    places = [at for at, line in enumerate(lines) if _SCRIPT.fullmatch(line)]
    if len(places) != 1:
        raise _unknown_form(f"there are {len(places)} lines `pre-start script`, not one", text)
    return places[0]


def _unknown_form(what: str, text: str) -> JobError:
    return JobError(
        f"the file has a form that the profile does not know: {what}; it is\n{text[:2000]}",
        kind="line-not-found",
        hint="name the edits one by one (replace_line, insert_after) instead of the profile",
    )
