"""`python -m designer` and the installed `lightdesigner`: the command line. (The window comes later and begins here too.)"""

from __future__ import annotations

import signal
import sys


def main() -> int:
    """Run the program on `sys.argv`; returns the exit code."""
    # Whoever ends the program politely gets what Ctrl-C gets: unfinished files are taken away, and 130.
    for name in ("SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) == signal.SIG_DFL:
            signal.signal(getattr(signal, name), signal.default_int_handler)
    try:
        from designer.cli.main import main as command_line

        return command_line()
    except KeyboardInterrupt:  # while the modules load
        return 130


if __name__ == "__main__":
    sys.exit(main())
