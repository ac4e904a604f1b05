"""Earlier states of a document: the design as it was after any step of its undo history."""

from __future__ import annotations

from typing import NamedTuple

from designer.app.controller import Controller
from designer.app.undo import EditCommand
from designer.graph.design import Design


class Moment(NamedTuple):
    """A state that can be looked at: how many steps had been made, and the last of them in words."""

    steps: int
    title: str


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
    design = controller.design.copy()
    for number in range(stack.index() - 1, steps - 1, -1):
        command = stack.command(number)
        assert isinstance(command, EditCommand)
        command.inverse.apply(design)
    for number in range(stack.index(), steps):
        command = stack.command(number)
        assert isinstance(command, EditCommand)
        command.edit.apply(design)
    return design
