"""A whole real installation, in QEMU."""
