"""How long the host takes for what it does, in seconds: Xen's own times, about ten times faster."""

from __future__ import annotations

import os

ABSENT_DURING_RESTART = 0.15
"""From the old domain's end until the new one has a name (xl sleeps 2 s)."""

BUILDING_DURING_RESTART = 0.35
"""From then until the new one has a console (6 to 20 s)."""

CONSOLE_WAITS_FOR_TTY = 0.3
"""How long a console client waits for a domain's tty to appear (5 s)."""

KEEPER_STARTS = 10.0
"""How long `xl create -c` waits for the domain that it creates itself; a limit, not a pace."""

ACKNOWLEDGEMENT = 6.0
"""How long xl waits for the guest to answer a request to shut down (60 s)."""

REBOOT_LIMIT = 3.0
"""How long `xm shutdown -R -w` waits before it destroys the domain (30 s)."""

POLL = 0.02
"""How often a command looks at a domain's state (1 s)."""

COUNTDOWN = 0.5 * max(1.0, float(os.environ.get("AUTOINSTALL_REHEARSAL_PACE") or 1.0))
"""pygrub's whole countdown, whatever number of seconds it shows; a slower pace makes it longer."""

MINIMUM_RESTART_TIME = 10.0
"""xend's limit against loops is not scaled: only the fault `restart-too-fast` brings it."""
