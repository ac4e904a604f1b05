"""What the analysis says about one node."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from blocks.builder import Result
from blocks.cost import ZERO, Cost
from blocks.errors import Issue
from blocks.spec import TensorSpec

Status = Literal["ok", "warning", "error", "blocked", "incomplete", "unused"]


class NodeResult(msgspec.Struct, frozen=True):
    """Shapes, cost and status of one root node.

    `inputs` and `outputs` map port names to shapes; outputs are empty while the node has none. `blocked_by` is the path of the
    root cause that a BLOCKED node waits for. `evaluated` is the shared result with the drawing inside, None where there is none.
    A node that is disabled passes its first input on: its outputs are that input and it costs nothing.
    """

    path: str
    block: str
    inputs: dict[str, TensorSpec]
    outputs: dict[str, TensorSpec]
    cost: Cost = ZERO
    status: Status = "ok"
    issues: tuple[Issue, ...] = ()
    evaluated: Result | None = None
    blocked_by: str = ""
    disabled: bool = False
    block_type: Any = None
