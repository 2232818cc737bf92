"""The rehearsal's mirror of an archive, on loopback: stand-ins for an installer's files, really summed and signed."""
