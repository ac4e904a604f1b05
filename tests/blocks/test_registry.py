"""The registry: what it finds, what it refuses, and which names it keeps free."""

from __future__ import annotations

from typing import Any

import pytest

from blocks import registry
from blocks.block import Block, Composite, Primitive
from blocks.cost import ZERO
from blocks.errors import BlockError
from blocks.ids import ID, RESERVED_IDS, valid_id
from blocks.parameters import Choice, Int, Parameter
from blocks.spec import Port


def test_no_id_can_hide_an_attribute_of_a_graph_module() -> None:
    from torch import fx, nn

    module = fx.GraphModule(nn.Module(), fx.Graph())
    assert {name for name in dir(module) if ID.match(name)} <= RESERVED_IDS


@pytest.mark.parametrize("name", ["a", "conv", "stage2", "a_b_c", "x1_2", "a" * 100])
def test_valid_ids(name: str) -> None:
    assert valid_id(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "A",
        "1a",
        "_a",
        "a__b",
        "a-b",
        "a.b",
        "a b",
        "ä",
        "a\n",
        "for",
        "lambda",
        "none\n",
        "train",
        "type",
        "modules",
        "a" * 101,
    ],
)
def test_names_that_cannot_be_ids(name: str) -> None:
    assert not valid_id(name)


def test_every_block_is_found_once_in_the_order_of_categories() -> None:
    blocks = registry.blocks()
    assert blocks is registry.blocks()
    assert len(blocks) >= 60
    assert [block.id for block in blocks.values()] == list(blocks)
    assert next(iter(blocks)) == "input"
    assert registry.block("conv2d") is blocks["conv2d"]
    with pytest.raises(LookupError):
        registry.block("conv3d")


@pytest.mark.parametrize("block", registry.blocks().values(), ids=lambda block: block.id)
def test_every_definition_is_whole(block: type[Block]) -> None:
    registry.check_definition(block)
    assert block.summary() in " ".join((block.__doc__ or "").split())
    assert len(block.defaults) == len(block.parameters)
    for parameter, default in zip(block.parameters.values(), block.defaults, strict=True):
        assert parameter.clean(default) == default
        assert parameter.help.endswith(".")


class Whole(Primitive):
    """A primitive with all that it needs."""

    id = "whole"
    category = "merge"

    def infer(self, x: Any) -> Any:
        return x

    def cost(self, inputs: Any, output: Any) -> Any:
        return ZERO

    def module(self, *inputs: Any) -> Any:
        raise NotImplementedError


class Drawn(Composite):
    """A composite with all that it needs."""

    id = "drawn"

    def expand(self, x: Any, draw: Any) -> Any:
        return x


def test_whole_definitions_are_taken() -> None:
    registry.check_definition(Whole)
    registry.check_definition(Drawn)


def count(**more: Any) -> Parameter[Any]:
    return Int(1, **{"minimum": 0, "maximum": 9, "help": "A count.", **more})


@pytest.mark.parametrize(
    ("base", "fields", "says"),
    [
        (Whole, {"id": "Whole"}, "cannot be an id"),
        (Whole, {"id": "whole__part"}, "cannot be an id"),
        (Whole, {"id": "train"}, "cannot be an id"),
        (Whole, {"category": "misc"}, "category must be one of"),
        (Whole, {"__doc__": ""}, "docstring must begin with a sentence"),
        (Whole, {"__doc__": "No full stop, a primitive"}, "docstring must begin with a sentence"),
        (Whole, {"__doc__": "Says not why."}, "why it is a primitive"),
        (Whole, {"inputs": (Port("a"), Port("a"))}, "same name"),
        (Whole, {"inputs": (Port("a"), Port("b", variadic=True))}, "variadic port must be the only"),
        (Whole, {"outputs": ("y", "z")}, "exactly one output"),
        (Whole, {"outputs": ()}, "there must be outputs"),
        (Drawn, {"outputs": ("y", "y")}, "there must be outputs"),
        (Whole, {"infer": Primitive.infer}, r"needs infer\(\)"),
        (Whole, {"cost": Primitive.cost}, r"needs cost\(\)"),
        (Whole, {"module": Primitive.module}, r"needs module\(\)"),
        (Drawn, {"expand": Composite.expand}, r"needs expand\(\)"),
        (Whole, {"name": count()}, "may not be called 'name'"),
        (Whole, {"x": count()}, "may not be called 'x'"),
        (Whole, {"window": count()}, "may not be called 'window'"),
        (Drawn, {"layer": count()}, "may not be called 'layer'"),
        (Whole, {"size": count(help="")}, "needs a help sentence"),
        (Whole, {"size": count(maximum=None)}, "both ends of its range"),
        (Whole, {"size": count(minimum=None)}, "both ends of its range"),
        (Whole, {"size": count(visible_when={"mode": ("a",)})}, "which is no parameter"),
    ],
)
def test_incomplete_definitions_are_refused(base: type[Block], fields: dict[str, Any], says: str) -> None:
    bad = type("Bad", (base,), {"__doc__": base.__doc__, **fields})
    with pytest.raises(TypeError, match=says):
        registry.check_definition(bad)


def test_a_condition_on_a_value_that_cannot_be_is_refused() -> None:
    class Bad(Drawn):
        """A composite that shows a parameter where nothing can be set to."""

        mode = Choice("a", of=("a", "b"), help="One or the other.")
        size = count(visible_when={"mode": ("c",)})

    with pytest.raises(TypeError, match="is shown where mode is 'c'"):
        registry.check_definition(Bad)


def test_a_default_out_of_range_is_refused_when_the_class_is_made() -> None:
    with pytest.raises((BlockError, RuntimeError)) as caught:  # Python before 3.12 wraps it
        type("Bad", (Drawn,), {"size": Int(10, minimum=0, maximum=9, help="A count.")})
    assert "size needs a whole number from 0 to 9, but got 10." in str(caught.value.__cause__ or caught.value)
