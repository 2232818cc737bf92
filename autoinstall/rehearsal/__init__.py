"""A Xen host that is not there: a program of its own, imported by nothing of the driver."""
