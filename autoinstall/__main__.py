"""`python -m autoinstall` is the command `autoinstall`."""

import sys

from autoinstall.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
