"""Stages by hand: a selection becomes one, one gets another name, one is taken apart. Each is one step of undo.

Ids that begin with their stage's name follow it, so that paths stay what a person reads: `stage3.ir1` becomes `middle.ir1`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import msgspec

from blocks.ids import valid_id
from designer.analysis.describe import stage_title
from designer.app.commands import connection, named, step
from designer.graph.design import ROOT, Design
from designer.graph.edits import AddNode, Compound, Edit, RemoveNode, SetStage
from designer.graph.network import Edge, Network
from designer.graph.rules import StructureError

MAX_NAME = 80
BOUNDARY = ("input", "output")


def stage_name(text: str) -> str:
    """The name of a stage that reads like what a person wrote: `Stage 3` is stage3. Raises StructureError with the reason."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))
    words = re.sub(r"[^a-z0-9_]+", " ", plain).split()
    name = ""
    for word in words:
        # stage_title writes a space before a number, so here it goes
        name += word if not name or (word[0].isdigit() and name[-1].isalpha()) else f"_{word}"
    name = re.sub("_+", "_", name).strip("_")[:MAX_NAME].rstrip("_")
    if not name:
        raise StructureError("bad_id", "A stage needs a name of letters.")
    if not valid_id(name):
        raise StructureError(
            "bad_id", f"{name!r} cannot be the name of a stage: begin with a letter, and use no word of Python or torch."
        )
    return name


def _named(network: Network, text: str) -> str:
    """The name of the stage whose title this is, else of one that reads so: Two 3x3 may be `two_3x3` and `two3x3`."""
    stages = sorted({node.stage for node in network.nodes() if node.stage is not None})
    return next((stage for stage in stages if stage_title(stage) == text.strip()), None) or stage_name(text)


def free_name(network: Network) -> str:
    """A name that no stage and no node has: `stage1`, `stage2`, ..."""
    taken = {node.stage for node in network.nodes()} | set(network)
    return next(name for k in range(1, len(taken) + 2) if (name := f"stage{k}") not in taken)


def stageable(design: Design, ids: Iterable[str], scope: str = ROOT) -> list[str]:
    """The nodes that can stand in a stage: all but inputs and outputs."""
    network = design.network(scope)
    return [node_id for node_id in sorted(set(ids)) if node_id in network and network.node(node_id).block not in BOUNDARY]


def make(design: Design, ids: Iterable[str], text: str, scope: str = ROOT) -> Compound:
    """Puts blocks into the stage of this name, a new one or one that is there."""
    wanted = stageable(design, ids, scope)
    if not wanted:
        raise StructureError("no_node", "Select the blocks of the stage first; inputs and outputs stand in none.")
    network = design.network(scope)
    name = _named(network, text)
    moving = [node_id for node_id in wanted if network.node(node_id).stage != name]
    edits = [SetStage(scope=scope, node=node_id, stage=name) for node_id in moving]
    return step(f"Put {named(design, scope, moving)} into {name}", edits, scope)


def take_apart(design: Design, stages: Iterable[str], scope: str = ROOT) -> Compound:
    """Takes all blocks of some stages out of them; the blocks stay."""
    gone = set(stages)
    members = [node for node in design.network(scope).nodes() if node.stage in gone]
    edits = [SetStage(scope=scope, node=node.id, stage=None) for node in sorted(members, key=lambda node: node.id)]
    name = next(iter(gone)) if len(gone) == 1 else f"{len(gone)} stages"
    return step(f"Take {name} apart", edits, scope)


def rename(design: Design, stage: str, text: str, scope: str = ROOT) -> Compound:
    """Gives a stage another name. Raises StructureError where another stage has it."""
    network = design.network(scope)
    name = _named(network, text)
    if name == stage:
        return step("", (), scope)
    if any(node.stage == name for node in network.nodes()):
        raise StructureError("path_taken", f"There is a stage {name!r} already. Put the blocks into it instead.")
    members = [node for node in network.nodes() if node.stage == stage]
    if not members:
        raise StructureError("no_node", f"There is no stage {stage!r}.")
    new_ids: dict[str, str] = {}
    for node in members:
        local = node.id.removeprefix(f"{stage}_")
        wanted = f"{name}_{local}"
        if local != node.id and valid_id(local) and valid_id(wanted) and wanted not in network:
            new_ids[node.id] = wanted
    stay = [node for node in members if node.id not in new_ids]
    edits: list[Edit] = []
    wires = [edge for edge in network.edges() if edge.source in new_ids or edge.target in new_ids]
    places = design.positions.get(scope, {})
    edits += [RemoveNode(scope=scope, id=node_id) for node_id in sorted(new_ids)]
    edits += [SetStage(scope=scope, node=node.id, stage=name) for node in sorted(stay, key=lambda node: node.id)]
    for node_id, new in sorted(new_ids.items()):
        node = msgspec.structs.replace(network.node(node_id), id=new, stage=name)
        edits.append(AddNode(scope=scope, node=node, position=places.get(node_id)))
    for source, out, target, port in sorted(wires):
        edits.append(connection(Edge(new_ids.get(source, source), out, new_ids.get(target, target), port), scope))
    return step(f"Rename {stage} to {name}", edits, scope)
