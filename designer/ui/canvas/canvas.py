"""`Canvas`: the view on a design with its minimap, zoom bar and, inside a block, the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject, QPointF, Signal
from PySide6.QtGui import QHelpEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QToolTip, QWidget

from designer.app.controller import Controller
from designer.graph.layout import layout
from designer.ui import theme, units
from designer.ui.canvas.bars import Trail, ZoomBar
from designer.ui.canvas.describe import name_of
from designer.ui.canvas.gestures.base import Pointer
from designer.ui.canvas.gestures.move import drop
from designer.ui.canvas.hit_test import Hit
from designer.ui.canvas.inside import InsideScene, result_at
from designer.ui.canvas.minimap import Minimap
from designer.ui.canvas.scene import Scene
from designer.ui.canvas.view import View
from designer.ui.canvas_actions import CanvasActions

SMALL = (520, 420)  # px below which the minimap would cover what it shows

Handler = Callable[[], object]


class Canvas(QWidget):
    """One design on screen.

    `handlers` does the actions of `actions.SPECS` that are the canvas's; `reasons` says why one of them is not possible now.
    """

    status_text = Signal(str)  # what lies under the pointer, for the status bar
    inside_changed = Signal()  # another drawing, or the design itself, is shown

    def __init__(self, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Design")
        self.controller = controller
        self.scene = Scene(controller, self)
        self.view = View(self.scene, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.view)
        self.minimap = Minimap(self.view, self)
        self.zoom_bar = ZoomBar(self.view, self)
        self.trail = Trail(self)
        self.trail.chosen.connect(self._go_back_to)
        self._wants_minimap = True
        self._looks: list[tuple[float, float, float]] = []  # zoom and middle of each surface we came through
        self._inside: list[InsideScene] = []
        self.setFocusProxy(self.view)
        self.view.viewport().installEventFilter(self)
        self.view.double_clicked.connect(self._double_clicked)
        self.view.hovered.connect(self._hovered)
        self.view.missed.connect(self._go_out_to)
        controller.analysis_changed.connect(self._follow_inside)
        controller.graph_changed.connect(self._follow_inside)
        units.notifier().changed.connect(self._write_anew)
        theme.notifier().changed.connect(self._recolour)
        self.handlers: dict[str, Handler] = {
            "edit.select_all": lambda: self.view.select(self.scene.nodes),
            "view.zoom_in": lambda: self.view.zoom_by(1.25),
            "view.zoom_out": lambda: self.view.zoom_by(0.8),
            "view.zoom_full": lambda: self.view.zoom_at(1.0),
            "view.fit": lambda: self.view.fit(animate=True),
            "view.zoom_selection": self.view.zoom_to,
            "view.inside": self._look_inside_selected,
            "view.back": self.back,
            "view.minimap": self.toggle_minimap,
            "design.tidy": self.tidy,
        }
        self.reasons: dict[str, Callable[[], str]] = {
            **dict.fromkeys(
                ("edit.select_upstream", "edit.select_downstream", "edit.select_kind", "view.zoom_selection"), self._none_selected
            ),
            "view.inside": self._why_not_inside,
            "view.back": lambda: "" if self._inside or self.view.gesture else "The design itself is shown.",
            "design.tidy": lambda: "" if self.scene.nodes else "The design is empty.",
        }

        self.tools = CanvasActions(self)

    def insert(self, block_id: str) -> bool:
        """Put a block in the middle of what is seen."""
        return self.tools.insert(block_id)

    # -- actions -----------------------------------------------------------------------------------------------------------

    def why_not(self, action_id: str) -> str:
        """Why an action cannot be done now, a short sentence; empty when it can."""
        if self._inside and action_id.startswith(("edit.", "insert.", "design.")) and action_id not in ("edit.find",):
            return "What is inside a block cannot be changed here."
        reason = self.reasons.get(action_id)
        return reason() if reason is not None else ""

    def _none_selected(self) -> str:
        return "" if self.view.selection else "Nothing is selected."

    def tidy(self) -> None:
        """Arrange the blocks anew, as one step of undo."""
        places = layout(self.controller.design.root, self.controller.design.resolve)
        if places != self.scene.places() and drop(self.scene, places, "Tidy up"):
            self.view.fit(animate=True)

    def toggle_minimap(self) -> None:
        """Show or hide the small map."""
        self._wants_minimap = not self._wants_minimap
        self._arrange()

    @property
    def minimap_shown(self) -> bool:
        return self._wants_minimap

    # -- inside a block ------------------------------------------------------------------------------------------------------

    @property
    def scope(self) -> tuple[str, ...]:
        """The way to the drawing that is shown: a root node's id and names of parts; empty for the design itself."""
        return self._inside[-1].trail if self._inside else ()

    def inside(self, *trail: str) -> bool:
        """Show the drawing inside a root node, or inside a part of it. Gives False when nothing is drawn there."""
        if result_at(self.controller, trail) is None:
            return False
        centre = self.view.centre()
        self._looks.append((self.view.zoom, centre.x(), centre.y()))
        self._inside.append(InsideScene(self.controller, trail, self))
        self._show_surface()
        self.view.fit()
        return True

    def set_scope(self, trail: Iterable[str]) -> None:
        """Show the design itself (an empty trail) or the drawing at the end of a trail."""
        wanted = tuple(trail)
        while self._inside and self.scope != wanted:
            self.back()
        if wanted and self.scope != wanted:
            self.inside(*wanted)

    def back(self) -> None:
        """Leave the drawing."""
        if self.view.gesture is not None:
            self.view.cancel_gesture()
            return
        if not self._inside:
            return
        left = self._inside.pop()
        zoom, x, y = self._looks.pop()
        self._show_surface()
        self.view.look(zoom, QPointF(x, y))
        left.deleteLater()

    def _go_out_to(self, node_id: str) -> None:
        """A block of the design is to be shown while we are inside another."""
        if self._inside and node_id in self.scene.nodes:
            self._go_back_to(0)
            self.view.center_on(node_id)

    def _go_back_to(self, depth: int) -> None:
        while len(self._inside) > depth:
            self.back()

    def _show_surface(self) -> None:
        surface = self._inside[-1] if self._inside else self.scene
        self.view.set_surface(surface)
        self.minimap.follow(surface)
        self._name_trail()
        self._arrange()
        self.inside_changed.emit()

    def _name_trail(self) -> None:
        names = [self.controller.title]
        for inside in self._inside:
            first = inside.trail[0] in self.controller.design.root and len(inside.trail) == 1
            names.append(name_of(self.controller.design.root.node(inside.trail[0])) if first else inside.trail[-1])
        self.trail.show_names(names if self._inside else [], self._inside[-1].result if self._inside else None)
        self._arrange()

    def _why_not_inside(self) -> str:
        if len(self.view.selection) != 1:
            return "Select one block first."
        (node_id,) = self.view.selection
        return "" if self._drawn(node_id) else "Nothing is drawn inside this block."

    def _drawn(self, node_id: str) -> bool:
        return result_at(self.controller, (*self.scope, node_id)) is not None

    def _look_inside_selected(self) -> None:
        if len(self.view.selection) == 1:
            (node_id,) = self.view.selection
            self.inside(*self.scope, node_id)

    def _double_clicked(self, pointer: Pointer) -> None:
        if pointer.hit.kind == "node":
            self.inside(*self.scope, pointer.hit.node)

    def _follow_inside(self, delta: object) -> None:
        """Keep the drawings in step; leave those of blocks that are gone."""
        network = self.controller.design.root
        while self._inside and self._inside[-1].trail[0] not in network:
            self.back()
        if self._inside:
            alive = [inside.follow() for inside in self._inside]
            self.trail.setEnabled(alive[-1])
            self._name_trail()

    # -- looks -------------------------------------------------------------------------------------------------------------

    def _write_anew(self) -> None:
        for surface in (self.scene, *self._inside):
            surface.write_anew()
        if self._inside:
            self._name_trail()

    def _recolour(self) -> None:
        self.view.viewport().update()
        self.minimap.follow(self.view.surface)
        self.zoom_bar.update()

    def _hovered(self, hit: Hit) -> None:
        self.status_text.emit(self._sentence(hit))

    def _sentence(self, hit: Hit) -> str:
        """What is wrong with the block under the pointer, or what waits for what; nothing for a sound one."""
        result = self.controller.engine.results.get(hit.node) if hit.node and not self._inside else None
        if result is None:
            return ""
        if result.issues:
            return result.issues[0].sentence()
        return f"{result.path} waits for {result.blocked_by}." if result.blocked_by else ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self._sentence(self.view.hit)
            QToolTip.showText(event.globalPos(), text, self.view.viewport()) if text else QToolTip.hideText()
            return True
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Minimap and zoom bar in the lower right corner, the way back in the upper left one."""
        look = theme.current()
        margin = look.size("canvas.overlay_margin")
        width, height = look.size("canvas.minimap")
        bar = self.zoom_bar.sizeHint().height()
        right, bottom = self.width() - margin, self.height() - margin
        self.zoom_bar.setGeometry(right - width, bottom - bar, width, bar)
        self.minimap.setGeometry(right - width, bottom - bar - 12 - height, width, height)
        self.minimap.setVisible(self._wants_minimap and self.width() >= SMALL[0] and self.height() >= SMALL[1])
        self.trail.adjustSize()
        self.trail.move(margin, margin)
        self.trail.setVisible(bool(self._inside))
        for overlay in (self.minimap, self.zoom_bar, self.trail):
            overlay.raise_()
