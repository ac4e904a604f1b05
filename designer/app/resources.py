"""Where the data files are, for the rooms of the window."""

from __future__ import annotations

from designer.data import folder

__all__ = ["folder"]
