"""The Insert menu: every block, by category."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from designer.app import cards
from designer.ui import theme

MARK = "blocks by category"


def fill(menu: QMenu, insert: Callable[[str], object], why_not: str) -> None:
    """Add a submenu for each category, once; grey them all while `why_not` says that nothing can be inserted."""
    ours = [action for action in menu.actions() if action.data() == MARK]
    if not ours:
        menu.addSeparator()
        palette = cards.palette()
        for section in palette.sections:
            blocks = [card for card in palette.blocks if card.section == section.id]
            if not blocks:
                continue
            below = menu.addMenu(section.title)
            below.setToolTipsVisible(True)
            below.menuAction().setData(MARK)
            ours.append(below.menuAction())
            for card in blocks:
                icon = theme.current().icon(theme.glyph(card.id, card.category), f"category.{card.category}")
                action = QAction(icon, card.id, below)
                action.setStatusTip(card.summary)
                action.setToolTip(card.summary)
                action.triggered.connect(partial(_insert, insert, card.id))
                below.addAction(action)
    for action in ours:
        action.setEnabled(not why_not)
        action.setToolTip(why_not)


def _insert(insert: Callable[[str], object], block_id: str, _checked: bool = False) -> None:
    insert(block_id)
