"""Small random designs in which few blocks stand often, with other parameters each time: they ask what tells structures of one
block apart, and which of their numbers become arguments."""

from __future__ import annotations

from random import Random
from typing import Any

import msgspec

from blocks import registry
from blocks.builder import Builder, DrawProblem, Tensor
from blocks.parameters import Bool, Choice, Float, Int, Padding, Pair, Parameter
from designer.catalogue import network_of
from designer.graph.design import Design
from designer.graph.network import Network

WIDTHS = (2, 4, 8, 8, 8, 16, 16, 24, 32)


def value_of(random: Random, parameter: Parameter[Any], channels: int) -> Any:
    """A raw value that keeps the design small; the default half of the time."""
    if random.random() < 0.5:
        return parameter.raw(parameter.default)
    match parameter:
        case Choice(of=of):
            return random.choice(of)
        case Float(minimum=low, maximum=high):
            return random.choice([v for v in (0.25, 0.5, 1, 2, 3, 4, 6) if low <= v <= high])
        case Bool():
            return random.random() < 0.5
        case Padding():
            return random.choice([0, 1, 2, [1, 2]])
        case Pair():
            return random.choice([1, 2, 3, 5, [1, 3], [3, 1]])
        case Int(minimum=low, maximum=high):
            widths = parameter.unit in ("channels", "groups", "features", "classes")
            choices = (*WIDTHS, channels, 2 * channels) if widths else (1, 2, 3, 4)
            return random.choice([v for v in choices if low <= v <= high])
        case _:
            return parameter.raw(parameter.default)


def random_net(seed: int) -> Design:
    """A design with one or two inputs and outputs, up to three stages, and now and then a disabled node. It may have errors."""
    random = Random(seed)
    blocks = [block for block in registry.blocks().values() if block.id not in ("input", "output", "classifier_head")]
    composites = [block for block in blocks if not block.primitive]
    kinds = random.sample(composites, 2) + random.sample([block for block in blocks if block.primitive], 3)
    draw = Builder()
    tensors: list[Tensor] = [draw.input((8, 12, 12), name="input")]
    if random.random() < 0.2:
        tensors.append(draw.input((8, 12, 12), name="other"))
    stage = None
    for number in range(random.randint(4, 12)):
        if random.random() < 0.3:
            stage = random.choice([None, "first", "second", "third"])
        _place(random, draw, random.choice(kinds), tensors, stage, f"n{number}")
    for number, tensor in enumerate(tensors[1:][-random.randint(1, 2) :] or tensors):
        draw.output(tensor, order=number, name=f"out{number}")
    network = network_of(draw)
    if random.random() < 0.3:
        disabled = [random.random() < 0.15 and node.block not in ("input", "output", "concat") for node in network.nodes()]
        nodes = [msgspec.structs.replace(n, disabled=d) for n, d in zip(network.nodes(), disabled, strict=True)]
        network = Network.of(nodes, network.edges())
    return Design(f"random {seed}", network)


def _place(random: Random, draw: Builder, block: Any, tensors: list[Tensor], stage: str | None, name: str) -> None:
    """Draw a block on some of the last tensors, if it takes them."""
    count = random.randint(1, 3) if block.inputs[-1].variadic else len(block.inputs)
    inputs = [random.choice(tensors[-3:]) for _ in range(count)]
    if random.random() < 0.5:
        inputs = inputs[:1] * count
    binding = block.bind({key: value_of(random, p, inputs[0].channels) for key, p in block.parameters.items()})
    if binding.errors:
        return
    draw._stage = stage
    try:
        made = draw.place(block, binding.values, tuple(inputs), name)
    except DrawProblem:
        return
    finally:
        draw._stage = None
    outputs = made if isinstance(made, tuple) else (made,)
    tensors += [t for t in outputs if t.spec.is_map and t.channels <= 256 and t.spec.elements < 100_000]
