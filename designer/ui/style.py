"""Dresses the application: Fusion, one palette and one style sheet made from the tokens.

The style sheet asks for icons as `icon(chevron-down, text.secondary)`. Qt wants a file there, so the coloured drawings are
registered as Qt resources in memory; nothing is written to disk.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping

from PySide6.QtCore import qRegisterResourceData
from PySide6.QtGui import QFont, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from designer.app.resources import folder
from designer.ui import theme
from designer.ui.theme import Theme

_DOT = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="4" fill="currentColor"/></svg>'

# What Qt's own file dialog asks for where the system has neither a dialog nor a theme of icons.
FILE_ICONS = {
    "computer": "monitor",
    "user-desktop": "monitor",
    "user-home": "folder",
    "folder": "folder",
    "drive-harddisk": "hard-drive",
    "drive-removable-media": "hard-drive",
    "text-x-generic": "file",
    "application-x-generic": "file",
    "package-x-generic": "package",
    "image-x-generic": "image",
    "unknown": "file",
}

_registered: dict[str, tuple[bytes, bytes, bytes]] = {}  # Qt keeps pointers into these


def start(app: QApplication) -> None:
    """Dress the application and keep it dressed when the theme changes."""
    app.setStyle(QStyleFactory.create("Fusion"))
    theme.load_fonts()
    font = QFont(theme.current().font("body"))
    for feature in ("calt", "liga"):  # a style sheet names families only; what it draws in mono takes this from here
        font.setFeature(QFont.Tag(feature), 0)
    app.setFont(font)
    dress(app)
    theme.notifier().changed.connect(lambda: dress(app))
    app.styleHints().colorSchemeChanged.connect(lambda _: _follow_system())


def _follow_system() -> None:
    if theme.chosen() == theme.SYSTEM:
        theme.notifier().changed.emit()


def dress(app: QApplication) -> None:
    """Give the application the colours of the theme in use."""
    look = theme.current()
    app.setPalette(palette(look))
    color = look.color("text.secondary").name()
    place = f"lightdesigner-files-{look.name}"
    _register(place, {f"{name}.svg": theme.svg(icon).replace("currentColor", color) for name, icon in FILE_ICONS.items()})
    QIcon.setFallbackSearchPaths([f":/{place}"])
    app.setStyleSheet(sheet(look))


def palette(look: Theme) -> QPalette:
    """What the style sheet does not reach is drawn from this."""
    made = QPalette()
    role = QPalette.ColorRole
    for target, path in {
        role.Window: "bg.panel",
        role.WindowText: "text.primary",
        role.Base: "bg.input",
        role.AlternateBase: "bg.panel",
        role.Text: "text.primary",
        role.PlaceholderText: "text.muted",
        role.Button: "bg.raised",
        role.ButtonText: "text.primary",
        role.BrightText: "text.primary",
        role.ToolTipBase: "bg.overlay",
        role.ToolTipText: "text.primary",
        role.Highlight: "accent.base",
        role.HighlightedText: "text.on_accent",
        role.Accent: "accent.base",
        role.Link: "text.link",
        role.LinkVisited: "text.link",
        role.Light: "border.subtle",
        role.Midlight: "border.subtle",
        role.Mid: "border.default",
        role.Dark: "border.default",
        role.Shadow: "border.default",
    }.items():
        made.setColor(target, look.color(path))
    for target in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, target, look.color("text.disabled"))
    return made


def sheet(look: Theme) -> str:
    """The text of `resources/style.qss` with the theme's colours, lengths and icons filled in."""
    text = (folder() / "style.qss").read_text(encoding="utf-8")
    icons: dict[str, str] = {}

    def icon(found: re.Match[str]) -> str:
        name, color = found[1], look.color(found[2]).name()
        file = f"{name}-{color[1:]}.svg"
        icons[file] = (_DOT if name == "dot" else theme.svg(name)).replace("currentColor", color)
        return f"url(:/lightdesigner-{look.name}/{file})"

    text = re.sub(r"icon\(([\w-]+), ([\w.]+)\)", icon, text)
    text = text.replace("@mono@", f'"{look.font("number").families()[0]}"')
    text = re.sub(r"@([\w.]+)@", lambda found: look.color(found[1]).name(), text)
    text = re.sub(r"#([a-z]+\.[\w.]+)#", lambda found: f"{look.size(found[1])}px", text)
    _register(f"lightdesigner-{look.name}", icons)
    return text


# -- Qt resources in memory --------------------------------------------------------------------------------------------------


def _register(place: str, files: Mapping[str, str]) -> None:
    """Make drawings readable as `:/PLACE/FILE`; the layout is that of Qt's resource compiler, format 1."""
    if place in _registered:
        return
    names, data = bytearray(), bytearray()

    def entry(text: str) -> int:
        at = len(names)
        names.extend(struct.pack(">HI", len(text), _hash(text)) + text.encode("utf-16-be"))
        return at

    tree = bytearray(struct.pack(">IHII", 0, 2, 1, 1))  # the root: name, is a folder, number of children, first of them
    tree += struct.pack(">IHII", entry(place), 2, len(files), 2)
    for file in sorted(files, key=_hash):  # Qt looks for names by halving
        content = files[file].encode()
        tree += struct.pack(">IHHHI", entry(file), 0, 0, 1, len(data))  # any country, language C
        data += struct.pack(">I", len(content)) + content
    _registered[place] = bytes(tree), bytes(names), bytes(data)
    qRegisterResourceData(1, *_registered[place])


def _hash(text: str) -> int:
    value = 0
    for letter in text.encode("utf-16-be")[1::2]:
        value = (value << 4) + letter
        value ^= (value & 0xF0000000) >> 23
        value &= 0x0FFFFFFF
    return value
