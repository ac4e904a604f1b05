"""The options of the preset a design came from: while it still equals its preset, changing one draws it anew."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from blocks.errors import LightdesignerError
from blocks.parameters import Parameter
from designer import catalogue
from designer.graph.design import Design
from designer.graph.edits import Redraw
from designer.graph.network import Edge, Node

if TYPE_CHECKING:
    from designer.app.controller import Controller
    from presets.preset import Preset

Picture = tuple[dict[str, Node], frozenset[Edge]]


class PresetRedraw:
    """Follows one design at a time. `kind`, `parameters` and `values` are those of its preset after `follow` gave True.

    Consecutive changes of one option are one step of undo until `released`.
    """

    def __init__(self) -> None:
        self.kind: type[Preset] | None = None
        self.parameters: dict[str, Parameter[Any]] = {}
        self.values: dict[str, Any] = {}
        self._controller: Controller | None = None
        self._text = ""
        self._drawn: Picture | None = None
        self._session = 0

    def follow(self, controller: Controller) -> bool:
        """Look at a design; False where it does not equal its preset (any more)."""
        self._controller = controller
        design = controller.design
        if not self._equals_origin(design):
            return False
        assert design.origin is not None
        kind = catalogue.find_preset(design.origin.preset)
        if kind is not self.kind:
            self.kind = kind
            self.parameters = _with_settled_defaults(kind)
        made = kind.of(kind.bind(design.origin.options).values)
        self.values = {name: made.settled(name) for name in kind.parameters}
        return True

    def forget(self) -> None:
        """The document is gone."""
        self._controller = None

    def draw(self, name: str, value: Any, *, reset: bool = False) -> str | None:
        """Draw the preset with another value of an option, or with its default; gives why it cannot be."""
        controller, kind = self._controller, self.kind
        assert controller is not None
        assert kind is not None
        design = controller.design
        origin = design.origin
        assert origin is not None
        options = dict(origin.options)
        cleaned = None if reset else self.parameters[name].clean(value)
        if reset or cleaned == self.parameters[name].default:
            options.pop(name, None)
        else:
            options[name] = kind.parameters[name].raw(cleaned)
        if options == origin.options:
            return None
        try:
            drawn = catalogue.draw(kind.id, options)
        except LightdesignerError as error:
            return str(error)
        named = design.name != catalogue.canonical(kind.id, origin.options)  # a name a person gave stays
        edit = Redraw(
            nodes=tuple(drawn.root.nodes()),
            edges=tuple(drawn.root.edges()),
            origin=drawn.origin,
            name=design.name if named else drawn.name,
        )
        assert drawn.origin is not None
        self._text, self._drawn = catalogue.canonical(kind.id, drawn.origin.options), _picture(drawn)
        controller.apply(edit, f"Set {name} of {kind.title}", merge=f"option {name} {self._session}")
        return None

    def released(self) -> None:
        """A gesture ended: the next change is a step of its own."""
        self._session += 1
        if self._controller is not None:
            self._controller.finish_merge()

    def _equals_origin(self, design: Design) -> bool:
        """Whether nodes and wires are those that the origin draws; what was drawn for the last look is kept."""
        origin = design.origin
        if origin is None:
            return False
        try:
            text = catalogue.canonical(origin.preset, origin.options)
            if text != self._text or self._drawn is None:
                self._text, self._drawn = text, _picture(catalogue.draw(origin.preset, origin.options))
        except LightdesignerError:  # a preset or an option of another version
            return False
        return len(design.root) == len(self._drawn[0]) and _picture(design) == self._drawn


def _picture(design: Design) -> Picture:
    return {node.id: node for node in design.root.nodes()}, frozenset(design.root.edges())


def _with_settled_defaults(kind: type[Preset]) -> dict[str, Parameter[Any]]:
    """The options, each with the value that "none" stands for as its default: a person sees 224 px, not none."""
    plain = kind.of(kind.defaults)
    found: dict[str, Parameter[Any]] = {}
    for name, parameter in kind.parameters.items():
        settled = plain.settled(name)
        if parameter.default is None and settled is not None:
            parameter = copy.copy(parameter)
            parameter.default = settled
            parameter.optional = False
        found[name] = parameter
    return found
