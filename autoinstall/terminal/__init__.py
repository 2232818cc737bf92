"""Bytes of a console to the picture on its screen: pure, no clock, no process, no file."""
