"""The primitives of a design in execution order: what the compiler, the tables, memory and receptive field read.

A composite's flat list is worked out once per evaluated drawing and shared by all its copies; the design's is a concatenation.
"""

from __future__ import annotations

from typing import NamedTuple

from blocks.builder import Drawing, Result
from designer.analysis.engine import Engine


class Flat(NamedTuple):
    """Primitives of one drawing. `inputs[k]` are references: a step's index, or -1 - i for input i of the drawing."""

    steps: list[Result]
    inputs: list[tuple[int, ...]]
    outputs: tuple[int, ...]


def flat_of(result: Result) -> Flat:
    """Flat list of one evaluated block, kept on its result."""
    flat: Flat | None = result.flat
    if flat is None:
        steps: list[Result] = []
        inputs: list[tuple[int, ...]] = []
        given = tuple([-1 - k for k in range(len(result.inputs))])
        if result.drawing is None:
            flat = Flat([result], [given], (0,))
        else:
            outputs = _walk(result.drawing, given, steps, inputs)
            flat = Flat(steps, inputs, outputs)
        result.flat = flat
    return flat


def _walk(drawing: Drawing, given: tuple[int, ...], steps: list[Result], inputs: list[tuple[int, ...]]) -> tuple[int, ...]:
    """Append the primitives of a drawing whose inputs are the references `given`; gives the references of its outputs."""
    made: list[tuple[int, ...]] = []  # references of each part's outputs
    for part in drawing.parts:
        refs = part.inputs
        if len(refs) == 1:  # by far the most
            index, port = refs[0]
            fed: tuple[int, ...] = (made[index][port] if index >= 0 else given[-1 - index],)
        else:
            fed = tuple([made[index][port] if index >= 0 else given[-1 - index] for index, port in refs])
        result = part.result
        inner = result.drawing
        if inner is None:
            made.append((len(steps),))
            steps.append(result)
            inputs.append(fed)
        else:
            made.append(_walk(inner, fed, steps, inputs))
    outputs = drawing.outputs
    if len(outputs) == 1:
        index, port = outputs[0]
        return (made[index][port] if index >= 0 else given[-1 - index],)
    return tuple([made[index][port] if index >= 0 else given[-1 - index] for index, port in outputs])


def _append(inner: Flat, fed: tuple[int, ...], steps: list[Result], inputs: list[tuple[int, ...]]) -> tuple[int, ...]:
    """Copy a flat list behind others; gives the references of its outputs there."""
    base = len(steps)
    steps += inner.steps
    for refs in inner.inputs:
        if len(refs) == 1:  # by far the most
            ref = refs[0]
            inputs.append((base + ref if ref >= 0 else fed[-1 - ref],))
        else:
            inputs.append(tuple([base + ref if ref >= 0 else fed[-1 - ref] for ref in refs]))
    return tuple([base + ref if ref >= 0 else fed[-1 - ref] for ref in inner.outputs])


def names_of(result: Result) -> list[str]:
    """Dotted names inside the block of the steps of `flat_of(result)`; "" for a primitive itself."""
    if result.drawing is None:
        return [""]
    found: list[str] = []
    for part in result.drawing.parts:
        found += [f"{part.name}.{inner}" if inner else part.name for inner in names_of(part.result)]
    return found


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
            found += [f"{result.path}.{name}" if name else result.path for name in names_of(result.evaluated)]
        return found


def flatten(engine: Engine) -> FlatDesign:
    """Flatten the nodes that count. The engine's totals must be known."""
    steps: list[Result] = []
    inputs: list[tuple[int, ...]] = []
    spans: list[tuple[str, int, int]] = []
    made: dict[tuple[str, str], int] = {}  # the step that makes each output of a node
    input_nodes: list[tuple[str, int]] = []
    results, wires = engine.results, engine.order.wires
    for node_id in engine.order.order:
        result = results[node_id]
        base = len(steps)
        fed = tuple(map(made.__getitem__, wires[node_id].values()))
        if result.disabled:
            made[node_id, next(iter(result.outputs))] = fed[0]
            spans.append((node_id, base, base))
            continue
        evaluated = result.evaluated
        assert evaluated is not None
        if evaluated.drawing is None:
            steps.append(evaluated)
            inputs.append(fed)
            made[node_id, next(iter(result.outputs))] = base
            if result.block == "input":
                input_nodes.append((node_id, base))
        else:
            refs = _append(flat_of(evaluated), fed, steps, inputs)
            for port, ref in zip(result.outputs, refs, strict=True):
                made[node_id, port] = ref
        spans.append((node_id, base, len(steps)))
    output_nodes = [(node_id, made[node_id, "y"]) for node_id in engine.order.outputs]
    position = {node_id: k for k, node_id in enumerate(_input_order(engine))}
    input_nodes.sort(key=lambda item: position[item[0]])
    return FlatDesign(steps, inputs, spans, input_nodes, output_nodes)


def _input_order(engine: Engine) -> list[str]:
    from designer.graph.topology import boundary

    return [node.id for node in boundary(engine.design.root, "input")]
