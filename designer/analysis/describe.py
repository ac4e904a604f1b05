"""What a block says about itself on the canvas: its name and its main parameters in a few characters."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from blocks.spec import TensorSpec
from designer.analysis.numbers import TIMES, shape
from designer.analysis.results import NodeResult
from designer.graph.network import Node, node_path

ARROW = "→"
_NUMBERED = re.compile(r"(?<=[^\W\d_])(?<!\d.)(?=\d)")  # between a word and its number, but not in 3x3


def name_of(node: Node) -> str:
    """The label a person gave, else the id without its stage's name."""
    return node.label or node_path(node).rpartition(".")[2]


def stage_title(stage: str) -> str:
    """A stage's name as a title: `stage2` reads Stage 2, `conv4_x` Conv 4 x, `two_3x3` Two 3x3."""
    text = _NUMBERED.sub(" ", stage.replace("_", " "))
    return text[:1].upper() + text[1:]


def values_of(block: Any, params: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a block's parameters, defaults included."""
    if block is None:
        return dict(params)
    return dict(zip(block.parameters, block.bind(params).values, strict=True))


def main_parameters(
    block_id: str, category: str, values: Mapping[str, Any], inputs: Sequence[TensorSpec], out: TensorSpec | None
) -> str:
    """The line under a block's name: `k3 s2 3 → 32`, `t6 s1 24 → 24`, `96 channels`, `7 × 7 → 1 × 1`."""
    first = inputs[0] if inputs else None
    if category == "own":
        return _own(block_id, values, first, out)
    special = _special(block_id, category, values, inputs, out)
    if special is not None:
        return special
    words: list[str] = []
    ratio = _expansion(values, first)
    if ratio is not None:
        words.append(f"t{ratio:.3g}")
    kernel = values.get("kernel_size")
    if kernel is not None and (ratio is None or _pair(kernel) != "3"):
        words.append(f"k{_pair(kernel)}")
    if "stride" in values:
        words.append(f"s{_pair(values['stride'] if values['stride'] is not None else kernel)}")
    if _pair(values.get("dilation", 1)) != "1":
        words.append(f"d{_pair(values['dilation'])}")
    groups = values.get("groups", 1)
    if isinstance(groups, int) and groups > 1:
        words.append("dw" if first is not None and groups == first[0] else f"g{groups}")
    if first is not None and out is not None and category != "pooling":
        words.append(str(out[0]) if block_id == "depthwise" and first[0] == out[0] else f"{first[0]} {ARROW} {out[0]}")
    elif out is None and "out_channels" in values:
        words.append(f"{ARROW} {values['out_channels']}")
    return " ".join(words) or block_id


def _own(block_id: str, values: Mapping[str, Any], first: TensorSpec | None, out: TensorSpec | None) -> str:
    """An own block's channels and what it exposes: `24 → 40 stride 2`."""
    words = [f"{first[0]} {ARROW} {out[0]}"] if first is not None and out is not None else []
    words += [f"{name} {_pair(value)}" for name, value in list(values.items())[:3] if value is not None]
    return " ".join(words) or block_id


def _special(
    block_id: str, category: str, values: Mapping[str, Any], inputs: Sequence[TensorSpec], out: TensorSpec | None
) -> str | None:
    first = inputs[0] if inputs else None
    if block_id in ("input", "output"):
        spec = out if out is not None else first
        return shape(spec) if spec is not None else ""
    if block_id == "linear":
        return f"{first[0]} {ARROW} {values['out_features']}" if first else f"{ARROW} {values['out_features']}"
    if block_id == "concat":
        return f"{len(inputs)} inputs, {out[0]}" if out else f"{len(inputs)} inputs"
    if block_id == "add":
        return "a + b"
    if block_id == "multiply":
        return f"a {TIMES} gate" if len(inputs) > 1 and inputs[0] != inputs[1] else f"a {TIMES} b"
    if category == "norm":
        return f"{first[0]} channels" if first else ""
    if category == "activation":
        return block_id
    if block_id == "dropout":
        return f"p {values['p']:g}"
    if block_id == "channel_shuffle":
        return f"g{values['groups']}"
    if block_id == "slice_channels":
        stop = values["stop"]
        return f"{values['start']} to {stop if stop is not None else 'end'}"
    if category == "pooling" and "kernel_size" not in values and first is not None and out is not None and len(first) == 3:
        after = f"{out[1]} {TIMES} {out[2]}" if len(out) == 3 else "1"
        return f"{first[1]} {TIMES} {first[2]} {ARROW} {after}"
    if block_id in ("crop", "pad") and first is not None and out is not None:
        return f"{first[1]} {TIMES} {first[2]} {ARROW} {out[1]} {TIMES} {out[2]}"
    if block_id == "flatten" and out is not None:
        return f"{ARROW} {out[0]}"
    return None


def _expansion(values: Mapping[str, Any], first: TensorSpec | None) -> float | None:
    hidden = values.get("hidden_channels")
    if "expand_ratio" in values:
        if hidden and first:
            return float(hidden) / first[0]
        return float(values["expand_ratio"])
    return None


def _pair(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return str(value[0]) if len(set(value)) == 1 else TIMES.join(map(str, value))
    return str(value)


def result_line(node: Node, result: NodeResult) -> str:
    """`main_parameters` of a root node."""
    block = result.block_type
    category = block.category if block is not None else ""
    if block is None:
        return "unknown block, kept"
    if result.evaluated is not None:
        values = dict(zip(block.parameters, result.evaluated.values, strict=True))
    else:
        values = values_of(block, node.params)
    out = next(iter(result.outputs.values()), None)
    return main_parameters(node.block, category, values, list(result.inputs.values()), out)
