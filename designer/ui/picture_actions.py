"""What a window shows and writes of a whole design: its picture, and its statistics."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from designer.app.controller import Controller
    from designer.picture.heat import Heat
    from designer.ui.canvas.scene import Scene
    from designer.ui.dialogs.picture import PictureDialog
    from designer.ui.main_window import MainWindow
    from designer.ui.statistics_page import StatisticsPage

EMPTY = "The design is empty."


def _heat(scene: Scene) -> Heat | None:
    """What colours the blocks of the canvas now."""
    from designer.picture.heat import Heat
    from designer.ui.canvas import heat

    metric = scene.scale.heat.metric
    if metric == heat.OFF:
        return None
    known = {node_id: scene.warmth(node_id) for node_id in scene.controller.design.root}
    values = {node_id: one.value for node_id, one in known.items() if one is not None}
    return Heat(heat.title(metric), values, partial(heat.written, metric), repeated=metric == heat.MACS)


class PictureActions(QObject):
    """Offers `file.picture` and `design.statistics`."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.dialog: PictureDialog | None = None
        window.actions_.offer("file.picture", self.open, self._why_not)
        window.actions_.offer("design.statistics", self.show_statistics)

    # -- the picture -----------------------------------------------------------------------------------------------------------

    def _why_not(self) -> str:
        page = self._window.page
        if page is None:
            return "No canvas is in front."
        return "" if len(page.canvas.controller.design.root) else EMPTY

    def open(self) -> None:
        """Show the dialog for what the canvas in front shows."""
        from designer import catalogue
        from designer.ui.dialogs.picture import PictureDialog

        page = self._window.page
        if page is None or self.dialog is not None:
            return
        canvas = page.canvas
        controller = canvas.controller
        path = page.controller.path
        title, _ = catalogue.published(controller.design)
        folder = path.parent if path is not None else self._folder()
        scene = canvas.scene
        folds = scene.folds.folded.folds.values()
        dialog = PictureDialog(
            controller,
            scene.seen_places(),
            folder,
            folds=folds,
            heat=_heat(scene),
            wires_by_size=scene.wires_by_size,
            title=title,
            parent=self._window,
        )
        self.dialog = dialog
        dialog.exported.connect(self._exported)
        dialog.finished.connect(self._closed)
        self._window.closed.connect(dialog.reject)
        dialog.open()

    def _folder(self) -> Path:
        return self._window.settings.last_folder()

    def _exported(self, path: Path) -> None:
        self._window.say(f"Exported {path.name}.")

    def _closed(self, _: int) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    # -- statistics --------------------------------------------------------------------------------------------------------------

    def show_statistics(self) -> None:
        """Bring the statistics of the document in front to the front, in a tab beside it."""
        from designer.ui.statistics_page import StatisticsPage

        controller = self._window.controller
        if controller is None:
            return
        known = self.statistics_of(controller)
        if known is None:
            known = StatisticsPage(controller)
            known.block_chosen.connect(lambda node_id: self._show_block(controller, node_id))
        self._window.show_tool(known)

    def statistics_of(self, controller: Controller) -> StatisticsPage | None:
        """The statistics page of a document of this window."""
        from designer.ui.statistics_page import StatisticsPage

        pages = [page for page in self._window.tool_pages if isinstance(page, StatisticsPage)]
        return next((page for page in pages if page.controller is controller), None)

    def _show_block(self, controller: Controller, node_id: str) -> None:
        page = self._window.page_of(controller)
        if page is not None:
            self._window.tabs.show(page)
            self._window.go_to(node_id)
