"""Recorded sessions are read, replayed, learned from and compared."""
