"""The colours of a picture, from the tokens: on paper, or as the window looks in light and dark."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from designer import data

PAPER, LIGHT, DARK = "paper", "light", "dark"
THEMES = (PAPER, LIGHT, DARK)


class Palette:
    """Colours by their path in the tokens, such as `text.primary`, as `#RRGGBB`."""

    def __init__(self, theme: str) -> None:
        self.theme = theme
        self._themed: Mapping[str, Any] = data.tokens()["themes"][DARK if theme == DARK else LIGHT]
        self.page: str = "#FFFFFF" if theme == PAPER else self.color("bg.canvas")
        frame = data.tokens()["frame"]
        suffix = "" if theme == DARK else "_light"
        self._tint: float = frame[f"fill_opacity{suffix}"]
        self._border: float = frame[f"border_opacity{suffix}"]

    def color(self, path: str) -> str:
        found: Any = self._themed
        for step in path.split("."):
            found = found[int(step)] if isinstance(found, list) else found[step]
        return str(found)

    def category(self, category: str) -> str:
        """The hue of a category; muted where a block is unknown."""
        return self.color(f"category.{category}") if category else self.color("text.muted")

    def stage(self, position: int) -> tuple[str, str, str]:
        """Fill, border and stripe of the stage at this position."""
        hue = self.color(f"stage.{position % len(self._themed['stage'])}")
        return mixed(hue, self.page, self._tint), mixed(hue, self.page, self._border), hue

    def heat(self, fraction: float) -> str:
        """The colour of the heat scale at 0 (least) to 1 (most)."""
        return self._ramp(min(max(fraction, 0.0), 1.0))

    def text_on(self, fill: str) -> str:
        """Black or white, whichever is read better on a colour of the heat scale."""
        rule = data.tokens()["heat"]["text"]
        parts = [int(fill[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        return str(rule["dark"] if luminance >= rule["dark_from_luminance"] else rule["light"])

    def bar(self, share: float) -> str:
        """The colour of a share bar."""
        low, high = self._themed["heat_bar"]
        return self._ramp(low + (high - low) * min(max(share, 0.0), 1.0))

    def _ramp(self, part: float) -> str:
        ramp: list[str] = self._themed["heat"]
        at = part * (len(ramp) - 1)
        first = min(int(at), len(ramp) - 2)
        return mixed(ramp[first + 1], ramp[first], at - first)


@cache
def palette(theme: str) -> Palette:
    """The colours of a theme: `paper`, `light` or `dark`."""
    return Palette(theme)


def mixed(over: str, under: str, part: float) -> str:
    """What `over` looks like at an opacity of `part`."""
    channels = [round(int(over[k : k + 2], 16) * part + int(under[k : k + 2], 16) * (1 - part)) for k in (1, 3, 5)]
    return "#{:02X}{:02X}{:02X}".format(*channels)
