"""`python -m designer` and the installed `lightdesigner`: the command line. (The window comes later and begins here too.)"""

from __future__ import annotations

import sys


def main() -> int:
    """Run the program on `sys.argv`; returns the exit code."""
    try:
        from designer.cli.main import main as command_line

        return command_line()
    except KeyboardInterrupt:  # while the modules load
        return 130


if __name__ == "__main__":
    sys.exit(main())
