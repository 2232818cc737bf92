"""A complete mirror of the Debian installer on loopback, where the machine's own lacks components.

`build` makes it below one folder out of the machine's own Debian mirror: an index of the installer's
components (udebs) signed with the lab's own key, what is missing repacked from regular packages, an initrd
that trusts the key. `serve` is the proxy that puts those in place of the mirror's.
"""
