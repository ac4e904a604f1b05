"""Parameter kinds: what they take, what they refuse and in which words, and that values survive files and command lines."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks import registry
from blocks.block import Parametrised
from blocks.errors import BlockError
from blocks.parameters import Bool, Choice, Float, Int, Padding, Pair, Parameter, Shape, shown
from blocks.spec import TensorSpec
from presets.preset import presets
from tests.strategies import parameter_values


class Sample(Parametrised):
    """One parameter of each kind."""

    id = "sample"

    count = Int(4, minimum=1, maximum=1_048_576, help="A count.")
    maybe = Int(None, minimum=1, maximum=9, optional=True, help="A count or none.")
    ratio = Float(6.0, minimum=0.5, maximum=64, help="A ratio.")
    flag = Bool(True, help="A flag.")
    act = Choice("relu", of=(None, "relu", "silu"), help="A word or none.")
    side = Choice(3, of=(1, 3, 5), help="One of a few numbers.")
    window = Pair(3, minimum=1, maximum=4096, help="A window.")
    border = Padding(None, minimum=0, maximum=4096, optional=True, help="A border.")
    shape = Shape((3, 224, 224), help="A shape.")


KINDS = Sample.parameters
HUGE = 10**5000


@pytest.mark.parametrize(
    ("name", "raw", "canonical"),
    [
        ("count", 1, 1),
        ("count", 1_048_576, 1_048_576),
        ("count", 8.0, 8),
        ("maybe", None, None),
        ("ratio", 2, 2.0),
        ("ratio", 0.5, 0.5),
        ("flag", False, False),
        ("act", None, None),
        ("act", "silu", "silu"),
        ("side", 5, 5),
        ("window", 3, (3, 3)),
        ("window", [1, 7], (1, 7)),
        ("window", (2.0, 4), (2, 4)),
        ("border", "same", "same"),
        ("border", None, None),
        ("border", [0, 4096], (0, 4096)),
        ("shape", [3, 96, 160], TensorSpec((3, 96, 160))),
        ("shape", (10,), TensorSpec((10,))),
    ],
)
def test_canonical_values(name: str, raw: object, canonical: object) -> None:
    value = KINDS[name].clean(raw)
    assert value == canonical
    assert type(value) is type(canonical)


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        ("count", 0, "count needs a whole number from 1 to 1,048,576, but got 0."),
        ("count", 10**12, "count needs a whole number from 1 to 1,048,576, but got 1000000000000."),
        ("count", 2.5, "count needs a whole number from 1 to 1,048,576, but got 2.5."),
        ("count", True, "count needs a whole number from 1 to 1,048,576, but got True."),
        ("count", "64", "count needs a whole number from 1 to 1,048,576, but got '64'."),
        ("count", None, "count needs a whole number from 1 to 1,048,576, but got None."),
        ("count", math.nan, "count needs a whole number from 1 to 1,048,576, but got nan."),
        ("count", math.inf, "count needs a whole number from 1 to 1,048,576, but got inf."),
        ("count", HUGE, "count needs a whole number from 1 to 1,048,576, but got a number of about 5001 digits."),
        ("maybe", 0, "maybe needs a whole number from 1 to 9 or none, but got 0."),
        ("ratio", math.nan, "ratio needs a number from 0.5 to 64, but got nan."),
        ("ratio", HUGE, "ratio needs a number from 0.5 to 64, but got a number of about 5001 digits."),
        ("ratio", False, "ratio needs a number from 0.5 to 64, but got False."),
        ("flag", 1, "flag needs true or false, but got 1."),
        ("act", "rleu", "act needs one of none, relu, silu, but got 'rleu'."),
        ("side", 3.0, "side needs one of 1, 3, 5, but got 3.0."),
        ("side", True, "side needs one of 1, 3, 5, but got True."),
        ("window", [3], "window needs a whole number or a pair (height, width) from 1 to 4,096, but got [3]."),
        ("window", [3, 10**9], "window needs a whole number or a pair (height, width) from 1 to 4,096, but got [3, 1000000000]."),
        ("window", "same", "window needs a whole number or a pair (height, width) from 1 to 4,096, but got 'same'."),
        (
            "border",
            "valid",
            "border needs a whole number or a pair (height, width) from 0 to 4,096 or \"same\" or none, but got 'valid'.",
        ),
        (
            "shape",
            [3, 224],
            "shape needs (C, H, W) or (F,) with C and F from 1 to 1,048,576, H and W from 1 to 65,536, but got [3, 224].",
        ),
        (
            "shape",
            [3, -1, 5],
            "shape needs (C, H, W) or (F,) with C and F from 1 to 1,048,576, H and W from 1 to 65,536, but got [3, -1, 5].",
        ),
    ],
    ids=lambda value: shown(value)[:30],
)
def test_refusals_say_what_is_needed_and_what_came(name: str, raw: object, message: str) -> None:
    with pytest.raises(BlockError) as caught:
        KINDS[name].clean(raw)
    assert caught.value.message == message
    assert caught.value.code == "parameter_range"
    assert caught.value.param == name
    assert caught.value.hint.endswith(".")


@pytest.mark.parametrize(
    ("name", "text", "canonical"),
    [
        ("count", "64", 64),
        ("ratio", "0.75", 0.75),
        ("flag", "true", True),
        ("flag", "false", False),
        ("act", "none", None),
        ("act", "relu", "relu"),
        ("side", "5", 5),
        ("window", "224", (224, 224)),
        ("window", "96x160", (96, 160)),
        ("border", "same", "same"),
        ("border", "2x3", (2, 3)),
        ("shape", "3x96x160", TensorSpec((3, 96, 160))),
        ("shape", "10", TensorSpec((10,))),
    ],
)
def test_text_of_a_command_line(name: str, text: str, canonical: object) -> None:
    assert KINDS[name].from_text(text) == canonical


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    "text", ["", " ", "x", "1x2x3x4", "nan", "inf", "1e999", "yes", "True", "9" * 5000, "0b1", "ⅷ"], ids=shown
)
def test_text_that_means_nothing_is_refused(name: str, text: str) -> None:
    with pytest.raises(BlockError) as caught:
        KINDS[name].from_text(text)
    assert len(caught.value.message) < 300


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=80)
    | st.sampled_from([10**4000, -(10**4000), float("inf"), float("nan"), 0, -1, 2**31, 2**63]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("wrap", [list, lambda values: dict(enumerate(values)), lambda values: [values[0], [values]]])
def test_numbers_too_long_to_print_are_refused_inside_others_too(name: str, wrap: Any) -> None:
    for values in ([HUGE], [HUGE, 1], [3, HUGE, 3]):
        with pytest.raises(BlockError) as caught:
            KINDS[name].clean(wrap(values))
        assert len(caught.value.message) < 300


@pytest.mark.parametrize("name", KINDS)
@given(value=JSON)
def test_anything_is_taken_or_refused_in_a_sentence(name: str, value: Any) -> None:
    parameter = KINDS[name]
    message = ""
    try:
        canonical = parameter.clean(value)
    except BlockError as error:
        message = error.message
    if message:
        assert message.startswith(f"{name} needs ")
        assert message.endswith(".")
        assert len(message) < 300
    else:
        hash(canonical)
        assert parameter.clean(canonical) == canonical


EVERY_PARAMETER = {
    f"{owner.id}.{name}": parameter
    for owner in (*registry.blocks().values(), *presets().values())
    for name, parameter in owner.parameters.items()
}
DIFFERENT = {repr(parameter.describe()): parameter for parameter in EVERY_PARAMETER.values()}


@pytest.mark.parametrize("parameter", DIFFERENT.values(), ids=lambda parameter: parameter.name)
def test_values_survive_a_file_and_a_command_line(parameter: Parameter[Any]) -> None:
    @given(parameter_values(parameter))
    def survives(value: Any) -> None:
        assert parameter.clean(value) == value
        written = msgspec.json.encode(parameter.raw(value))
        again = parameter.clean(msgspec.json.decode(written))
        assert again == value
        assert type(again) is type(value)
        assert parameter.from_text(text_of(value)) == value

    survives()


def text_of(value: Any) -> str:
    """How a person writes a canonical value on a command line."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)


@pytest.mark.parametrize("name", EVERY_PARAMETER)
def test_every_parameter_describes_itself(name: str) -> None:
    parameter = EVERY_PARAMETER[name]
    described = parameter.describe()
    msgspec.json.encode(described)
    assert parameter.clean(described["default"]) == parameter.default
    if parameter.kind in ("int", "float"):
        for end in (described["minimum"], described["maximum"]):
            assert parameter.clean(end) == end
        with pytest.raises(BlockError):
            parameter.clean(described["maximum"] + 1)
        with pytest.raises(BlockError):
            parameter.clean(described["minimum"] - 1)


def test_binding_reports_and_goes_on() -> None:
    binding = Sample.bind({"count": 0, "flag": False, "colour": "red"})
    values = dict(zip(Sample.parameters, binding.values, strict=True))
    assert values["count"] == 4, "the default stands in"
    assert values["flag"] is False
    assert [(error.code, error.param) for error in binding.errors] == [
        ("parameter_range", "count"),
        ("unknown_parameter", "colour"),
    ]
    assert binding.errors[1].message == "sample has no parameter 'colour'."
    assert binding.errors[1].hint == "Its parameters: count, maybe, ratio, flag, act, side, window, border, shape."


def test_an_instance_carries_values_and_a_class_its_kinds() -> None:
    sample = Sample.of(Sample.bind({"window": [1, 3]}).values)
    assert sample.window == (1, 3)
    assert sample.ratio == 6.0
    assert Sample.window is KINDS["window"]


def test_a_subclass_may_add_reorder_and_fix_parameters() -> None:
    class Wider(Sample):
        """Own parameters come first; what is fixed is no parameter any more."""

        window = Sample.window
        extra = Int(1, minimum=0, maximum=3, help="One more.")
        flag = False

    assert list(Wider.parameters)[:2] == ["window", "extra"]
    assert "flag" not in Wider.parameters
    assert Wider.of(Wider.defaults).flag is False
