"""Recorded sessions: what was asked and answered in them, without a console."""
