"""The overlays of one window, one at a time: command palette, shortcuts, about."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence

from designer.ui import theme
from designer.ui.actions import SPECS

if TYPE_CHECKING:
    from designer.ui.command_palette import Entry
    from designer.ui.main_window import MainWindow
    from designer.ui.overlay import Overlay


class Popups(QObject):
    """Opens them, and closes the one before."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._open: Overlay | None = None

    @property
    def open(self) -> Overlay | None:
        """The overlay in front, if any."""
        return self._open if self._open is not None and shiboken6.isValid(self._open) and self._open.isVisible() else None

    def _show(self, overlay: Overlay) -> None:
        before = self.open
        if before is not None:
            before.dismiss()
        self._open = overlay
        overlay.open()

    def commands(self) -> None:
        """The command palette."""
        from designer.ui.command_palette import CommandPalette

        self._show(CommandPalette(self._window, self._entries()))

    def shortcuts(self) -> None:
        """All keys at once."""
        from designer.ui.shortcuts import Shortcuts

        self._show(Shortcuts(self._window))

    def about(self) -> None:
        """Version and licences."""
        from designer.ui.shortcuts import About

        self._show(About(self._window))

    def _entries(self) -> list[Entry]:
        from blocks.registry import blocks
        from designer.app.ready_made import READY
        from designer.app.synonyms import also
        from designer.ui.action_words import WORDS
        from designer.ui.command_palette import Entry
        from designer.ui.compare.actions import CompareActions
        from presets.preset import presets

        actions = self._window.actions_
        found = []
        for spec in SPECS:
            if spec.id == "help.commands":
                continue
            action = actions[spec.id]
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            text = f"{spec.submenu}: {action.text()}" if spec.submenu else action.text().removesuffix("…")
            words = f"{spec.tip} {WORDS.get(spec.id, '')}"
            found.append(Entry(text, action.trigger, spec.menu, keys, spec.icon, why_not=actions.why_not(spec.id), words=words))
        no_document = "" if self._window.page is not None else "No design is open."
        for block_id, block in blocks().items():
            icon, color = theme.glyph(block_id, block.category), f"category.{block.category}"
            do = partial(self._window.insert_block, block_id)
            note, words = block.summary(), f"add block {also(block_id)}"
            found.append(
                Entry(f"Insert {block_id}", do, note, icon=icon, color=color, why_not=no_document, words=words),
            )
        for preset_id, preset in presets().items():
            do = partial(self._window.open_text, preset_id)
            found.append(Entry(f"Open {preset_id}", do, preset.title, icon="boxes", words="preset network model"))
        comparing = self._window.findChild(CompareActions)
        if isinstance(comparing, CompareActions):
            for ready in READY:
                do = partial(comparing.show_ready, ready.id)
                found.append(Entry(f"Compare {ready.title}", do, ready.source, icon="git-compare"))
        return found
