"""The small drawings of gallery and palette, made once from the definitions and kept in `resources/`.

A miniature shows how a network goes: a bar for each block from top to bottom, repeats folded, branches side by side, a bypass as
a mark on the right, a squeeze-and-excitation gate as a mark on the left. A drawing shows what a composite is made of.
"""

from __future__ import annotations

from itertools import groupby, pairwise
from math import log2
from typing import Any, NamedTuple

import msgspec

from blocks import builder
from blocks.builder import Builder, evaluate
from blocks.registry import block as block_named
from blocks.spec import TensorSpec
from designer.analysis.engine import Engine
from designer.app.cards import Bar, Drawing, Piece
from designer.catalogue import network_of
from designer.graph.design import Design
from designer.graph.layout import Metrics, layout

WIDTH, HEIGHT = 30, 36
"""Grid of a miniature in px; a row shows it unscaled."""

_BAR_X, _BAR_WIDTH = 4, 22
_PITCHES = ((3, 7, 4), (6, 4, 2), (9, 3, 1), (12, 2, 1))  # up to so many rows: height of a bar, gap below it
_ROWS, _MOST_ROWS = 9, 12  # wanted; where more than that differ from their neighbours
_QUIET = {"io", "activation", "norm"}  # categories that get no bar: they follow nearly every convolution
_QUIET_BLOCKS = {"dropout", "flatten", "identity"}
_GATE = "squeeze_excite"


class _Cell(NamedTuple):
    category: str
    branches: int = 1
    bypass: bool = False
    gate: bool = False


_Row = tuple[_Cell, ...]


def miniature(design: Design) -> tuple[Bar, ...]:
    """The miniature of a design: rectangles in a grid of WIDTH x HEIGHT, in the middle of its height."""
    rows = _folded(_rows(design))
    if not rows:
        return ()
    height, gap = next((height, gap) for limit, height, gap in _PITCHES if len(rows) <= limit)
    top = (HEIGHT - len(rows) * (height + gap) + gap) // 2
    bars: list[Bar] = []
    for k, row in enumerate(rows):
        bars += _bars(row, top + k * (height + gap), height)
    return tuple(bars)


def _rows(design: Design) -> list[_Row]:
    """What stands side by side, from top to bottom. A gate that is a block of its own belongs to the row above."""
    cells = _cells(design)
    positions = layout(design.root, design.resolve)
    order = sorted(positions, key=lambda node_id: (positions[node_id][1], positions[node_id][0]))
    rows: list[_Row] = []
    for _, members in groupby(order, key=lambda node_id: positions[node_id][1]):
        row: list[_Cell] = []
        for node_id in members:
            if node_id in cells:
                row.append(cells[node_id])
            elif design.root.node(node_id).block == _GATE and rows:
                rows[-1] = (*rows[-1][:-1], rows[-1][-1]._replace(gate=True))
        if row:
            rows.append(tuple(row))
    return rows


def _cells(design: Design) -> dict[str, _Cell]:
    """What the nodes that get a bar look like. All copies of a block share their hue, whether they add their input or not."""
    results = Engine(design).results
    found: dict[str, _Cell] = {}
    unlike: set[str] = set()
    for node in design.root.nodes():
        block = design.resolve(node.block)
        if block.category not in _QUIET and block.id not in _QUIET_BLOCKS and block.id != _GATE:
            found[node.id] = cell = _cell(results[node.id].evaluated)
            if cell.category == block.category:
                unlike.add(block.id)
    for node in design.root.nodes():
        if node.id in found and node.block in unlike:
            found[node.id] = found[node.id]._replace(category=design.resolve(node.block).category)
    return found


def _cell(result: Any) -> _Cell:
    """A composite with branches or a bypass keeps its hue; a plain chain takes that of its dearest part."""
    drawing = result.drawing
    if drawing is None:
        return _Cell(result.block.category)
    merges = [part for part in drawing.parts if part.block.id in ("add", "concat")]
    bypass = any(part.block.id == "add" or any(index < 0 for index, _ in part.inputs) for part in merges)
    branches = 1 if bypass or not merges else len(merges[-1].inputs)
    gate = any(part.block.id == _GATE for part in drawing.parts)
    if bypass or branches > 1:
        return _Cell(result.block.category, branches, bypass, gate)
    dearest = max(drawing.parts, key=lambda part: part.result.cost.macs)
    return _cell(dearest.result)._replace(gate=gate)


def _folded(rows: list[_Row]) -> list[_Row]:
    """About as many rows as are wanted: the longest repeats give way first."""
    runs = [list(same) for _, same in groupby(rows, key=lambda row: [(cell.category, cell.branches) for cell in row])]
    lengths = [len(run) for run in runs]
    while sum(lengths) > max(_ROWS, min(len(runs), _MOST_ROWS)) and max(lengths) > 1:
        lengths[lengths.index(max(lengths))] -= 1
    kept = [row for run, length in zip(runs, lengths, strict=True) for row in _merged(run, length)]
    return _merged(kept, min(len(kept), _MOST_ROWS))


def _merged(rows: list[_Row], count: int) -> list[_Row]:
    """So many rows, each for a stretch of the given ones: of the first, with the bypasses and gates of all."""
    ends = [round((k + 1) * len(rows) / count) for k in range(count)]
    merged = []
    for start, end in pairwise([0, *ends]):
        first, *others = rows[start:end]
        alike = [row for row in others if len(row) == len(first)]
        merged.append(
            tuple(
                [
                    cell._replace(
                        bypass=cell.bypass or any(row[k].bypass for row in alike),
                        gate=cell.gate or any(row[k].gate for row in alike),
                    )
                    for k, cell in enumerate(first)
                ]
            )
        )
    return merged


def _bars(row: _Row, y: int, height: int) -> list[Bar]:
    cells = [cell for cell in row for _ in range(cell.branches)] if len(row) * max(c.branches for c in row) <= 6 else list(row)
    count = min(len(cells), 6)
    gap = 2 if count <= 4 else 1
    width = (_BAR_WIDTH - gap * (count - 1)) // count
    left = _BAR_X + (_BAR_WIDTH - count * width - gap * (count - 1)) // 2
    bars = [Bar(left + k * (width + gap), y, width, height, cell.category) for k, cell in enumerate(cells[:count])]
    if any(cell.bypass for cell in row):
        right = _BAR_X + _BAR_WIDTH  # a bracket from the head of the bar to its foot
        bars += [Bar(right + 1, y, 2, 1, "merge"), Bar(right + 1, y + height - 1, 2, 1, "merge")]
        bars.append(Bar(right + 3, y, 1, height, "merge"))
    if any(cell.gate for cell in row):
        bars.append(Bar(0, y, 2, height, "pooling"))
    return bars


# -- drawings of composites ------------------------------------------------------------------------------------------------------

_METRICS = Metrics(width=40, height=40, io_width=40, io_height=40, gap=24, gap_between_stages=24, gap_sideways=24, bypass_lane=24)
_PITCH = 64  # of columns and rows in these metrics


def drawing_of(block: Any) -> Drawing | None:
    """What a composite looks like inside with its defaults, on an input that it takes; None for a primitive."""
    if block.primitive:
        return None
    result = _sample(block)
    inner = result.drawing
    assert inner is not None  # of a composite that works
    draw = Builder()
    inputs = [draw.input(spec, name=port.name) for spec, port in zip(result.inputs, block.inputs, strict=True)]
    tensors = [(index, 0) for index in range(len(inputs))]
    parts = draw.parts
    for part in inner.parts:
        refs = tuple([(tensors[-1 - k] if k < 0 else (k + len(inputs), output)) for k, output in part.inputs])
        parts.append(msgspec.structs.replace(part, inputs=refs, stage=None))
    network = network_of(draw)
    positions = layout(network, block_named, _METRICS, "right")
    ports = {port.name for port in block.inputs}
    names = [part.name for part in inner.parts]
    first = min(positions[name][0] for name in names)
    top = min(y for name, (_, y) in positions.items() if name not in ports)
    bottom = max(y for name, (_, y) in positions.items() if name not in ports)
    widest = max(part.result.outputs[0][0] for part in inner.parts)
    pieces = []
    for part in inner.parts:
        x, y = positions[part.name]
        size = log2(1 + part.result.outputs[0][0]) / log2(1 + widest)
        pieces.append(
            Piece(
                round((x - first) / _PITCH),
                round((y - top) / _PITCH, 2),
                part.block.id,
                _cell(part.result).category,
                _label(part),
                round(size, 2),
            )
        )
    wires = []
    for end, part in enumerate(inner.parts):
        wires += [(index, end) for index, _ in part.inputs]
    outputs = tuple([index for index, _ in inner.outputs])
    columns = 1 + max(piece.column for piece in pieces)
    return Drawing(columns, round((bottom - top) / _PITCH + 1, 2), tuple(pieces), tuple(wires), outputs)


def _sample(block: Any) -> builder.Result:
    """The block with its defaults on an input it takes, one whose channels stay if there is any, so that a bypass is drawn."""
    taken = []
    for channels in (24, 64, 256, 128, 32, 240, 60):
        result = evaluate(block, block.defaults, (TensorSpec((channels, 28, 28)),) * len(block.inputs))
        if result.problem is None:
            taken.append(result)
    if not taken:
        raise RuntimeError(f"{block.id} draws itself on none of the inputs tried")
    return next((result for result in taken if result.outputs[0][0] == result.inputs[0][0]), taken[0])


def _label(part: Any) -> str:
    """The window of a convolution: `3×3`, or `dw` where it filters each channel; "" for all else."""
    values = dict(zip(part.block.parameters, part.values, strict=True))
    kernel = values.get("kernel_size")
    if part.block.id == "pointwise":
        return "1×1"
    if kernel is None or part.block.category == "pooling":
        return ""
    channels = part.result.inputs[0][0]
    if part.block.id == "depthwise" or (values.get("groups") == channels and channels > 1):
        return "dw"
    high, wide = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    return f"{high}×{wide}"
