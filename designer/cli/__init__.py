"""The command line: every job without a window. `main.py` picks the command, one module a command answers it."""
