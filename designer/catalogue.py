"""From a DESIGN text to a design: `mobilenet_v2:width=0.75,classes=10`, or the path of a `.lightdesign` file."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from blocks.block import Binding, Values
from blocks.builder import Builder, DrawProblem
from blocks.errors import BlockError, LightdesignerError
from blocks.parameters import Float, Int, Pair, Parameter, shown
from designer.graph.design import Design, Origin
from designer.graph.network import Edge, Network, Node
from presets.preset import Preset, options_of, presets
from presets.published import Top1, row_of

SUFFIX = ".lightdesign"
BLOCK_SUFFIX = ".lightblock"  # of a design that shows one own block: `document.block_file`


class CatalogueError(LightdesignerError):
    """A DESIGN text that names no design. `code` is stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def load(text_or_path: str | Path) -> Design:
    """The design that a DESIGN text or a path names.

    A text is a file if it ends in `.lightdesign` or holds a path separator, otherwise `preset[:option=value,...]` with booleans
    `true` and `false`. Raises a LightdesignerError whose sentence says what cannot be read, and why.
    """
    if is_file(text_or_path):
        from designer.document.files import open_file

        return open_file(Path(text_or_path))
    preset, options = parse(str(text_or_path))
    return draw(preset, options)


def is_file(text_or_path: str | Path) -> bool:
    """Whether a DESIGN is a file rather than a preset."""
    if isinstance(text_or_path, Path):
        return True
    return text_or_path.endswith((SUFFIX, BLOCK_SUFFIX)) or any(mark in text_or_path for mark in {"/", os.sep, os.altsep or "/"})


def parse(text: str) -> tuple[str, dict[str, Any]]:
    """Preset id and canonical options of `preset[:option=value,...]`. Raises CatalogueError."""
    name, colon, rest = text.strip().partition(":")
    name = name.strip()
    if not name:
        raise CatalogueError(
            "no_design", f"A design is missing: name a preset, e.g. mobilenet_v2:width=0.75, or a {SUFFIX} file."
        )
    preset = find_preset(name)
    options: dict[str, Any] = {}
    for item in rest.split(",") if colon else ():
        option, equals, value = (part.strip() for part in item.partition("="))
        if not item.strip():
            raise CatalogueError(
                "bad_option", f"{name}: an option is missing in {shown(text)}. Write {name}:option=value,option=value."
            )
        parameter = _option(preset, option)
        if not equals:
            raise CatalogueError(
                "bad_option", f"{name}: {option} has no value. Write {option}={text_of(parameter, parameter.default)}."
            )
        if option in options:
            raise CatalogueError("duplicate_option", f"{name}: {option} is given twice. Give it once.")
        try:
            options[option] = parameter.from_text(value)
        except BlockError as problem:
            raise CatalogueError("option_range", f"{name}: {problem}") from None
    return name, options


def published(design: Design) -> tuple[str, str]:
    """Title and paper of the preset a design came from, "" where it came from none."""
    preset = presets().get(design.origin.preset) if design.origin is not None else None
    if preset is None:
        return "", ""
    paper = preset.paper
    arxiv = f", arXiv:{paper.arxiv}" if paper.arxiv else ""
    return preset.title, f"{paper.authors}: {paper.title}. {paper.venue}{arxiv}."


class Called(NamedTuple):
    """How a design is called where it stands beside others: `MobileNet V1` and `1.0, 224`; the second tells apart what the
    options of one preset drew."""

    name: str
    detail: str


def called(design: Design) -> Called:
    """The title of the preset that a design equals, with its width, resolution and other options chosen; else its own name."""
    preset = presets().get(design.origin.preset) if design.origin is not None else None
    if preset is None or design.origin is None:
        return Called(design.name, "")
    if not equals_origin(design):
        return Called(design.name, "changed")
    binding = preset.bind(design.origin.options)
    drawn = preset.of(binding.values)
    parts: list[str] = []
    for name, parameter in sorted(preset.parameters.items(), key=lambda item: _FIRST.get(item[0], len(_FIRST))):
        value = drawn.settled(name)
        if name in _FIRST:
            sides = set(value) if isinstance(value, tuple) else {value}
            parts.append("x".join(map(str, value)) if len(sides) > 1 else str(next(iter(sides))))
        elif getattr(drawn, name) != parameter.default:
            parts.append(f"{name} {text_of(parameter, value)}".replace("_", " "))
    return Called(preset.title, ", ".join(parts))


_FIRST = {"width": 0, "resolution": 1}
"""Options that are told by their value alone, and always."""


def equals_origin(design: Design) -> bool:
    """Whether a design is still what its preset draws; labels and notes do not count. False where it came from none."""
    origin = design.origin
    if origin is None or origin.preset not in presets():
        return False
    try:
        wanted = _drawn(canonical(origin.preset, origin.options))
    except LightdesignerError:  # a file may say anything
        return False
    if len(wanted[0]) != len(design.root):
        return False
    for node in design.root.nodes():
        like = wanted[0].get(node.id)
        if like is None or (like.block, like.params, like.stage, node.disabled) != (node.block, node.params, node.stage, False):
            return False
    return wanted[1] == frozenset(design.root.edges())


@lru_cache(maxsize=16)
def _drawn(text: str) -> tuple[dict[str, Node], frozenset[Edge]]:
    """What a preset draws."""
    root = draw(*parse(text)).root
    return {node.id: node for node in root.nodes()}, frozenset(root.edges())


def top1_of(design: Design) -> Top1 | None:
    """The published accuracy of the network that a design still equals; None where there is none."""
    preset = presets().get(design.origin.preset) if design.origin is not None else None
    if preset is None or design.origin is None or not equals_origin(design):
        return None
    row = row_of(preset, preset.bind(design.origin.options).values)
    return row.top1 if row is not None else None


def conformance_of(design: Design, params: int, macs: int) -> str:
    """How a design's figures stand to those published for the preset that it still equals; "" where it equals none."""
    from presets.conformance import conformance

    preset = presets().get(design.origin.preset) if design.origin is not None else None
    if preset is None or design.origin is None:
        return ""
    return conformance(preset, preset.bind(design.origin.options).values, params, macs)


def find_preset(name: str) -> type[Preset]:
    """The preset with this id. Raises CatalogueError naming the nearest one."""
    known = presets()
    if name in known:
        return known[name]
    hint = _nearest(name, known) or "See `lightdesigner presets` for all."
    if Path(name).is_file():
        hint = f"If you mean the file, write .{os.sep}{name}."
    raise CatalogueError("unknown_preset", f"There is no preset {shown(name)}. {hint}")


def _option(preset: type[Preset], name: str) -> Parameter[Any]:
    if name in preset.parameters:
        return preset.parameters[name]
    options = f"Its options: {', '.join(preset.parameters)}." if preset.parameters else "It takes none."
    hint = f"{_nearest(name, preset.parameters)} {options}".strip()
    raise CatalogueError("unknown_option", f"{preset.id} has no option {shown(name)}. {hint}")


def _nearest(name: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    return f"Did you mean {near[0]}?" if near else ""


# -- texts ---------------------------------------------------------------------------------------------------------------------


def canonical(preset: str, options: Mapping[str, Any]) -> str:
    """The DESIGN text of a preset with raw or canonical options: only those that differ, in the preset's order."""
    kind = find_preset(preset)
    given = []
    for name, parameter in kind.parameters.items():
        if name in options:
            value = parameter.clean(options[name])
            if value != parameter.default:
                given.append(f"{name}={text_of(parameter, value)}")
    return f"{preset}:{','.join(given)}" if given else preset


def text_of(parameter: Parameter[Any], value: Any) -> str:
    """A canonical value as `from_text` reads it."""
    raw = parameter.raw(value)
    if raw is None:
        return "none"
    if isinstance(raw, bool):
        return "true" if raw else "false"
    return "x".join(map(str, raw)) if isinstance(raw, (list, tuple)) else str(raw)


_tuple = tuple.__new__  # makes a NamedTuple in half the time of a call of its class

# -- drawing -------------------------------------------------------------------------------------------------------------------


def draw(preset: str, options: Mapping[str, Any] | None = None) -> Design:
    """The design of a preset with raw or canonical options. Raises CatalogueError where the options cannot be drawn."""
    kind = find_preset(preset)
    for name in options or ():
        _option(kind, name)
    binding = kind.bind(options or {})
    if binding.errors:
        raise CatalogueError("option_range", f"{preset}: {binding.errors[0]}")
    values = binding.values
    builder = Builder()
    try:
        kind.of(values).draw(builder)
    except DrawProblem:
        raise _explained(kind, values) from None
    origin = Origin(preset, options_of(kind, values))
    design = Design(canonical(preset, origin.options), network_of(builder))
    design.origin = origin
    return design


def network_of(builder: Builder) -> Network:
    """What was drawn at the root of a design, as nodes and wires. Parameters equal to their defaults are left out."""
    builder.check_names()
    parts = builder.parts
    nodes: list[Node] = []
    edges: list[Edge] = []
    bindings: dict[str, tuple[Node, Any, Binding]] = {}
    for part in parts:
        block = part.block
        params: dict[str, Any] = {}
        values, defaults = part.values, block.defaults
        if values != defaults:
            for name, value, default in zip(block.parameters, values, defaults, strict=True):
                if value is not default and value != default:
                    params[name] = block.parameters[name].raw(value)
        node = Node(part.name, block.id, params, "", part.stage)
        nodes.append(node)
        bindings[node.id] = (node, block, _tuple(Binding, (values, ())))
        ports = block.inputs
        variadic = bool(ports) and ports[0].variadic
        for k, (index, output) in enumerate(part.inputs):
            source = parts[index]
            port = f"{ports[0].name}.{k}" if variadic else ports[k].name
            edges.append(_tuple(Edge, (source.name, source.block.outputs[output], part.name, port)))
    network = Network.of(nodes, edges)
    network.bindings = bindings
    return network


# -- what to do when a preset cannot be drawn ----------------------------------------------------------------------------------


class _StageBuilder(Builder):
    """Notes on a problem the stage it came from, which the quick builder does not keep."""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        try:
            with super().stage(name):
                yield
        except DrawProblem as problem:
            if not hasattr(problem, "stage"):
                problem.stage = name  # type: ignore[attr-defined]
            raise


def _problem(kind: type[Preset], values: Values) -> tuple[str, BlockError] | None:
    """Path and problem of the part that cannot be drawn, None where all can."""
    try:
        kind.of(values).draw(_StageBuilder())
    except DrawProblem as problem:
        steps = (getattr(problem, "stage", ""), problem.name, problem.problem.path)
        return ".".join(step for step in steps if step), problem.problem
    return None


_GIVES_WAY = {kind: rank for rank, kind in enumerate(("pair", "int", "float"))}


def _explained(kind: type[Preset], values: Values) -> CatalogueError:
    """Names the layer that cannot be drawn, the option to blame and the nearest value of it that works."""
    found = _problem(kind, values)
    assert found is not None
    where, problem = found
    cause = f"{where}: {problem}"
    # sizes first, then numbers: of several options that could give way, a person rather changes how much than what
    options = sorted(enumerate(kind.parameters.items()), key=lambda item: _GIVES_WAY.get(item[1][1].kind, len(_GIVES_WAY)))
    for number, (name, parameter) in options:
        value = values[number]
        mended = (*values[:number], parameter.default, *values[number + 1 :])
        if value == parameter.default or _problem(kind, mended) is not None:
            continue

        def works(candidate: Any, number: int = number) -> bool:
            return _problem(kind, (*values[:number], candidate, *values[number + 1 :])) is None

        default = kind.of(mended).settled(name)
        if isinstance(parameter, Int) and problem.code == "not_divisible":  # what works has gaps, so there is no bound
            near = " and ".join(map(str, _neighbours(parameter, value, works)))
            refused = f"{name} cannot be {value} (nearest that can: {near})" if near else f"{name} cannot be {value}"
        elif limit := _limit(parameter, value, default, works):
            refused = f"{name} needs {limit}, but got {text_of(parameter, value)}"
        else:
            refused = f"{name} cannot be {text_of(parameter, value)}"
        return CatalogueError("option_range", f"{kind.id}: {refused}, because of {cause}")
    return CatalogueError("cannot_draw", f"{canonical(kind.id, options_of(kind, values))} cannot be drawn, because of {cause}")


def _limit(parameter: Parameter[Any], value: Any, default: Any, works: Callable[[Any], bool]) -> str:
    """How far the option has to go towards its default, which works, in words; "" for options that are no numbers."""
    if value is None or default is None:
        return ""
    if isinstance(parameter, Pair) and value != "same" and default != "same":
        if value[0] == value[1]:
            return _bound(value[0], _next(value[0], default[0], lambda side: works((side, side))))
        return _limit_of_sides(value, default, works)
    if isinstance(parameter, Int):
        return _bound(value, _next(value, default, works))
    if isinstance(parameter, Float):  # to a hundredth
        bad = round(value * 100)
        good = _next(bad, round(default * 100), lambda hundredths: works(hundredths / 100))
        return _bound(bad, good, str(good / 100))
    return ""


def _limit_of_sides(value: tuple[int, int], default: tuple[int, int], works: Callable[[Any], bool]) -> str:
    """The same for height and width: how far each has to go, and nothing about one that can stay."""
    high = _next(value[0], default[0], lambda side: works((side, default[1])))
    wide = _next(value[1], default[1], lambda side: works((default[0], side)))
    if not works((high, wide)):  # each would do beside the default of the other, but not both together
        if value[1] / default[1] >= value[0] / default[0]:
            wide = _next(wide, default[1], lambda side: works((high, side)))
        else:
            high = _next(high, default[0], lambda side: works((side, wide)))
    sides = []
    if high != value[0] and not works((value[0], wide)):
        sides.append(f"{_bound(value[0], high)} for the height")
    if wide != value[1] and not works((high, value[1])):
        sides.append(f"{_bound(value[1], wide)} for the width")
    return " and ".join(sides)


def _next(bad: int, good: int, works: Callable[[int], bool]) -> int:
    """The value next to `bad` that works, found by halving between `bad` and `good`; `bad` itself if that works."""
    if works(bad):
        return bad
    while abs(good - bad) > 1:
        middle = (good + bad) // 2
        if works(middle):
            good = middle
        else:
            bad = middle
    return good


def _bound(bad: int, good: int, text: str = "") -> str:
    return f"at {'least' if bad < good else 'most'} {text or good}"


_REACH = 1024  # how far away neighbours are looked for


def _neighbours(parameter: Int, value: int, works: Callable[[int], bool]) -> list[int]:
    """The nearest value on either side that works, where there is one within reach."""
    allowed = range(int(parameter.minimum or 0), int(parameter.maximum or value) + 1)
    below = (value - step for step in range(1, _REACH) if value - step in allowed)
    above = (value + step for step in range(1, _REACH) if value + step in allowed)
    return [found for found in (next(filter(works, side), None) for side in (below, above)) if found is not None]
