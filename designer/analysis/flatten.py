"""The primitives of a design in execution order: what the compiler, the tables, memory and receptive field read.

A composite's flat list is worked out once per evaluated drawing and shared by all its copies; the design's is a concatenation.
"""

from __future__ import annotations

from typing import NamedTuple

from blocks.builder import Result
from designer.analysis.engine import Engine


class Flat(NamedTuple):
    """Primitives of one drawing. `inputs[k]` are references: a step's index, or -1 - i for input i of the drawing."""

    steps: list[Result]
    inputs: list[tuple[int, ...]]
    names: list[str]
    outputs: tuple[int, ...]


def flat_of(result: Result) -> Flat:
    """Flat list of one evaluated block, kept on its result."""
    flat: Flat | None = result.flat
    if flat is not None:
        return flat
    drawing = result.drawing
    if drawing is None:
        flat = Flat([result], [tuple([-1 - k for k in range(len(result.inputs))])], [""], (0,))
        result.flat = flat
        return flat
    steps: list[Result] = []
    inputs: list[tuple[int, ...]] = []
    names: list[str] = []
    made: list[tuple[int, ...]] = []  # flat references of each part's outputs

    for part in drawing.parts:
        fed = [made[index][port] if index >= 0 else index for index, port in part.inputs]
        if part.result.drawing is None:
            made.append((len(steps),))
            steps.append(part.result)
            inputs.append(tuple(fed))
            names.append(part.name)
            continue
        inner = flat_of(part.result)
        base = len(steps)
        steps += inner.steps
        for refs in inner.inputs:
            inputs.append(tuple([base + ref if ref >= 0 else fed[-1 - ref] for ref in refs]))
        prefix = part.name + "."
        names += [prefix + name for name in inner.names]
        made.append(tuple([base + ref if ref >= 0 else fed[-1 - ref] for ref in inner.outputs]))
    outputs = tuple([made[index][port] if index >= 0 else index for index, port in drawing.outputs])
    flat = Flat(steps, inputs, names, outputs)
    result.flat = flat
    return flat


class FlatDesign(NamedTuple):
    """Primitives of a design in execution order; input and output nodes stand among them.

    `inputs[k]` are indices of the steps that step k reads, in port order. `spans` are (node id, first step, one past the last)
    in order. `output_nodes` and `input_nodes` are (node id, step).
    """

    steps: list[Result]
    inputs: list[tuple[int, ...]]
    spans: list[tuple[str, int, int]]
    input_nodes: list[tuple[str, int]]
    output_nodes: list[tuple[str, int]]

    def paths(self, engine: Engine) -> list[str]:
        """The dotted path of every step."""
        found: list[str] = []
        for node_id, start, end in self.spans:
            result = engine.results[node_id]
            if end == start:
                continue
            assert result.evaluated is not None
            for name in flat_of(result.evaluated).names:
                found.append(f"{result.path}.{name}" if name else result.path)
        return found


def flatten(engine: Engine) -> FlatDesign:
    """Flatten the nodes that count. The engine's totals must be known."""
    steps: list[Result] = []
    inputs: list[tuple[int, ...]] = []
    spans: list[tuple[str, int, int]] = []
    made: dict[str, dict[str, int]] = {}
    input_nodes: list[tuple[str, int]] = []
    results, wires = engine.results, engine.order.wires
    for node_id in engine.order.order:
        result = results[node_id]
        base = len(steps)
        fed = [made[source][out] for source, out in wires[node_id].values()]
        if result.disabled:
            made[node_id] = {next(iter(result.outputs)): fed[0]}
            spans.append((node_id, base, base))
            continue
        evaluated = result.evaluated
        assert evaluated is not None
        if evaluated.drawing is None:
            steps.append(evaluated)
            inputs.append(tuple(fed))
            made[node_id] = {next(iter(result.outputs)): base}
            if result.block == "input":
                input_nodes.append((node_id, base))
        else:
            inner = flat_of(evaluated)
            steps += inner.steps
            for refs in inner.inputs:
                if len(refs) == 1:
                    ref = refs[0]
                    inputs.append((base + ref if ref >= 0 else fed[-1 - ref],))
                else:
                    inputs.append(tuple([base + ref if ref >= 0 else fed[-1 - ref] for ref in refs]))
            made[node_id] = {
                port: base + ref if ref >= 0 else fed[-1 - ref] for port, ref in zip(result.outputs, inner.outputs, strict=True)
            }
        spans.append((node_id, base, len(steps)))
    output_nodes = [(node_id, made[node_id]["y"]) for node_id in engine.order.outputs]
    position = {node_id: k for k, node_id in enumerate(_input_order(engine))}
    input_nodes.sort(key=lambda item: position[item[0]])
    return FlatDesign(steps, inputs, spans, input_nodes, output_nodes)


def _input_order(engine: Engine) -> list[str]:
    from designer.graph.topology import boundary

    return [node.id for node in boundary(engine.design.root, "input")]
