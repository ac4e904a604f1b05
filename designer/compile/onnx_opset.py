"""Which opset a file can have, and turning a graph into another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from designer.compile.errors import CompileError
from designer.compile.onnx_graph import LAYER, PATH, Draft, drop_unused, fill_paths, metadata, name_everything, set_metadata

if TYPE_CHECKING:
    import onnx

DEFAULT = 20
"""What a file gets when nobody asks: the first with every operator a design needs (Gelu), and old enough for most runtimes."""

SAME_PAD = range(11, 18)
"""Opsets whose Pad is that of opset 18 as far as we use it (no axes, no "wrap"); onnx's converter just has no rule for it."""

ASIDE = "lightdesigner.aside"
"""Domain that nodes the converter is not to touch wear meanwhile."""

LOWEST_NATIVE = 18
"""torch's exporter writes no lower one; below, onnx's own converter takes over."""


class OpsetError(CompileError):
    """A design cannot be exported with this opset; the sentence names the possible ones."""


def wanted(opset: Any) -> int:
    """The opset asked for, the default where none was. Raises OpsetError where it is no whole number."""
    if opset is None:
        return DEFAULT
    if not isinstance(opset, int) or isinstance(opset, bool):
        raise OpsetError(f"An opset is a whole number such as {DEFAULT}, not {opset!r}.")
    return opset


def native(opset: int) -> int:
    """The opset to ask torch's exporter for on the way to `opset`: between the two it writes without converting."""
    return min(max(opset, LOWEST_NATIVE), DEFAULT)


def convert(draft: Draft, opset: int) -> Draft:
    """The draft in another opset, checked; the same one where it has it already. Raises OpsetError naming what is possible."""
    if opset == draft.opset:
        return draft
    try:
        return _converted(draft, opset)
    except _conversion_errors() as error:
        raise OpsetError(f"Opset {opset} is not possible for this design. {_sentence(possible(draft))}") from error


def possible(draft: Draft) -> list[int]:
    """The opsets that the draft can be converted to, found by trying each that this version of onnx knows."""
    import onnx

    found = []
    for opset in range(1, onnx.defs.onnx_opset_version() + 1):
        try:
            _converted(draft, opset)
        except _conversion_errors():
            continue
        found.append(opset)
    return found


def _sentence(opsets: list[int]) -> str:
    if not opsets:
        return "No other is either."
    if opsets == list(range(opsets[0], opsets[-1] + 1)) and len(opsets) > 2:
        return f"Possible are {opsets[0]} to {opsets[-1]}."
    return f"Possible: {', '.join(map(str, opsets))}."


def _conversion_errors() -> tuple[type[Exception], ...]:
    import onnx

    own = (onnx.version_converter.ConvertError, onnx.checker.ValidationError, onnx.shape_inference.InferenceError)
    return (*own, RuntimeError, ValueError)  # the converter's assertions come as RuntimeError


def _converted(draft: Draft, opset: int) -> Draft:
    import onnx
    from onnx import version_converter

    if opset == draft.opset:
        onnx.checker.check_model(draft.model, full_check=True)
        return draft
    booked = {node.name: (metadata(node, LAYER), metadata(node, PATH)) for node in draft.model.graph.node}
    before = onnx.ModelProto()
    before.CopyFrom(draft.model)
    if opset in SAME_PAD:
        before.opset_import.add(domain=ASIDE, version=1)
        for node in before.graph.node:
            if node.op_type == "Pad" and len(node.input) < 4:
                node.domain = ASIDE
    model: onnx.ModelProto = version_converter.convert_version(before, opset)
    imports = [entry for entry in model.opset_import if entry.domain != ASIDE]
    del model.opset_import[:]
    model.opset_import.extend(imports)
    made = draft._replace(model=model)
    if made.opset != opset:
        raise RuntimeError(f"the converter gave opset {made.opset}")
    for node in model.graph.node:  # the converter keeps names, but no metadata
        if node.domain == ASIDE:
            node.domain = ""
        layer, path = booked.get(node.name, (None, None))
        set_metadata(node, {LAYER: layer, PATH: path})
    drop_unused(made)
    fill_paths(model.graph.node)
    name_everything(made)
    onnx.checker.check_model(model, full_check=True)
    return made
