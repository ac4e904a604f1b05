"""Edits of own blocks: a definition comes, goes, or is called and exposed differently."""

from __future__ import annotations

import msgspec

from blocks.parameters import shown
from designer.graph import rules
from designer.graph.design import ROOT, Design, Note
from designer.graph.edits import Change, Edit
from designer.graph.own_block import OWN, Definition, Exposed, used_definitions
from designer.graph.rules import StructureError


class Define(Edit, frozen=True, kw_only=True):
    """Adds a definition, or replaces the one of the same id. All copies follow.

    `positions` and `notes` are those of its canvas; None keeps the notes there are, and the positions of nodes that stay.
    """

    definition: Definition
    positions: dict[str, tuple[float, float]] | None = None
    notes: dict[str, Note] | None = None

    def apply(self, design: Design) -> Change:
        new = self.definition
        before = design.definitions.get(new.id)
        rules.check_definition(new)
        uses = {name: used_definitions(definition.network) for name, definition in design.definitions.items()}
        rules.check_definitions({**uses, new.id: used_definitions(new.network)})
        # a copy, because edits inside change its network, and this record must stay what it is
        design.definitions[new.id] = msgspec.structs.replace(new, network=new.network.copy())
        design.definitions_changed()
        places, notes = _take_canvas(design, new.id)
        _put_canvas(
            design,
            new.id,
            {key: place for key, place in (places if self.positions is None else self.positions).items() if key in new.network},
            notes if self.notes is None else self.notes,
        )
        inverse: Edit = Undefine(id=new.id, used=True)  # copies may stand there already, as placeholders
        if before is not None:
            inverse = Define(definition=before, positions=places, notes=notes)
        return Change(inverse, set(), structural=True, definitions=True)


class Describe(Edit, frozen=True, kw_only=True):
    """Gives the definition `scope` another name, help or other exposed parameters; None leaves what there is."""

    name: str | None = None
    help: str | None = None
    exposed: dict[str, Exposed] | None = None

    def apply(self, design: Design) -> Change:
        scope = design.real_scope(self.scope)
        old = design.definitions.get(scope)
        if old is None:
            raise StructureError("no_definition", f"There is no own block {shown(self.scope)}.")
        wanted = {name: value for name in ("name", "help", "exposed") if (value := getattr(self, name)) is not None}
        new = msgspec.structs.replace(old, **wanted)
        rules.check_definition(new)
        design.definitions[scope] = new
        design.definitions_changed()
        before = {name: getattr(old, name) for name in wanted}
        return Change(Describe(scope=self.scope, **before), set(), structural=True, definitions=True)


class Undefine(Edit, frozen=True, kw_only=True):
    """Removes a definition that no network uses; with `used` also one that is, whose copies become placeholders."""

    id: str
    used: bool = False

    def apply(self, design: Design) -> Change:
        if self.id not in design.definitions:
            raise StructureError("no_definition", f"There is no own block {shown(self.id)}.")
        users = [scope or "the design" for scope in (ROOT, *design.definitions) if self.id in design.uses(scope)]
        if users and not self.used:
            raise StructureError("in_use", f"{OWN}{self.id} is still used in {', '.join(users)}.")
        definition = design.definitions.pop(self.id)
        design.definitions_changed()
        positions, notes = _take_canvas(design, self.id)
        inverse = Define(definition=definition, positions=positions, notes=notes)
        return Change(inverse, set(), structural=True, definitions=True)


def _take_canvas(design: Design, scope: str) -> tuple[dict[str, tuple[float, float]], dict[str, Note]]:
    return design.positions.pop(scope, {}), design.notes.pop(scope, {})


def _put_canvas(design: Design, scope: str, positions: dict[str, tuple[float, float]], notes: dict[str, Note]) -> None:
    if positions:
        design.positions[scope] = dict(positions)
    if notes:
        design.notes[scope] = dict(notes)
