"""What the Design menu does with own blocks: pack and unpack, rename, duplicate, find copies, the library and files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QMenu

from blocks.errors import LightdesignerError
from designer.app import own_blocks, packing, unpacking
from designer.app.commands import step
from designer.app.inside import InsideController
from designer.app.library import Kept, library, take_in
from designer.app.pack_plan import NotConvex, Plan, planned
from designer.app.pack_proposals import Copy, copies_in
from designer.app.packing import Choice
from designer.document.block_file import SUFFIX, read_block, save_block
from designer.graph.design import ROOT, Design
from designer.graph.edits import Compound
from designer.graph.own_block import OWN, OwnBlock
from designer.ui.dialogs.name import NameDialog
from designer.ui.dialogs.pack import PackDialog
from designer.ui.dialogs.question import CANCEL, Question
from designer.ui.dialogs.question import Choice as Answer

if TYPE_CHECKING:
    from designer.app.controller import Controller
    from designer.ui.canvas.canvas import Canvas

FILTER = f"Own blocks (*{SUFFIX})"
NO_OWN = "Select one copy of an own block, or go inside one."


class OwnBlockActions(QObject):
    """Each handler works on the selected copy, or on the own block one is inside of; `dialog` is the one that is open."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.canvas = canvas
        self.dialog: QDialog | None = None
        canvas.handlers.update(
            {
                "design.pack": self.pack,
                "design.unpack": self.unpack,
                "design.rename_own": self.rename,
                "design.duplicate_own": self.duplicate,
                "design.find_copies": self.find_copies,
                "design.keep_own": self.keep,
                "design.save_own": self.save_file,
                "design.open_own": self.open_file,
            }
        )
        canvas.reasons.update(
            {
                "design.pack": lambda: "" if self.controller.selection else "Select the blocks to pack first.",
                "design.unpack": self._why_not_unpack,
                **dict.fromkeys(
                    ("design.rename_own", "design.duplicate_own", "design.find_copies", "design.keep_own", "design.save_own"),
                    lambda: "" if self.own_scope() else NO_OWN,
                ),
            }
        )

    @property
    def controller(self) -> Controller:
        return self.canvas.controller

    @property
    def document(self) -> Controller:
        return self.canvas.document

    def _selected(self) -> frozenset[str]:
        """The selected blocks, while an edit is followed without those that are gone."""
        return frozenset(node_id for node_id in self.controller.selection if node_id in self.controller.design.root)

    def own_scope(self) -> str:
        """The definition of the one selected own block, else that of the block one is inside of; "" where there is neither."""
        design, selection = self.controller.design, self._selected()
        blocks = {design.root.node(node_id).block for node_id in selection}
        if len(blocks) == 1:
            block = design.resolve(next(iter(blocks)))
            return block.id.removeprefix(OWN) if isinstance(block, OwnBlock) else ""
        return self.controller.scope if not selection and isinstance(self.controller, InsideController) else ""

    def _show(self, dialog: QDialog) -> None:
        if self.dialog is not None and shiboken6.isValid(self.dialog):
            self.dialog.reject()
        self.dialog = dialog
        dialog.finished.connect(partial(self._closed, dialog))
        dialog.open()

    def _closed(self, dialog: QDialog, _result: int) -> None:
        dialog.deleteLater()
        if self.dialog is dialog:
            self.dialog = None
            self.canvas.view.setFocus()

    def _whole(self, make: Callable[[], Compound]) -> bool:
        """Apply a step of the whole design; where it cannot be made, say why."""
        try:
            made = make()
        except LightdesignerError as problem:
            self.canvas.tools.say(str(problem))
            return False
        return bool(made.edits) and self.document.apply(made, made.name)

    # -- packing -------------------------------------------------------------------------------------------------------------

    def _copies(self) -> list[Copy]:
        controller = self.controller
        return copies_in(self.document.engine, controller.scope) if isinstance(controller, InsideController) else []

    def pack(self) -> None:
        """Ask what the selected blocks shall be as one block."""
        controller = self.controller
        try:
            plan = planned(controller.design, controller.engine, controller.selection, self._copies())
        except NotConvex as problem:
            self._offer_more(problem)
            return
        except LightdesignerError as problem:
            self.canvas.tools.say(str(problem))
            return
        start = own_blocks.free_name(controller.design, "Block")
        refusal = partial(self._why_not_pack, plan)
        self._show(PackDialog(plan, start, refusal, partial(self._pack, plan), self.canvas.window()))

    def _offer_more(self, problem: NotConvex) -> None:
        """What lies between is named; it can be taken in."""
        more = "Select it too" if len(problem.between) == 1 else f"Select the {len(problem.between)} blocks too"
        question = Question(
            "These blocks cannot be packed alone",
            str(problem),
            (Answer(CANCEL, "Cancel"), Answer("more", more, "primary")),
            parent=self.canvas.window(),
        )

        def select() -> None:
            if question.answer == "more":
                self.canvas.view.select(self.controller.selection | set(problem.between))

        question.accepted.connect(select)
        self._show(question)

    def _why_not_pack(self, plan: Plan, choice: Choice) -> str:
        name = choice.name.strip()
        if not name:
            return "The block needs a name."
        if any(one.name == name for one in self.controller.design.definitions.values()):
            return f"There is an own block {name!r} already."
        try:
            packing.packed(self.controller.design, self.controller.engine, plan, choice)
        except LightdesignerError as problem:
            return str(problem)
        return ""

    def _pack(self, plan: Plan, choice: Choice) -> None:
        controller = self.controller
        self.canvas.tools.attempt(
            lambda: packing.packed(controller.design, controller.engine, plan, choice, self.canvas.scene.places())
        )

    def _why_not_unpack(self) -> str:
        selection = self._selected()
        if not selection:
            return "Nothing is selected."
        reasons = [unpacking.can_unpack(self.controller.design, self.controller.engine, node_id) for node_id in sorted(selection)]
        return reasons[0] if all(reasons) else ""

    def unpack(self) -> None:
        """Put the parts of the selected blocks in their place, as one step."""
        controller, places = self.controller, self.canvas.scene.places()
        self.canvas.tools.attempt(
            lambda: unpacking.unpacked_all(controller.design, controller.engine, controller.selection, places, self._copies())
        )

    # -- the block itself ----------------------------------------------------------------------------------------------------

    def rename(self, scope: str = "") -> None:
        """Ask for another name."""
        scope = scope or self.own_scope()
        if not scope:
            return
        design = self.document.design
        old = design.definitions[scope].name

        def refusal(text: str) -> str:
            if not text.strip():
                return "The block needs a name."
            taken = any(one.name == text.strip() for one in design.definitions.values()) and text.strip() != old
            return f"There is an own block {text.strip()!r} already." if taken else ""

        self._show(
            NameDialog(
                f"Rename {old}",
                "All its copies go by the new name. Files and source keep its id, " + scope + ".",
                "Rename",
                old,
                refusal,
                lambda text: self._whole(lambda: own_blocks.rename(design, scope, text)),
                parent=self.canvas.window(),
            )
        )

    def duplicate(self, scope: str = "") -> None:
        """Make a new block of the same content; the selected copies become copies of it."""
        chosen = scope or self.own_scope()
        if not chosen:
            return
        inside = self.controller.scope if isinstance(self.controller, InsideController) else ROOT
        nodes = [] if scope else [(inside, node_id) for node_id in sorted(self.controller.selection)]
        self._whole(lambda: own_blocks.duplicated(self.document.design, chosen, nodes))

    def find_copies(self, scope: str = "") -> None:
        """Select the copies that are here; where there are none, go where the first is."""
        scope = scope or self.own_scope()
        if not scope:
            return
        design = self.document.design
        found = own_blocks.copies_of(design, scope)
        title = design.definitions[scope].name
        if not found:
            self.canvas.tools.say(f"{title} is not used in this design.")
            return
        places: dict[str, int] = {}
        for where, _ in found:
            places[where] = places.get(where, 0) + 1
        here = self.controller.scope if isinstance(self.controller, InsideController) else ROOT
        target = here if here in places else next(iter(places))
        if target != here:
            if target == ROOT:
                self.canvas.set_scope(())
            else:
                self.canvas.open_definition(target)
        ids = frozenset(node_id for where, node_id in found if where == target)
        self.canvas.view.select(ids)
        self.canvas.view.zoom_to(ids)
        said = [
            f"{count} in {f'the block {design.definitions[where].name}' if where else 'the design'}"
            for where, count in places.items()
        ]
        self.canvas.tools.say(f"{len(found)} {'copies' if len(found) > 1 else 'copy'} of {title}: {', '.join(said)}.")

    def remove(self, scope: str) -> None:
        """Take a block out of the design, which must not use it."""
        self._whole(lambda: own_blocks.removed(self.document.design, scope))

    def menu(self, block: str) -> QMenu:
        """What can be done with an own block of the design, or one of the library, where it stands in the palette."""
        menu = QMenu(self.canvas.window())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        kept = library().get(block)
        if kept is not None:
            self._inserting(menu, block, kept.definition.name)
            menu.addAction("Remove from my blocks", lambda: self._forget(kept))
            return menu
        scope = block.removeprefix(OWN)
        if scope not in self.document.design.definitions:
            return menu
        self._inserting(menu, block, self.document.design.definitions[scope].name)
        menu.addAction("Open", lambda: self.canvas.open_definition(scope))
        menu.addSeparator()
        menu.addAction("Rename…", lambda: self.rename(scope))
        menu.addAction("Duplicate as a new block", lambda: self.duplicate(scope))
        menu.addAction("Find copies", lambda: self.find_copies(scope))
        menu.addSeparator()
        menu.addAction("Keep in my blocks", lambda: self.keep(scope))
        menu.addAction("Save in a file…", lambda: self.save_file(scope))
        menu.addSeparator()
        gone = menu.addAction("Delete", lambda: self.remove(scope))
        copies = len(own_blocks.copies_of(self.document.design, scope))
        if copies:
            gone.setEnabled(False)
            gone.setText(f"Delete: {copies} {'copies are' if copies > 1 else 'copy is'} in use")
        return menu

    def _inserting(self, menu: QMenu, block: str, name: str) -> None:
        menu.addAction(f"Insert {name}", lambda: self.canvas.insert(block))
        replace = menu.addAction(f"Replace the selected blocks by {name}", lambda: self.canvas.tools.replace(block))
        replace.setEnabled(not self.canvas.why_not("edit.replace"))
        menu.addSeparator()

    def _forget(self, kept: Kept) -> None:
        question = Question(
            f"Remove {kept.definition.name} from your library?",
            "Designs that use it keep their own.",
            (Answer(CANCEL, "Cancel"), Answer("remove", "Remove", "primary")),
            hint=f"Its file {kept.file} gets the ending .removed.",
            parent=self.canvas.window(),
        )

        def answered() -> None:
            if question.answer == "remove":
                try:
                    library().remove(kept)
                except LightdesignerError as problem:
                    self.canvas.tools.say(str(problem))

        question.accepted.connect(answered)
        self._show(question)

    # -- the library and files -----------------------------------------------------------------------------------------------

    def keep(self, scope: str = "") -> None:
        """Keep the block in the library."""
        scope = scope or self.own_scope()
        if not scope:
            return
        design, shelf = self.document.design, library()
        shelf.read()
        title = design.definitions[scope].name
        if shelf.holds(design, scope):
            self.canvas.tools.say(f"{title} is in your library already.")
            return
        standing = shelf.standing(design, scope)
        if standing is None:
            self._keep(design, scope, None)
            return
        question = Question(
            f"Your library has another block called {title}",
            f"It was kept as {standing.file.name}.",
            (Answer(CANCEL, "Cancel"), Answer("both", "Keep both"), Answer("replace", "Replace it", "primary")),
            hint="Designs that use it keep what they have: each holds its own blocks.",
            parent=self.canvas.window(),
        )

        def answered() -> None:
            if question.answer in ("both", "replace"):
                self._keep(design, scope, standing if question.answer == "replace" else None)

        question.accepted.connect(answered)
        self._show(question)

    def _keep(self, design: Design, scope: str, instead_of: Kept | None) -> None:
        try:
            file = library().save(design, scope, instead_of=instead_of)
        except LightdesignerError as problem:
            self.canvas.tools.say(str(problem))
            return
        self.canvas.tools.say(f"{design.definitions[scope].name} is in your library now, as {file.name}.")

    def save_file(self, scope: str = "", path: str = "") -> None:
        """Write the block to a file."""
        scope = scope or self.own_scope()
        if not scope:
            return
        folder = self.document.path.parent if self.document.path is not None else Path.home()
        chosen = (
            path
            or QFileDialog.getSaveFileName(
                self.canvas.window(), "Save the block in a file", str(folder / f"{scope}{SUFFIX}"), FILTER
            )[0]
        )
        if not chosen:
            return
        file = Path(chosen)
        if file.suffix != SUFFIX:
            file = file.with_name(f"{file.name}{SUFFIX}")
        try:
            save_block(self.document.design, scope, file, overwrite=True)
        except LightdesignerError as problem:
            self.canvas.tools.say(str(problem))
            return
        self.canvas.tools.say(f"{self.document.design.definitions[scope].name} was saved in {file}.")

    def open_file(self, path: str = "") -> None:
        """Take a block from a file into the design."""
        folder = self.document.path.parent if self.document.path is not None else Path.home()
        chosen = path or QFileDialog.getOpenFileName(self.canvas.window(), "Take in a block", str(folder), FILTER)[0]
        if not chosen:
            return
        try:
            other, scope = read_block(Path(chosen))
            name, edits = take_in(self.document.design, other, scope)
        except LightdesignerError as problem:
            self.canvas.tools.say(str(problem))
            return
        title = other.definitions[scope].name
        if not edits:
            self.canvas.tools.say(f"{title} is in this design already, as {self.document.design.definitions[name].name}.")
            return
        if self._whole(lambda: step(f"Take in {title}", edits)):
            self.canvas.tools.say(f"{self.document.design.definitions[name].name} is among the blocks of this design now.")
