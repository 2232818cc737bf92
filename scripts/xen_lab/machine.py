"""The emulated machine: started cold or from a saved state, saved, ended.

A saved state is a copy of the machine's disk that holds its memory too (savevm). `up` works on a copy of that
copy, so that nothing which is done in the lab gets into it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
import threading
import time
import uuid

from autoinstall import process
from autoinstall.deadline import Deadline
from autoinstall.errors import BusyError, HostError, UsageError
from autoinstall.image.disk import copy_sparse
from autoinstall.toolstack.qemu_process import QemuProcess, processes_in
from autoinstall.toolstack.qmp import Monitor, MonitorError
from scripts.lab_mirror.step import Say
from scripts.xen_lab.connection import in_dom0, write_config
from scripts.xen_lab.places import READY, Lab

PROGRAM = "qemu-system-x86_64"
MEMORY = 3072
"""MiB. Xen touches all of it: 1024 are dom0's, an installer of 1024 and a toy guest fit into the rest."""

BOOT_SECONDS = 900.0
"""From cold to the first ssh: 50 to 120 s on a quiet machine, 323 s on a loaded one."""

RESUME_SECONDS = 120.0
SAVE_SECONDS = 600.0
QUIT_SECONDS = 60.0
POLL_SECONDS = 0.5

_XEN = (
    "dom0_mem=1G,max:1G dom0_max_vcpus=1 com1=115200,8n1 console=com1 loglvl=info guest_loglvl=info"
    # Without eager-fpu a guest spoils dom0's vector registers under TCG: wrong checksums, broken ssh.
    " xpti=0 spec-ctrl=no,eager-fpu=1 pv-l1tf=0 smep=0 smap=0"
)
_LINUX = "root=/dev/vda rw console=hvc0 net.ifnames=0 mitigations=off nokaslr quiet loglevel=4"


def running(lab: Lab) -> QemuProcess | None:
    """The lab's QEMU, where it runs."""
    return next(processes_in(lab.run), None) if lab.run.is_dir() else None


def start(lab: Lab, made_of: str, saved: str, say: Say, *, cold: bool = False) -> None:
    """Have dom0 answer over ssh: from a saved state, else (the ready one only) by booting it and saving it.

    Raises UsageError where there is no such state, HostError where QEMU or dom0 does not come up.
    """
    fits = _is_saved(lab, saved, made_of) and not cold
    if not fits and saved != READY:
        raise UsageError(
            f"no state {saved!r} is saved that fits this dom0", hint="`xen-lab save NAME` saves one"
        )
    _begin_anew(lab)
    lab.made_of.write_text(made_of)
    if fits:
        copy_sparse(lab.saved_disk(saved), lab.disk)
        _run_qemu(lab, ("-loadvm", saved))
        _wait_for_ssh(lab, RESUME_SECONDS)
        # The clock stood still while the machine was saved.
        in_dom0(lab, "date", "-s", f"@{int(time.time())}")
        return
    say("booting dom0, a minute or two ...")
    _qemu_img("create", "-q", "-f", "qcow2", "-b", str(lab.image), "-F", "raw", str(lab.disk))
    _run_qemu(lab, ())
    _wait_for_ssh(lab, BOOT_SECONDS)
    save(lab, READY)


def save(lab: Lab, name: str) -> None:
    """Save the running machine under a name. Raises HostError where it does not run or cannot be saved."""
    kept, unfinished = lab.saved_disk(name), lab.saved_disk(name).with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    try:
        with Monitor(lab.monitor, SAVE_SECONDS) as monitor:
            said = monitor.ask("human-monitor-command", {"command-line": f"savevm {name}"})
            if said:
                raise HostError(f"the machine could not be saved: {said.strip()}", kind="save-failed")
            # A machine that stands still has written all of its disk.
            monitor.ask("stop")
            try:
                copy_sparse(lab.disk, unfinished)
            finally:
                monitor.ask("cont")
    except MonitorError as error:
        raise HostError(f"the lab does not run: {error}", kind="not-up", hint="xen-lab up") from error
    unfinished.replace(kept)
    fits = _fingerprint(lab, lab.made_of.read_text())
    lab.saved_stamp(name).write_text(json.dumps({"fits": fits}) + "\n")


def reset(lab: Lab) -> None:
    """Cut the machine's power and give it again: dom0 boots anew, all guests are gone, the disk is as it was.

    QEMU's own system_reset leaves Xen 4.17 hanging before dom0 begins (QEMU 7.2 without hardware virtualisation).
    """
    try:
        with Monitor(lab.monitor) as monitor:
            monitor.ask("quit")
    except MonitorError as error:
        raise HostError(f"the lab does not run: {error}", kind="not-up", hint="xen-lab up") from error
    deadline = Deadline.after(QUIT_SECONDS)
    while running(lab):
        if deadline.expired:
            raise HostError("QEMU does not end", kind="not-ended")
        threading.Event().wait(POLL_SECONDS)
    _run_qemu(lab, ())


def stop(lab: Lab) -> bool:
    """End the machine; False where none ran. What it wrote is gone."""
    qemu = running(lab)
    if qemu is not None and not qemu.kill(30.0):
        raise HostError(f"QEMU (process {qemu.pid}) does not end", kind="not-ended")
    shutil.rmtree(lab.run, ignore_errors=True)
    return qemu is not None


def _begin_anew(lab: Lab) -> None:
    if running(lab):
        raise BusyError("the lab is up already", hint="xen-lab down")
    shutil.rmtree(lab.run, ignore_errors=True)
    lab.run.mkdir()
    write_config(lab, _free_port())


def _run_qemu(lab: Lab, options: tuple[str, ...]) -> None:
    if shutil.which(PROGRAM) is None:
        raise HostError(
            f"{PROGRAM} is not installed",
            kind="tool-missing",
            hint="apt-get install qemu-system-x86 qemu-utils",
        )
    port = lab.port.read_text().strip()
    argv = (
        *(PROGRAM, "-name", "xen-lab", "-uuid", str(uuid.uuid5(uuid.NAMESPACE_URL, str(lab.folder)))),
        *_hardware(lab),
        *("-netdev", f"user,id=n0,hostfwd=tcp:127.0.0.1:{port}-:22"),
        *("-serial", f"file:{lab.serial}", "-qmp", f"unix:{lab.monitor.name},server=on,wait=off"),
        *options,
    )
    process.start(argv, output=lab.qemu_log, cwd=lab.run)


def _hardware(lab: Lab) -> tuple[str, ...]:
    """What a saved state must find again, device by device. One processor: more are slower under emulation."""
    drive = f"file={lab.disk.name},format=qcow2,if=virtio,cache=unsafe,aio=threads"
    return (
        *("-machine", "q35,usb=off", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "1"),
        *("-m", str(MEMORY), "-kernel", str(lab.boot / "xen"), "-append", _XEN),
        # A comma within a module's own command line would have to be doubled.
        *("-initrd", f"{lab.boot / 'vmlinuz'} {_LINUX},{lab.boot / 'initrd.img'}"),
        *("-drive", drive, "-device", "virtio-net-pci,netdev=n0,romfile="),
        *("-object", "rng-random,filename=/dev/urandom,id=rng0", "-device", "virtio-rng-pci,rng=rng0"),
        *("-display", "none", "-vga", "none"),
    )


def _wait_for_ssh(lab: Lab, seconds: float) -> None:
    deadline = Deadline.after(seconds)
    begun = Deadline.after(10.0)
    while not deadline.expired:
        done = in_dom0(lab, "true", seconds=15.0)
        if done is not None and done.status == 0:
            return
        if begun.expired and running(lab) is None:
            words = lab.qemu_log.read_text(errors="replace").strip()
            raise HostError("QEMU has ended", kind="qemu-ended", host_said=words or None)
        threading.Event().wait(POLL_SECONDS)
    last = lab.serial.read_text(errors="replace").splitlines()[-5:]
    raise HostError(
        f"dom0 did not answer over ssh within {seconds:.0f} s",
        kind="no-ssh",
        hint=f"is this machine overloaded? dom0's own words: {lab.serial}",
        host_said="\n".join(last) or None,
    )


def _is_saved(lab: Lab, name: str, made_of: str) -> bool:
    try:
        stamp = json.loads(lab.saved_stamp(name).read_text())
    except (OSError, ValueError):
        return False
    return lab.saved_disk(name).exists() and stamp == {"fits": _fingerprint(lab, made_of)}


def _fingerprint(lab: Lab, made_of: str) -> str:
    """What a saved state fits: this dom0 in this machine of this QEMU."""
    version = process.run((PROGRAM, "--version")).stdout
    return hashlib.sha256(json.dumps([made_of, version, _hardware(lab)]).encode()).hexdigest()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _qemu_img(*arguments: str) -> None:
    done = process.run(("qemu-img", *arguments))
    if done.status:
        raise HostError("qemu-img failed", kind="qemu-img", host_said=done.said)
