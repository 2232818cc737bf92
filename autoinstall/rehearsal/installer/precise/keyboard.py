"""console-setup: nothing is asked where there is no keyboard, as on a PV guest; the fault `keyboard` plugs one in."""

from __future__ import annotations

from autoinstall.rehearsal.installer.component import Component, State, walk
from autoinstall.rehearsal.installer.installation import Installation

_DETECT = "console-setup/ask_detect"
_LAYOUT = "keyboard-configuration/layout"
_VARIANT = "keyboard-configuration/variant"
_AMERICAN = "English (US)"


class _ConsoleSetup:
    def __init__(self, installation: Installation) -> None:
        self._debconf = installation.debconf
        self._present = installation.strikes("keyboard", _DETECT)
        self._american_variants = self._debconf.choices(_VARIANT)

    def run(self) -> bool:
        states: list[State] = [self._ask_detect, self._ask_layout, self._ask_variant]
        return not self._present or walk(self._debconf, states)

    def _ask_detect(self) -> None:
        self._debconf.input("high", _DETECT)

    def _ask_layout(self) -> None:
        """Detection needs keys that a console cannot send, so Yes ends here as well."""
        self._debconf.input("high", _LAYOUT)

    def _ask_variant(self) -> None:
        layout = self._debconf.get(_LAYOUT)
        variants = self._american_variants if layout == _AMERICAN else (layout,)
        self._debconf.offer(_VARIANT, variants)
        self._debconf.set(_VARIANT, variants[0])
        self._debconf.input("high", _VARIANT)


CONSOLE_SETUP = Component(
    "Configure the keyboard", lambda installation: _ConsoleSetup(installation).run(), in_initrd=True
)
