"""The controller of one document: the only way the window changes a design.

It applies an edit first and pushes it on the undo stack only when that succeeded; the engine follows at once. Panels listen to
`graph_changed` and `analysis_changed` and read the delta; they never poll and never keep a second copy.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoStack

from blocks.errors import LightdesignerError
from designer.analysis.engine import Delta, Engine
from designer.app.undo import EditCommand
from designer.graph.design import ROOT, Design
from designer.graph.edits import Change, Compound, Edit, Move, SetFlow, SetLabel, SetNote
from designer.graph.network import node_path

if TYPE_CHECKING:
    from designer.app.measurements import Measurements, Time


class GraphDelta(NamedTuple):
    """What one edit (or undo, or redo) did to the graph.

    `touched` are (scope, node id) of nodes added, removed, rewired, moved or given other parameters, labels or stages: compare
    with the design to see which. `structural` says that nodes or wires came or went; `definitions` that an own block changed.
    `everything` asks to read the whole design anew.
    """

    touched: frozenset[tuple[str, str]]
    structural: bool
    definitions: bool
    everything: bool = False


class Controller(QObject):
    """One open document: design, live analysis, undo stack, selection and where it is saved."""

    graph_changed = Signal(object)  # GraphDelta
    analysis_changed = Signal(object)  # designer.analysis.engine.Delta
    selection_changed = Signal(object)  # frozenset of root node ids
    followed = Signal(object)  # GraphDelta, in the scopes of the whole document, between the two others: for what is inside
    refused = Signal(str)  # why an edit was not made, a sentence
    title_changed = Signal()

    def __init__(self, design: Design, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.design = design
        self.engine = Engine(design)
        self.stack = QUndoStack(self)
        # a slot of this object, not a lambda: the stack clears itself when it is destroyed, after this object is gone
        self.stack.cleanChanged.connect(self._clean_changed)
        self._path = path
        self._name = design.name
        self._selection: frozenset[str] = frozenset()
        self._measurements: Measurements | None = None

    @Slot(bool)
    def _clean_changed(self, _: bool) -> None:
        self.title_changed.emit()

    # -- identity ----------------------------------------------------------------------------------------------------------

    @property
    def path(self) -> Path | None:
        """The file the document is saved in, None before the first save."""
        return self._path

    def saved_as(self, path: Path) -> None:
        """Note that the document was saved in `path` as it is now."""
        self._path = path
        self.stack.setClean()
        self.title_changed.emit()

    @property
    def title(self) -> str:
        return self._path.stem if self._path is not None else self.design.name

    @property
    def unsaved(self) -> bool:
        return not self.stack.isClean()

    # -- times -------------------------------------------------------------------------------------------------------------

    @property
    def measurements(self) -> Measurements:
        """What is known about the time each block takes. Made when first asked for."""
        if self._measurements is None:
            from designer.app.measurements import Measurements

            self._measurements = Measurements(self)
        return self._measurements

    def dotted_path(self, node_id: str) -> str:
        """The path of a node in the whole document, as tables and profiles name it; "" where it stands in no copy."""
        return node_path(self.design.root.node(node_id)) if node_id in self.design.root else ""

    def time_of(self, node_id: str) -> Time | None:
        """How long a node takes; None where nothing is known about it."""
        return self.measurements.of_node(node_id)

    # -- selection ---------------------------------------------------------------------------------------------------------

    @property
    def selection(self) -> frozenset[str]:
        """Ids of the selected root nodes."""
        return self._selection

    def select(self, node_ids: frozenset[str] | set[str]) -> None:
        """Select these root nodes and no others; unknown ids are left out."""
        wanted = frozenset(node_id for node_id in node_ids if node_id in self.design.root)
        if wanted != self._selection:
            self._selection = wanted
            self.selection_changed.emit(wanted)

    # -- editing -----------------------------------------------------------------------------------------------------------

    def apply(self, edit: Edit, text: str, *, merge: str = "") -> bool:
        """Apply an edit as one undo step called `text` ("Set stride in ir2").

        Consecutive edits with the same non-empty `merge` key become one step, as of a slider being dragged. Gives False, and says
        why through `refused`, when the graph cannot take it; then nothing has changed.
        """
        try:
            change = edit.apply(self.design)
        except LightdesignerError as error:
            self.refused.emit(str(error))
            return False
        self.stack.push(EditCommand(self, edit, change.inverse, text, merge))
        self.follow(edit, change)
        return True

    def finish_merge(self) -> None:
        """End a drag: the next edit is a step of its own even with the same merge key."""
        command = self.stack.command(self.stack.index() - 1) if self.stack.index() else None
        if isinstance(command, EditCommand):
            command.merge_key = ""

    def follow(self, edit: Edit, change: Change) -> None:
        """Let the engine and the listeners follow an edit that was applied. Called by undo and redo too."""
        delta: Delta | None = None
        if not _of_the_canvas(edit):
            delta = self.engine.update(change)
        seen = GraphDelta(frozenset(change.touched), change.structural, change.definitions)
        self.graph_changed.emit(seen)
        self.followed.emit(seen)
        if delta is not None:
            self.analysis_changed.emit(delta)
        if self.design.name != self._name:
            self._name = self.design.name
            self.title_changed.emit()
        gone = [node_id for node_id in self._selection if node_id not in self.design.root]
        if gone:
            self.select(self._selection - frozenset(gone))

    def replace_design(self, design: Design) -> None:
        """Show another design in this document (after recovery, or a reload), with a fresh undo stack."""
        self.design = design
        self.engine = Engine(design)
        self.stack.clear()
        self._selection = frozenset()
        self.graph_changed.emit(GraphDelta(frozenset(), True, True, everything=True))
        self.analysis_changed.emit(Delta(frozenset(self.engine.results), frozenset(), True))
        self.selection_changed.emit(self._selection)


def _of_the_canvas(edit: Edit) -> bool:
    """Whether an edit changes only where things stand and what they are called."""
    if isinstance(edit, Compound):
        return bool(edit.edits) and all(_of_the_canvas(inner) for inner in edit.edits)
    return isinstance(edit, (Move, SetNote, SetLabel, SetFlow))


__all__ = ["ROOT", "Controller", "GraphDelta"]
