"""Boots the installer in a domain of its own, has it answered, and sees its reboot loop off."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autoinstall.answers.sections import DIALOG_SECTIONS
from autoinstall.build.afterwards import see_off, see_off_unseen
from autoinstall.build.consoles import AfterClose, DomainConsole
from autoinstall.build.context import BuildContext
from autoinstall.build.descriptions import write_descriptions
from autoinstall.build.endings import error_of_ending
from autoinstall.build.netboot_source import has_stand_ins
from autoinstall.build.places import CATALOGUES, cache_folder
from autoinstall.build.state import DomainRecord
from autoinstall.build.takeover import earlier, living_install
from autoinstall.catalogue.catalogue import Catalogue
from autoinstall.catalogue.shipped import load_installer, load_shipped
from autoinstall.console.channel import Channel
from autoinstall.dialog.recognise import Recogniser
from autoinstall.errors import AutoinstallError, HostError, InvalidFileError, JobError
from autoinstall.image.digest import digest_of
from autoinstall.installer.drive import Installer
from autoinstall.installer.outcome import End
from autoinstall.recording.asciicast import OUTPUT, open_cast
from autoinstall.recording.recorder import place_aside

CREATE_SECONDS = 300.0
"""A loaded host froze for 40 s and more while a domain was built (Xen 4.17)."""

LAST_PIECES = 2000
"""Pieces of output that hold the longest question; the console brings some ten rows of a list in each."""

ENDED_BY_ITSELF = ("reboot", "shutdown", "kernel-panic")


class InstallStage:
    name = "install"

    def inputs(self, context: BuildContext) -> Mapping[str, Any]:
        installer, machine = context.answers.installer, context.answers.machine
        return {
            "installer": [
                installer.frontend, installer.priority, installer.language,
                installer.arguments, installer.keep_arguments,
            ],
            "machine": [machine.memory, machine.vcpus, machine.bridge, machine.mac, machine.on_reboot],
            "media": [str(digest_of(Path(medium))) for medium in machine.media],
            "dialogs": [context.answers.document.get(key) for key in DIALOG_SECTIONS],
        }  # fmt: skip

    def validate(self, context: BuildContext) -> None:
        write_descriptions(context)

    def run(self, context: BuildContext) -> None:
        kept = living_install(context)
        before = earlier(context.folder.events)
        if kept and before.complete:
            sentence = see_off_unseen(context, kept, before.domid)
        else:
            sentence = self._install(context, kept)
        context.events.tell("progress", text=sentence)
        _require_its_end(context)
        self._keep_checkpoint(context)

    def clean_up(self, context: BuildContext) -> None:
        if not context.kept:
            context.domains.destroy("install")

    def _install(self, context: BuildContext, kept: DomainRecord | None) -> str:
        """Have an installer answered to its end and see it off, the living one of an earlier process or a new one."""
        answers = context.answers
        recogniser = Recogniser(_catalogue(context), (answers.installer.language,))
        record = kept or self._begin(context)
        installer = Installer(
            *(answers.book, context.secrets, recogniser, context.events),
            masker=context.masker,
            deadline=context.deadline,
            counters=lambda: context.toolstack.counters(record.name),
        )
        with context.recorder(context.folder.install_cast, f"{context.answers.name}: install") as recorder:
            console = DomainConsole(context, record, recorder)
            shown_before = _last_shown(context.folder.install_cast) if kept else None
            channel = self._drive(context, installer, console, record, shown_before)
            with contextlib.closing(channel):
                return see_off(context, recogniser.vocabulary, console, channel, record)

    def _begin(self, context: BuildContext) -> DomainRecord:
        """Start the domain, and a recording of its own."""
        context.files.bring_netboot()
        _put_old_recording_aside(context)
        context.happenings.clear()
        deadline = context.deadline.nested(CREATE_SECONDS)
        return context.domains.create("install", context.folder.description("install"), deadline)

    def _drive(
        self,
        context: BuildContext,
        installer: Installer,
        console: DomainConsole,
        record: DomainRecord,
        shown_before: str | None,
    ) -> Channel:
        """Have the installer answered to its end, over as many consoles as it takes; the last one is given."""
        while True:
            channel = console.attach()
            try:
                outcome = installer.drive(channel, shown_before=shown_before)
            except BaseException:
                channel.close()
                raise
            if outcome.end is End.COMPLETE:
                return channel
            after = console.after_close(channel)
            if after is not AfterClose.SAME:
                raise _ended_early(context, record, after)

    def _keep_checkpoint(self, context: BuildContext) -> None:
        """A copy of the finished install; a build without one is only slower to repeat."""
        fingerprint = context.state.state.stage("install").fingerprint or ""
        try:
            kept = context.files.keep_checkpoint(fingerprint)
        except HostError as error:
            context.events.tell("progress", text=f"no checkpoint is kept: {error.message}")
            return
        context.events.tell("progress", title="checkpoint", path=kept)


def _last_shown(recording: Path) -> str:
    """The end of what the console of an earlier process showed."""
    shown: deque[str] = deque(maxlen=LAST_PIECES)
    if recording.exists():
        shown.extend(event.text for event in open_cast(recording).events if event.code == OUTPUT)
    return "".join(shown)


def _require_its_end(context: BuildContext) -> None:
    for record in tuple(context.state.state.domains):
        if record.purpose == "install" and not context.domains.is_gone(record):
            raise HostError(
                f"the install domain {record.name} is still there",
                kind="domain-stays",
                hint="two domains must not share the disk: end it by hand, then go on with --resume",
            )


def _catalogue(context: BuildContext) -> Catalogue:
    """The questions of the installer that is booted, as its own initrd tells them; a stand-in is no installer's."""
    suite = context.answers.installer.suite
    if has_stand_ins(context.answers.installer, context.rehearsal):
        return load_shipped(suite)
    try:
        return load_installer(suite, context.folder.initrd, cache_folder(CATALOGUES))
    except InvalidFileError as error:
        context.events.tell(
            "progress", text=f"{error.message}: taking the questions that are shipped for {suite}"
        )
        return load_shipped(suite)


def _ended_early(context: BuildContext, record: DomainRecord, after: AfterClose) -> AutoinstallError:
    if after is AfterClose.RESTARTED:
        return JobError(
            f"the guest {record.name} rebooted before the installation was complete",
            kind="early-reboot",
            hint="the recording and failure/console.log show its last words",
        )
    said_goodbye = any(one in ENDED_BY_ITSELF for one in context.happenings)
    return error_of_ending(
        context, record, said_goodbye=said_goodbye, when="before the installation was complete"
    )


def _put_old_recording_aside(context: BuildContext) -> None:
    """install.cast of an earlier install becomes install.N.cast."""
    cast = context.folder.install_cast
    if cast.exists():
        aside = place_aside(cast)
        context.state.will_make(aside)
        cast.rename(aside)
