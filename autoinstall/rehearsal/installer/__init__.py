"""The installer of a rehearsal: its kernel's boot text, its questions in their order, and what it writes to the disk.

Run as `python -m autoinstall.rehearsal.installer` on the domain's terminal of 80 columns and 24 rows.
"""
