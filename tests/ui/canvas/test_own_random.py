"""Anything a person does with own blocks, in any order: canvas, analysis and document stay one, and undo leads back."""

from __future__ import annotations

from contextlib import suppress
from random import Random

import pytest
from PySide6.QtWidgets import QApplication

from blocks.errors import LightdesignerError
from designer.app import own_blocks, packing, unpacking
from designer.app.inside import InsideController
from designer.app.pack_plan import planned
from designer.app.pack_proposals import copies_in
from designer.app.packing import Choice
from designer.document.format import read, write
from designer.graph.network import Edge
from designer.graph.own_block import OWN
from designer.ui.canvas.canvas import Canvas
from designer.ui.canvas.scene import Scene
from tests.designs import state
from tests.property.test_engine import same_as_fresh
from tests.property.test_inside import costs_what_the_copy_costs, nested
from tests.property.test_packing import convex
from tests.ui.canvas.conftest import Show

STEPS = 25
KINDS = ("conv2d", "relu", "conv_norm_act", "inverted_residual", "add", "input", "output", "squeeze_excite")


def act(canvas: Canvas, rng: Random) -> None:
    """One thing a person may do."""
    controller, document = canvas.controller, canvas.document
    design = controller.design
    nodes = sorted(design.root)
    if nodes:
        canvas.view.select(rng.sample(nodes, min(len(nodes), rng.choice((1, 1, 1, 2, 3)))))
    copies = copies_in(document.engine, controller.scope) if isinstance(controller, InsideController) else []
    what = rng.choice(
        [
            "pack",
            "pack",
            "unpack",
            "unpack",
            "inside",
            "inside",
            "inside",
            "back",
            "insert",
            "insert",
            "delete",
            "duplicate",
            "undo",
            "undo",
            "redo",
            "expose",
            "unexpose",
            "rename",
            "again",
            "copy",
            "definition",
            "remove",
            "tidy",
            "switch",
            "name",
            "close",
        ]
    )
    scope = rng.choice(sorted(document.design.definitions) or [""])
    match what:
        case "pack":
            chosen = convex(design, rng) if any(node.block not in ("input", "output") for node in design.root.nodes()) else []
            plan = planned(design, controller.engine, chosen, copies)
            exposed = {one.name: one for one in plan.candidates if rng.random() < 0.1}
            made = packing.packed(
                design, controller.engine, plan, Choice(f"B{rng.randint(0, 9)}", exposed=exposed, relations=plan.relations)
            )
            canvas.tools.do(made)
        case "unpack":
            made = unpacking.unpacked_all(design, controller.engine, controller.selection, canvas.scene.places(), copies)
            canvas.tools.do(made)
        case "inside":
            canvas.handlers["view.inside"]()
        case "back" | "delete" | "duplicate":
            canvas.handlers[f"{'view' if what == 'back' else 'edit'}.{what}"]()
        case "insert":
            own = [OWN + name for name in document.design.definitions]
            if design.root.edges() and rng.random() < 0.7:
                canvas.view.select_edge(rng.choice(sorted(design.root.edges())))
            canvas.insert(rng.choice([*KINDS, *own, *own]))
        case "undo":
            document.stack.undo()
        case "redo":
            document.stack.redo()
        case "expose" if isinstance(controller, InsideController) and nodes:
            node_id = rng.choice(nodes)
            values = controller.engine.values_of(node_id)
            if values:
                name = rng.choice(sorted(values))
                raw = design.resolve(design.root.node(node_id).block).parameters[name].raw(values[name])
                made = own_blocks.expose(
                    document.design, controller.scope, node_id, name, rng.choice(["p", "q", name]), value=raw
                )
                document.apply(made, made.name)
        case "unexpose" if scope and document.design.definitions[scope].exposed:
            made = own_blocks.unexpose(document.design, scope, rng.choice(sorted(document.design.definitions[scope].exposed)))
            document.apply(made, made.name)
        case "rename" if scope:
            made = own_blocks.rename(document.design, scope, f"Name {rng.randint(0, 99)}")
            document.apply(made, made.name) if made.edits else None
        case "port" if scope:
            ends = [node.id for node in document.design.definitions[scope].network.nodes() if node.block in ("input", "output")]
            made = own_blocks.rename_port(document.design, scope, rng.choice(ends or ["x"]), rng.choice(["p", "q", "r"]))
            document.apply(made, made.name)
        case "again" if scope:
            canvas.own_blocks.duplicate(rng.choice(["", scope]))
        case "copy":
            canvas.own_blocks.find_copies(scope)
        case "definition" if scope:
            canvas.open_definition(scope)
        case "remove" if scope:
            canvas.own_blocks.remove(scope)
        case "tidy":
            canvas.handlers["design.tidy"]() if not canvas.why_not("design.tidy") else None
        case "switch":
            canvas.handlers["edit.disable"]() if not canvas.why_not("edit.disable") else None
        case "name" if scope and nodes:
            made = own_blocks.follow_input(document.design, scope, rng.choice(nodes), "out_channels", "x", rng.choice((1, 2)))
            document.apply(made, made.name)


def check(canvas: Canvas, rng: Random) -> None:
    """What is shown is what there is, and every analysis equals a fresh one."""
    same_as_fresh(canvas.document.engine, rng)
    for surface, controller in ((canvas.whole, canvas.document), (canvas.scene, canvas.controller)):
        assert isinstance(surface, Scene)
        assert set(surface.nodes) == set(controller.design.root)
        assert set(surface.edges) == {Edge(*edge) for edge in controller.design.root.edges()}
        assert surface.overview.selected == controller.selection
    if isinstance(canvas.controller, InsideController):
        assert canvas.controller.alive
        if canvas.controller.node_id:
            costs_what_the_copy_costs(canvas.controller)
    assert set(read(write(canvas.document.design)).definitions) == set(canvas.document.design.definitions)


@pytest.mark.parametrize("seed", range(4))
def test_anything_in_any_order(show: Show, seed: int) -> None:
    rng = Random(seed)
    canvas = show(nested())
    before = state(canvas.document.design)
    for _ in range(STEPS):
        with suppress(LightdesignerError):  # one in some is refused
            act(canvas, rng)
        QApplication.processEvents()
        check(canvas, rng)
    while canvas.document.stack.canUndo():
        canvas.document.stack.undo()
    assert state(canvas.document.design) == before
