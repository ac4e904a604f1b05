"""Earlier states of a document: the design as it was after any step of its undo history."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from designer.app.controller import Controller
from designer.app.undo import EditCommand
from designer.graph.design import Design


class Moment(NamedTuple):
    """A state that can be looked at: how many steps had been made, and the last of them in words."""

    steps: int
    title: str


def copy_of(design: Design) -> Design:
    """The same design, which may be changed without changing this one."""
    made = Design(design.name, design.root.copy())
    for key, definition in design.definitions.items():
        made.definitions[key] = msgspec.structs.replace(definition, network=definition.network.copy())
    made.definitions_changed()
    made.positions = {scope: dict(places) for scope, places in design.positions.items()}
    made.notes = {scope: dict(notes) for scope, notes in design.notes.items()}
    made.origin = design.origin
    made.extra = dict(design.extra)
    return made


def moments(controller: Controller) -> list[Moment]:
    """The states that the undo history holds, the newest first, without the present one."""
    stack = controller.stack
    return [
        Moment(steps, stack.text(steps - 1) if steps else "As it was opened")
        for steps in range(stack.count(), -1, -1)
        if steps != stack.index()
    ]


def design_at(controller: Controller, steps: int) -> Design:
    """The design after so many steps; the document itself stays as it is."""
    stack = controller.stack
    design = copy_of(controller.design)
    for number in range(stack.index() - 1, steps - 1, -1):
        command = stack.command(number)
        assert isinstance(command, EditCommand)
        command.inverse.apply(design)
    for number in range(stack.index(), steps):
        command = stack.command(number)
        assert isinstance(command, EditCommand)
        command.edit.apply(design)
    return design
