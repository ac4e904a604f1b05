"""`python -m designer` and the installed `lightdesigner`: the window where no command is given, else the command line."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence


def main() -> int:
    """Run the program on `sys.argv`; returns the exit code."""
    # Whoever ends the program politely gets what Ctrl-C gets: unfinished files are taken away, and 130.
    for name in ("SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) == signal.SIG_DFL:
            signal.signal(getattr(signal, name), signal.default_int_handler)
    try:
        if len(sys.argv) == 1:  # nothing to look into: the window needs to be there at once
            return _window([])
        from designer.cli.main import main as command_line

        return command_line(window=_window)
    except KeyboardInterrupt:  # while the modules load
        return 130


def _window(arguments: Sequence[str]) -> int:
    try:
        from designer.ui.application import run
    except ImportError as problem:  # a library of the system that Qt needs, as on a server
        sys.stderr.write(
            f"lightdesigner: The window cannot open here: {problem}. The commands work: see `lightdesigner --help`.\n"
        )
        return 2
    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
