"""Brings the installer's kernel and initrd here, and says who vouches for them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autoinstall.answers.sections import Verify
from autoinstall.build.context import BuildContext
from autoinstall.build.netboot_source import PARTS, reference_of, source_of
from autoinstall.errors import InvalidFileError
from autoinstall.image.digest import digest_of
from autoinstall.image.netboot import NetbootFile, check_reference, is_local, obtain
from autoinstall.image.overlay import append_overlays
from autoinstall.image.signature import check_keyring

PROGRESS_EVERY = 4 * 2**20
"""Bytes of a download between two events."""


class NetbootStage:
    name = "netboot"

    def inputs(self, context: BuildContext) -> Mapping[str, Any]:
        installer = context.answers.installer
        return {
            "source": [installer.distribution, installer.suite, installer.architecture, installer.mirror],
            "parts": {part: _content(getattr(installer, part)) for part in PARTS},
            "overlays": [_content(overlay) for overlay in installer.overlays],
            "verify": _verify_inputs(installer.verify),
        }

    def validate(self, context: BuildContext) -> None:
        installer = context.answers.installer
        source = source_of(installer, context.rehearsal)
        for part in PARTS:
            check_reference(source, reference_of(installer, part, context.rehearsal))
        for overlay in installer.overlays:
            if not Path(overlay).is_file():
                raise InvalidFileError(
                    f"there is no file {overlay}", kind="file-missing", hint="see installer.overlays"
                )
        if source.verification.keyring:
            check_keyring(source.verification.keyring)

    def run(self, context: BuildContext) -> None:
        if context.stand_ins:
            context.events.tell("progress", text="kernel and initrd are stand-ins")
        for part in PARTS:
            file = self._obtain(context, part)
            evidence = f"{file.digest} of {file.origin}, vouched for by {file.vouched}"
            context.events.tell("check", name=part, ok=True, evidence=evidence)
        overlays = [Path(overlay) for overlay in context.answers.installer.overlays]
        if overlays:
            plain = context.folder.initrd
            whole = plain.with_name(plain.name + ".part")
            append_overlays(plain, overlays, whole)
            whole.chmod(0o600)
            whole.replace(plain)

    def clean_up(self, context: BuildContext) -> None:
        """What was fetched stays: it was verified, or is gone on with."""

    def _obtain(self, context: BuildContext, part: str) -> NetbootFile:
        installer = context.answers.installer
        target = context.folder.kernel if part == "kernel" else context.folder.initrd
        context.state.will_make(target, target.with_name(target.name + ".part"))
        told = 0

        def progress(have: int, total: int | None) -> None:
            nonlocal told
            if have - told >= PROGRESS_EVERY:
                told = have
                context.events.tell("progress", title=f"fetching the {part}", percent=_percent(have, total))

        source = source_of(installer, context.rehearsal)
        reference = reference_of(installer, part, context.rehearsal)
        file = obtain(source, part, reference, target, context.downloads, progress)
        target.chmod(0o600)
        return file


def _percent(have: int, total: int | None) -> int | None:
    return 100 * have // total if total else None


def _content(reference: str) -> str:
    """A local file by what it holds, anything else by its name."""
    return str(digest_of(Path(reference))) if is_local(reference) and Path(reference).is_file() else reference


def _verify_inputs(verify: Verify | str) -> Any:
    if isinstance(verify, str):
        return verify
    if verify.sha256:
        return verify.sha256.model_dump()
    return Path(verify.keyring or "").name
