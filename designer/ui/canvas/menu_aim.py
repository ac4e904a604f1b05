"""What a context menu of the canvas is about: what lies under the pointer, or, from the keyboard, what is selected."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPoint, QPointF

from designer.ui.canvas.geometry import Point
from designer.ui.canvas.gestures import notes
from designer.ui.canvas.hit_test import Hit
from designer.ui.canvas.view import View


class Aim(NamedTuple):
    """`kind` names the menu: block, blocks, port, wire, note, stage, ground, or part (inside a drawing that cannot be edited).
    `place` is where it was opened in the scene, `at` on the screen."""

    kind: str
    hit: Hit
    place: Point
    at: QPoint


def aim_at(view: View, at: QPoint) -> Aim:
    """The menu for what lies at a place of the view, which is selected: as everywhere, what is selected already stays so."""
    place = view.viewportTransform().inverted()[0].map(QPointF(at))
    hit = view.surface.hit(place.x(), place.y(), view.zoom)
    return Aim(_take(view, hit), hit, (place.x(), place.y()), view.viewport().mapToGlobal(at))


def aim_at_selection(view: View) -> Aim:
    """The menu for what is selected, beside it where it is in sight."""
    kind, hit, place = _selected(view)
    spot = view.viewportTransform().map(QPointF(*place)).toPoint()
    if not view.viewport().rect().contains(spot):
        spot = view.viewport().rect().center()
    return Aim(kind, hit, place, view.viewport().mapToGlobal(spot))


def _take(view: View, hit: Hit) -> str:
    """Select what was hit; gives the name of its menu."""
    if hit.kind in ("node", "port"):
        if hit.node not in view.selection:
            notes.select_note(view, None)
            view.select({hit.node})
        if view.read_only:
            return "part"
        several = len(view.selection) > 1 or hit.node in view.surface.toggles  # a card stands for several
        return "port" if hit.kind == "port" else "blocks" if several else "block"
    if view.read_only:
        return "part"
    notes.select_note(view, hit.name if hit.kind == "note" else None)
    stage = hit.name.removeprefix("stage:") if hit.kind in ("frame", "toggle") else ""
    if view.members(stage):
        view.select(view.members(stage))
        return "stage"
    view.select(())
    if hit.kind == "edge":
        view.select_edge(hit.edge)
        return "wire"
    return "note" if hit.kind == "note" else "ground"


def _selected(view: View) -> tuple[str, Hit, Point]:
    centre = view.centre()
    ground: Point = (centre.x(), centre.y())
    nodes = sorted(view.selection & set(view.surface.nodes))
    if nodes:
        several = len(nodes) > 1 or nodes[0] in view.surface.toggles
        kind = "part" if view.read_only else "blocks" if several else "block"
        return kind, Hit("node", nodes[0]), view.surface.nodes[nodes[0]].box.centre
    if view.read_only:
        return "part", Hit(), ground
    item = view.surface.edges.get(view.selected_edge) if view.selected_edge is not None else None
    if item is not None and item.points:
        return "wire", Hit("edge", edge=view.selected_edge), item.points[len(item.points) // 2]
    name = notes.selected_note(view)
    if name is not None:
        return "note", Hit("note", name=name), view.surface.notes[name].centre
    return "ground", Hit(), ground
