"""Blocks: `Primitive` owns shape rule, cost rule and torch module; `Composite` owns a drawing of smaller blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import msgspec

from blocks.errors import BlockError, Issue
from blocks.parameters import Parameter, shown
from blocks.spec import Port, TensorSpec

if TYPE_CHECKING:
    from torch import nn

    from blocks.builder import Builder, Tensor
    from blocks.cost import Cost

Values = tuple[Any, ...]
"""Canonical parameter values in the order of `Block.parameters`."""

LIMITS: Mapping[str, str] = {"too_large": "numbers over the limits"}
"""What every block refuses beyond torch: what is over the limits in `blocks/spec.py`."""


def refusing(**reasons: str) -> Mapping[str, str]:
    """`Block.refuses_more` of a block that refuses more than the limits: `code="reason"`."""
    return {**LIMITS, **reasons}


CATEGORIES = ("io", "conv", "norm", "activation", "pooling", "merge", "composite", "own")

_tuple = tuple.__new__  # makes a NamedTuple in half the time of a call of its class


class Binding(NamedTuple):
    """Raw parameters of a node made canonical. `errors` are sorted by parameter: a message must not depend on which of two was
    set first. The default stands in."""

    values: Values
    errors: tuple[BlockError, ...]


class Window(msgspec.Struct, frozen=True):
    """How far one output element sees along (h, w), for the receptive field.

    `extent` counts input positions (dilation included), `step` is how many input positions one output position moves; a
    fraction where the block upsamples.
    """

    extent: tuple[int, int]
    step: tuple[Any, Any]


WHOLE_INPUT = Window((0, 0), (0, 0))
"""Marks a layer whose every output sees the whole input: global pooling, linear."""


class Parametrised:
    """A class whose attributes declare parameters. An instance is one set of canonical values, made by `of`, never changed."""

    id: ClassVar[str] = ""
    parameters: ClassVar[Mapping[str, Parameter[Any]]] = {}
    names: ClassVar[tuple[str, ...]] = ()
    defaults: ClassVar[Values] = ()
    _by_name: ClassVar[dict[str, Any]] = {}  # the defaults
    _record: ClassVar[Callable[..., Any] | None] = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if issubclass(cls, msgspec.Struct):  # what instances are made of: all is said by the class it records
            return
        found: dict[str, Parameter[Any]] = {}
        fixed: set[str] = set()  # a subclass may fix a parameter of its base
        for base in cls.__mro__:  # own parameters first, then those of its bases
            for name, value in vars(base).items():
                if not isinstance(value, Parameter):
                    fixed.add(name)
                elif name not in fixed:
                    found.setdefault(name, value)
        cls.parameters = found
        cls.names = tuple(found)
        cls.defaults = tuple(p.default for p in found.values())
        cls._by_name = dict(zip(cls.names, cls.defaults, strict=True))
        cls._record = None

    @classmethod
    def of(cls, values: Values) -> Any:
        record = cls._record or cls._make_record()
        return record(*values)

    @classmethod
    def _make_record(cls) -> Callable[..., Any]:
        """The class of the instances: this one with a field for each parameter, which is made and read many times faster than a
        dictionary of its own."""
        fields = [(name, Any) for name in cls.names]
        record = msgspec.defstruct(cls.__name__, fields, bases=(cls, msgspec.Struct), module=cls.__module__, eq=False)
        cls._record = record
        return record

    @classmethod
    def bind(cls, raw: Mapping[str, Any]) -> Binding:
        """Canonical values of raw parameters; unknown names and values out of range become errors, not exceptions."""
        return bind(cls.id, cls.parameters, cls._by_name.copy(), raw) if raw else Binding(cls.defaults, ())


class Block(Parametrised):
    """What all kinds of block share. A subclass sets `id` and declares parameters as class attributes."""

    version: ClassVar[int] = 1
    category: ClassVar[str] = ""
    basic: ClassVar[bool] = False  # in the palette's short list
    primitive: ClassVar[bool] = False
    inputs: ClassVar[tuple[Port, ...]] = (Port("x"),)
    outputs: ClassVar[tuple[str, ...]] = ("y",)
    reference: ClassVar[str] = ""  # the paper, with its section
    document: ClassVar[str] = ""  # the section of the document the project started from
    refuses_more: ClassVar[Mapping[str, str]] = LIMITS
    """What torch accepts and this block refuses: the code of the error and the reason. The battery allows nothing else."""
    ranks: ClassVar[tuple[int | None, ...] | None] = None  # of the input ports; None where they are variadic
    checks: ClassVar[bool] = False  # whether `check` says anything
    notes: ClassVar[bool] = False  # whether `notices` says anything
    inert: ClassVar[frozenset[int]] = frozenset()  # positions of a composite's inert parameters

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        variadic = bool(cls.inputs) and cls.inputs[-1].variadic
        cls.ranks = None if variadic else tuple([port.rank for port in cls.inputs])
        cls.checks = cls.check is not Block.check
        cls.notes = cls.notices is not Block.notices

    @classmethod
    def summary(cls) -> str:
        """First sentence of the docstring."""
        text = " ".join((cls.__doc__ or "").split())
        return re.split(r"(?<=\.)\s", text, maxsplit=1)[0]

    def check(self, *inputs: TensorSpec) -> None:
        """Raise BlockError when parameters or inputs cannot work. Called before `infer` or `expand`; may be left out."""

    def notices(self, *inputs: TensorSpec) -> tuple[Issue, ...]:
        """Warnings about something that works but is hardly meant. `path` is left empty."""
        return ()


def bind(block_id: str, parameters: Mapping[str, Parameter[Any]], values: dict[str, Any], raw: Mapping[str, Any]) -> Binding:
    """`Parametrised.bind`; `values` are the defaults, which it fills."""
    errors: list[BlockError] = []
    for name, value in raw.items():
        parameter = parameters.get(name)
        if parameter is not None:
            try:
                values[name] = parameter.clean(value)
            except BlockError as error:
                errors.append(error)
            continue
        known = ", ".join(parameters) or "none"
        errors.append(
            BlockError(
                "unknown_parameter",
                f"{block_id} has no parameter {shown(name)}.",
                hint=f"Its parameters: {known}.",
                param=name,
            )
        )
    if len(errors) > 1:
        order = {name: number for number, name in enumerate(parameters)}  # the same however the parameters were set
        errors.sort(key=lambda error: (order.get(error.param or "", len(order)), error.param or ""))
    return _tuple(Binding, (tuple(values.values()), tuple(errors)))


class Primitive(Block):
    """A block with arithmetic of its own and exactly one output. Its docstring says why it is no drawing of others."""

    primitive = True
    layer: ClassVar[str | None] = None  # "conv" or "linear" where macs and activations count
    uncounted: ClassVar[str] = ""  # why no figure holds its work, "" where one does
    makes_no_tensor: ClassVar[bool] = False  # reshape, flatten, identity, dropout at inference
    inplace_capable: ClassVar[bool] = False  # torch's module takes `inplace`
    saves_output: ClassVar[bool] = False  # backward needs the output, so no later layer may overwrite it
    ignored_for_reach: ClassVar[tuple[int, ...]] = ()  # input positions that do not count for the receptive field
    looks: ClassVar[bool] = False  # whether `window` says anything
    may_view: ClassVar[bool] = False  # whether `shares_storage` can be true

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.looks = cls.window is not Primitive.window
        cls.may_view = cls.makes_no_tensor or cls.shares_storage is not Primitive.shares_storage

    def infer(self, *inputs: Any) -> TensorSpec:
        """Shape of the output. Raises BlockError where the inputs cannot work."""
        raise NotImplementedError

    def cost(self, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Cost:
        """Cost of one input at these shapes; the docstring names what is counted per output element."""
        raise NotImplementedError

    def module(self, *inputs: TensorSpec) -> nn.Module:
        """The torch module with this block's parameters for these input shapes."""
        raise NotImplementedError

    def window(self, *inputs: TensorSpec) -> Window | None:
        """What one output element sees; None where it sees one position (the default)."""
        return None

    def shares_storage(self, *inputs: TensorSpec) -> bool:
        """True where torch returns a view of the input: nothing may then run in place behind it."""
        return self.makes_no_tensor

    def uncounted_parts(self) -> tuple[str, ...]:
        """Names under which this layer's uncounted work is listed."""
        return (self.id,) if self.uncounted else ()


class Composite(Block):
    """A block that is only a drawing of smaller blocks. Everything it costs follows from `expand`."""

    category = "composite"
    size_dependent: ClassVar[bool] = False  # the drawing reads height or width
    telling: ClassVar[Callable[[Values], Any]] = tuple
    """The values on which shapes, cost and parts can depend: all but the inert ones."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.inert, cls.telling = without_inert(cls.parameters)

    def expand(self, *inputs: Any) -> Any:
        """Draw the block: `expand(self, x, draw)`, one argument per input port, then the drawing tool.

        Returns the output tensor, or a tuple of them in the order of `outputs`.
        """
        raise NotImplementedError


def without_inert(parameters: Mapping[str, Parameter[Any]]) -> tuple[frozenset[int], Callable[[Values], Any]]:
    """Positions of inert parameters, and a function that takes the values of the others."""
    inert = frozenset([k for k, parameter in enumerate(parameters.values()) if parameter.inert])
    others = [k for k in range(len(parameters)) if k not in inert]
    return inert, itemgetter(*others) if others else lambda values: ()


BlockType = type[Block]
if TYPE_CHECKING:
    Drawn = Tensor | tuple[Tensor, ...]
    Draw = Builder
