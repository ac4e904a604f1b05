"""The panels in the docks, each built when it is first seen and connected to its window here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from designer.app.settings import ALL_BLOCKS

if TYPE_CHECKING:
    from designer.ui.main_window import MainWindow


def make(dock_id: str, window: MainWindow) -> QWidget:
    """The panel of a dock."""
    return _MAKERS[dock_id](window)


def _blocks(window: MainWindow) -> QWidget:
    from designer.ui.panels.palette import Palette

    panel = Palette()
    panel.show_all(window.settings.get(ALL_BLOCKS))
    panel.which.chosen.connect(lambda which: window.settings.set(ALL_BLOCKS, which == 1))
    panel.insert_requested.connect(window.insert_block)
    panel.menu_wanted.connect(lambda card, at: window.context_menus.on_block_kind(panel, card, at))
    return panel


def _presets(window: MainWindow) -> QWidget:
    from designer.ui.panels.gallery import Gallery

    panel = Gallery()
    panel.open_requested.connect(window.open_text)
    panel.menu_wanted.connect(lambda card, at: window.context_menus.on_preset(panel, card, at))
    return panel


def _inspector(window: MainWindow) -> QWidget:
    from designer.ui.panels.inspector import Inspector

    panel = Inspector()
    panel.node_activated.connect(window.go_to)
    return panel


def _history(window: MainWindow) -> QWidget:
    from designer.ui.panels.history import History

    return History(window.undo_group)


def _layers(window: MainWindow) -> QWidget:
    from designer.ui.panels.layer_table import LayerTable

    panel = LayerTable(window.settings)
    panel.node_activated.connect(window.go_to)
    panel.menu_wanted.connect(lambda nodes, at: window.context_menus.on_layers(panel, nodes, at))
    return panel


def _charts(window: MainWindow) -> QWidget:
    from designer.ui.panels.charts import Charts

    panel = Charts()
    panel.node_activated.connect(window.show_node)
    return panel


def _problems(window: MainWindow) -> QWidget:
    from designer.ui.panels.problems import Problems

    panel = Problems()
    panel.node_activated.connect(window.go_to)
    panel.place_wanted.connect(window.show_place)
    panel.part_wanted.connect(window.show_part)
    return panel


_MAKERS: dict[str, Callable[[MainWindow], QWidget]] = {
    "blocks": _blocks,
    "presets": _presets,
    "inspector": _inspector,
    "history": _history,
    "layers": _layers,
    "charts": _charts,
    "problems": _problems,
}
