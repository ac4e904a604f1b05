"""The ONNX graph between torch's exporter and the file: constants worked out, every node booked on a path and named after it.

Weights stand beside the graph, not in it: as `Draft.weights`, and as further inputs of the graph while it is worked on. So
nothing here depends on how large they are, and converters and checkers, which take no more than 2 GB, need not see them.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from designer.compile.onnx_prepare import INNER, Prepared, smallest_block

if TYPE_CHECKING:
    import numpy
    import onnx

PATH = "lightdesigner.path"
"""Key of a node's metadata: the dotted path of the primitive or block that it belongs to, "" where that is the whole design."""

LAYER = "lightdesigner.layer"
"""Key used only while a graph is worked on: the layer that the node was exported from, wherever it is booked."""

BATCH = "batch"
"""Name of a dynamic batch dimension."""

FOLDED_BYTES = 2**26
"""Constants are worked out up to this size: enough for weights that are only reshaped, too little to blow a file up."""


class Draft(NamedTuple):
    """A graph and its weights. `inputs` are the design's; further inputs of the graph are the weights, by name.

    `parameters` are the weights that are trainable parameters; the others are running statistics and constants.
    """

    model: onnx.ModelProto
    weights: dict[str, numpy.ndarray]
    inputs: tuple[str, ...]
    parameters: frozenset[str]

    @property
    def opset(self) -> int:
        found: int = next(entry.version for entry in self.model.opset_import if entry.domain == "")
        return found


def metadata(node: onnx.NodeProto, key: str) -> str | None:
    return next((entry.value for entry in node.metadata_props if entry.key == key), None)


def set_metadata(node: onnx.NodeProto, values: Mapping[str, str | None]) -> None:
    """Replace all metadata of a node; None leaves a key out."""
    del node.metadata_props[:]
    for key, value in values.items():
        if value is not None:
            node.metadata_props.add(key=key, value=value)


# -- reading what the exporter made ----------------------------------------------------------------------------------------


def draft_of(program: Any, prepared: Prepared, inputs: Iterable[str], outputs: Iterable[tuple[str, str]]) -> Draft:
    """The graph of torch's `ONNXProgram`, simplified, with the design's names and every node on its path.

    `prepared` is what was exported; `outputs` are (name, path).
    """
    import onnx
    import onnx_ir

    layers = prepared.paths
    model = program.model
    weights = {}
    parameters = {name.replace(INNER, ".") for name, _ in prepared.module.named_parameters()}
    for name in list(model.graph.initializers):
        value = model.graph.initializers.pop(name)
        value.name = name.replace(INNER, ".")
        weights[value.name] = value.const_value.numpy()
        model.graph.inputs.append(value)
    # the exporter knows the shapes of what torch has a name for, and no others
    proto = onnx.shape_inference.infer_shapes(onnx_ir.to_proto(model), data_prop=True)
    for node in proto.graph.node:
        layer = _layer_of(node, layers)
        set_metadata(node, {LAYER: layer, PATH: None if layer is None else layers[layer]})
    draft = Draft(proto, weights, tuple(inputs), frozenset(parameters))
    _name_batch(draft)
    _Simplifier(draft).run()
    _name_boundary(draft, list(outputs))
    drop_unused(draft)
    fill_paths(proto.graph.node)
    name_everything(draft)
    _clean(draft)
    return draft


def _layer_of(node: onnx.NodeProto, layers: Collection[str]) -> str | None:
    """The module a node came from: the innermost of the exporter's scopes that is a layer of ours (the last is no module)."""
    scopes = metadata(node, "pkg.torch.onnx.name_scopes")
    try:
        found = ast.literal_eval(scopes or "[]")
    except (ValueError, SyntaxError):
        return None
    return next((scope for scope in reversed(found[:-1]) if scope in layers), None)


def _name_batch(draft: Draft) -> None:
    """The exporter calls a dynamic batch `s31` or so; other sizes that it does not know stay open."""
    graph = draft.model.graph
    symbols = {dim.dim_param for value in graph.input for dim in value.type.tensor_type.shape.dim[:1]} - {""}
    for value in (*graph.input, *graph.output, *graph.value_info):
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param in symbols:
                dim.dim_param = BATCH
            elif dim.HasField("dim_param"):
                dim.Clear()


def _name_boundary(draft: Draft, outputs: list[tuple[str, str]]) -> None:
    """Give inputs and outputs the design's names; an output that is an input, or one more name of another, gets an Identity."""
    import onnx

    graph = draft.model.graph
    renamed = {value.name: name for value, name in zip(graph.input, draft.inputs, strict=False)}
    made = {out for node in graph.node for out in node.output}
    _replace(graph.value_info, [value for value in graph.value_info if value.name in made])
    added = []
    for value, (name, path) in zip(graph.output, outputs, strict=True):
        if value.name in made and value.name not in renamed:
            renamed[value.name] = name
        else:
            added.append((onnx.helper.make_node("Identity", [value.name], [name]), path))
        value.name = name
    for inner in (*made, *[constant.name for constant in graph.initializer]):
        renamed.setdefault(inner, f"%{inner}")  # the exporter's own names may be those of outputs
    _rename(draft, renamed)
    for node, path in added:
        node.input[0] = renamed.get(node.input[0], node.input[0])
        set_metadata(node, {LAYER: path, PATH: path})
        graph.node.append(node)


def _rename(draft: Draft, names: Mapping[str, str]) -> None:
    graph = draft.model.graph
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    for value in (*graph.input, *graph.value_info, *graph.initializer):
        value.name = names.get(value.name, value.name)
    for name in [name for name in draft.weights if name in names]:
        draft.weights[names[name]] = draft.weights.pop(name)


def drop_unused(draft: Draft) -> None:
    """Remove nodes, constants and weights that no output reads."""
    graph = draft.model.graph
    needed = {value.name for value in graph.output}
    kept = []
    for node in reversed(graph.node):  # each after what it reads
        if needed.intersection(node.output):
            kept.append(node)
            needed.update(node.input)
    _replace(graph.node, reversed(kept))
    _replace(graph.initializer, [value for value in graph.initializer if value.name in needed])
    _replace(graph.input, [value for value in graph.input if value.name in needed or value.name in draft.inputs])
    left = {name for node in graph.node for name in node.output} - {value.name for value in graph.output}
    _replace(graph.value_info, [value for value in graph.value_info if value.name in left])
    for name in [name for name in draft.weights if name not in needed]:
        del draft.weights[name]


def _replace(field: Any, values: Iterable[Any]) -> None:
    """A repeated field filled anew; values may come from the field itself."""
    copies = [type(value).FromString(value.SerializeToString()) for value in values]
    del field[:]
    field.extend(copies)


def _clean(draft: Draft) -> None:
    """Leave nothing of the exporter's notes: they hold stack traces with the paths of this machine."""
    from designer.version import __version__

    model = draft.model
    model.producer_name, model.producer_version, model.doc_string = "lightdesigner", __version__, ""
    del model.metadata_props[:]
    del model.functions[:]
    graph = model.graph
    graph.doc_string = ""
    del graph.metadata_props[:]
    for thing in (*graph.input, *graph.output, *graph.value_info, *graph.node):
        thing.doc_string = ""
    for value in (*graph.input, *graph.output, *graph.value_info, *graph.initializer):
        del value.metadata_props[:]


# -- paths and names -------------------------------------------------------------------------------------------------------


def fill_paths(nodes: Iterable[onnx.NodeProto]) -> None:
    """Give nodes without a path that of the smallest block around those that read them, else around those they read."""
    ordered = list(nodes)
    for forwards in (False, True):
        around: dict[str, list[str]] = {}
        for node in ordered if forwards else reversed(ordered):
            near, far = (node.input, node.output) if forwards else (node.output, node.input)
            path = metadata(node, PATH)
            if path is None:
                found = [path for name in near for path in around.get(name, [])]
                if found:
                    path = smallest_block(*found)
                    set_metadata(node, {PATH: path})
            if path is not None:
                for name in far:
                    around.setdefault(name, []).append(path)
    for node in ordered:
        if metadata(node, PATH) is None:  # nothing near it has one either
            set_metadata(node, {PATH: ""})


def name_everything(draft: Draft) -> None:
    """Name each node `path/Operator` (numbered from the second on), its output after it and its constants below it."""
    graph = draft.model.graph
    fixed = {value.name for value in (*graph.input, *graph.output)}
    constants = {value.name for value in graph.initializer}
    taken: set[str] = set()
    renamed: dict[str, str] = {}

    def free(name: str) -> str:
        number, found = 2, name
        while found in taken:
            found, number = f"{name}_{number}", number + 1
        taken.add(found)
        return found

    for node in graph.node:
        node.name = free(f"{metadata(node, PATH)}/{node.op_type}")
        for at, name in enumerate(node.output):
            if name and name not in fixed:
                renamed[name] = node.name if at == 0 else free(f"{node.name}:{at}")
        for name in node.input:
            if name in constants and name not in renamed:
                renamed[name] = free(f"{node.name}:constant")
    _rename(draft, renamed)


# -- constants -------------------------------------------------------------------------------------------------------------


class _Simplifier:
    """Works out what does not depend on the inputs, and removes what does nothing.

    The exporter writes shapes and settings as small computations; other tools, and onnx's version converter, want them as plain
    numbers. A weight that is only reshaped keeps its name.
    """

    def __init__(self, draft: Draft) -> None:
        import onnx
        from onnx import numpy_helper

        self.draft = draft
        graph = draft.model.graph
        self.known: dict[str, numpy.ndarray] = {value.name: numpy_helper.to_array(value) for value in graph.initializer}
        self.same: dict[str, str] = {}  # name of a value that another one is
        self.types = {value.name: value.type.tensor_type.elem_type for value in (*graph.input, *graph.value_info, *graph.output)}
        self.shapes = {
            value.name: [dim.dim_value if dim.HasField("dim_value") else -1 for dim in value.type.tensor_type.shape.dim]
            for value in (*graph.input, *graph.value_info, *graph.output)
            if value.type.tensor_type.HasField("shape")
        }
        self.outputs = {value.name for value in graph.output}
        self.readers: dict[str, int] = {}
        for node in graph.node:
            for name in node.input:
                self.readers[name] = self.readers.get(name, 0) + 1
        self.version = draft.opset
        self.helper = onnx.helper

    def run(self) -> None:
        from onnx import numpy_helper

        graph = self.draft.model.graph
        kept = []
        for node in graph.node:
            node.input[:] = [self.same.get(name, name) for name in node.input]
            if node.op_type == "Identity":
                self.same[node.output[0]] = node.input[0]
                continue
            if node.op_type == "CastLike" and self._type(node.input[1]):
                node.CopyFrom(self._cast(node))
            if node.op_type == "Reshape" and node.input[0] not in self.known:
                self._fix_shape(node)
            if not self._work_out(node):
                kept.append(node)
        for value in graph.output:
            value.name = self.same.get(value.name, value.name)
        _replace(graph.node, kept)
        _replace(graph.initializer, [numpy_helper.from_array(array, name) for name, array in self.known.items()])

    def _type(self, name: str) -> int:
        if name in self.known:
            return int(self.helper.np_dtype_to_tensor_dtype(self.known[name].dtype))
        if name in self.draft.weights:
            return int(self.helper.np_dtype_to_tensor_dtype(self.draft.weights[name].dtype))
        return self.types.get(name, 0)

    def _cast(self, node: onnx.NodeProto) -> onnx.NodeProto:
        cast = self.helper.make_node("Cast", [node.input[0]], node.output, to=self._type(node.input[1]))
        set_metadata(cast, {key: metadata(node, key) for key in (LAYER, PATH)})
        return cast

    def _fix_shape(self, node: onnx.NodeProto) -> None:
        """Write the target of a Reshape as numbers: the output's shape is known but for the batch."""
        import numpy

        shape = list(self.shapes.get(node.output[0], [-1, -1]))
        if shape.count(-1) > 1:
            return
        if shape[:1] == [-1] == self.shapes.get(node.input[0], [])[:1]:
            shape[0] = 0  # as in the input, which shape inference follows better than -1
        name = f"{node.output[0]}/shape"
        self.known[name] = numpy.array(shape, dtype=numpy.int64)
        node.input[1] = name
        del node.attribute[:]

    def _work_out(self, node: onnx.NodeProto) -> bool:
        """Whether the node's value is known, or is a weight in another shape, and the node can go."""
        import numpy

        if node.op_type == "Constant":
            self.known[node.output[0]] = self._evaluate(node, {})
            return True
        if node.op_type == "Shape":
            shape = self._part_of_shape(node)
            if -1 not in shape:
                self.known[node.output[0]] = numpy.array(shape, dtype=numpy.int64)
                return True
        names = [name for name in node.input if name]
        weights = [name for name in names if name in self.draft.weights]
        if not names or len(weights) > 1 or not all(name in self.known or name in weights for name in names):
            return False
        if len(node.output) > 1 or node.output[0] in self.outputs or not self._bounded(node):
            return False
        if weights and (self.readers.get(weights[0], 0) > 1 or self.draft.weights[weights[0]].nbytes > FOLDED_BYTES):
            return False
        try:
            result = self._evaluate(node, {name: self.draft.weights.get(name, self.known.get(name)) for name in names})
        except (NotImplementedError, RuntimeError):  # onnx's reference does not know it: then it is worked out at run time
            return False
        if not weights:
            self.known[node.output[0]] = result
        elif result.size == self.draft.weights[weights[0]].size:
            self._reshape_weight(weights[0], result)
            self.same[node.output[0]] = weights[0]
            self.readers[weights[0]] = self.readers.get(node.output[0], 0)
        else:
            return False
        return True

    def _part_of_shape(self, node: onnx.NodeProto) -> list[int]:
        """What a Shape node gives; -1 stands for what is not known."""
        settings = {attribute.name: attribute.i for attribute in node.attribute}
        return self.shapes.get(node.input[0], [-1])[settings.get("start", 0) : settings.get("end")]

    def _bounded(self, node: onnx.NodeProto) -> bool:
        shape = self.shapes.get(node.output[0])
        return shape is None or math.prod(shape) * 8 <= FOLDED_BYTES

    def _reshape_weight(self, name: str, value: numpy.ndarray) -> None:
        self.draft.weights[name] = value
        self.shapes[name] = list(value.shape)
        for entry in self.draft.model.graph.input:
            if entry.name == name:
                entry.CopyFrom(self.helper.make_tensor_value_info(name, self._type(name), value.shape))

    def _evaluate(self, node: onnx.NodeProto, given: Mapping[str, Any]) -> numpy.ndarray:
        """The value of one node, by onnx's reference implementation."""
        import numpy
        from onnx.reference import ReferenceEvaluator

        infos = [
            self.helper.make_tensor_value_info(name, self.helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
            for name, array in given.items()
        ]
        result = self.helper.make_tensor_value_info(node.output[0], 0, None)
        graph = self.helper.make_graph([node], "one", infos, [result])
        model = self.helper.make_model(graph, opset_imports=[self.helper.make_opsetid("", self.version)])
        results: Any = ReferenceEvaluator(model).run(None, dict(given))
        return numpy.asarray(results[0])
