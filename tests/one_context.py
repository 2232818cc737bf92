"""OpenNebula's own contextualization package, which tests install (tests/data/one-context/README.md says whence)."""

from pathlib import Path

VERSION = "7.2.1-0"
PACKAGE = Path(__file__).parent / "data" / "one-context" / f"one-context_{VERSION}_all.deb"
