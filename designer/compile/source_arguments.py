"""Which numbers of a class are the same in all its copies, which are arguments, and what these are called.

The copies of one structure are laid side by side: a number is then a vector, one value for each copy. A constant vector is
written into the class. Any other becomes an argument under the name of the block's parameter that has the same vector, or an
expression of arguments that comes to it in every copy (`in_channels * 6`), or, failing these, an argument of its own. Channels
are followed along the wires, so that a layer's `in_channels` is what the layer before it was given as `out_channels`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from designer.compile.source_layout import Names
from designer.compile.source_probe import Probe
from designer.compile.source_terms import (
    CHANNELS,
    OUT_NAMES,
    Expression,
    Number,
    Operation,
    Symbol,
    Term,
    Values,
    combined,
    substituted,
    symbols_in,
)
from designer.compile.source_tree import REQUIRED, Kind, Ref, Scope


class Slot(NamedTuple):
    """One argument of a part. `feeds` is the part's input whose channels it has to equal; `unit` "kind" is that of a class."""

    name: str
    values: Values
    unit: str = ""
    feeds: int | None = None
    default: Any = REQUIRED


class PartSlots(NamedTuple):
    """A part as its class sees it. `outputs` are the channels it gives out, by name of its own arguments where it is a class;
    `width` their values."""

    name: str
    refs: tuple[Ref, ...]
    slots: list[Slot]
    outputs: list[Expression | None]
    width: list[Values]
    adds_up: bool = False  # its channels are the sum of its inputs' (concat)


class Arguments:
    """The arguments of one class: `parts[k][slot]` is what part k is given; `symbols` are the constructor's arguments in order,
    `locals` its variables; `outputs` the channels it gives out."""

    def __init__(self, scopes: list[Scope], parts: list[PartSlots], *, lift: bool) -> None:
        self.scopes = scopes
        self.lift = lift
        self.left_over = False
        self.parameters = scopes[0].parameters
        self.raw = {name: tuple([scope.values[name] for scope in scopes]) for name in self.parameters}
        self.probe = Probe(scopes[0])
        self.known: list[Symbol] = []
        self.by_parameter: dict[str, Symbol] = {}
        self.taken: set[str] = set()
        self.terms: dict[Ref, Term] = {}
        for k, _ in enumerate(scopes[0].inputs):
            values = tuple([scope.inputs[k][0] for scope in scopes])
            self.terms[-1 - k, 0] = Term(self._input(k, values), values)
        self.parts = [self._resolve_part(number, part) for number, part in enumerate(parts)]
        ends = [self.terms.get(ref) for ref in scopes[0].refs]
        self.outputs = [None if term is None else term.expression for term in ends]
        self.symbols: list[Symbol] = []
        self.locals: list[Symbol] = []

    def _input(self, k: int, values: Values) -> Expression:
        if _is_constant(values) and not self.lift:
            return Number(values[0])
        for symbol in self.known:
            if symbol.values == values:
                return symbol
        symbol = Symbol(values, "channels", port=k)
        self.known.append(symbol)
        return symbol

    # -- one part --------------------------------------------------------------------------------------------------------------

    def _resolve_part(self, number: int, part: PartSlots) -> dict[str, Expression]:
        own = [self.terms.get(ref) for ref in part.refs]
        named = {slot.name: slot for slot in part.slots}
        found: dict[str, Expression] = {}
        for slot in sorted(part.slots, key=lambda slot: slot.name == "padding"):  # after the window it follows from
            term = own[slot.feeds] if slot.feeds is not None else None
            if term is not None and term.values == slot.values:
                found[slot.name] = term.expression
            elif _is_constant(slot.values):
                found[slot.name] = self._constant(slot, part.name, own, self._is_depthwise(named))
            else:
                padding = self._padding(slot, named, found)
                found[slot.name] = padding or self._resolve(slot, part.name, own, self._is_depthwise(named))
        self._give_out(number, part, own, named, found)
        return {slot.name: found[slot.name] for slot in part.slots}

    def _give_out(
        self, number: int, part: PartSlots, own: list[Term | None], named: dict[str, Slot], found: dict[str, Expression]
    ) -> None:
        """Work out what the channels of a part's outputs are called."""
        for k, values in enumerate(part.width):
            inner = part.outputs[k]
            expression = None if inner is None else substituted(inner, found)
            if _is_constant(values) and not self.lift:
                expression = Number(values[0])
            for name in ("out_channels", "out_features"):
                if expression is None and name in named and named[name].values == values and named[name].feeds is None:
                    expression = found[name]
            slot = Slot("out_channels", values, "channels")
            if expression is None:
                expression = self._same(slot, part.name, own, k) or self._search(slot, part.name, k)
            if expression is None:
                expression = self._sum(part, own) or self._derived(slot, part.name, own, k)
            if expression is not None:
                self.terms[number, k] = Term(expression, values)

    @staticmethod
    def _is_depthwise(named: dict[str, Slot]) -> bool:
        """Whether the part filters each channel on its own, which makes its width that of its input whatever else it equals."""
        groups, out = named.get("groups"), named.get("out_channels")
        width = next((slot.values for slot in named.values() if slot.feeds == 0), None)
        return groups is not None and out is not None and groups.values == out.values == width

    def _padding(self, slot: Slot, named: dict[str, Slot], found: dict[str, Expression]) -> Expression | None:
        """Padding that keeps the size, from the window and its dilation."""
        if slot.name != "padding" or "kernel_size" not in found:
            return None
        kernels = named["kernel_size"].values
        dilations = named["dilation"].values if "dilation" in named else (1,) * len(kernels)
        if not all(type(value) is int for value in (*kernels, *dilations, *slot.values)):
            return None
        kernel, dilation = found["kernel_size"], found.get("dilation")
        if set(dilations) == {1}:
            if all(p == k // 2 for p, k in zip(slot.values, kernels, strict=True)):
                return self._local(combined("//", kernel, Number(2)), slot.values, "px", "", "padding")
        elif dilation is not None and all(p == d * (k - 1) // 2 for p, k, d in zip(slot.values, kernels, dilations, strict=True)):
            if isinstance(kernel, Number) and kernel.value % 2:
                whole = dilation if kernel.value == 3 else combined("*", dilation, Number(kernel.value // 2))
            else:
                whole = combined("//", combined("*", dilation, combined("-", kernel, Number(1))), Number(2))
            return self._local(whole, slot.values, "px", "", "padding")
        return None

    # -- one number ------------------------------------------------------------------------------------------------------------

    def _constant(self, slot: Slot, part: str, own: list[Term | None], depthwise: bool) -> Expression:
        """A number that is the same in all copies: itself, but for widths, where these are lifted."""
        value = slot.values[0]
        if depthwise and slot.name in ("groups", "out_channels") and (found := _equal(slot.values, own)):
            return found
        if not self.lift or slot.unit not in CHANNELS or not value:
            return Number(value)
        found = self._resolve(slot, part, own, depthwise)
        if isinstance(found, Symbol) and not found.parameter and found.port is None and found.expression is None:
            self.left_over = True
        return found

    def _resolve(self, slot: Slot, part: str, own: list[Term | None], depthwise: bool) -> Expression:
        values, counts = slot.values, slot.unit in CHANNELS
        if depthwise and slot.name in ("groups", "out_channels") and (found := _equal(values, own)):
            return found
        if self._matches(slot.name, values, some=counts):
            return self._parameter(slot.name, slot)
        if (counts or slot.unit == "groups") and (found := self._same(slot, part, own)):
            return found
        candidates = sorted(self._candidates(slot), key=lambda name: name in self.taken)  # each is meant for one part, if it can
        for name in candidates:
            if self.raw[name] == _plain(values):
                symbol = self._parameter(name, slot)
                if not counts or self.probe.holds(symbol, part, slot.name):
                    self.taken.add(name)
                    return symbol
        if counts:
            if found := self._search(slot, part) or self._derived(slot, part, own):
                return found
            for name in candidates:
                if self._matches(name, values, some=True) and self.raw[name] != _plain(values):
                    return self._parameter(name, slot)
        for symbol in self.known:
            if symbol.slot == slot.name and symbol.unit == slot.unit and symbol.values == values and not symbol.parameter:
                return symbol
        symbol = Symbol(values, slot.unit, part=part, slot=slot.name, default=_offered(slot.default, values, slot.unit))
        self.known.append(symbol)
        return symbol

    def _candidates(self, slot: Slot) -> list[str]:
        """Parameters of the block that may be meant where a part's argument has another name."""
        if slot.unit == "kind":
            return list(self.parameters)
        if slot.unit in CHANNELS:
            return [name for name, parameter in self.parameters.items() if parameter.unit in CHANNELS]
        if slot.unit == "groups":
            return [name for name, parameter in self.parameters.items() if parameter.unit == "groups"]
        if slot.unit == "px":
            return [name for name in self.parameters if slot.name in name]
        return [name for name, parameter in self.parameters.items() if parameter.kind == "float" and _is_float(slot.values)]

    def _matches(self, name: str, values: Values, *, some: bool) -> bool:
        """Whether a parameter has these values wherever it is given; `some` asks that it is given at all."""
        if name not in self.raw:
            return False
        given = [(mine, theirs) for mine, theirs in zip(self.raw[name], _plain(values), strict=True) if mine is not None]
        return all(mine == theirs for mine, theirs in given) and (bool(given) or not some)

    def _parameter(self, name: str, slot: Slot) -> Symbol:
        symbol = self.by_parameter.get(name)
        if symbol is None or symbol.values != slot.values:
            parameter = self.parameters[name]
            default = _offered(parameter.raw(parameter.default), slot.values, parameter.unit)
            if default is REQUIRED:
                default = _offered(slot.default, slot.values, slot.unit)
            symbol = Symbol(slot.values, slot.unit, parameter=name, slot=slot.name, default=default)
            self.by_parameter.setdefault(name, symbol)
            self.known.append(symbol)
        return symbol

    def _same(self, slot: Slot, part: str, own: list[Term | None], output: int = 0) -> Expression | None:
        """What the part reads, where it has just these channels."""
        found = _equal(slot.values, own)
        return found if found is not None and self.probe.holds(found, part, slot.name, output) else None

    def _search(self, slot: Slot, part: str, output: int = 0) -> Symbol | None:
        """A known number of channels with these values."""
        for symbol in self.known:
            if symbol.unit in CHANNELS and symbol.values == slot.values and self.probe.holds(symbol, part, slot.name, output):
                return symbol
        return None

    def _sum(self, part: PartSlots, own: list[Term | None]) -> Expression | None:
        if not part.adds_up or not own or own[0] is None:
            return None
        total: Expression = own[0].expression
        for term in own[1:]:
            if term is None:
                return None
            total = combined("+", total, term.expression)
        return total

    def _derived(self, slot: Slot, part: str, own: list[Term | None], output: int = 0) -> Expression | None:
        """Channels as a product, quotient or difference of others."""
        for expression in self._derivations(slot.values, own):
            if self.probe.holds(expression, part, slot.name, output):
                return self._local(expression, slot.values, "channels", part, slot.name)
        return None

    def _derivations(self, values: Values, own: list[Term | None]) -> Iterator[Expression]:
        """Expressions that come to these values, the likeliest first: papers widen the input and divide the output."""
        given = [term for ref, term in self.terms.items() if ref[0] < 0]
        inputs = [term for term in (*own, *given) if term is not None and isinstance(term.expression, Symbol)]
        widths = [self._term(name) for name, p in self.parameters.items() if p.unit in CHANNELS and None not in self.raw[name]]
        if not _is_constant(values):
            widths = [term for term in widths if not _is_constant(term.values)]
        for name, parameter in self.parameters.items():
            ratio = self.raw[name]
            if parameter.unit == "x" and all(type(r) is int for r in ratio) and set(ratio) != {1}:
                for term in (*inputs, *widths):
                    if all(v == b * r for v, b, r in zip(values, term.values, ratio, strict=True)):
                        factor = Number(ratio[0]) if _is_constant(ratio) else self._term(name).expression
                        yield Operation("*", term.expression, factor)
        for operator, bases in (("*", inputs), ("//", widths), ("//", inputs), ("*", widths)):
            for term in bases:
                number = _factor(values, term.values) if operator == "*" else _factor(term.values, values)
                if number:
                    yield Operation(operator, term.expression, Number(number))
        for term in widths if not _is_constant(values) else ():
            for other in inputs:
                if all(v == w - b for v, w, b in zip(values, term.values, other.values, strict=True)):
                    yield Operation("-", term.expression, other.expression)

    def _term(self, name: str) -> Term:
        """A parameter of the block."""
        return Term(self._parameter(name, Slot(name, self.raw[name], self.parameters[name].unit)), self.raw[name])

    def _local(self, expression: Expression, values: Values, unit: str, part: str, slot: str) -> Expression:
        if isinstance(expression, (Number, Symbol)):
            return expression
        symbol = Symbol(values, unit, part=part, slot=slot, expression=expression)
        self.known.append(symbol)
        return symbol

    # -- names -----------------------------------------------------------------------------------------------------------------

    def settle(self, written: Iterable[int]) -> None:
        """Name what the parts `written` (those that become modules) use, and put the arguments in order."""
        uses: dict[Symbol, int] = {}
        for number in written:
            for expression in self.parts[number].values():
                for symbol in symbols_in(expression):
                    uses[symbol] = uses.get(symbol, 0) + 1
        for symbol in reversed(self.known):  # what a local variable is made of was known before it
            if symbol in uses and symbol.expression is not None:
                symbol.inlined = uses[symbol] == 1
                for inner in symbols_in(symbol.expression):
                    uses[inner] = uses.get(inner, 0) + 1
        used = [symbol for symbol in self.known if symbol in uses]
        self.locals = [symbol for symbol in used if symbol.expression is not None and not symbol.inlined]
        arguments = [symbol for symbol in used if symbol.expression is None]
        self._name(arguments)
        order = list(self.parameters)

        def place(symbol: Symbol) -> tuple[Any, ...]:
            rank = order.index(symbol.parameter) if symbol.parameter else len(order)
            return symbol.default is not REQUIRED, symbol.port is None, symbol.name not in OUT_NAMES, rank

        self.symbols = sorted(arguments, key=place)

    def _name(self, arguments: list[Symbol]) -> None:
        names = Names(RESERVED)
        for symbol in arguments:
            if symbol.parameter:
                symbol.name = names.new(symbol.parameter)
        single = len(self.scopes[0].inputs) == 1
        for symbol in arguments:
            if symbol.port is not None:
                kind = "features" if len(self.scopes[0].inputs[symbol.port]) == 1 else "channels"
                wanted = f"in_{kind}" if single else f"{self.scopes[0].ports[symbol.port]}_{kind}"
                symbol.name = names.new(wanted, f"input_{kind}")
        others = [symbol for symbol in (*arguments, *self.locals) if not symbol.parameter and symbol.port is None]
        widths = [symbol for symbol in others if symbol.unit in CHANNELS]
        optional = [n for n, p in self.parameters.items() if p.unit in CHANNELS and p.optional and set(self.raw[n]) == {None}]
        for symbol in others:
            if symbol in widths and len(widths) == 1 and symbol.slot != "out_features":
                symbol.name = names.new(optional[0] if len(optional) == 1 else "hidden_channels")
            elif symbol in widths:
                symbol.name = names.new(f"{symbol.part}_{'features' if symbol.slot == 'out_features' else 'channels'}")
            elif symbol.slot == "" or symbol.slot in self.parameters:
                symbol.name = names.new(f"{symbol.part}_{symbol.slot}".strip("_"))
            else:
                symbol.name = names.new(symbol.slot, f"{symbol.part}_{symbol.slot}".strip("_"))

    def given(self, scope: Scope) -> dict[str, Any]:
        """The arguments that make the class this copy."""
        k = next(k for k, other in enumerate(self.scopes) if other is scope)
        return {symbol.name: symbol.values[k] for symbol in self.symbols}


RESERVED = frozenset({"self", "super", "torch", "nn", "functional"})


def _offered(default: Any, values: Values, unit: str) -> Any:
    """A default as the constructor gives it: the value itself where some copy has it; a width has none."""
    if default is REQUIRED or unit in CHANNELS:
        return REQUIRED
    return next((value for value in values if (value.block if isinstance(value, Kind) else value) == default), REQUIRED)


def _plain(values: Values) -> Values:
    """Classes of activations as blocks name them."""
    return tuple([value.block if isinstance(value, Kind) else value for value in values])


def _factor(large: Values, small: Values) -> int:
    """The whole number above 1 by which one vector is the other, 0 where there is none."""
    if not all(type(value) is int and value > 0 for value in (*large, *small)):
        return 0
    factor = large[0] // small[0]
    return factor if factor > 1 and all(a == b * factor for a, b in zip(large, small, strict=True)) else 0


def _equal(values: Values, terms: list[Term | None]) -> Expression | None:
    return next((term.expression for term in terms if term is not None and term.values == values), None)


def _is_constant(values: Values) -> bool:
    return len(set(values)) == 1


def _is_float(values: Values) -> bool:
    return any(isinstance(value, float) for value in values)
