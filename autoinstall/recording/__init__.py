"""Recorded sessions as asciicast files, with secrets masked before anything is written."""
