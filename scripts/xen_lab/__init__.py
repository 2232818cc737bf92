"""A real Xen host for tests: a Debian dom0 with Xen, built by debootstrap, booted in QEMU by emulation alone.

Everything answers on loopback: ssh on a port of its own, guests behind a bridge with DHCP and NAT. The
booted host is saved, so that the next one is there within seconds; whoever works on it leaves no trace in what
was saved.
"""
