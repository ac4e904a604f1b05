"""A design as the text of a `.lightdesign` document, and back.

The text is laid out for diffs: nodes and wires sorted, one on each line, positions in a section of their own at the end. Equal
designs give equal texts, and a text that was written here is written again byte for byte after reading it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from blocks import registry
from blocks.errors import BlockError
from blocks.parameters import shown
from blocks.spec import MAX_PRIMITIVES
from designer.document import strict_json
from designer.document.errors import DocumentError
from designer.document.migrations import MIGRATIONS, Migrations, migrate, migrate_params
from designer.document.missing import block_of, newer_name
from designer.document.records import (
    FORMAT,
    DefinitionRecord,
    DocumentRecord,
    EdgeRecord,
    ExposedRecord,
    NodeRecord,
    NoteRecord,
    OriginRecord,
    document,
    extra,
)
from designer.graph import rules
from designer.graph.design import DOWN, NOTE_WIDTH, ROOT, Design, Note, Origin
from designer.graph.network import Edge, Network, Node
from designer.graph.own_block import OWN, Definition, Exposed
from designer.graph.rules import StructureError

Raw = dict[str, Any]


# -- reading -------------------------------------------------------------------------------------------------------------------


def read(text: str) -> Design:
    """The design of a document. Raises DocumentError whose sentence says what is wrong, and where.

    What has a meaning only the analysis can judge is read as it is: unknown blocks become placeholders, and unknown parameters,
    values out of range and shapes that do not fit are reported as issues.
    """
    design = read_migrating(text)[0]
    design.name = design.name or "untitled"
    return design


def read_migrating(text: str, migrations: Migrations = MIGRATIONS) -> tuple[Design, bool]:
    """The design of a document, and whether it was of an older version."""
    raw = strict_json.parse(text.removeprefix("\ufeff"))
    version = _schema(raw, migrations)
    raw = migrate(raw, version, migrations)
    record = document(raw)
    reader = _Reader(record.blocks, migrations)
    try:
        design = reader.design(raw, record)
    except StructureError as problem:
        raise DocumentError(problem.code, str(problem)) from None
    return design, version < migrations.current or reader.migrated


def _schema(raw: Any, migrations: Migrations) -> int:
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise DocumentError("not_a_design", f'This is not a design: it does not say "format": "{FORMAT}".')
    version = raw.get("schema")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise DocumentError("wrong_type", f'"schema" needs a whole number from 1, but holds {shown(version)}.')
    if version > migrations.current:
        raise DocumentError(
            "newer_schema",
            f"The document has schema {shown(version)}, but this program reads schemas up to {migrations.current}. "
            "Open it with a newer lightdesigner.",
        )
    return version


class _Reader:
    """Turns records into a design; remembers the versions of blocks and whether anything was migrated."""

    def __init__(self, versions: Mapping[str, int], migrations: Migrations) -> None:
        self.versions = versions
        self.migrations = migrations
        self.migrated = False
        self.known = registry.blocks()

    def design(self, raw: Raw, record: DocumentRecord) -> Design:
        count = len(record.nodes) + sum(len(definition.nodes) for definition in record.definitions)
        if count > MAX_PRIMITIVES:
            raise DocumentError(
                "too_large", f"The document has {count:,} nodes; {MAX_PRIMITIVES:,} are the most this program takes."
            )
        uses: dict[str, set[str]] = {}
        for definition in record.definitions:
            if definition.id in uses:
                raise DocumentError("duplicate_id", f"The id {shown(definition.id)} is given to two own blocks.")
            uses[definition.id] = {node.block.removeprefix(OWN) for node in definition.nodes if node.block.startswith(OWN)}
        rules.check_definitions(uses)
        design = Design(record.name, self.network(raw["nodes"], record.nodes, record.edges))
        for inner_raw, inner in zip(raw.get("definitions", ()), record.definitions, strict=True):
            try:
                design.definitions[inner.id] = self.definition(inner_raw, inner)
            except (DocumentError, StructureError) as problem:
                raise DocumentError(problem.code, f"In the own block {shown(inner.id)}: {problem}") from None
        design.definitions_changed()
        if record.origin is not None:
            given = raw["origin"]
            design.origin = Origin(record.origin.preset, record.origin.options, extra(given, OriginRecord))
        for scope in (ROOT, *sorted(design.definitions)):
            if record.notes.get(scope):
                design.notes[scope] = self.notes(raw["notes"][scope], record.notes[scope])
            network = design.network(scope)
            places = {node_id: place for node_id, place in record.positions.get(scope, {}).items() if node_id in network}
            if places:
                design.positions[scope] = places
        design.flow = record.flow
        design.extra = extra(raw, DocumentRecord)
        return design

    def network(self, raws: list[Raw], records: list[NodeRecord], edges: Iterable[EdgeRecord]) -> Network:
        nodes = [self.node(raw, record) for raw, record in zip(raws, records, strict=True)]
        wires = [Edge(*edge) for edge in edges]
        rules.check_network(nodes, wires)
        return Network.of(nodes, wires)

    def node(self, raw: Raw, record: NodeRecord) -> Node:
        block, params = record.block, record.params
        version = self.versions.get(block) if record.version is msgspec.UNSET else record.version
        known = self.known.get(block)
        if known is not None and version is not None:
            if version < 1:
                raise DocumentError("bad_version", f"{block} has no version {shown(version)}; versions begin at 1.")
            if version > known.version:
                block = newer_name(block, version)
            else:
                if version < known.version:
                    params = migrate_params(block, params, version, known.version, self.migrations)
                    self.migrated = True
                version = None  # our own
        return Node(record.id, block, params, record.label, record.stage, record.disabled, version, extra(raw, NodeRecord))

    def definition(self, raw: Raw, record: DefinitionRecord) -> Definition:
        network = self.network(raw["nodes"], record.nodes, record.edges)
        exposed: dict[str, Exposed] = {}
        for inner_raw, inner in zip(raw.get("exposed", ()), record.exposed, strict=True):
            if inner.name in exposed:
                raise DocumentError("duplicate_id", f"The parameter {shown(inner.name)} is exposed twice.")
            exposed[inner.name] = Exposed(inner.bindings, inner.help, extra(inner_raw, ExposedRecord))
        made = Definition(record.id, record.name, network, record.version, exposed, record.help, extra(raw, DefinitionRecord))
        rules.check_definition(made)
        return made

    def notes(self, raws: list[Raw], records: list[NoteRecord]) -> dict[str, Note]:
        found: dict[str, Note] = {}
        for raw, record in zip(raws, records, strict=True):
            if record.id in found:
                raise DocumentError("duplicate_id", f"The id {shown(record.id)} is given to two notes.")
            found[record.id] = Note(record.id, record.text, record.x, record.y, extra(raw, NoteRecord), record.width)
        return found


# -- writing -------------------------------------------------------------------------------------------------------------------


def write(design: Design) -> str:
    """The text of a design's document. Raises DocumentError where a value cannot be written so that it can be read back."""
    scopes = (ROOT, *sorted(design.definitions))
    versions = _versions(node for scope in scopes for node in design.network(scope).nodes())
    head: Raw = {"format": FORMAT, "schema": MIGRATIONS.current, "name": design.name}
    if design.origin is not None:
        origin: Raw = {"preset": design.origin.preset}
        if design.origin.options:
            origin["options"] = design.origin.options
        head["origin"] = origin | _sorted(design.origin.extra)
    sections = [f'"{key}": {_line(value, key)}' for key, value in head.items()]
    if versions:
        sections.append(
            '"blocks": ' + _object([f"{_line(block, block)}: {version}" for block, version in sorted(versions.items())])
        )
    sections += _network(design.root, versions)
    if design.definitions:
        written = [_definition(design.definitions[name], versions) for name in sorted(design.definitions)]
        sections.append('"definitions": ' + _list(written))
    sections += [f"{_line(key, key)}: {_line(value, key)}" for key, value in _sorted(design.extra).items()]
    if design.flow != DOWN:
        sections.append(f'"flow": {_line(design.flow, "flow")}')
    notes = [f'"{scope}": {_list(_notes(design.notes[scope]))}' for scope in scopes if design.notes.get(scope)]
    if notes:
        sections.append('"notes": ' + _object(notes))
    positions = [f'"{scope}": {_object(places)}' for scope in scopes if (places := _positions(design, scope))]
    if positions:
        sections.append('"positions": ' + _object(positions))
    text = _object(sections) + "\n"
    return HALF_CHARACTERS.sub("\ufffd", text) if HALF_CHARACTERS.search(text) else text


HALF_CHARACTERS = re.compile("[\ud800-\udfff]")


def _versions(nodes: Iterable[Node]) -> dict[str, int]:
    """The version of each block in use: ours, or, where only placeholders use it, the newest that one of them names."""
    known = registry.blocks()
    ours: dict[str, int] = {}
    theirs: dict[str, int] = {}
    for node in nodes:
        if node.block in known:
            ours[node.block] = known[node.block].version
        elif node.version is not None and not node.block.startswith(OWN):
            block = block_of(node)
            theirs[block] = max(node.version, theirs.get(block, node.version))
    return theirs | ours


def _network(network: Network, versions: Mapping[str, int]) -> list[str]:
    nodes = [_node(network.node(node_id), versions) for node_id in sorted(network)]
    edges = [_line(list(edge), edge.target) for edge in sorted(network.edges(), key=_edge_order)]
    return ['"nodes": ' + _list(nodes), '"edges": ' + _list(edges)]


def _edge_order(edge: Edge) -> tuple[Any, ...]:
    """By where wires end, slots in their order."""
    port, _, number = edge.target_port.rpartition(".")
    slot = (port, int(number)) if number.isdecimal() and len(number) < 10 else (edge.target_port, -1)
    return (edge.target, slot, edge)


def _node(node: Node, versions: Mapping[str, int]) -> str:
    block = block_of(node)
    ours = registry.blocks().get(node.block)
    record: Raw = {"id": node.id, "block": block}
    version = ours.version if ours is not None and node.version is None else node.version
    if version != versions.get(block):
        record["version"] = version
    if node.stage is not None:
        record["stage"] = node.stage
    if node.label:
        record["label"] = node.label
    if node.disabled:
        record["disabled"] = True
    params = _params(node, ours)
    if params:
        record["params"] = params
    return _line(record | _sorted(node.extra), node.id)


def _params(node: Node, block: Any) -> Raw:
    """Parameters as they are written: of a block we know those that differ from the default, in their shortest form."""
    written: Raw = {}
    for name in sorted(node.params):
        value = node.params[name]
        parameter = block.parameters.get(name) if block is not None else None
        if parameter is not None:
            try:
                clean = parameter.clean(value)
            except BlockError:  # kept for the person to see
                pass
            else:
                if clean == parameter.default:
                    continue
                value = parameter.raw(clean)
        if not strict_json.storable(value):
            raise DocumentError("not_storable", f"{node.id}: {name} is {shown(value)}, which a document cannot hold. Change it.")
        written[name] = value
    return written


def _definition(definition: Definition, versions: Mapping[str, int]) -> str:
    own = definition.id
    head: Raw = {"id": own, "name": definition.name, "version": definition.version}
    if definition.help:
        head["help"] = definition.help
    sections = [f'"{key}": {_line(value, own)}' for key, value in head.items()]
    exposed = []
    for name, inner in definition.exposed.items():  # in their own order: it is that of the inspector
        record: Raw = {"name": name, "bindings": [list(binding) for binding in inner.bindings]}
        if inner.help:
            record["help"] = inner.help
        exposed.append(_line(record | _sorted(inner.extra), name))
    if exposed:
        sections.append('"exposed": ' + _list(exposed))
    sections += _network(definition.network, versions)
    sections += [f"{_line(key, own)}: {_line(value, own)}" for key, value in _sorted(definition.extra).items()]
    return _object(sections)


def _notes(notes: Mapping[str, Note]) -> list[str]:
    written = []
    for note_id in sorted(notes):
        note = notes[note_id]
        record: Raw = {"id": note_id, "text": note.text, "x": _pixels(note.x), "y": _pixels(note.y)}
        if note.width != NOTE_WIDTH and math.isfinite(note.width):
            record["width"] = _pixels(note.width)
        written.append(_line(record | _sorted(note.extra), note_id))
    return written


def _positions(design: Design, scope: str) -> list[str]:
    network = design.network(scope)
    places = sorted(design.positions.get(scope, {}).items())
    return [f'"{node_id}": [{_pixels(x)}, {_pixels(y)}]' for node_id, (x, y) in places if node_id in network]


def _pixels(value: float) -> float:
    """A coordinate as it is written: whole where it can be; one that is no number is nowhere, which must not stop a save."""
    if not math.isfinite(value):
        return 0
    return int(value) if value == int(value) and abs(value) < 2**53 else float(value)


# -- text ----------------------------------------------------------------------------------------------------------------------


def _line(value: Any, where: str) -> str:
    try:
        return strict_json.line(value)
    except ValueError:
        raise DocumentError("not_storable", f"{shown(where)} holds a value that a document cannot hold.") from None


def _sorted(values: Raw) -> Raw:
    return {key: values[key] for key in sorted(values)}


def _object(sections: list[str]) -> str:
    return "{" + _indented(sections) + "}"


def _list(items: list[str]) -> str:
    return "[" + _indented(items) + "]"


def _indented(items: list[str]) -> str:
    """One item on each line, two columns in; no text inside an item holds a line break of its own."""
    return "\n  " + ",\n".join(items).replace("\n", "\n  ") + "\n" if items else ""
