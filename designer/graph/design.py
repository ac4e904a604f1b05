"""`Design`: what a document holds and everything public takes."""

from __future__ import annotations

from typing import Any

import msgspec

from blocks import registry
from designer.graph.network import Network
from designer.graph.own_block import OWN, Definition, OwnBlock, used_definitions

ROOT = ""
"""The scope of the design itself; other scopes are ids of definitions."""

DOWN, RIGHT = "down", "right"
"""The two flows: inputs above, or inputs on the left."""

NOTE_WIDTH = 168.0


class Origin(msgspec.Struct, frozen=True):
    """The preset a design was opened from, with the options that differed from their defaults."""

    preset: str
    options: dict[str, Any] = {}
    extra: dict[str, Any] = {}  # unknown keys of a file, here as everywhere


class Note(msgspec.Struct, frozen=True):
    """Free text on the canvas, at scene position (x, y) in px, so wide in px; its height follows from the text."""

    id: str
    text: str
    x: float = 0.0
    y: float = 0.0
    extra: dict[str, Any] = {}
    width: float = NOTE_WIDTH


class Resolver:
    """From the name of a block to its type, for one state of the definitions."""

    def __init__(self, definitions: dict[str, Definition]) -> None:
        self._definitions = definitions
        self._own: dict[str, OwnBlock] = {}
        self._building: set[str] = set()
        self._known = registry.blocks()

    def __call__(self, name: str) -> Any:
        known = self._known.get(name)
        if known is not None:
            return known
        own = self._own.get(name)
        if own is not None:
            return own
        definition = self._definitions.get(name.removeprefix(OWN)) if name.startswith(OWN) else None
        if definition is None or name in self._building:
            return None
        self._building.add(name)
        try:
            made = self._own[name] = OwnBlock(definition, self)
        finally:
            self._building.discard(name)
        return made


class Design:
    """Root network (top-level blocks, not flattened), definitions of own blocks, positions, notes and origin.

    Changed only through `edits.apply`. `resolve` finds block types; it is replaced whenever a definition changes, so whatever is
    kept for one resolver is right as long as the resolver is the same object.
    """

    def __init__(self, name: str = "untitled", root: Network | None = None) -> None:
        self.name = name
        self.root = root if root is not None else Network()
        self.definitions: dict[str, Definition] = {}
        self.positions: dict[str, dict[str, tuple[float, float]]] = {}
        self.notes: dict[str, dict[str, Note]] = {}
        self.origin: Origin | None = None
        self.flow = DOWN  # which way wires run on the canvas: `down`, or `right`
        self.extra: dict[str, Any] = {}
        self.migrated_file: str | None = None  # the file of an older version this was read from, until it is saved over
        self.resolve = Resolver(self.definitions)

    def network(self, scope: str = ROOT) -> Network:
        """The network of a scope. Raises KeyError when there is no such definition."""
        return self.root if scope == ROOT else self.definitions[scope].network

    @property
    def definition(self) -> Definition | None:
        """The own block whose inside this is (`inside.DesignInside`); None for a design itself."""
        return None

    def real_scope(self, scope: str) -> str:
        """The scope in the whole design, where this is only a part of one (`inside.DesignInside`)."""
        return scope

    def copy(self) -> Design:
        """The same design, on which edits can be tried."""
        made = Design(self.name, self.root.copy())
        made.definitions = {
            name: msgspec.structs.replace(one, network=one.network.copy()) for name, one in self.definitions.items()
        }
        made.positions = {scope: dict(places) for scope, places in self.positions.items()}
        made.notes = {scope: dict(notes) for scope, notes in self.notes.items()}
        made.flow = self.flow
        made.origin, made.extra, made.migrated_file = self.origin, dict(self.extra), self.migrated_file
        made.definitions_changed()
        return made

    def definitions_changed(self) -> None:
        self.resolve = Resolver(self.definitions)

    def uses(self, scope: str) -> set[str]:
        """Ids of all definitions used in a scope, directly or inside others."""
        found: set[str] = set()
        waiting = [scope]
        while waiting:
            at = waiting.pop()
            if at != ROOT and at not in self.definitions:
                continue
            for used in used_definitions(self.network(at)) - found:
                found.add(used)
                waiting.append(used)
        return found
