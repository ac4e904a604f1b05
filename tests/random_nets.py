"""Random small networks that are valid: branches, merges, views, activations, composites, several outputs."""

from __future__ import annotations

from random import Random

from blocks.builder import Builder, Tensor
from designer.catalogue import network_of
from designer.graph.design import Design

ACTIVATIONS = ("relu", "relu", "relu6", "hard_swish", "silu", "sigmoid", "leaky_relu", "prelu", "tanh")
VIEWS = ("identity", "dropout")


def random_net(rng: Random, size: int = 14) -> Design:
    """A design of up to `size` blocks between its inputs and outputs."""
    draw = Builder()
    tensors = [draw.input((4, 8, 8), name=f"image{k}", order=k) for k in range(rng.choice([1, 1, 1, 2]))]
    for k in range(rng.randint(1, size)):
        x = rng.choice(tensors[-3:])
        tensors.append(_next(rng, draw, x, tensors, f"n{k}"))
    ends = {id(tensors[-1]): tensors[-1]}
    for _ in range(rng.choice([0, 0, 1, 2])):
        extra = rng.choice(tensors)
        ends[id(extra)] = extra
    for k, tensor in enumerate(ends.values()):
        draw.output(tensor, name=f"out{k}", order=rng.randint(0, 3))
    return Design("random", network_of(draw))


def _next(rng: Random, draw: Builder, x: Tensor, tensors: list[Tensor], name: str) -> Tensor:
    kind = rng.choice(("act", "act", "act", "view", "layer", "layer", "layer", "merge", "merge", "move", "composite", "flatten"))
    if kind == "act":
        act: Tensor = getattr(draw, rng.choice(ACTIVATIONS))(x, name=name)
        return act
    if kind == "view" or (not x.spec.is_map and kind in ("move", "composite", "flatten")):
        view: Tensor = getattr(draw, rng.choice(VIEWS))(x, name=name)
        return view
    if kind == "layer":
        if not x.spec.is_map:
            return draw.linear(x, rng.randint(1, 40), name=name)
        layer = rng.choice(("conv2d", "conv2d", "batch_norm", "max_pool2d", "avg_pool2d"))
        if layer == "conv2d":
            return draw.conv2d(x, rng.randint(1, 9), 3, rng.choice([1, 1, 2]), 1, name=name)
        if layer == "batch_norm":
            return draw.batch_norm(x, name=name)
        pool = draw.max_pool2d if layer == "max_pool2d" else draw.avg_pool2d
        return pool(x, 3, rng.choice([1, 2]), 1, name=name)
    if kind == "merge":
        return _merge(rng, draw, x, tensors, name)
    if kind == "move":
        start = rng.randrange(x.channels)
        return draw.slice_channels(x, start, rng.randint(start + 1, x.channels), name=name)
    if kind == "flatten":
        return draw.flatten(x, name=name)
    if rng.random() < 0.5:
        return draw.squeeze_excite(x, squeeze_channels=2, act=rng.choice(["relu", "sigmoid"]), name=name)
    return draw.inverted_residual(x, x.channels, expand_ratio=rng.choice([1, 2]), act=rng.choice(["relu6", "silu"]), name=name)


def _merge(rng: Random, draw: Builder, x: Tensor, tensors: list[Tensor], name: str) -> Tensor:
    alike = [t for t in tensors if t.spec == x.spec]
    match rng.choice(("add", "multiply", "concat")):
        case "add":
            return draw.add(x, rng.choice(alike), name=name)
        case "multiply":
            return draw.multiply(rng.choice(alike), x, name=name)
        case _:
            fitting = [t for t in tensors if t.spec[1:] == x.spec[1:] and len(t.spec) == len(x.spec)]
            return draw.concat(x, *[rng.choice(fitting) for _ in range(rng.randint(0, 2))], name=name)
