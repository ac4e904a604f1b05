"""Stages and folding by hand: the actions of one canvas that name stages, and that show stages and runs as cards or open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QObject, QPointF, QTimer

from designer.analysis.describe import stage_title
from designer.app import staging
from designer.app.inside import NO_STAGES as NO_STAGES_INSIDE
from designer.app.inside import InsideController
from designer.graph.folding import Fold, stage_folds, stage_id
from designer.graph.layout import MANY
from designer.graph.rules import StructureError
from designer.ui.canvas.editors import NameEdit
from designer.ui.canvas.fold_item import FoldItem
from designer.ui.canvas.folds import Wanted
from designer.ui.canvas.geometry import Box
from designer.ui.canvas.glide import Picture

if TYPE_CHECKING:
    from designer.analysis.engine import Engine
    from designer.ui.canvas.canvas import Canvas
    from designer.ui.canvas.scene import Scene
    from designer.ui.canvas.surface import Surface

PAUSE = 120  # ms without a change before runs are looked for
NOTHING = "Nothing is selected."
NOT_HERE = "What is inside a block cannot be folded."
NO_STAGES = "The design has no stages."
NO_RUNS = "No two neighbouring blocks are equal."
ALL_FOLDED = "All of them are folded."
NOTHING_FOLDED = "Nothing is folded."


class Staging(QObject):
    """What a person does with stages and runs on a canvas."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.canvas = canvas
        canvas.view.toggled.connect(self.toggle)
        self._watched: Surface | None = None
        self._kept: tuple[tuple[Engine, int], tuple[dict[str, Fold], list[Fold]]] | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self._look)
        self.watch(canvas.whole)

    def watch(self, surface: Surface) -> None:
        """Look for runs on this surface from now on, each time a person pauses."""
        if self._watched is not None and shiboken6.isValid(self._watched):
            self._watched.contents_changed.disconnect(self._pause.start)
        self._watched = surface
        surface.contents_changed.connect(self._pause.start)
        self._pause.start()

    def _look(self) -> None:
        scene = self.scene
        if self._watched is scene:
            scene.marks.look(scene)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What it does, by the id of the action."""
        return {
            "view.fold": self.fold_selected,
            "view.fold_stages": self.fold_stages,
            "view.fold_repeats": self.fold_repeats,
            "view.unfold": self.unfold_all,
            "design.stage": self.ask_stage,
            "design.rename_stage": self.ask_rename,
            "design.remove_stage": self.take_apart,
        }

    def reasons(self) -> dict[str, Callable[[], str]]:
        """Why one of them is not possible now."""
        return {
            "view.fold": self._why_not_fold,
            "view.fold_stages": self._why_not_stages,
            "view.fold_repeats": self._why_not_repeats,
            "view.unfold": lambda: "" if self.scene.folds.folded.folds else NOTHING_FOLDED,
            "design.stage": self._why_not_stage,
            "design.rename_stage": partial(self._why_not_selected, one=True),
            "design.remove_stage": self._why_not_selected,
        }

    @property
    def scene(self) -> Scene:
        return self.canvas.scene

    # -- what there is -----------------------------------------------------------------------------------------------------

    def _known(self) -> tuple[dict[str, Fold], list[Fold]]:
        """Stages and runs of the design as it is now; asked for at every look at what is possible, so kept until an edit."""
        controller = self.canvas.controller
        key = (controller.engine, controller.engine.revision)
        if self._kept is None or self._kept[0] != key:
            design = controller.design
            found = stage_folds(design.root, design.resolve), self.scene.folds.runs(design.root, design.resolve)
            self._kept = key, found
        return self._kept[1]

    def _stages(self) -> dict[str, Fold]:
        return self._known()[0]

    def _runs(self) -> list[Fold]:
        return self._known()[1]

    def _selection(self) -> frozenset[str]:
        """The selected blocks that are there; while an edit is followed, some may be gone."""
        controller = self.canvas.controller
        return frozenset(node_id for node_id in controller.selection if node_id in controller.design.root)

    def _selected_stages(self) -> list[str]:
        root = self.canvas.controller.design.root
        return sorted({stage for node_id in self._selection() if (stage := root.node(node_id).stage)})

    def _touched_runs(self) -> list[Fold]:
        """Runs that hold a selected block; all where none is selected."""
        selection = self._selection()
        return [one for one in self._runs() if not selection or not selection.isdisjoint(one.members)]

    def _open(self, folds: Iterable[Fold]) -> list[Fold]:
        card_of = self.scene.folds.folded.card_of
        return [one for one in folds if any(node_id not in card_of for node_id in one.members)]

    # -- reasons -----------------------------------------------------------------------------------------------------------

    def _why_not_fold(self) -> str:
        if self.canvas.view.read_only:
            return NOT_HERE
        if not self._selection():
            return NOTHING
        return "" if self._selected_stages() or self._touched_runs() else "It is in no stage, and no neighbour is equal."

    def _why_not_stages(self) -> str:
        if self.canvas.view.read_only:
            return NOT_HERE
        stages = self._stages()
        if not stages:
            return NO_STAGES
        return "" if self._open(stages.values()) else ALL_FOLDED

    def _why_not_repeats(self) -> str:
        if self.canvas.view.read_only:
            return NOT_HERE
        if not self._runs():
            return NO_RUNS
        return "" if self._open(self._touched_runs()) else ALL_FOLDED

    def _why_not_stage(self) -> str:
        controller = self.canvas.controller
        if isinstance(controller, InsideController):
            return NO_STAGES_INSIDE
        if not controller.selection:
            return NOTHING
        return "" if staging.stageable(controller.design, controller.selection) else "Inputs and outputs stand in no stage."

    def _why_not_selected(self, *, one: bool = False) -> str:
        stages = self._selected_stages()
        if not stages:
            return "No block of a stage is selected."
        return "Blocks of more than one stage are selected." if one and len(stages) > 1 else ""

    # -- folding -----------------------------------------------------------------------------------------------------------

    def toggle(self, fold_id: str) -> None:
        """Fold what this id names, or unfold it."""
        scene = self.scene
        card = scene.folds.folded.folds.get(fold_id)
        if card is not None:
            self._show(lambda: scene.folds.unwant([card]), card.members)
            return
        stages = self._stages()
        found = next((one for one in (*stages.values(), *self._runs()) if one.id == fold_id), None)
        if found is None:
            return
        if found.stage and scene.folds.why_open(found.stage):
            self._show(lambda: scene.folds.unwant([found]), found.members)  # asked again: it is no longer wanted
        else:
            self._fold([found])

    def _fold(self, found: list[Fold]) -> None:
        scene = self.scene
        self._show(lambda: scene.folds.want(found), found[0].members if len(found) == 1 else None)
        reasons = [scene.folds.folded.open[one.id] for one in found if one.id in scene.folds.folded.open]
        if reasons:
            more = f" {len(reasons) - 1} more stay open too." if len(reasons) > 1 else ""
            self.canvas.tools.say(f"{reasons[0]}{more}")

    def fold_selected(self) -> None:
        """Fold the stages of the selected blocks, or the runs of those in no stage; unfold what is selected and folded."""
        scene, selection = self.scene, self._selection()
        cards = [one for one in scene.folds.folded.folds.values() if not selection.isdisjoint(one.members)]
        if cards:
            self._show(lambda: scene.folds.unwant(cards), cards[0].members)
            return
        stages = self._stages()
        found = [stages[stage] for stage in self._selected_stages()] or self._touched_runs()
        if found:
            self._fold(found)

    def fold_stages(self) -> None:
        """Fold every stage."""
        self._fold(list(self._stages().values()))

    def fold_repeats(self) -> None:
        """Fold the runs that hold a selected block, or all."""
        found = self._touched_runs()
        if found:
            self._fold(found)

    def unfold_all(self) -> None:
        """Open everything."""
        scene = self.scene

        def nothing() -> None:
            scene.folds.wanted = Wanted()

        self._show(nothing, None)

    @staticmethod
    def chosen(scene: Scene) -> dict[str, list[str]]:
        """What is folded, to come back to; nothing where nothing is."""
        wanted = scene.folds.wanted
        return {name: sorted(ids) for name, ids in (("stages", wanted.stages), ("repeats", wanted.nodes)) if ids}

    @staticmethod
    def choose(scene: Scene, look: Mapping[str, Any]) -> None:
        """Fold what was folded before."""
        stages, nodes = (frozenset(_texts(look.get(name))) for name in ("stages", "repeats"))
        if stages or nodes:
            scene.folds.wanted = Wanted(stages, nodes)
            scene.show_folds()

    def _show(self, change: Callable[[], None], members: Iterable[str] | None) -> None:
        """Fold or unfold so that it stays where a person looks: the uppermost of `members`, or the middle of the view."""
        scene, view = self.scene, self.canvas.view
        if view.surface is not scene:
            change()
            scene.show_folds()
            return
        centre = view.centre()
        wanted = [node_id for node_id in members if scene.seen(node_id) in scene.nodes] if members is not None else []
        if wanted:
            steady = min(wanted, key=lambda node_id: scene.nodes[scene.seen(node_id)].box.top)
        else:
            near = min(
                scene.nodes.values(),
                key=lambda item: abs(item.box.centre[1] - centre.y()) + abs(item.box.centre[0] - centre.x()),
                default=None,
            )
            steady = next(iter(scene.folds.members([near.id])), "") if near is not None else ""
        glide = self.canvas.arranger.glide
        glide.settle()
        before, picture = _corner(scene, steady), Picture(scene) if len(scene.nodes) < MANY else None
        change()
        scene.show_folds()
        self.canvas.looks_changed.emit()
        after = _corner(scene, steady)
        if before is not None and after is not None:
            dx, dy = before[0] - after[0], before[1] - after[1]
            view.pan(round(dx * view.zoom), round(dy * view.zoom))
            if picture is not None and len(scene.nodes) < MANY:
                picture.shift(-dx, -dy)
                glide.go(scene, picture)

    # -- stages ------------------------------------------------------------------------------------------------------------

    def ask_stage(self) -> NameEdit | None:
        """Let a person name the stage that the selected blocks become."""
        controller, tools = self.canvas.controller, self.canvas.tools
        members = staging.stageable(controller.design, controller.selection)
        if not members:
            return None
        proposed = stage_title(staging.free_name(controller.design.root))
        selected = self._selected_stages()
        if len(selected) == 1 and any(controller.design.root.node(node_id).stage is None for node_id in members):
            proposed = stage_title(selected[0])  # the others join it

        def keep(text: str) -> object:
            return tools.attempt(lambda: staging.make(controller.design, members, text))

        return self._ask("Name of the stage", proposed, members, keep)

    def ask_rename(self, stage: str = "") -> NameEdit | None:
        """Let a person give a stage another name."""
        controller = self.canvas.controller
        selected = self._selected_stages()
        name = stage or (selected[0] if len(selected) == 1 else "")
        if not name:
            return None
        members = list(self.scene.members(name))
        return self._ask(f"Name of {stage_title(name)}", stage_title(name), members, partial(self._rename, controller, name))

    def _rename(self, controller: object, stage: str, text: str) -> None:
        scene, tools = self.scene, self.canvas.tools
        design = self.canvas.controller.design
        if controller is not self.canvas.controller or not text.strip():
            return
        folds = scene.folds
        was = folds.wanted
        if stage in was.stages:  # it stays folded under its new name
            with suppress(StructureError):  # said below
                folds.wanted = Wanted(was.stages | {staging.stage_name(text)}, was.nodes)
        if not tools.attempt(lambda: staging.rename(design, stage, text), select=False):
            folds.wanted = was

    def take_apart(self) -> None:
        """Take the selected blocks' stages away; the blocks stay."""
        stages = self._selected_stages()
        self.canvas.tools.attempt(lambda: staging.take_apart(self.canvas.controller.design, stages), select=False)

    def _ask(self, name: str, text: str, members: list[str], keep: Callable[[str], object]) -> NameEdit:
        """A field for a name at the upper left corner of some blocks."""
        tools, scene = self.canvas.tools, self.scene
        tools.close_all()

        def kept(written: str) -> None:
            tools.editor = None
            if written.strip():
                keep(written)

        editor = tools.editor = NameEdit(self.canvas, name, text, kept, self.canvas.view)
        boxes: list[Box] = [scene.nodes[seen].box for seen in {scene.seen(node_id) for node_id in members} if seen in scene.nodes]
        at = self.canvas.view.viewportTransform().map(QPointF(*_upper_left(boxes)))
        size = editor.sizeHint()
        x = min(max(8, round(at.x())), max(8, self.canvas.width() - 188))
        y = min(max(8, round(at.y()) - size.height() - 6), max(8, self.canvas.height() - size.height() - 8))
        editor.setGeometry(x, y, 180, size.height())
        editor.show()
        editor.setFocus()
        return editor

    # -- saying ------------------------------------------------------------------------------------------------------------

    def sentence(self, seen: str) -> str:
        """What is said about a card, or about the sign that folds something; "" where there is nothing to say."""
        item = self.scene.nodes.get(seen)
        if isinstance(item, FoldItem):
            return item.sentence
        for stage, frame in self.scene.frames.items():
            if stage_id(stage) == seen:
                return frame.why_open or f"Fold {stage_title(stage)}"
        run = next((one for one in self.scene.marks.runs if one.id == seen), None)
        return f"Fold these {run.copies} equal units into one card" if run is not None else ""


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _corner(scene: Scene, node_id: str) -> tuple[float, float] | None:
    item = scene.nodes.get(scene.seen(node_id))
    return (item.box.centre[0], item.box.top) if item is not None else None


def _upper_left(boxes: list[Box]) -> tuple[float, float]:
    return (min(box.left for box in boxes), min(box.top for box in boxes)) if boxes else (0.0, 0.0)
