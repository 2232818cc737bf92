"""A whole real installation, on real Xen."""
