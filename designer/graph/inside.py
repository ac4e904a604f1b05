"""A definition of a design seen as if it were the design itself, and the edits made there as edits of the whole."""

from __future__ import annotations

from typing import Any

import msgspec

from designer.graph.definition_edits import Define, Undefine
from designer.graph.design import ROOT, Design, Note, Origin, Resolver
from designer.graph.edits import AddNode, Compound, Edit, Redraw, SetFlow, SetName, SetOrigin
from designer.graph.network import Network
from designer.graph.own_block import Definition

WHOLE = (Define, Undefine, SetName, SetOrigin, SetFlow, Redraw)
"""Edits that concern the design as a whole, wherever they are made."""


class DesignInside(Design):
    """What is inside one own block of `whole`: its network is the root, its places and notes are those of the root.

    It holds nothing of its own and cannot be changed: whoever edits here applies `rescoped(edit, scope)` to `whole`. Once the
    definition is gone it is empty.
    """

    def __init__(self, whole: Design, scope: str) -> None:
        self.whole = whole
        self.inside = scope

    @property
    def definition(self) -> Definition | None:
        """The definition, None once it is gone."""
        return self.whole.definitions.get(self.inside)

    def real_scope(self, scope: str) -> str:
        return self.inside if scope == ROOT else scope

    def copy(self) -> Design:
        return _Copy(self)

    # what a design has as attributes; the whole alone may set them

    @property
    def name(self) -> str:
        return self.definition.name if self.definition is not None else self.inside

    @name.setter
    def name(self, value: str) -> None:
        raise AttributeError(value)

    @property
    def root(self) -> Network:
        return self.definition.network if self.definition is not None else Network()

    @root.setter
    def root(self, value: Network) -> None:
        raise AttributeError(value)

    @property
    def definitions(self) -> dict[str, Definition]:
        return self.whole.definitions

    @definitions.setter
    def definitions(self, value: dict[str, Definition]) -> None:
        raise AttributeError(value)

    @property
    def positions(self) -> dict[str, dict[str, tuple[float, float]]]:
        return self._turned(self.whole.positions)

    @positions.setter
    def positions(self, value: dict[str, dict[str, tuple[float, float]]]) -> None:
        raise AttributeError(value)

    @property
    def notes(self) -> dict[str, dict[str, Note]]:
        return self._turned(self.whole.notes)

    @notes.setter
    def notes(self, value: dict[str, dict[str, Note]]) -> None:
        raise AttributeError(value)

    @property
    def origin(self) -> Origin | None:
        return None

    @origin.setter
    def origin(self, value: Origin | None) -> None:
        raise AttributeError(value)

    @property
    def flow(self) -> str:
        return self.whole.flow

    @flow.setter
    def flow(self, value: str) -> None:
        raise AttributeError(value)

    @property
    def extra(self) -> dict[str, Any]:
        return {}

    @extra.setter
    def extra(self, value: dict[str, Any]) -> None:
        raise AttributeError(value)

    @property
    def resolve(self) -> Resolver:
        return self.whole.resolve

    @resolve.setter
    def resolve(self, value: Resolver) -> None:
        raise AttributeError(value)

    def _turned(self, by_scope: dict[str, Any]) -> dict[str, Any]:
        found = {**by_scope, ROOT: by_scope.get(self.inside, {})}
        if not found[ROOT]:
            del found[ROOT]
        return found


class _Copy(Design):
    """What is inside an own block, on which edits can be tried: the same refusals, and nothing of the whole changes."""

    def __init__(self, of: DesignInside) -> None:
        whole = of.whole.copy()
        super().__init__(of.name, of.root.copy())
        self.inside = of.inside
        self.definitions = whole.definitions
        self.positions = {name: dict(places) for name, places in of.positions.items()}
        self.notes = {name: dict(notes) for name, notes in of.notes.items()}
        self.flow = of.flow
        self.definitions_changed()

    @property
    def definition(self) -> Definition | None:
        return self.definitions.get(self.inside)

    def real_scope(self, scope: str) -> str:
        return self.inside if scope == ROOT else scope


def rescoped(edit: Edit, scope: str) -> Edit:
    """An edit made on a `DesignInside`, as an edit of the whole design. Blocks lose their stage: stages are of the root alone."""
    if isinstance(edit, Compound):
        return msgspec.structs.replace(edit, scope=scope, edits=tuple([rescoped(inner, scope) for inner in edit.edits]))
    if isinstance(edit, WHOLE) or edit.scope != ROOT:
        return edit
    if isinstance(edit, AddNode) and edit.node.stage is not None:
        return msgspec.structs.replace(edit, scope=scope, node=msgspec.structs.replace(edit.node, stage=None))
    return msgspec.structs.replace(edit, scope=scope)
