"""The look: colours, sizes, fonts and icons, all read from `resources/tokens.json`.

Widgets ask `current()` when they paint, never earlier, so that a switch between light and dark needs no more than a repaint;
icons do the same by themselves. Names are paths into the tokens: `color("bg.panel")`, `size("node.width")`. A name that is
not there is a mistake of ours and raises KeyError.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QIconEngine, QPainter, QPixmap

from designer import data
from designer.app.resources import folder

LIGHT, DARK, SYSTEM = "light", "dark", "system"
glyph, svg = data.glyph, data.svg  # of a kind of block, and of a name; they need no window


class Theme:
    """One set of colours with the sizes and fonts that both share. Made once per name, never changed."""

    def __init__(self, name: str, tokens: Mapping[str, Any]) -> None:
        self.name = name
        self.dark = name == DARK
        self._tokens = tokens
        self._themed: Mapping[str, Any] = tokens["themes"][name]
        self._colors: dict[tuple[str, float], QColor] = {}
        self._fonts: dict[str, QFont] = {}

    # -- colours -----------------------------------------------------------------------------------------------------------

    def color(self, path: str, alpha: float = 1.0) -> QColor:
        """The colour at a path such as `bg.panel`, `state.error`, `stage.3`; `alpha` from 0 to 1. Not to be changed in place."""
        found = self._colors.get((path, alpha))
        if found is None:
            found = QColor(_walk(self._themed, path))
            found.setAlphaF(alpha)
            self._colors[path, alpha] = found
        return found

    def category(self, category: str) -> QColor:
        """The hue of a block's category. Never the only sign: icon and name repeat it."""
        return self.color(f"category.{category}")

    def stage(self, position: int) -> QColor:
        """The tint of the stage at this position, counted from 0; eight tints take turns."""
        return self.color(f"stage.{position % len(self._themed['stage'])}")

    def heat(self, fraction: float) -> QColor:
        """The heat ramp at 0 (least) to 1 (most), interpolated in sRGB."""
        ramp = self._themed["heat"]
        at = min(max(fraction, 0.0), 1.0) * (len(ramp) - 1)
        low = min(int(at), len(ramp) - 2)
        a, b = self.color(f"heat.{low}"), self.color(f"heat.{low + 1}")
        t = at - low
        return QColor.fromRgbF(*(x + (y - x) * t for x, y in zip(_rgb(a), _rgb(b), strict=True)))

    def heat_bar(self, fraction: float) -> QColor:
        """The colour of a share bar: the part of the ramp that stays visible on panel and block."""
        low, high = self._themed["heat_bar"]
        return self.heat(low + (high - low) * min(max(fraction, 0.0), 1.0))

    def text_on(self, fill: QColor) -> QColor:
        """Black or white, whichever is read better on a heat colour."""
        rule = self._tokens["heat"]["text"]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _rgb(fill)]
        luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        return QColor(rule["dark"] if luminance >= rule["dark_from_luminance"] else rule["light"])

    # -- lengths and times -------------------------------------------------------------------------------------------------

    def size(self, path: str) -> Any:
        """A length in device-independent pixels: `left_dock` (of `size`), `space.4`, `radius.card`, `node.width`.

        Some are lists (`gauge`: width and height) or tables (`node.icon`), as written in the tokens.
        """
        return _walk(self._tokens if "." in path else self._tokens["size"], path)

    def duration(self, name: str) -> int:
        """How long a motion takes, in ms; 0 when motion is switched off."""
        motion = self._tokens["motion"]
        return int(motion["reduced"] if _choice.reduced_motion else motion[name])

    # -- fonts -------------------------------------------------------------------------------------------------------------

    def font(self, role: str = "body") -> QFont:
        """The font of a role: caption body strong panel_title block_title page_title number_small number number_large.

        `_strong` behind a number's role makes it semibold (`number_strong`). Change a copy (`QFont(...)`), not this one.
        """
        found = self._fonts.get(role)
        if found is None:
            strong = role.endswith("_strong")
            spec = self._tokens["font"]["scale"][role.removesuffix("_strong")]
            found = self._fonts[role] = self.font_of(spec["family"], spec["size"], 600 if strong else spec["weight"])
        return found

    def font_of(self, family: str, pixels: float, weight: int = 400) -> QFont:
        """A font of the `text` or `number` family at another size, as the middle level of the canvas needs it."""
        spec = self._tokens["font"][family]
        font = QFont([spec["family"], *spec["fallback"]])
        font.setPixelSize(max(1, round(pixels)))
        font.setWeight(QFont.Weight(weight))
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        if family == "number":
            font.setStyleHint(QFont.StyleHint.Monospace)
        for feature in spec.get("features_off", ()):
            font.setFeature(QFont.Tag(feature), 0)
        return font

    def line(self, role: str) -> int:
        """The line height of a font's role."""
        return int(self._tokens["font"]["scale"][role.removesuffix("_strong")]["line"])

    # -- icons -------------------------------------------------------------------------------------------------------------

    def icon(self, name: str, color: str | QColor = "text.secondary", size: int = 16) -> QIcon:
        """An icon by the name of its file: one of the block glyphs, or a Lucide icon such as `search`.

        A colour given as a path is looked up when the icon is drawn, so that it follows the theme.
        """
        return QIcon(_Engine(name, color, size))

    def pixmap(self, name: str, color: str | QColor = "text.secondary", size: int = 16, ratio: float = 1.0) -> QPixmap:
        """The icon's picture for a device pixel ratio, kept for the next time; for painters that draw blocks."""
        shade = color if isinstance(color, QColor) else self.color(color)
        return _render(name, shade.name(QColor.NameFormat.HexArgb), size, ratio)


# -- which one ---------------------------------------------------------------------------------------------------------------


class _Choice(QObject):
    """What a person chose. `changed` says that colours changed; a new style sheet repaints plain widgets anyway."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.name = SYSTEM
        self.reduced_motion = False


_choice = _Choice()
_themes: dict[str, Theme] = {}


def current() -> Theme:
    """The theme in use: the chosen one, or that of the system."""
    name = _choice.name
    if name == SYSTEM:
        name = LIGHT if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Light else DARK
    return named(name)


def named(name: str) -> Theme:
    """The theme called `light` or `dark`."""
    if name not in _themes:
        _themes[name] = Theme(name, data.tokens())
    return _themes[name]


def chosen() -> str:
    """`light`, `dark` or `system`."""
    return _choice.name


def choose(name: str) -> None:
    """Use `light`, `dark` or what the `system` asks for, in every window of this process."""
    _choice.name = name
    _choice.changed.emit()


def reduce_motion(wanted: bool) -> None:
    """Let nothing move by itself from now on, as a person or their system asks."""
    _choice.reduced_motion = wanted


def motion_is_reduced() -> bool:
    """Whether nothing moves by itself."""
    return _choice.reduced_motion


def notifier() -> _Choice:
    """Its signal `changed` says that the colours changed."""
    return _choice


def load_fonts() -> None:
    """Make the bundled fonts known to the application. Called once, before the first widget."""
    for path in sorted((folder() / "fonts").glob("*.[ot]tf")):
        QFontDatabase.addApplicationFont(str(path))


def _rgb(color: QColor) -> tuple[float, float, float]:
    return color.redF(), color.greenF(), color.blueF()


def _walk(tree: Any, path: str) -> Any:
    for step in path.split("."):
        tree = tree[int(step)] if isinstance(tree, list) else tree[step]
    return tree


# -- drawing icons -----------------------------------------------------------------------------------------------------------


@cache
def _render(name: str, argb: str, size: int, ratio: float) -> QPixmap:
    from PySide6.QtSvg import QSvgRenderer

    color = QColor(argb)
    renderer = QSvgRenderer(svg(name).replace("currentColor", color.name()).encode())
    side = max(1, round(size * ratio))
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setOpacity(color.alphaF())
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


class _Engine(QIconEngine):
    """Draws an icon in the colour the theme gives it at that moment, at the pixel ratio of the device."""

    def __init__(self, name: str, color: str | QColor, size: int) -> None:
        super().__init__()
        svg(name)  # an unknown name fails here, not inside a paint
        self._name, self._color, self._size = name, color, size

    def _picture(self, side: int, ratio: float, mode: QIcon.Mode) -> QPixmap:
        color = "text.disabled" if mode == QIcon.Mode.Disabled else self._color
        return current().pixmap(self._name, color, min(side, self._size), ratio)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        picture = self._picture(min(rect.width(), rect.height()), painter.device().devicePixelRatio(), mode)
        side = picture.deviceIndependentSize()
        corner = QPointF(rect.x() + (rect.width() - side.width()) // 2, rect.y() + (rect.height() - side.height()) // 2)
        painter.drawPixmap(corner, picture)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:  # noqa: N802
        return self._picture(min(size.width(), size.height()), scale, mode)  # the size is in logical px since Qt 6.8

    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:  # noqa: N802
        side = min(size.width(), size.height(), self._size)
        return QSize(side, side)

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._color, self._size)
