"""What the canvas can do to a design: the handlers of its actions, and the hands of its gestures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, QPoint, QPointF
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QToolTip

from blocks.errors import LightdesignerError
from designer.analysis.describe import name_of
from designer.app import commands, deleting, selecting
from designer.app.controller import Controller
from designer.app.library import behind, brought
from designer.app.wiring import End, edge_between
from designer.graph.design import Design
from designer.graph.edits import Compound
from designer.ui.canvas.chooser import Chooser
from designer.ui.canvas.editors import NameEdit, NoteEdit
from designer.ui.canvas.geometry import Box, Point
from designer.ui.canvas.gestures import connect, cut, detach, drop, notes
from designer.ui.canvas.gestures.base import Pointer
from designer.ui.canvas.menu_aim import Aim
from designer.ui.canvas.quick_add import block_entries, end_entries, start_of
from designer.ui.clipboard_actions import ClipboardActions
from designer.ui.command_palette import Entry
from designer.ui.find import FindBar
from designer.ui.note_actions import NoteActions

if TYPE_CHECKING:
    from designer.ui.canvas.canvas import Canvas
    from designer.ui.canvas.scene import Scene

NOTHING = "Nothing is selected."
GAP_STAYS = "The gap stays open: what follows cannot read what came before."


class CanvasActions(QObject):
    """Editing with mouse and keys. Each thing is one step of undo; where it cannot be done a sentence at the pointer says why."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.canvas = canvas
        self.view = canvas.view
        self.chooser: Chooser | None = None
        self.editor: NameEdit | NoteEdit | None = None
        self.find_bar: FindBar | None = None
        self.aim: Aim | None = None  # while a context menu is open: what it is about
        starters = (notes.start, cut.start, detach.start, connect.start, drop.start)
        self.view.starters[1:1] = [partial(start, self) for start in starters]  # behind panning, before what only selects
        self.dropper = drop.Dropper(self.view, self)
        self.view.double_clicked.connect(self._double_clicked)
        self.controller.refused.connect(self.say)
        canvas.inside_changed.connect(self._scope_changed)
        self.clipboard = ClipboardActions(self)
        self.notes = NoteActions(self)
        canvas.handlers.update({**self._handlers(), **self.clipboard.handlers(), **self.notes.handlers()})
        canvas.reasons.update(
            dict.fromkeys(
                ("edit.delete_close", "edit.replace", "edit.disable"),
                self._none_selected,
            )
        )
        canvas.reasons.update(dict.fromkeys(("edit.cut", "edit.copy", "edit.duplicate"), self._nothing_selected))
        canvas.reasons["edit.delete"] = self._nothing_to_delete
        canvas.reasons["edit.disconnect"] = self._why_not_disconnect
        canvas.reasons["edit.rename"] = self._why_not_rename
        canvas.reasons["edit.connect"] = self._why_not_connect

    def _handlers(self) -> dict[str, Callable[[], object]]:
        return {
            "edit.delete": self.delete,
            "edit.delete_close": self.delete_close,
            "edit.replace": self.ask_replace,
            "edit.disable": self.switch,
            "edit.rename": self.ask_name,
            "edit.connect": self.ask_end,
            "edit.disconnect": self.disconnect_wires,
            "edit.select_next": partial(self.walk, 1),
            "edit.select_previous": partial(self.walk, -1),
            "edit.select_upstream": partial(self.select, selecting.upstream),
            "edit.select_downstream": partial(self.select, selecting.downstream),
            "edit.select_kind": partial(self.select, selecting.same_kind),
            "edit.find": self.find,
            "insert.quick": self.ask_block,
        }

    # -- the hands of gestures -----------------------------------------------------------------------------------------------

    @property
    def controller(self) -> Controller:
        return self.canvas.controller

    @property
    def scene(self) -> Scene:
        return self.canvas.scene

    def do(self, step: Compound, *, select: bool = True) -> bool:
        """Apply a step under its name and select what it adds; False when there is nothing to do or the graph refuses it."""
        if not step.edits or not self.controller.apply(step, step.name):
            return False
        new = commands.added(step)
        if select and new:
            self.view.select(new)
        return True

    def attempt(self, make: Callable[[], Compound], *, select: bool = True) -> bool:
        """`do` what `make` gives; where it cannot be made, say why."""
        try:
            step = make()
        except LightdesignerError as problem:
            self.say(str(problem))
            return False
        return self.do(step, select=select)

    def say(self, sentence: str) -> None:
        """Say why something was not done, at the pointer and in the status bar."""
        self.canvas.status_text.emit(sentence)
        if self.view.isVisible():
            QToolTip.showText(QCursor.pos(), sentence, self.view.viewport())

    # -- reasons -------------------------------------------------------------------------------------------------------------

    def _none_selected(self) -> str:
        return "" if self.controller.selection else NOTHING

    def _nothing_selected(self) -> str:
        return "" if self.controller.selection or notes.selected_notes(self.view) else NOTHING

    def _nothing_to_delete(self) -> str:
        return "" if self.view.selected_edge is not None else self._nothing_selected()

    def _why_not_disconnect(self) -> str:
        if self._aimed_port() is not None or self.view.selected_edge is not None or self.controller.selection:
            return ""
        return "Select a wire or a block first."

    def _why_not_rename(self) -> str:
        one = len(self.controller.selection) == 1 or notes.selected_note(self.view) is not None
        return "" if one else "Select one block first."

    def _why_not_connect(self) -> str:
        return "" if self._start() is not None else "Select one block first."

    # -- where ---------------------------------------------------------------------------------------------------------------

    def forget_aim(self) -> None:
        """The context menu is gone: actions are about the pointer again."""
        self.aim = None

    def _aimed_port(self) -> End | None:
        """The port that the context menu is about."""
        aim = self.aim
        return End(aim.hit.node, aim.hit.port, aim.hit.output) if aim is not None and aim.hit.kind == "port" else None

    def pointer(self) -> Point | None:
        """Where the pointer is in the scene, or was when it opened a menu; None when it is not over the view."""
        if self.aim is not None:
            return self.aim.place
        at = self.view.viewport().mapFromGlobal(QCursor.pos())
        return self._scene_point(at) if self.view.viewport().rect().contains(at) else None

    def centre(self) -> Point:
        """The middle of what is seen."""
        place = self.view.centre()
        return place.x(), place.y()

    def _scene_point(self, at: QPoint) -> Point:
        place = self.view.viewportTransform().inverted()[0].map(QPointF(at))
        return place.x(), place.y()

    def on_canvas(self, at: Point) -> QPoint:
        """A place of the scene in px of the canvas."""
        place = self.view.viewportTransform().map(QPointF(*at)).toPoint()
        return self.view.viewport().mapTo(self.canvas, place)

    def bring_into_view(self, node_ids: frozenset[str]) -> None:
        """Show new blocks that were put where nobody looks."""
        box, seen = self.scene.content(node_ids), self.view.seen()
        if box is not None and not box.meets(seen) and node_ids:
            self.view.center_on(min(node_ids))

    # -- adding --------------------------------------------------------------------------------------------------------------

    def insert(self, block: str) -> bool:
        """Put a block in the middle of what is seen; into the selected wire, if one is."""
        self._leave_inside()
        edge, places = self.view.selected_edge, self.scene.places()

        def make() -> Compound:
            design, name, before = brought(self.controller.design, block)
            if edge is not None and edge in self.scene.edges:
                return behind(before, commands.insert(design, self.controller.engine, name, edge, places=places))
            return behind(before, commands.add(design, name, self.scene.to_document(self.centre()), places=places))

        done = self.attempt(make)
        if done:
            self.bring_into_view(self.controller.selection)
        return done

    def _leave_inside(self) -> None:
        self.canvas.leave_drawing()

    def ask_block(self) -> Chooser:
        """Quick add where the pointer is."""
        return self.quick_add(self.pointer() or self.centre(), self._aimed_port())

    def quick_add(self, at: Point, port: End | None = None) -> Chooser:
        """Ask for a block to put at a place of the scene, connected to `port`, or into the wire that runs there."""
        hint = "Block to insert"
        if port is not None and port.node in self.controller.design.root:
            node = name_of(self.controller.design.root.node(port.node))
            hint = f"Block to put {'behind' if port.output else 'before'} {node}"
        entries = block_entries(self.controller.design, partial(self._put, at, port), lambda block: _why_not_behind(block, port))
        return self._choose("Quick add", hint, entries, self.on_canvas(at))

    def _put(self, at: Point, port: End | None, block: str) -> bool:
        if port is None:
            return self.dropper.dropped(block, at)

        def make() -> Compound:
            design, name, before = brought(self.controller.design, block)
            there = self.scene.to_document(at)
            made = commands.add_at_port(design, self.controller.engine, name, port, there, places=self.scene.places())
            return behind(before, made)

        return self.attempt(make)

    def _choose(self, name: str, hint: str, entries: Sequence[Entry], at: QPoint) -> Chooser:
        self.close_all()
        self.chooser = chooser = Chooser(self.canvas, name, hint, entries, self.view)
        chooser.destroyed.connect(partial(self._forget_chooser, chooser))
        chooser.open_at(at)
        return chooser

    def _forget_chooser(self, chooser: Chooser) -> None:
        if self.chooser is chooser:
            self.chooser = None

    def close_all(self) -> None:
        """Close what asks for a block or a text; what was written is kept."""
        if self.chooser is not None:
            self.chooser.dismiss()
            self.chooser = None
        if self.editor is not None:
            editor, self.editor = self.editor, None
            editor.dismiss(keep=True)

    def _scope_changed(self) -> None:
        self.close_all()
        if self.find_bar is not None and self.find_bar.controller is not self.controller:
            bar, self.find_bar = self.find_bar, None
            bar.hide()
            bar.deleteLater()

    def _double_clicked(self, pointer: Pointer) -> None:
        if self.view.read_only:
            return
        if pointer.hit.kind == "frame":
            self.canvas.staging.ask_rename(pointer.hit.name)
        elif pointer.hit.kind in ("nothing", "edge"):
            self.quick_add((pointer.x, pointer.y))
        elif pointer.hit.kind == "note":
            self.edit_note(pointer.hit.name)

    # -- wires -----------------------------------------------------------------------------------------------------------------

    def _start(self) -> End | None:
        """Where a wire would begin: the port a menu was opened at, else the one selected block."""
        port = self._aimed_port()
        if port is not None or len(self.controller.selection) != 1:
            return port
        (node_id,) = self.controller.selection
        return start_of(self.controller.design, node_id)

    def ask_end(self) -> Chooser | None:
        """Ask for the port that a wire from the selected block shall lead to: what drawing it with the mouse does."""
        start = self._start()
        if start is None:
            return None
        box: Box = self.scene.nodes[self.scene.seen(start.node)].box
        name = name_of(self.controller.design.root.node(start.node))
        hint = f"Block that {name} shall feed" if start.output else f"Block that shall feed {start.port} of {name}"
        at = self.on_canvas((box.left, box.bottom if start.output else box.top))
        return self._choose("Connect to", hint, end_entries(self.controller, start, partial(self._connect, start)), at)

    def _connect(self, start: End, end: End) -> bool:
        return self.attempt(lambda: commands.connect(self.controller.design, edge_between(start, end)), select=False)

    def disconnect_wires(self) -> bool:
        """The wires of the port a menu was opened at, else the selected wire, else all wires of the selected blocks."""
        network, port, edge = self.controller.design.root, self._aimed_port(), self.view.selected_edge
        if port is not None:
            wires = [wire for wire in network.edges() if port in (End(wire[0], wire[1], True), End(wire[2], wire[3], False))]
        elif edge is not None and edge in self.scene.edges:
            wires = [edge]
        else:
            chosen = self.controller.selection
            wires = [wire for wire in network.edges() if wire.source in chosen or wire.target in chosen]
        if not wires:
            self.say("There is no wire to take away.")
            return False
        return self.do(commands.cut(self.controller.design, wires))

    # -- deleting --------------------------------------------------------------------------------------------------------------

    def delete(self) -> bool:
        """The selected blocks and notes, or the selected wire."""
        design, edge = self.controller.design, self.view.selected_edge
        edges = [edge] if edge is not None and edge in self.scene.edges else []
        step = deleting.delete(design, self.controller.selection, edges, notes.selected_notes(self.view))
        if not step.edits:
            self.say(NOTHING)
        return self.do(step)

    def delete_close(self) -> bool:
        """The selected blocks, with the wires around them joined."""
        design, selection = self.controller.design, self.controller.selection
        open_before = any(design.root.readers(node_id) for node_id in selection)
        step = deleting.delete_closing(design, self.controller.engine, selection)
        done = self.do(step)
        if done and open_before and not step.name.endswith("close the gap"):
            self.say(GAP_STAYS)
        return done

    # -- changing --------------------------------------------------------------------------------------------------------------

    def ask_replace(self) -> Chooser | None:
        """Ask for another kind of block for the selected ones."""
        selection = sorted(self.controller.selection)
        if not selection:
            return None
        root = self.controller.design.root
        kinds = {root.node(node_id).block for node_id in selection}
        name = name_of(root.node(selection[0])) if len(selection) == 1 else f"{len(selection)} blocks"
        entries = block_entries(
            self.controller.design, self.replace, lambda block: "It is one already." if kinds == {block} else ""
        )
        box: Box = self.scene.nodes[self.scene.seen(selection[0])].box
        return self._choose("Replace by", f"Block in the place of {name}", entries, self.on_canvas((box.left, box.top)))

    def replace(self, block: str) -> bool:
        """Put another kind of block in the place of each selected one."""

        def make() -> Compound:
            design, name, before = brought(self.controller.design, block)
            return behind(before, commands.replace_all(design, self.controller.selection, name))

        return self.attempt(make)

    def switch(self) -> bool:
        """Bypass the selected blocks, or switch them on again."""
        return self.attempt(lambda: commands.switch(self.controller.design, self.controller.selection))

    def ask_name(self) -> NameEdit | NoteEdit | None:
        """Let a person write the name of the selected block, or in the selected note."""
        note = notes.selected_note(self.view)
        if note is not None and not self.controller.selection:
            return self.edit_note(note)
        if len(self.controller.selection) != 1:
            return None
        (node_id,) = self.controller.selection
        node = self.controller.design.root.node(node_id)
        self.close_all()
        keep = partial(self._rename, node_id)
        editor = self.editor = NameEdit(self.canvas, f"Name of {name_of(node)}", node.label, keep, self.view)
        editor.setPlaceholderText(name_of(msgspec.structs.replace(node, label="")))
        box: Box = self.scene.nodes[self.scene.seen(node_id)].box
        at = self.on_canvas((box.left, box.top))
        width = max(140, round(box.width * min(self.view.zoom, 1.0)))
        editor.setGeometry(at.x(), at.y() + 4, width, editor.sizeHint().height())
        editor.show()
        editor.setFocus()
        return editor

    def _rename(self, node_id: str, label: str) -> None:
        self.editor = None
        if node_id in self.controller.design.root:
            self.attempt(lambda: commands.rename(self.controller.design, node_id, label.strip()))

    def walk(self, by: int) -> None:
        """Select the next block in execution order, and bring it into view."""
        found = selecting.neighbour(self.controller.engine, self.controller.selection, by)
        if found is not None:
            self.view.select({found})
            self.view.reveal(found)

    def select(self, grown: Callable[[Design, frozenset[str]], frozenset[str]]) -> None:
        """Let the selection grow along the wires, or to all blocks of its kinds."""
        self.view.select(grown(self.controller.design, self.controller.selection))

    def edit_note(self, name: str) -> NoteEdit | None:
        """Let a person write in a note."""
        return self.notes.edit(name)

    # -- finding ---------------------------------------------------------------------------------------------------------------

    def find(self) -> FindBar:
        """Show the search bar."""
        self._leave_inside()
        if self.find_bar is None:
            self.find_bar = FindBar(self.canvas, self.controller, self.view.center_on, self.view)
        self.find_bar.open()
        return self.find_bar


def _why_not_behind(block: str, port: End | None) -> str:
    if port is not None and port.output and block == "input":
        return "It has no input."
    if port is not None and not port.output and block == "output":
        return "It has no output."
    return ""
