"""`Canvas`: the view on a design with its minimap, zoom bar and, inside a block, the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPointF, Signal
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QToolTip, QWidget

from designer.analysis.describe import name_of
from designer.app.controller import Controller, GraphDelta
from designer.app.inside import NO_STAGES, InsideController
from designer.graph.own_block import OWN
from designer.ui import theme, units
from designer.ui.canvas.arranger import Arranger
from designer.ui.canvas.bars import READ_ONLY, Figures, Trail, ZoomBar, figures_of, said_of
from designer.ui.canvas.empty_hint import EmptyHint
from designer.ui.canvas.gestures import notes
from designer.ui.canvas.gestures.base import Pointer
from designer.ui.canvas.hit_test import Hit
from designer.ui.canvas.inside import InsideScene
from designer.ui.canvas.looks import Looks
from designer.ui.canvas.menu_aim import aim_at, aim_at_selection
from designer.ui.canvas.minimap import Minimap
from designer.ui.canvas.rooms import Look, Room, can_enter, own_scope
from designer.ui.canvas.scene import Scene
from designer.ui.canvas.staging import Staging
from designer.ui.canvas.surface import Surface
from designer.ui.canvas.turning import Turning
from designer.ui.canvas.view import View
from designer.ui.canvas_actions import CanvasActions
from designer.ui.own_block_actions import OwnBlockActions

SMALL = (520, 420)  # px below which the minimap would cover what it shows

Handler = Callable[[], object]


class Canvas(QWidget):
    """One design on screen.

    `controller` and `scene` are those of the network that is edited now: the design's, or that of the own block one is inside.
    `handlers` does the actions of `actions.SPECS` that are the canvas's; `reasons` says why one of them is not possible now.
    """

    status_text = Signal(str)  # what lies under the pointer, for the status bar
    looks_changed = Signal()  # other heat, other wires, or something folded or unfolded
    inside_changed = Signal()  # another drawing, or the design itself, is shown
    flow_chosen = Signal(str)  # a person wants wires to run this way
    minimap_switched = Signal(bool)  # a person wants it, or wants it no longer
    menu_wanted = Signal(object)  # Aim: a context menu for what it is about

    def __init__(self, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Design")
        self.document = self.controller = controller
        self.whole = self.scene = Scene(controller, self, patient=True)
        self.view = View(self.scene, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.view)
        self.minimap = Minimap(self.view, self)
        self.minimap.wants_other_size.connect(self._arrange)
        self.zoom_bar = ZoomBar(self.view, self)
        self.empty_hint = EmptyHint(self)
        self.trail = Trail(self)
        self.trail.chosen.connect(self._go_back_to)
        self._wants_minimap = True
        self._rooms: list[Room] = []
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
            "edit.select_all": self._select_all,
            "view.zoom_in": lambda: self.view.zoom_by(1.25),
            "view.zoom_out": lambda: self.view.zoom_by(0.8),
            "view.zoom_full": lambda: self.view.zoom_at(1.0),
            "view.fit": lambda: self.view.fit(animate=True),
            "view.zoom_selection": self.view.zoom_to,
            "view.inside": self._look_inside_selected,
            "view.back": self.back,
            "view.minimap": self.toggle_minimap,
        }
        self.reasons: dict[str, Callable[[], str]] = {
            **dict.fromkeys(
                ("edit.select_upstream", "edit.select_downstream", "edit.select_kind", "view.zoom_selection"), self._none_selected
            ),
            "view.inside": self._why_not_inside,
            "view.back": self._why_not_back,
        }

        self.looks = Looks(self)
        self.handlers.update(self.looks.handlers())
        self.reasons.update(self.looks.reasons())
        self.arranger = Arranger(self)
        self.turning = Turning(self)
        self.handlers.update(self.arranger.handlers())
        self.reasons.update(self.arranger.reasons())
        self.checks: dict[str, Callable[[], bool]] = {
            "view.minimap": lambda: self.minimap_shown,
            **self.looks.checks(),
            **self.arranger.checks(),
        }
        self.staging = Staging(self)
        self.handlers.update(self.staging.handlers())
        self.reasons.update(self.staging.reasons())
        self.tools = CanvasActions(self)
        self.own_blocks = OwnBlockActions(self)
        self.arranger.complete()

    def insert(self, block_id: str) -> bool:
        """Put a block in the middle of what is seen."""
        return self.tools.insert(block_id)

    # -- actions -----------------------------------------------------------------------------------------------------------

    def why_not(self, action_id: str) -> str:
        """Why an action cannot be done now, a short sentence; empty when it can."""
        if self.view.read_only and action_id.startswith(("edit.", "insert.", "design.")) and action_id not in ("edit.find",):
            return "The drawing of a block follows from its parameters. Unpack the block to change its parts."
        if action_id == "design.stage" and isinstance(self.controller, InsideController):
            return NO_STAGES
        reason = self.reasons.get(action_id)
        return reason() if reason is not None else ""

    def _select_all(self) -> None:
        self.view.select(self.scene.nodes)
        notes.select_notes(self.view, self.scene.note_items)

    def _none_selected(self) -> str:
        return "" if self.view.selection else "Nothing is selected."

    def toggle_minimap(self) -> None:
        """Show or hide the small map."""
        self.show_minimap(not self._wants_minimap)
        self.minimap_switched.emit(self._wants_minimap)

    def show_minimap(self, wanted: bool) -> None:
        self._wants_minimap = wanted
        self._arrange()

    @property
    def minimap_shown(self) -> bool:
        return self._wants_minimap

    # -- inside a block ------------------------------------------------------------------------------------------------------

    @property
    def scope(self) -> tuple[str, ...]:
        """The way to the drawing that is shown: a root node's id and names of parts; empty for the design itself."""
        return self._rooms[-1].trail if self._rooms else ()

    def inside(self, *trail: str) -> bool:
        """Show what is inside a root node, or inside a part of it: an own block can be edited there, the drawing of any other can
        be looked at. Gives False when nothing is drawn there."""
        while self.scope != trail[: len(self.scope)]:
            self.back()
        before = len(self._rooms)
        rest = trail[len(self.scope) :]
        while rest and not self.view.read_only:
            scope = own_scope(self.controller, rest[0])
            if not scope:
                break
            self._enter(InsideController(self.controller, scope, rest[0], self), trail[: len(trail) - len(rest) + 1])
            rest = rest[1:]
        if rest:
            inner = trail[len(self._way_here()) :]
            if can_enter(self.controller, inner):
                self._push(Room(trail, InsideScene(self.controller, inner, self), self.controller, self._look()))
        if len(self._rooms) == before:
            return False
        self._show_surface()
        self.view.show_beginning()
        return True

    def show_part(self, way: Iterable[str]) -> None:
        """Go inside own blocks along a way that begins in what is edited now, and select the block where it ends or can be
        followed no further."""
        self.leave_drawing()
        rest = tuple(way)
        while len(rest) > 1 and own_scope(self.controller, rest[0]) and self.inside(*self.scope, rest[0]):
            rest = rest[1:]
        if rest and rest[0] in self.controller.design.root:
            self.view.select({rest[0]})
            self.view.center_on(rest[0])

    def open_definition(self, scope: str) -> bool:
        """Show an own block of the design by itself, whether it is used anywhere or not."""
        if scope not in self.document.design.definitions:
            return False
        self._go_back_to(0)
        self._enter(InsideController(self.document, scope, "", self), (f"{OWN}{scope}",))
        self._show_surface()
        self.view.show_beginning()
        return True

    def _enter(self, controller: InsideController, trail: tuple[str, ...]) -> None:
        room = Room(trail, Scene(controller, self, patient=True), controller, self._look())
        controller.graph_changed.connect(self._follow_inside)
        controller.analysis_changed.connect(self._follow_inside)
        self._push(room)

    def _push(self, room: Room) -> None:
        self._rooms.append(room)
        self._settle()

    def _settle(self) -> None:
        """Controller, scene and surface are those of the innermost room."""
        editable = [room for room in self._rooms if room.editable]
        self.controller = editable[-1].controller if editable else self.document
        self.scene = editable[-1].surface if editable else self.whole  # type: ignore[assignment]  # an editable one is a Scene
        self.view.set_surface(self._rooms[-1].surface if self._rooms else self.whole)
        self.arranger.complete()

    def _look(self) -> Look:
        centre = self.view.centre()
        return Look(self.view.zoom, centre.x(), centre.y(), self.view.surface.orientation)

    def _way_here(self) -> tuple[str, ...]:
        """The way to the network that is edited now."""
        return next((room.trail for room in reversed(self._rooms) if room.editable), ())

    def set_scope(self, trail: Iterable[str]) -> None:
        """Show the design itself (an empty trail) or the drawing at the end of a trail."""
        wanted = tuple(trail)
        while self._rooms and self.scope != wanted:
            self.back()
        if wanted and self.scope != wanted:
            self.inside(*wanted)

    def leave_drawing(self) -> None:
        """Go back to what can be edited."""
        while self.view.read_only:
            self.back()

    def back(self) -> None:
        """Leave the drawing; a gesture or a layout on the way is given up first."""
        if self.view.gesture is not None:
            self.view.cancel_gesture()
            return
        if self.arranger.busy:
            self.arranger.cancel()
            return
        if not self._rooms:
            return
        left = self._rooms.pop()
        self._settle()
        self._show_surface()
        if left.look.flow == self.view.surface.orientation:
            self.view.look(left.look.zoom, QPointF(left.look.x, left.look.y))
        else:  # nothing stands where it was seen
            self.view.show_beginning()
        left.close()

    def _go_out_to(self, node_id: str) -> None:
        """A block is to be shown while we are inside another."""
        if self._rooms and self.scene.seen(node_id) in self.scene.nodes:
            self.leave_drawing()
            self.view.center_on(node_id)

    def _go_back_to(self, depth: int) -> None:
        while len(self._rooms) > depth:
            self.view.cancel_gesture()
            self.arranger.cancel()
            self.back()

    @property
    def surfaces(self) -> list[Surface]:
        """The design's and those of the drawings on the way to the one that is shown, which is the last."""
        return [self.whole, *[room.surface for room in self._rooms]]

    def _show_surface(self) -> None:
        self.looks.dress()
        self.staging.watch(self.view.surface)
        self.minimap.follow(self.view.surface)
        self._name_trail()
        self._arrange()
        self.inside_changed.emit()

    def _name_trail(self) -> None:
        names = [self.document.title]
        outer = self.document
        for room in self._rooms:
            name = room.trail[-1]
            if isinstance(room.controller, InsideController) and room.editable and not room.controller.node_id:
                names.append(room.controller.title)
            else:
                names.append(name_of(outer.design.root.node(name)) if name in outer.design.root else name)
            outer = room.controller
        self.trail.show_names(names if self._rooms else [], *self._told())
        self._arrange()

    def _told(self) -> tuple[str, Figures | None]:
        """What is said about where we are, and what it costs there."""
        if not self._rooms:
            return "", None
        room = self._rooms[-1]
        if isinstance(room.surface, InsideScene):
            result = room.surface.result
            return READ_ONLY, Figures(result.cost.params, result.cost.macs, result.primitives) if result is not None else None
        assert isinstance(room.controller, InsideController)
        return said_of(room.controller), figures_of(room.controller)

    def _why_not_back(self) -> str:
        return "" if self._rooms or self.view.gesture or self.arranger.busy else "The design itself is shown."

    def _why_not_inside(self) -> str:
        if len(self.view.selection) != 1:
            return "Select one block first."
        (node_id,) = self.view.selection
        if node_id in self.view.surface.toggles:
            return ""  # a card is opened
        return "" if self._drawn(node_id) else "Nothing is drawn inside this block."

    def _drawn(self, node_id: str) -> bool:
        return can_enter(self.controller, (*self.scope, node_id)[len(self._way_here()) :])

    def _look_inside_selected(self) -> None:
        if len(self.view.selection) == 1:
            (node_id,) = self.view.selection
            self._open(node_id)

    def _double_clicked(self, pointer: Pointer) -> None:
        if pointer.hit.kind == "node":
            self._open(pointer.hit.node)

    def _open(self, node_id: str) -> None:
        """Look inside a block, or unfold a card."""
        if node_id in self.view.surface.toggles:
            self.staging.toggle(node_id)
        else:
            self.inside(*self.scope, node_id)

    def _follow_inside(self, delta: object) -> None:
        """Keep the drawings in step; leave those of blocks that are gone."""
        everything = isinstance(delta, GraphDelta) and delta.everything
        dead = next((k for k, room in enumerate(self._rooms) if everything or not room.alive), None)
        if dead is not None:
            self._go_back_to(dead)
        self.empty_hint.setVisible(self._is_empty)
        if self.minimap.sizeHint().width() != self.minimap.width():  # wires run another way
            self._arrange()
        if self._rooms:
            alive = [room.surface.follow() for room in self._rooms if isinstance(room.surface, InsideScene)]
            self.trail.setEnabled(not self.view.read_only or alive[-1])
            self._name_trail()

    # -- looks -------------------------------------------------------------------------------------------------------------

    def look_now(self) -> dict[str, Any]:
        """What a person chose to see of the design, as plain data; what is usual is left out."""
        return {**self.looks.chosen(), **self.staging.chosen(self.whole)}

    def look_as(self, look: Mapping[str, Any]) -> None:
        """Show what was chosen before. What is not known here, or there no longer, is left out."""
        self.looks.choose(look)
        self.staging.choose(self.whole, look)

    @property
    def _is_empty(self) -> bool:
        return not self.view.read_only and not len(self.controller.design.root) and not self.scene.note_items

    def _write_anew(self) -> None:
        for surface in self.surfaces:
            surface.write_anew()
        if self._rooms:
            self._name_trail()

    def _recolour(self) -> None:
        self.view.viewport().update()
        self.minimap.follow(self.view.surface)
        self.zoom_bar.update()

    def _hovered(self, hit: Hit) -> None:
        self.status_text.emit(self._sentence(hit))

    def _sentence(self, hit: Hit) -> str:
        """What is wrong with the block under the pointer, or what waits for what; nothing for a sound one. What a card holds."""
        if not self.view.read_only and (hit.kind == "toggle" or hit.node in self.scene.folds.folded.folds):
            return self.staging.sentence(hit.name or hit.node)
        result = self.controller.engine.results.get(hit.node) if hit.node and not self.view.read_only else None
        if result is None:
            return ""
        if result.issues:
            return result.issues[0].sentence()
        return f"{result.path} waits for {result.blocked_by}." if result.blocked_by else ""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.menu_wanted.emit(aim_at_selection(self.view))
        elif not self.view.took_back:  # that press ended a gesture and meant no menu
            self.menu_wanted.emit(aim_at(self.view, self.view.viewport().mapFromGlobal(event.globalPos())))

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
        size = self.minimap.sizeHint()
        width, height = size.width(), size.height()
        bar = self.zoom_bar.sizeHint().height()
        right, bottom = self.width() - margin, self.height() - margin
        self.zoom_bar.setGeometry(right - width, bottom - bar, width, bar)
        self.minimap.setGeometry(right - width, bottom - bar - 12 - height, width, height)
        self.minimap.setVisible(self._wants_minimap and self.width() >= SMALL[0] and self.height() >= SMALL[1])
        self.trail.adjustSize()
        self.trail.move(margin, margin)
        self.trail.setVisible(bool(self._rooms))
        self.view.covered = self.trail.height() + margin if self._rooms else 0
        legend = self.looks.legend.sizeHint()
        self.looks.legend.setGeometry(margin, bottom - legend.height(), legend.width(), legend.height())
        self.empty_hint.setVisible(self._is_empty)
        self.empty_hint.move((self.width() - self.empty_hint.width()) // 2, (self.height() - self.empty_hint.height()) // 2)
        for overlay in (self.minimap, self.zoom_bar, self.trail, self.looks.legend):
            overlay.raise_()
