"""The look is whole: every colour, font and icon that is asked for exists, in both themes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QFile, QSize, Qt
from PySide6.QtGui import QColor, QFontInfo, QIcon
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QToolButton
from pytestqt.qtbot import QtBot

from blocks.registry import blocks
from designer.app.resources import folder
from designer.ui import style, theme
from designer.ui.actions import SPECS

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "designer").rglob("*.py"))
THEMES = ("light", "dark")


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in items:
        step = f"{path}.{key}" if path else str(key)
        if isinstance(value, (dict, list)):
            yield from leaves(value, step)
        else:
            yield step, value


@pytest.mark.parametrize("name", THEMES)
def test_every_colour_of_the_tokens_can_be_had(name: str) -> None:
    tokens = json.loads((folder() / "tokens.json").read_text(encoding="utf-8"))
    look = theme.named(name)
    colours = {path: value for path, value in leaves(tokens["themes"][name]) if isinstance(value, str)}
    assert len(colours) == 75
    for path, value in colours.items():
        assert look.color(path).name() == value.lower()


@pytest.mark.parametrize("name", THEMES)
def test_every_colour_and_icon_the_sources_name_exists(name: str) -> None:
    look = theme.named(name)
    groups = "|".join(key for key in json.loads((folder() / "tokens.json").read_text())["themes"][name] if key != "measured")
    for source in SOURCES:
        text = source.read_text(encoding="utf-8")
        for path in re.findall(rf'"((?:{groups})\.[a-z_0-9]+)"', text):
            assert found(look, path), (source, path)
        for icon in re.findall(r'(?:icon=|\.icon\(|\.pixmap\()"([a-z0-9-]+)"', text):
            assert theme.svg(icon), (source, icon)


def found(look: theme.Theme, path: str) -> bool:
    """`node.width` is a length, `node.body` a colour: either will do."""
    try:
        return look.color(path).isValid()
    except (KeyError, TypeError):
        return look.size(path) is not None


def test_no_source_names_a_colour_by_its_digits() -> None:
    for source in (ROOT / "designer" / "ui").rglob("*.py"):
        assert not re.search(r"#[0-9A-Fa-f]{6}\b", source.read_text(encoding="utf-8")), source


@pytest.mark.parametrize("name", THEMES)
def test_the_style_sheet_is_filled_in_to_the_end(name: str, qapp: QApplication) -> None:
    text = style.sheet(theme.named(name))
    assert not re.search(r"@|icon\(|#[a-z]+\.", text)
    files = set(re.findall(r"url\((:[^)]+)\)", text))
    assert len(files) > 10
    assert [file for file in files if not QFile.exists(file)] == []
    assert {QIcon(file).pixmap(QSize(16, 16)).isNull() for file in files} == {False}


def test_every_block_and_every_action_has_an_icon_that_draws(qapp: QApplication) -> None:
    look = theme.named("dark")
    names = [theme.glyph(block_id, block.category) for block_id, block in blocks().items()]
    assert "placeholder" not in names
    for name in {*names, *(spec.icon for spec in SPECS if spec.icon)}:
        for ratio in (1.0, 1.5, 2.0):
            picture = look.pixmap(name, "text.primary", 16, ratio)
            assert picture.size() == QSize(round(16 * ratio), round(16 * ratio))
            image = picture.toImage()
            assert any(image.pixelColor(x, y).alpha() for x in range(image.width()) for y in range(image.height())), name


def test_an_icon_follows_the_theme(qapp: QApplication) -> None:
    icon = theme.current().icon("search", "text.primary")

    def darkest() -> float:
        image = icon.pixmap(QSize(16, 16)).toImage()
        pixels = (image.pixelColor(x, y) for x in range(16) for y in range(16))
        return min(color.lightnessF() for color in pixels if color.alpha() > 200)

    theme.choose(theme.DARK)
    assert darkest() > 0.8
    theme.choose(theme.LIGHT)
    assert darkest() < 0.3


def test_an_unknown_icon_or_colour_fails_where_it_is_asked_for(qapp: QApplication) -> None:
    with pytest.raises(KeyError):
        theme.current().icon("no-such-icon")
    with pytest.raises(KeyError):
        theme.current().color("bg.nothing")


@pytest.mark.parametrize(
    "role", ["caption", "body", "strong", "page_title", "number", "number_small", "number_strong", "number_large"]
)
def test_fonts_are_the_bundled_ones(role: str, qapp: QApplication) -> None:
    font = theme.current().font(role)
    info = QFontInfo(font)
    assert info.family() == ("JetBrains Mono" if role.startswith("number") else "Inter")
    assert info.pixelSize() >= 11
    assert info.weight() == font.weight()


def test_heat_runs_through_its_stops_and_its_text_can_be_read(qapp: QApplication) -> None:
    for name in THEMES:
        look = theme.named(name)
        assert look.heat(0) == look.color("heat.0")
        assert look.heat(1) == look.color("heat.10")
        assert look.heat(0.5).name() == look.color("heat.5").name()
        assert look.heat(-1) == look.heat(0)
        assert look.heat(2) == look.heat(1)
        for step in range(21):
            fill = look.heat(step / 20)
            assert contrast(look.text_on(fill), fill) >= 4.5


def contrast(a: QColor, b: QColor) -> float:
    def luminance(color: QColor) -> float:
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.getRgbF()[:3]]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_system_follows_the_system(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    class Hints:
        scheme = Qt.ColorScheme.Light

        def colorScheme(self) -> Qt.ColorScheme:  # noqa: N802
            return self.scheme

    hints, changed = Hints(), qapp.styleHints().colorSchemeChanged
    monkeypatch.setattr(theme.QGuiApplication, "styleHints", lambda: hints)  # the offscreen platform has no scheme to set
    theme.choose(theme.SYSTEM)
    for scheme, name in ((Qt.ColorScheme.Light, "light"), (Qt.ColorScheme.Dark, "dark"), (Qt.ColorScheme.Unknown, "dark")):
        hints.scheme = scheme
        changed.emit(scheme)
        assert theme.current().name == name
        assert theme.named(name).color("bg.panel").name() in qapp.styleSheet()
    theme.choose(theme.LIGHT)
    changed.emit(Qt.ColorScheme.Dark)
    assert theme.current().name == "light"


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
def test_icons_of_widgets_have_every_pixel_of_the_screen(qapp: QApplication, ratio: float) -> None:
    picture = theme.current().icon("search").pixmap(QSize(16, 16), ratio)
    assert picture.size() == QSize(16, 16) * ratio
    assert picture.devicePixelRatio() == ratio


def test_motion_can_be_switched_off() -> None:
    assert theme.current().duration("zoom") == 120
    theme.reduce_motion(True)
    try:
        assert {theme.current().duration(name) for name in ("hover", "popover", "dock", "layout", "zoom")} == {0}
    finally:
        theme.reduce_motion(False)


def test_everything_borrowed_comes_with_its_licence() -> None:
    fonts = folder() / "fonts"
    for font in fonts.glob("*.[ot]tf"):
        licence = fonts / f"{font.name.partition('-')[0]}-OFL.txt"
        assert "SIL OPEN FONT LICENSE Version 1.1" in licence.read_text(encoding="utf-8")
    assert "ISC License" in (folder() / "icons" / "lucide" / "LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [theme.DARK, theme.LIGHT])
def test_the_file_dialog_of_qt_has_our_icons_where_the_system_has_no_dialog(name: str, tmp_path: Path, qtbot: QtBot) -> None:
    theme.choose(name)
    dialog = QFileDialog(None, "Save design", str(tmp_path))
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    qtbot.addWidget(dialog)
    dialog.show()
    wanted = theme.current().color("text.secondary")
    for button in ("toParentButton", "newFolderButton", "listModeButton", "detailModeButton", "backButton"):
        found = dialog.findChild(QToolButton, button)
        assert isinstance(found, QToolButton)
        image = found.icon().pixmap(QSize(16, 16)).toImage()
        drawn = [image.pixelColor(x, y) for x in range(16) for y in range(16)]
        drawn = [color for color in drawn if color.alpha() > 127]
        assert drawn, f"{button} is not seen"
        for color in drawn:
            off = max(abs(a - b) for a, b in zip(color.getRgb()[:3], wanted.getRgb()[:3], strict=True))
            assert off <= 4, f"{button} has other colours"
    dialog.close()


@pytest.mark.parametrize("name", [theme.DARK, theme.LIGHT])
def test_what_qt_shows_by_itself_has_our_icons(name: str, dressed: QApplication, qtbot: QtBot) -> None:
    theme.choose(name)
    for wanted in style.FILE_ICONS:
        assert _drawn_in(QIcon.fromTheme(wanted), "text.secondary"), wanted
    box = QMessageBox(QMessageBox.Icon.Warning, "Open", "File not found.", QMessageBox.StandardButton.Ok)
    qtbot.addWidget(box)
    box.show()
    assert box.button(QMessageBox.StandardButton.Ok).icon().isNull()
    assert _drawn_in(QIcon(box.iconPixmap()), "state.warning")
    box.close()


def _drawn_in(icon: QIcon, color: str) -> bool:
    """Whether an icon shows something, in one colour."""
    image = icon.pixmap(QSize(32, 32)).toImage()
    places = [(x, y) for x in range(image.width()) for y in range(image.height())]
    found = [pixel for pixel in (image.pixelColor(x, y) for x, y in places) if pixel.alpha() > 200]
    wanted = theme.current().color(color).getRgb()[:3]
    return bool(found) and all(abs(a - b) <= 4 for pixel in found for a, b in zip(pixel.getRgb()[:3], wanted, strict=True))
