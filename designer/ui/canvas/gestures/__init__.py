"""Gestures: each a small class, asked in this order when a button goes down; the first that feels meant lives until release.

To add one, write a module with a `start(view, press)` and name it here, before what it takes precedence over.
"""

from __future__ import annotations

from designer.ui.canvas.gestures import fold, marquee, move, pan, pick
from designer.ui.canvas.gestures.base import Gesture, Pointer, Starter

STARTERS: tuple[Starter, ...] = (pan.start, fold.start, move.start, pick.start, marquee.start)

__all__ = ["STARTERS", "Gesture", "Pointer", "Starter"]
