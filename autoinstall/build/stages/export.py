"""Turns the guest's disk into the image that is handed on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autoinstall.build.context import BuildContext
from autoinstall.build.finished_hygiene import check_hygiene
from autoinstall.build.marketplace_files import os_release_on, write_marketplace_files
from autoinstall.image.export import export_image, image_version, require_converter
from autoinstall.image.finished_disk import FinishedDisk, require_tools
from autoinstall.image.foreign_hosts import checks

SUM_FILES = ("SHA256SUMS", "MD5SUMS")


class ExportStage:
    name = "export"

    def inputs(self, context: BuildContext) -> Mapping[str, Any]:
        answers = context.answers
        market = answers.marketplace
        return {
            "marketplace": answers.as_used.get("marketplace"),
            "image": [list(answers.image.format), answers.image.compress],
            "name": [market.base if market else None, answers.name, market.version if market else None],
        }

    def validate(self, context: BuildContext) -> None:
        require_converter(context.answers.image.format)
        if context.answers.hygiene:
            require_tools()

    def run(self, context: BuildContext) -> None:
        answers, folder = context.answers, context.folder.image
        disk = context.files.disk_for_export()
        check_hygiene(context, disk)
        finished = FinishedDisk(disk) if answers.hygiene else None
        if finished:
            _look_at_the_way_it_starts(context, finished, disk)
        os_release = os_release_on(finished) if finished else {}
        market = answers.marketplace
        base = (market and market.base) or answers.name
        version = image_version(market.version if market else None)
        name = f"{base}-{version}"
        made = [folder / f"{name}.{image_format}" for image_format in answers.image.format]
        made += [folder / name for name in SUM_FILES]
        _remove_earlier(context, made)
        context.state.will_make(*made, *(path.with_name(path.name + ".part") for path in made))
        context.images = export_image(
            disk,
            folder,
            name,
            formats=answers.image.format,
            compress=answers.image.compress,
        )
        for path in made:
            path.chmod(0o600)
        write_marketplace_files(context, context.images[0], base=base, version=version, os_release=os_release)
        context.files.disk_exported()

    def clean_up(self, context: BuildContext) -> None:
        """Half-written images are removed where they are written."""


def _look_at_the_way_it_starts(context: BuildContext, finished: FinishedDisk, disk: Path) -> None:
    """A check of these that fails is told, and fails no build: an image for one kind of host may be wanted."""
    for check in checks(finished, disk):
        context.events.tell("check", name=check.name, ok=check.ok, evidence=check.evidence)


def _remove_earlier(context: BuildContext, paths: list[Path]) -> None:
    """Images that this build itself exported before, under the same names."""
    for path in paths:
        if str(path) in context.state.state.files:
            path.unlink(missing_ok=True)
