"""Generated source does what the compiled module does, needs only torch, is clean, and says the same each time."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from blocks import registry
from designer.catalogue import CatalogueError, load
from designer.compile.errors import CompileError
from designer.compile.python_source import to_python
from designer.graph.design import Design
from designer.graph.network import Network
from designer.version import __version__
from presets.preset import presets
from tests.compile.designs import definition_of, design_of
from tests.compile.random_nets import random_net
from tests.compile.written import assert_equals_compiled, lint, network_class

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "source"
BLOCKS = [block for block in registry.blocks().values() if block.category != "io"]


def small(preset: str) -> Design:
    """The preset at the smallest resolution of a few, with few classes."""
    classes = ",classes=10" if "classes" in presets()[preset].parameters else ""
    for resolution in (64, 96, 128, 224):
        try:
            return load(f"{preset}:resolution={resolution}{classes}")
        except CatalogueError:
            continue
    raise AssertionError(f"{preset} takes none of these resolutions")


@pytest.mark.parametrize("preset", presets())
def test_every_preset_does_what_its_compiled_module_does(preset: str, tmp_path: Path) -> None:
    text = assert_equals_compiled(small(preset), tmp_path, title=presets()[preset].title)
    lint(tmp_path / "written.py")
    imported = {name.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import) for name in node.names}
    imported |= {node.module or "" for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)}
    assert imported <= {"torch", "torch.nn", "collections"}


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.id)
def test_every_block_alone_does_what_its_compiled_module_does(block: Any, tmp_path: Path) -> None:
    shape = [96] if block.inputs[0].rank == 1 else [96, 14, 14]  # divisible by the groups of every default
    lines: list[Any] = [("input", "input", {"shape": shape}), ("it", block.id, {}, *["input"] * len(block.inputs))]
    lines += [(f"out{k}", "output", {"order": k}, f"it.{port}") for k, port in enumerate(block.outputs)]
    assert_equals_compiled(design_of(*lines), tmp_path)


@pytest.mark.parametrize("seeds", [range(15), range(15, 30)], ids=str)
def test_random_nets_do_what_their_compiled_modules_do(seeds: range, tmp_path: Path) -> None:
    check_random(seeds, tmp_path)


@pytest.mark.deep
@pytest.mark.parametrize("start", range(1_000, 4_000, 250))
def test_many_random_nets_do_what_their_compiled_modules_do(start: int, tmp_path: Path) -> None:
    check_random(range(start, start + 250), tmp_path)


def check_random(seeds: range, folder: Path) -> None:
    compiled = 0
    for seed in seeds:
        try:
            text = assert_equals_compiled(random_net(seed), folder)
        except CompileError:
            continue
        (folder / f"seed{seed}.py").write_text(text, encoding="utf-8")
        compiled += 1
    (folder / "written.py").unlink(missing_ok=True)
    lint(folder)
    assert compiled > len(seeds) // 2


# -- what it says --------------------------------------------------------------------------------------------------------------


def classes(text: str) -> dict[str, dict[str, str]]:
    """The arguments of each class's constructor with their defaults, "" where there is none."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef):
            made = next((f.args for f in node.body if isinstance(f, ast.FunctionDef) and f.name == "__init__"), None)
            names = [argument.arg for argument in made.args[1:]] if made else []
            defaults = [ast.unparse(value) for value in made.defaults] if made else []
            found[node.name] = dict(zip(names, [""] * (len(names) - len(defaults)) + defaults, strict=True))
    return found


def test_mobilenet_v2_reads_as_the_file_that_was_read() -> None:
    """The golden file is the one a person looked at and found good. Write it anew with `python -m tests.golden.source`."""
    wanted = (GOLDEN / "mobilenet_v2.txt").read_text(encoding="utf-8")
    text = to_python(load("mobilenet_v2"), title="MobileNet V2", paper="Sandler et al., CVPR 2018, arXiv:1801.04381.")
    assert text.replace(f"lightdesigner {__version__}", "lightdesigner VERSION") == wanted


def test_a_class_for_each_structure_of_a_composite() -> None:
    found = classes(to_python(load("mobilenet_v2"), title="MobileNet V2"))
    both = {"in_channels": "", "out_channels": ""}
    assert found == {
        "ConvNormAct": {**both, "kernel_size": "3", "stride": "1", "groups": "1"},
        "ConvNorm": both,
        "InvertedResidualNoExpandNoAdd": both,
        "InvertedResidualNoAdd": {**both, "stride": "1"},
        "InvertedResidual": both,
        "ClassifierHead": {"in_channels": "", "classes": ""},
        "MobileNetV2": {},
    }


def test_arguments_have_the_names_of_the_blocks_parameters() -> None:
    found = classes(to_python(load("mobilenet_v3_large")))
    assert {"in_channels", "out_channels", "hidden_channels", "squeeze_channels", "kernel_size", "act"} == set(
        found["InvertedResidual"]
    )
    assert set(found["ConvNormAct"]) == {"in_channels", "out_channels", "kernel_size", "stride", "groups", "act"}
    widths = ["ch1x1", "ch3x3red", "ch3x3", "ch5x5red", "ch5x5", "pool_proj"]
    assert list(classes(to_python(load("googlenet")))["InceptionV1"]) == ["in_channels", *widths]


def test_a_width_is_written_as_what_the_block_means() -> None:
    """64 is a quarter of 256, and only by chance the block's base_width, in a design with one bottleneck."""
    design = design_of(
        ("input", "input", {"shape": [256, 8, 8]}),
        ("unit", "residual_bottleneck", {"out_channels": 256}, "input"),
        ("output", "output", {}, "unit"),
    )
    text = to_python(design)
    assert "hidden_channels = out_channels // 4" in text
    assert "base_width" not in text


def test_numbers_that_are_the_same_everywhere_stay_in_the_class() -> None:
    text = to_python(load("mobilenet_v2:width=0.5"))
    assert "hidden_channels = in_channels * 6" in text
    assert "expand_ratio" not in text
    assert "expand_ratio: int = 6" in to_python(load("mnasnet_a1"))


def test_default_widths_of_torch_stand_beside_what_differs() -> None:
    text = to_python(load("alexnet"))
    assert "nn.Conv2d(3, 96, 11, stride=4)" in text
    assert "nn.LocalResponseNorm(5, alpha=0.0005, k=2.0)" in text
    assert "nn.Dropout(p=0.5)" in text


def test_the_heading_says_where_it_comes_from(tmp_path: Path) -> None:
    design = load("mobilenet_v2:width=0.75,resolution=96x160,classes=10")
    heading = ast.get_docstring(ast.parse(to_python(design, title="MobileNet V2", paper="Sandler et al. 2018"))) or ""
    assert heading.startswith("MobileNet V2.")
    assert "preset mobilenet_v2 with" in heading
    assert all(option in heading for option in ("width=0.75", "resolution=96x160", "classes=10", "Sandler et al. 2018"))
    assert "(3, 96, 160)" in heading
    assert f"Written by lightdesigner {__version__}." in heading


def test_it_checks_itself(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(to_python(load("mobilenet_v2:width=0.25,resolution=32,classes=7")), encoding="utf-8")
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True, timeout=120)
    params = sum(parameter.numel() for parameter in network_class(path.read_text(), tmp_path, "net2")().parameters())
    assert done.stdout.splitlines() == [f"{params:,} parameters", "output (1, 7)"]
    assert done.stderr == ""


def test_the_text_depends_on_nothing_but_the_design(tmp_path: Path) -> None:
    design = load("ghostnet")
    text = to_python(design)
    turned = Design(design.name, Network.of(reversed(design.root.nodes()), reversed(design.root.edges())))
    turned.origin = design.origin
    assert to_python(turned) == text
    program = "import designer; print(designer.to_python(designer.load('ghostnet')), end='')"
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, env=environment, timeout=120)
    assert done.stdout.decode().replace("\r\n", "\n") == text


def test_a_design_with_an_error_is_refused_with_the_node() -> None:
    design = design_of(
        ("input", "input", {"shape": [6, 8, 8]}),
        ("conv", "conv2d", {"groups": 4}, "input"),
        ("output", "output", {}, "conv"),
    )
    with pytest.raises(CompileError, match="conv: groups=4 does not divide") as caught:
        to_python(design)
    assert caught.value.path == "conv"


# -- stages --------------------------------------------------------------------------------------------------------------------

INPUT = ("input", "input", {"shape": [8, 12, 12]})


def conv(node_id: str, source: str, stage: str | None = None) -> tuple[Any, ...]:
    fields = ({"stage": stage},) if stage else ()
    return (node_id, "conv2d", {"out_channels": 8, "padding": 1}, source, *fields)


def test_a_chain_is_a_sequential_of_its_name(tmp_path: Path) -> None:
    text = assert_equals_compiled(
        design_of(INPUT, conv("body_a", "input", "body"), conv("body_b", "body_a", "body"), ("output", "output", {}, "body_b")),
        tmp_path,
    )
    lint(tmp_path / "written.py")
    assert "self.body = nn.Sequential(\n            OrderedDict(\n                a=nn.Conv2d(8, 8, 3, padding=1),\n" in text


def test_a_stage_with_branches_is_a_class(tmp_path: Path) -> None:
    text = assert_equals_compiled(
        design_of(
            INPUT,
            ("other", "input", {"shape": [4, 12, 12]}),
            conv("join_a", "input", "join"),
            conv("join_b", "other", "join"),
            ("join_sum", "add", {}, "join_a", "join_b", {"stage": "join"}),
            conv("join_c", "join_sum", "join"),
            ("output", "output", {}, "join_c"),
            ("second", "output", {"order": 1}, "join_sum"),
        ),
        tmp_path,
    )
    lint(tmp_path / "written.py")
    assert "class Join(nn.Module):" in text
    assert "def forward(self, input: Tensor, other: Tensor) -> tuple[Tensor, Tensor]:" in text
    assert 'return {"output": join_c, "second": sum_}' in text


def test_a_stage_that_others_interrupt_is_called_piece_by_piece(tmp_path: Path) -> None:
    text = assert_equals_compiled(
        design_of(
            INPUT,
            conv("a_one", "input", "a"),
            conv("between", "a_one"),
            conv("a_two", "between", "a"),
            ("a_sum", "add", {}, "a_two", "a_one", {"stage": "a"}),
            ("output", "output", {}, "a_sum"),
        ),
        tmp_path,
    )
    lint(tmp_path / "written.py")
    assert "self.a = A()" in text
    assert "y = self.a.two(y)" in text


def test_two_stages_that_interrupt_each_other(tmp_path: Path) -> None:
    """Each could run in one go, but not both."""
    text = assert_equals_compiled(
        design_of(
            INPUT,
            conv("a_one", "input", "a"),
            conv("b_one", "input", "b"),
            conv("a_two", "b_one", "a"),
            conv("b_two", "a_one", "b"),
            ("sum", "add", {}, "a_two", "b_two"),
            ("output", "output", {}, "sum"),
        ),
        tmp_path,
    )
    lint(tmp_path / "written.py")
    assert text.count("calls one by one") == 1


def test_what_sequential_cannot_hold_is_a_class(tmp_path: Path) -> None:
    text = assert_equals_compiled(
        design_of(INPUT, conv("s_append", "input", "s"), conv("s_pop", "s_append", "s"), ("output", "output", {}, "s_pop")),
        tmp_path,
    )
    assert "class S(nn.Module):" in text


# -- own blocks and corners ----------------------------------------------------------------------------------------------------


def test_own_blocks_are_classes_with_their_exposed_parameters(tmp_path: Path) -> None:
    own = definition_of(
        "my_block",
        ("left", "input", {"shape": [8, 8, 8]}),
        ("right", "input", {"shape": [8, 8, 8]}),
        ("conv", "conv2d", {"out_channels": {"same_as": "left.channels", "times": 2}, "padding": 1}, "left"),
        ("narrow", "conv_norm_act", {"out_channels": 4, "kernel_size": 1}, "right"),
        ("cat", "concat", {}, "conv", "narrow"),
        ("act", "relu", {}, "cat"),
        ("keep", "output", {}, "act"),
        ("raw", "output", {"order": 1}, "narrow"),
        exposed={"width": [("narrow", "out_channels")]},
    )
    own.name, own.help = 'Mein "Block" 块 \\', 'Ends it """ and goes \\n on\n\x07 here "'
    text = assert_equals_compiled(
        design_of(
            INPUT,
            ("m1", "own.my_block", {}, "input", "input"),
            ("m2", "own.my_block", {"width": 6}, "m1.keep", "m1.raw"),
            ("output", "output", {}, "m2.keep"),
            ("o2", "output", {"order": 1}, "m2.raw"),
            definitions=[own],
        ),
        tmp_path,
        title='A "quoted" \\ title """',
        paper="块" * 200 + ' and "',
    )
    lint(tmp_path / "written.py")
    assert classes(text)["MeinBlock"] == {"left_channels": "", "right_channels": "", "width": ""}
    assert "self.m2 = MeinBlock(20, 4, width=6)" in text


def test_numbers_that_follow_from_nothing_stay_numbers(tmp_path: Path) -> None:
    own = definition_of(
        "fixed",
        ("x", "input", {"shape": [8, 8, 8]}),
        ("conv", "conv2d", {"out_channels": 5, "kernel_size": 1}, "x"),
        ("y", "output", {}, "conv"),
    )
    design = design_of(INPUT, ("it", "own.fixed", {}, "input"), ("output", "output", {}, "it.y"), definitions=[own])
    text = assert_equals_compiled(design, tmp_path)
    assert classes(text)["Fixed"] == {}
    assert "nn.Conv2d(8, 5, 1)" in text


def test_disabled_nodes_and_identities_leave_nothing_behind(tmp_path: Path) -> None:
    text = assert_equals_compiled(
        design_of(
            INPUT,
            ("same", "identity", {}, "input"),
            conv("conv", "same"),
            ("act", "relu", {}, "conv", {"disabled": True}),
            ("output", "output", {}, "act"),
            ("through", "output", {"order": 1}, "same"),
        ),
        tmp_path,
    )
    assert "ReLU" not in text
    assert 'return {"output": conv, "through": input}' in text


def test_a_design_without_layers(tmp_path: Path) -> None:
    assert_equals_compiled(design_of(INPUT, ("output", "output", {}, "input")), tmp_path)
    lint(tmp_path / "written.py")


def test_names_that_mean_something_else(tmp_path: Path) -> None:
    long = "a" * 100
    sources = ["self", "torch", "l", "x"]
    convs = ["nn", "max", long, "tensor"]
    assert_equals_compiled(
        design_of(
            *[(name, "input", {"shape": [8, 12, 12]}) for name in sources],
            *[conv(name, source) for name, source in zip(convs, sources, strict=True)],
            ("concat", "concat", {}, *convs),
            ("cut", "slice_channels", {"start": 1, "stop": 4}, "concat"),
            ("border", "pad", {"left": 2, "mode": "reflect"}, "cut"),
            ("middle", "crop", {"left": 0, "right": 3, "top": 2, "bottom": 0}, "border"),
            ("output", "output", {}, "middle"),
            ("whole", "output", {"order": 2}, "concat"),
        ),
        tmp_path,
    )
    lint(tmp_path / "written.py")


def test_activations_of_one_class_may_differ_in_running_in_place(tmp_path: Path) -> None:
    """The first unit's activation would overwrite the input of the design, the second's may run in place."""
    unit = {"out_channels": 8}
    text = assert_equals_compiled(
        design_of(
            INPUT,
            ("one", "norm_act_conv", {**unit, "norm": None}, "input"),
            ("two", "norm_act_conv", {**unit, "norm": None}, "one"),
            ("output", "output", {}, "two"),
        ),
        tmp_path,
    )
    assert "inplace: bool" in text
    assert "nn.ReLU(inplace=inplace)" in text


def test_a_stage_with_many_outputs(tmp_path: Path) -> None:
    names = [f"part{k}" for k in range(20)]
    text = assert_equals_compiled(
        design_of(
            INPUT,
            *[conv(f"wide_{name}", "input", "wide") for name in names],
            ("cat", "concat", {}, *[f"wide_{name}" for name in reversed(names)]),
            ("output", "output", {}, "cat"),
        ),
        tmp_path,
    )
    lint(tmp_path / "written.py")
    assert "-> tuple[Tensor, ...]:" in text


def test_outputs_of_one_name_in_a_stage(tmp_path: Path) -> None:
    own = definition_of(
        "two",
        ("x", "input", {"shape": [8, 8, 8]}),
        ("conv", "conv2d", {"out_channels": 3, "kernel_size": 1}, "x"),
        ("left", "output", {}, "conv"),
        ("right", "output", {"order": 1}, "x"),
    )
    assert_equals_compiled(
        design_of(
            INPUT,
            ("s_one", "own.two", {}, "input", {"stage": "s"}),
            ("s_two", "own.two", {}, "s_one.right", {"stage": "s"}),
            ("cat", "concat", {}, "s_one.left", "s_two.left", "s_one.right", "s_two.right"),
            ("output", "output", {}, "cat"),
            definitions=[own],
        ),
        tmp_path,
    )
    lint(tmp_path / "written.py")
