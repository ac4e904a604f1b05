"""ONNX files: names, paths, folding, opsets and batches, and that the file answers as torch does."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from blocks.builder import DrawProblem
from designer.compile.errors import CompileError
from designer.compile.onnx_export import ExportReport, export_onnx
from designer.compile.onnx_opset import OpsetError
from designer.compile.plan import plan_of
from designer.compile.torch_module import to_torch
from designer.graph.design import Design
from presets.preset import presets
from tests.compile.designs import IMAGE, Line, design_of, preset_design, small_net

DEEP = ("vgg11", "vgg13", "vgg16c", "vgg19")  # VGG-16 stands for them
SMALL_SIDES = {"alexnet": 67, "inception_v3": 107, "xception": 71}
"""Sides at which a preset still works but is quick; the first of a few that works for the others."""


def small(preset_id: str) -> Design:
    for side in (SMALL_SIDES[preset_id],) if preset_id in SMALL_SIDES else (64, 96, 128, 224):
        with suppress(DrawProblem):
            return preset_design(preset_id, resolution=side)
    raise AssertionError(f"{preset_id} takes none of these resolutions")


def load(path: Path) -> Any:
    import onnx

    return onnx.load(path)


def booked(model: Any) -> dict[str, str]:
    """The path of every node, by the node's name."""
    found = {}
    for node in model.graph.node:
        keys = {entry.key: entry.value for entry in node.metadata_props}
        assert list(keys) == ["lightdesigner.path"], node.name
        found[node.name] = keys["lightdesigner.path"]
    assert len(found) == len(model.graph.node), "names are not unique"
    return found


def known_paths(design: Design) -> set[str]:
    """Every primitive's path and those of the blocks, stages and the design around them."""
    paths = {""}
    for step in plan_of(design).steps:
        names = step.path.split(".")
        paths |= {".".join(names[:count]) for count in range(1, len(names) + 1)}
    return paths


def passes(report: ExportReport) -> None:
    assert report.ok, report.reasons
    assert [check.name for check in report.checks] == ["onnx_checker", "shapes", "onnx_runtime", "answers"]
    assert report.max_difference_over_std is not None
    told = next(check.message for check in report.checks if check.name == "onnx_runtime")
    assert report.max_difference_over_std <= (1e-2 if "amplifies rounding" in told else 1e-3)


def sides(value: Any) -> list[int | str]:
    return [dim.dim_param or dim.dim_value for dim in value.type.tensor_type.shape.dim]


# -- the main job ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mobilenet(tmp_path_factory: pytest.TempPathFactory) -> tuple[Design, ExportReport, Any]:
    folder = tmp_path_factory.mktemp("mobilenet")
    design = preset_design("mobilenet_v2", resolution=64)
    report = export_onnx(design, folder / "m.onnx")
    assert [path.name for path in folder.iterdir()] == ["m.onnx"]
    return design, report, load(folder / "m.onnx")


def test_a_preset_becomes_one_file_that_passes_every_check(mobilenet: tuple[Design, ExportReport, Any]) -> None:
    _, report, model = mobilenet
    passes(report)
    assert report.data_path is None
    assert report.size_bytes == Path(report.path).stat().st_size
    assert report.opset == model.opset_import[0].version == 20
    assert [entry.domain for entry in model.opset_import] == [""]
    assert report.batches == (1,)
    assert report.seconds > 0
    assert report.nodes == len(model.graph.node)


def test_inputs_and_outputs_keep_the_names_and_shapes_of_the_design(mobilenet: tuple[Design, ExportReport, Any]) -> None:
    _, report, model = mobilenet
    assert {value.name: sides(value) for value in model.graph.input} == report.inputs == {"input": [1, 3, 64, 64]}
    assert {value.name: sides(value) for value in model.graph.output} == report.outputs == {"output": [1, 1000]}


def test_folding_is_reported_with_both_counts(mobilenet: tuple[Design, ExportReport, Any]) -> None:
    _, report, model = mobilenet
    # 52 batch norms of 17,056 channels: two parameters each go, one bias each comes
    assert (report.batch_norms_folded, report.batch_norms_kept) == (52, 0)
    assert (report.params_design, report.params_file) == (3_504_872, 3_504_872 - 17_056)
    assert "52 batch norms" in report.folding
    assert "3,504,872" in report.folding
    assert "3,487,816" in report.folding
    assert "BatchNormalization" not in {node.op_type for node in model.graph.node}
    weights = sum(math.prod(tensor.dims) for tensor in model.graph.initializer if tensor.name.endswith((".weight", ".bias")))
    assert weights == report.params_file


def test_every_node_is_booked_on_its_primitive_or_the_block_it_was_folded_in(
    mobilenet: tuple[Design, ExportReport, Any],
) -> None:
    design, _, model = mobilenet
    paths = booked(model)
    assert set(paths.values()) <= known_paths(design)
    by_operator = {(node.op_type, paths[node.name]) for node in model.graph.node}
    assert ("Conv", "stage2.ir1.depthwise") in by_operator
    assert ("Clip", "stage2.ir1.depthwise.act") in by_operator
    assert ("Add", "stage2.ir2.add") in by_operator
    assert ("Gemm", "head.classifier.linear") in by_operator
    assert len(paths) == len(set(paths)) == 100


def test_nothing_of_the_exporter_or_this_machine_stays_in_the_file(mobilenet: tuple[Design, ExportReport, Any]) -> None:
    _, report, model = mobilenet
    raw = Path(report.path).read_bytes()
    for trace in (b"torch", b"onnxscript", b"site-packages", b"lightdesigner.layer", str(Path.cwd()).encode()):
        assert trace not in raw, trace
    assert model.producer_name == "lightdesigner"


def test_the_report_is_plain_data(mobilenet: tuple[Design, ExportReport, Any]) -> None:
    _, report, _ = mobilenet
    told = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert told["ok"] is True
    assert told["params_file"] == report.params_file
    assert told["inputs"] == {"input": [1, 3, 64, 64]}
    assert [check["name"] for check in told["checks"]] == [check.name for check in report.checks]


def test_batch_norms_can_be_kept(tmp_path: Path) -> None:
    design = preset_design("mobilenet_v2", resolution=32, width=0.35)
    report = export_onnx(design, tmp_path / "m.onnx", keep_batch_norm=True)
    passes(report)
    model = load(tmp_path / "m.onnx")
    norms = [node for node in model.graph.node if node.op_type == "BatchNormalization"]
    assert (report.batch_norms_folded, report.batch_norms_kept) == (0, 52)
    assert len(norms) == 52
    assert report.params_file == report.params_design
    paths = booked(model)
    assert {paths[node.name] for node in norms} == {
        step.path for step in plan_of(design).layers if step.result.block.id == "batch_norm"
    }


@pytest.mark.parametrize(
    "preset_id",
    [pytest.param(name, marks=pytest.mark.deep if name in DEEP else ()) for name in sorted(presets()) if name != "mobilenet_v2"],
)
def test_every_preset_exports(preset_id: str, tmp_path: Path) -> None:
    design = small(preset_id)
    report = export_onnx(design, tmp_path / "m.onnx")
    passes(report)
    model = load(tmp_path / "m.onnx")
    assert set(booked(model).values()) <= known_paths(design)
    primitives = [step for step in plan_of(design).layers if step.result.block.layer == "conv"]
    assert sum(node.op_type == "Conv" for node in model.graph.node) == len(primitives)
    assert report.batch_norms_folded + report.batch_norms_kept == sum(
        step.result.block.id == "batch_norm" for step in plan_of(design).layers
    )


# -- every primitive -------------------------------------------------------------------------------------------------------

LAYERS: list[tuple[str, dict[str, Any]]] = [
    ("relu", {}), ("relu6", {}), ("leaky_relu", {}), ("prelu", {}), ("sigmoid", {}), ("hard_sigmoid", {}), ("silu", {}),
    ("hard_swish", {}), ("gelu", {}), ("tanh", {}), ("softmax", {}),
    ("batch_norm", {"affine": False}), ("group_norm", {"num_groups": 4}), ("layer_norm", {}),
    ("local_response_norm", {}), ("local_response_norm", {"size": 4}),
    ("max_pool2d", {"kernel_size": 2, "dilation": 2}), ("avg_pool2d", {"kernel_size": 3, "padding": 1}),
    ("adaptive_avg_pool2d", {"output_size": 3}), ("adaptive_avg_pool2d", {"output_size": [4, 11]}),
    ("adaptive_max_pool2d", {"output_size": 1}), ("adaptive_max_pool2d", {"output_size": 3}),
    ("adaptive_max_pool2d", {"output_size": [4, 11]}), ("global_avg_pool", {}),
    ("dropout", {}), ("identity", {}), ("flatten", {}), ("slice_channels", {"start": 1, "stop": 5}),
    ("channel_shuffle", {"groups": 2}), ("pixel_shuffle", {}), ("pad_channels", {"front": 1, "back": 2}),
    ("pad", {"value": 3.0}), ("pad", {"mode": "reflect"}), ("pad", {"mode": "replicate"}),
    ("pad", {"mode": "circular", "left": 2, "bottom": 0}),
    ("crop", {}), ("crop", {"left": 0, "bottom": 0, "right": 3}), ("crop", dict.fromkeys(("left", "right", "top", "bottom"), 0)),
    ("upsample", {}), ("upsample", {"mode": "bilinear", "scale_factor": 3}),
    ("conv2d", {"out_channels": 4, "kernel_size": 3, "padding": "same", "groups": 2}),
    ("conv2d", {"out_channels": 4, "kernel_size": 3, "padding": [0, 2], "padding_mode": "circular"}),
    ("conv2d", {"out_channels": 4, "kernel_size": 3, "padding": 1, "padding_mode": "reflect"}),
    ("conv_transpose2d", {"out_channels": 4, "kernel_size": 3, "output_padding": 1}),
]  # fmt: skip

ELSEWHERE = {"input", "output", "add", "multiply", "concat", "linear"}
"""Primitives that the nets below hold beside LAYERS."""


def every_primitive() -> Design:
    """One input, and each layer behind an output of its own; some outputs are inputs, or the same value under two names."""
    lines: list[Line] = [("input", "input", {"shape": [8, 9, 9]})]
    for number, (block, params) in enumerate(LAYERS):
        # names of torch's own operators, which the exporter's nodes bear too
        lines += [
            (f"{block}_{number}", block, params, "input"),
            (f"out{number}", "output", {"order": number}, f"{block}_{number}"),
        ]
    lines += [
        ("mul", "multiply", {}, "relu_0", "pool"),
        ("pool", "global_avg_pool", {}, "relu_0"),
        ("add", "add", {}, "input", "input"),
        ("cat", "concat", {}, "add", "input", "mul"),
        ("flat", "flatten", {}, "cat"),
        ("linear", "linear", {"out_features": 6}, "flat"),
        ("norm", "batch_norm", {}, "linear"),
        ("transposed", "conv_transpose2d", {"out_channels": 6, "groups": 2}, "input"),
        ("transposed_norm", "batch_norm", {}, "transposed"),
        ("vector_norm", "layer_norm", {}, "norm"),
        ("view", "output", {"order": 100}, "vector_norm"),
        ("val_1", "output", {"order": 101}, "vector_norm"),
        ("getitem", "output", {"order": 102}, "transposed_norm"),
        ("same", "output", {"order": 103}, "input"),
    ]
    return design_of(*lines)


def test_layers_here_are_all_primitives_there_are() -> None:
    from blocks.registry import blocks

    assert {block for block, _ in LAYERS} | ELSEWHERE == {name for name, block in blocks().items() if block.primitive}


@pytest.mark.parametrize(
    ("opset", "dynamic"),
    [
        (None, True),
        (17, False),
        pytest.param(18, True, marks=pytest.mark.deep),
        pytest.param(21, False, marks=pytest.mark.deep),
        pytest.param(23, True, marks=pytest.mark.deep),
    ],
)
def test_every_primitive_exports(opset: int | None, dynamic: bool, tmp_path: Path) -> None:
    design = every_primitive()
    report = export_onnx(design, tmp_path / "m.onnx", opset=opset, dynamic_batch=dynamic)
    passes(report)
    model = load(tmp_path / "m.onnx")
    paths = booked(model)
    assert set(paths.values()) <= known_paths(design)
    assert [value.name for value in model.graph.output] == list(report.outputs) == [name for name, _ in plan_of(design).outputs]
    # two folded batch norms; at the root no smaller block than the design holds both parts
    assert (report.batch_norms_folded, report.batch_norms_kept) == (2, 1)
    assert sorted(node.op_type for node in model.graph.node if not paths[node.name]) == ["ConvTranspose", "Gemm"]
    assert report.params_file == report.params_design - 2 * (6 + 6)  # both had a bias already
    weights = {tensor.name for tensor in model.graph.initializer if tensor.name.endswith(".weight")}
    assert weights < set(to_torch(design).state_dict())
    operators = {node.op_type for node in model.graph.node}
    assert not operators & {"Constant", "CastLike", "Range", "Shape", "GatherND"}, "constants are worked out"
    assert {"LRN", "GlobalAveragePool", "GlobalMaxPool", "Flatten"} <= operators
    for node in model.graph.node:
        primitive = paths[node.name].rsplit("_", 1)[0]
        if primitive in ("flatten", "upsample", "slice_channels", "crop"):
            wanted = {"flatten": "Flatten", "upsample": "Resize", "slice_channels": "Slice", "crop": "Slice"}
            assert node.op_type == wanted[primitive]


def test_rounding_up_needs_no_ceil_mode(tmp_path: Path) -> None:
    """Where a last window would start in the padding onnx and torch disagree, along one side only in most of these."""
    pools: list[tuple[str, dict[str, Any]]] = [
        ("max_pool2d", {"kernel_size": 2}),
        ("max_pool2d", {"kernel_size": 4, "stride": [2, 8], "padding": 2}),
        ("max_pool2d", {"kernel_size": 2, "stride": 4, "dilation": 5}),
        ("max_pool2d", {"kernel_size": 2, "stride": 4, "dilation": 6, "padding": 1}),
        ("avg_pool2d", {"kernel_size": 2}),
        ("avg_pool2d", {"kernel_size": 4, "stride": 3, "padding": 1}),
        ("avg_pool2d", {"kernel_size": 4, "stride": [2, 8], "padding": 2}),
        ("avg_pool2d", {"kernel_size": 4, "stride": [2, 8], "padding": 2, "count_include_pad": False}),
    ]
    lines: list[Line] = [("input", "input", {"shape": [2, 9, 9]})]
    for number, (block, params) in enumerate(pools):
        lines += [
            (f"pool{number}", block, {"ceil_mode": True, **params}, "input"),
            (f"out{number}", "output", {}, f"pool{number}"),
        ]
    report = export_onnx(design_of(*lines), tmp_path / "m.onnx", opset=18)
    passes(report)
    for node in load(tmp_path / "m.onnx").graph.node:
        assert not any(attribute.name == "ceil_mode" and attribute.i for attribute in node.attribute)


# -- inputs, outputs, batches ----------------------------------------------------------------------------------------------


def two_and_two() -> Design:
    return design_of(
        ("right", "input", {"shape": [3, 8, 8], "order": 2}),
        ("left", "input", {"shape": [4, 8, 8], "order": 1}),
        ("mix", "concat", {}, "left", "right"),
        ("body", "conv_norm_act", {"out_channels": 6}, "mix"),
        ("pool", "global_avg_pool", {}, "body"),
        ("flat", "flatten", {}, "pool"),
        ("zeta", "output", {"order": 1}, "body"),
        ("alpha", "output", {"order": 2}, "flat"),
    )


def test_several_inputs_and_outputs_keep_names_and_order_at_any_batch(tmp_path: Path) -> None:
    import numpy
    import onnxruntime
    import torch

    design = two_and_two()
    report = export_onnx(design, tmp_path / "m.onnx", dynamic_batch=True, seed=7)
    passes(report)
    assert report.batches == (1, 2, 5)
    assert list(report.inputs.items()) == [("left", ["batch", 4, 8, 8]), ("right", ["batch", 3, 8, 8])]
    assert list(report.outputs.items()) == [("zeta", ["batch", 6, 8, 8]), ("alpha", ["batch", 6])]
    model = load(tmp_path / "m.onnx")
    assert {value.name: sides(value) for value in model.graph.input} == report.inputs
    assert {value.name: sides(value) for value in model.graph.output} == report.outputs
    session = onnxruntime.InferenceSession(tmp_path / "m.onnx", providers=["CPUExecutionProvider"])
    left, right = torch.randn(3, 4, 8, 8), torch.randn(3, 3, 8, 8)
    with torch.no_grad():
        ours = to_torch(design, seed=7, calibrate=True)(left, right)
    theirs = session.run(["zeta", "alpha"], {"left": left.numpy(), "right": right.numpy()})
    for name, made in zip(("zeta", "alpha"), theirs, strict=True):
        numpy.testing.assert_allclose(made, ours[name].numpy(), atol=1e-5)


def test_a_design_without_layers_exports(tmp_path: Path) -> None:
    report = export_onnx(design_of(IMAGE, ("output", "output", {}, "input")), tmp_path / "m.onnx")
    passes(report)
    assert booked(load(tmp_path / "m.onnx")) == {"output/Identity": "output"}


# -- the module ------------------------------------------------------------------------------------------------------------


def test_a_given_module_is_exported_and_stays_as_it_is(tmp_path: Path) -> None:
    import torch

    design = small_net()
    module = to_torch(design, seed=3, calibrate=True).double().train()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    report = export_onnx(design, tmp_path / "given.onnx", module=module)
    passes(report)
    assert module.training
    assert all(
        torch.equal(tensor, before[name]) and tensor.dtype == before[name].dtype for name, tensor in module.state_dict().items()
    )
    export_onnx(design, tmp_path / "own.onnx", seed=3, check=False)
    export_onnx(design, tmp_path / "other.onnx", seed=4, check=False)
    given, own, other = ((tmp_path / name).read_bytes() for name in ("given.onnx", "own.onnx", "other.onnx"))
    assert len(given) == len(own)
    assert given == own, "the same weights make the same file"
    assert own != other


def test_another_designs_module_is_refused(tmp_path: Path) -> None:
    from torch import nn

    others = [to_torch(two_and_two()), to_torch(preset_like_small(12)), nn.Linear(2, 2)]
    for module, said in zip(others, ("was not made from this design", "parameters here", "A Linear cannot"), strict=True):
        with pytest.raises(CompileError, match=said):
            export_onnx(small_net(), tmp_path / "m.onnx", module=module)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def preset_like_small(features: int) -> Design:
    """`small_net` with another number of outputs: the same layers under the same paths."""
    design = small_net()
    lines: list[Line] = []
    for node in design.root.nodes():
        params = {"out_features": features} if node.id == "fc" else dict(node.params)
        sources = design.root.sources(node.id)
        lines.append(
            (node.id, node.block, params, *[f"{source}.{port}" for source, port in (sources[k] for k in sorted(sources))])
        )
    return design_of(*lines)


# -- what fails ------------------------------------------------------------------------------------------------------------


def broken(layer: Any) -> tuple[Design, Any]:
    """A design and its module with another layer in the place of `head.act`."""
    design = design_of(
        IMAGE,
        ("head_conv", "conv2d", {"out_channels": 4}, "input", {"stage": "head"}),
        ("head_act", "relu", {}, "head_conv", {"stage": "head"}),
        ("output", "output", {}, "head_act"),
    )
    module = to_torch(design)
    module.set_submodule("head.act", layer)
    return design, module


def layer_of(forward: Any) -> Any:
    from torch import nn

    return type("Layer", (nn.Module,), {"forward": lambda self, x: forward(x)})()


def test_errors_of_torch_name_the_node(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    import torch

    def fails(x: torch.Tensor) -> torch.Tensor:
        raise ValueError("boom")

    cases = [
        (layer_of(fails), False, "it cannot run; torch says: boom."),
        (layer_of(lambda x: x * 2 if x.sum() > 0 else x), False, "it cannot be exported to ONNX; torch says: Could not guard"),
        (layer_of(torch.special.bessel_j0), False, "it cannot be exported to ONNX; torch says: No ONNX function found"),
        (layer_of(lambda x: x * torch.ones(x.shape[0]).reshape(2, 1, 1, 1)), True, "it cannot run; torch says: shape"),
    ]
    for layer, dynamic, said in cases:
        design, module = broken(layer)
        with pytest.raises(CompileError) as caught:
            export_onnx(design, tmp_path / "m.onnx", module=module, dynamic_batch=dynamic)
        assert str(caught.value).startswith(f"head.act: {said}")
        assert "\n" not in str(caught.value)
        assert caught.value.path == "head.act"
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_a_failed_check_is_a_sentence_and_the_file_is_written(tmp_path: Path) -> None:
    import torch

    cases = [
        (layer_of(lambda x: x * 0), ["answers"], "output: two different inputs give the same output"),
        (layer_of(lambda x: x[:, :, 1:]), ["shapes"], "head.act: onnx infers (1, 4, 13, 14) with the batch in front"),
        (layer_of(lambda x: x / 0), ["onnx_runtime"], "output: torch's own output holds numbers that are not finite"),
        # in eager mode torch knows nothing of an unknown operator and answers zeros
        (
            layer_of(lambda x: torch.onnx.ops.symbolic("Nonsense", (x,), dtype=x.dtype, shape=x.shape)),
            ["onnx_checker", "shapes", "onnx_runtime"],
            "head.act/Nonsense",
        ),
    ]
    for layer, failed, said in cases:
        design, module = broken(layer)
        report = export_onnx(design, tmp_path / "m.onnx", module=module, overwrite=True)
        assert not report.ok
        assert [check.name for check in report.checks if not check.passed] == failed
        assert any(said in reason for reason in report.reasons), report.reasons
        assert all(reason.endswith(".") and str(tmp_path) not in reason for reason in report.reasons)
        assert report.to_dict()["ok"] is False
        assert [path.name for path in tmp_path.iterdir()] == ["m.onnx"]


def test_answers_that_differ_from_torch_fail(tmp_path: Path) -> None:
    """A layer that grows with every call: the file holds what it was when it was traced."""
    import torch

    state = {"calls": 0}

    def drifts(x: torch.Tensor) -> torch.Tensor:
        state["calls"] += 1
        return x * (1 + 0.01 * state["calls"])

    design, module = broken(layer_of(drifts))
    report = export_onnx(design, tmp_path / "m.onnx", module=module)
    assert not report.ok
    assert "output: ONNX Runtime does not answer as torch does" in report.reasons[0]
    assert report.max_difference_over_std is not None
    assert report.max_difference_over_std > 1e-3


def test_a_difference_that_float32_itself_makes_is_told_from_a_wrong_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a limit below what rounding does, a right file passes by torch's own distance to float64, a wrong one still fails."""
    monkeypatch.setattr("designer.compile.onnx_check.TOLERANCE", 1e-9)
    small = preset_design("mobilenet_v2", resolution=32, width=0.35, classes=10)
    report = export_onnx(small, tmp_path / "right.onnx")
    told = next(check for check in report.checks if check.name == "onnx_runtime")
    assert told.passed
    assert "amplifies rounding" in told.message
    monkeypatch.setattr("designer.compile.onnx_check.AMPLIFIED", 0.0)
    assert not export_onnx(small, tmp_path / "strict.onnx").ok


def test_an_invalid_design_names_its_node(tmp_path: Path) -> None:
    design = design_of(IMAGE, ("conv", "conv2d", {"groups": 2}, "input"), ("output", "output", {}, "conv"))
    with pytest.raises(CompileError, match="conv: groups=2"):
        export_onnx(design, tmp_path / "m.onnx")


# -- opsets ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("opset", [15, 17, 21])
def test_an_opset_asked_for_is_the_one_in_the_file(opset: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    design = design_of(
        IMAGE,
        ("stage2_ir1", "inverted_residual", {"out_channels": 3, "stride": 1}, "input", {"stage": "stage2"}),
        ("pad", "pad", {}, "stage2_ir1"),
        ("head", "classifier_head", {"classes": 4}, "pad"),
        ("output", "output", {}, "head"),
    )
    report = export_onnx(design, tmp_path / "m.onnx", opset=opset)
    passes(report)
    model = load(tmp_path / "m.onnx")
    assert [entry.version for entry in model.opset_import] == [opset] == [report.opset]
    assert set(booked(model).values()) <= known_paths(design)
    assert ("Conv", "stage2.ir1.depthwise") in {(node.op_type, booked(model)[node.name]) for node in model.graph.node}
    assert capfd.readouterr() == ("", "")


def test_an_impossible_opset_is_refused_naming_the_possible_ones(tmp_path: Path) -> None:
    import re

    import onnx

    newest = onnx.defs.onnx_opset_version()
    design = small_net()
    for opset in (3, 999):
        with pytest.raises(OpsetError) as caught:
            export_onnx(design, tmp_path / "m.onnx", opset=opset)
        said = re.fullmatch(rf"Opset {opset} is not possible for this design\. Possible are (\d+) to (\d+)\.", str(caught.value))
        assert said is not None
        lowest, highest = int(said[1]), int(said[2])
        assert 7 <= lowest <= 17
        assert highest == newest
    assert list(tmp_path.iterdir()) == []
    assert export_onnx(design, tmp_path / "low.onnx", opset=lowest).ok
    with pytest.raises(OpsetError):
        export_onnx(design, tmp_path / "lower.onnx", opset=lowest - 1)


def test_an_opset_is_a_whole_number(tmp_path: Path) -> None:
    for wrong in (True, 17.0, "17"):
        with pytest.raises(OpsetError, match="a whole number"):
            export_onnx(small_net(), tmp_path / "m.onnx", opset=wrong)  # type: ignore[arg-type]
