"""Blocks and wires on their way to new places: 240 ms, at once where a person wants no motion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation

from designer.graph.network import Edge
from designer.ui import theme
from designer.ui.canvas.geometry import Box, Point
from designer.ui.canvas.scene import Scene


class Picture:
    """Where everything on a scene is at one moment."""

    def __init__(self, scene: Scene) -> None:
        self.places: dict[str, Point] = {node_id: item.box[:2] for node_id, item in scene.nodes.items()}
        self.wires: dict[Edge, list[Point]] = {edge: item.points for edge, item in scene.edges.items()}
        self.frames: dict[str, Box] = {name: frame.box for name, frame in scene.frames.items()}
        self.notes: dict[str, Point] = {name: item.box[:2] for name, item in scene.note_items.items()}

    def shift(self, dx: float, dy: float) -> None:
        """Everything was there, seen from where one looks now."""
        self.places = {key: (x + dx, y + dy) for key, (x, y) in self.places.items()}
        self.wires = {edge: [(x + dx, y + dy) for x, y in points] for edge, points in self.wires.items()}
        self.frames = {name: box.moved(dx, dy) for name, box in self.frames.items()}
        self.notes = {name: (x + dx, y + dy) for name, (x, y) in self.notes.items()}


class Glide(QVariantAnimation):
    """Shows a scene that has just changed as it was, and leads it to what it is."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scene: Scene | None = None
        self._from: Picture | None = None
        self._to: Picture | None = None
        self.setStartValue(0.0)
        self.setEndValue(1.0)
        self.setEasingCurve(QEasingCurve.Type.OutCubic)
        self.valueChanged.connect(self._step)
        self.finished.connect(self._end)

    def go(self, scene: Scene, before: Picture) -> None:
        """Begin; `before` was taken before the change."""
        self.settle()
        duration = theme.current().duration("layout")
        if duration <= 0:
            return
        self._scene, self._from, self._to = scene, before, Picture(scene)
        self.setDuration(duration)
        self._step(0.0)
        self.start()

    @property
    def running(self) -> bool:
        return self._scene is not None

    def settle(self) -> None:
        """Everything is where it belongs, at once."""
        if self._scene is not None:
            self.stop()
            self._end()

    def drop(self) -> None:
        """The scene has changed on the way, or is gone: leave it as it has to be now."""
        scene, self._scene = self._scene, None
        self.stop()
        if scene is not None:
            places = {node_id: place for node_id, place in scene.seen_places().items() if node_id in scene.nodes}
            scene.place_nodes(places)
            for edge in list(scene.edges):
                scene.lead(edge)
            scene.move_frames(scene.nodes)

    def _end(self) -> None:
        if self._scene is not None:
            self._show(1.0)
            self._scene = self._from = self._to = None

    def _step(self, t: float) -> None:
        if self._scene is not None:
            self._show(t)

    def _show(self, t: float) -> None:
        scene, start, end = self._scene, self._from, self._to
        assert scene is not None
        assert start is not None
        assert end is not None
        places = _between(start.places, end.places, t)
        wires = {
            edge: _led(start.wires[edge], points, t) if edge in start.wires and t < 1 else points
            for edge, points in end.wires.items()
        }
        scene.show_moment(places, wires)
        for name, box in end.frames.items():
            old = start.frames.get(name)
            if name in scene.frames:
                scene.frames[name].surround(box if old is None or t >= 1 else Box(*_mixed(old, box, t)))
        for name, place in _between(start.notes, end.notes, t).items():
            if name in scene.note_items:
                scene.note_items[name].setPos(*place)


def _between(start: Mapping[str, Point], end: Mapping[str, Point], t: float) -> dict[str, Point]:
    found: dict[str, Point] = {}
    for key, (x, y) in end.items():
        old_x, old_y = start.get(key, (x, y))
        found[key] = (old_x + (x - old_x) * t, old_y + (y - old_y) * t) if t < 1 else (x, y)
    return found


def _mixed(a: Sequence[float], b: Sequence[float], t: float) -> list[float]:
    return [old + (new - old) * t for old, new in zip(a, b, strict=True)]


def _led(old: list[Point], new: list[Point], t: float) -> list[Point]:
    """A wire between two ways: corner by corner, those that one of them lacks at its last."""
    count = max(len(old), len(new))
    first = [*old[:-1], *[old[-2]] * (count - len(old)), old[-1]]
    last = [*new[:-1], *[new[-2]] * (count - len(new)), new[-1]]
    return [(ax + (bx - ax) * t, ay + (by - ay) * t) for (ax, ay), (bx, by) in zip(first, last, strict=True)]
