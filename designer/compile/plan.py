"""What is compiled: the primitives of a design in execution order, with their paths, wires and the in-place rule applied."""

from __future__ import annotations

from typing import Any, NamedTuple

from blocks.builder import Result
from blocks.cost import Cost
from blocks.spec import TensorSpec
from designer.analysis.engine import Engine
from designer.analysis.flatten import flatten
from designer.analysis.memory import storage_of
from designer.compile.errors import CompileError
from designer.graph.design import Design


class Step(NamedTuple):
    """One primitive. `inputs` are positions in `Plan.steps`; `inplace` where it overwrites its input."""

    path: str
    result: Result
    inputs: tuple[int, ...]
    inplace: bool

    @property
    def output(self) -> TensorSpec:
        return self.result.outputs[0]

    def module(self) -> Any:
        """A new torch module for this step."""
        module: Any = self.result.instance.module(*self.result.inputs)
        if self.inplace:
            module.inplace = True
        return module


class Plan(NamedTuple):
    """The design as the compiler sees it. `steps` holds input and output nodes too; they become no modules.

    `inputs` and `outputs` are (name, position in `steps`) in input and output order; an output's position is that of the step
    that makes its value. `total` is the cost of the whole.
    """

    design: Design
    engine: Engine
    steps: list[Step]
    inputs: list[tuple[str, int]]
    outputs: list[tuple[str, int]]
    total: Cost

    @property
    def layers(self) -> list[Step]:
        """The steps that become modules, in execution order."""
        return [step for step in self.steps if step.result.block.category != "io"]


def plan_of(design: Design) -> Plan:
    """Analyse and flatten. Raises CompileError, naming the node, where the design has errors or nothing reaches an output."""
    engine = Engine(design)
    total = engine.total
    if total is None:
        issue = next(issue for issue in engine.issues() if issue.severity == "error")
        raise CompileError(f"This design cannot be compiled. {issue.sentence()}", issue.path)
    flat = flatten(engine)
    inplace = storage_of(flat).inplace
    steps = [Step(*fields) for fields in zip(flat.paths(engine), flat.steps, flat.inputs, inplace, strict=True)]
    outputs = [(name, _maker(steps, at)) for name, at in flat.output_nodes]
    return Plan(design, engine, steps, list(flat.input_nodes), outputs, total)


def _maker(steps: list[Step], at: int) -> int:
    """The step behind an output node."""
    while steps[at].result.block.category == "io" and steps[at].inputs:
        at = steps[at].inputs[0]
    return at
