"""Drives the dialogs of an installer on a live console."""
