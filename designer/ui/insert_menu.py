"""The Insert menu: every block, by category."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from designer.app import cards
from designer.app.cards import BlockCard
from designer.ui import theme

MARK = "blocks by category"
OWN_TITLE = "Own blocks"


def fill(menu: QMenu, insert: Callable[[str], object], why_not: str, own: Sequence[BlockCard] = ()) -> None:
    """Add a submenu for each category, once, and one for a person's own blocks; grey them all while `why_not` says that nothing
    can be inserted."""
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
    mine = next((action for action in ours if action.text() == OWN_TITLE), None)
    if mine is None:
        mine = menu.addMenu(OWN_TITLE).menuAction()
        mine.setData(MARK)
        ours.append(mine)
    mine_below = mine.menu()
    assert isinstance(mine_below, QMenu)
    mine_below.clear()
    for card in own:
        mine_below.addAction(
            theme.current().icon(theme.glyph(card.id, "own"), "category.own"), card.name, partial(insert, card.id)
        )
    if not own:
        mine_below.addAction("You have none yet").setEnabled(False)
    for action in ours:
        action.setEnabled(not why_not)
        action.setToolTip(why_not)


def _insert(insert: Callable[[str], object], block_id: str, _checked: bool = False) -> None:
    insert(block_id)
