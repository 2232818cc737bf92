"""The installer's newt dialogs, drawn and driven as cdebconf's newt frontend does it, by code of our own."""

from __future__ import annotations

from autoinstall.rehearsal.newt.frontend import Frontend
from autoinstall.rehearsal.newt.model import Form, FormType, Outcome, Style
from autoinstall.rehearsal.newt.terminal import TerminalGone

__all__ = ["Form", "FormType", "Frontend", "Outcome", "Style", "TerminalGone"]
