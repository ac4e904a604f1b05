"""The body of `forward`: which calls stand inside each other, which get a line, and what their results are called."""

from __future__ import annotations

import builtins
from typing import NamedTuple

from designer.compile.source_classes import Structure
from designer.compile.source_layout import WIDTH, Doc, Names, Nest, call, columns, fits, flat, laid_out, literal
from designer.compile.source_terms import Number
from designer.compile.source_tree import NETWORK, Call, Ref

BODY = 8  # columns before a statement of a method
LONGEST_NEST = 100
LONGEST_JOINED = 50  # of a call inside a sum
LONGEST_VARIABLE = 30
LONGEST_LIST = 70  # of variables that a call is unpacked into
MOST_NAMED = 5  # tensors in an annotation
HIDDEN = frozenset({"self", "torch", "nn", "functional", "l"})
"""Names no variable may have: the first four are something else, the last reads like a 1."""


class Written(NamedTuple):
    """An expression and whether it can stand before a dot or bracket as it is."""

    doc: Doc
    atom: bool = True

    @property
    def text(self) -> str:
        written = flat(self.doc)
        assert written is not None
        return written if self.atom else f"({written})"


def forward_of(structure: Structure) -> list[str]:
    """The lines of the method `forward`."""
    names = Names(HIDDEN)
    arguments = [names.new(port, f"{port}_") for port in structure.scope.ports]
    count = len(structure.scope.refs)
    body = _Body(structure, arguments, "y")
    if body.branches > 1 or count > 1:
        body = _Body(structure, arguments, "")
    if structure.scope.key == NETWORK and count > 1:
        returns = "dict[str, Tensor]"
    elif count > MOST_NAMED:
        returns = "tuple[Tensor, ...]"
    else:
        returns = "Tensor" if count == 1 else f"tuple[{', '.join(['Tensor'] * count)}]"
    head = call("def forward", "self", *[f"{name}: Tensor" for name in arguments])
    return [*laid_out(head, BODY - 4, after=f" -> {returns}:"), *body.lines]


class _Body:
    """Writes the statements. `branch` is what a second tensor beside x is called, "" to call it by the part that makes it;
    `branches` counts how often one was needed."""

    def __init__(self, structure: Structure, arguments: list[str], branch: str) -> None:
        self.structure = structure
        self.scope = structure.scope
        self.arguments = arguments
        self.branch = branch
        self.branches = 0
        self.returned = False
        self.dying: list[str] = []
        self.lines: list[str] = []
        self.variables: dict[Ref, str] = {(-1 - k, 0): name for k, name in enumerate(arguments)}
        self.inline: dict[Ref, Written] = {}
        self.steps = [k for k in range(len(self.scope.pieces)) if not self._is_alias(k)]
        self.ends = [self._real(ref) for ref in self.scope.refs]
        self.readers: dict[Ref, list[int]] = {}
        for k in self.steps:
            for ref in self._refs(k):
                self.readers.setdefault(ref, []).append(k)
        for ref in self.ends:
            self.readers.setdefault(ref, []).append(len(self.scope.pieces))
        chains = self._chains()
        for number, chain in enumerate(chains):
            self._write(chain, chains[number + 1] if number + 1 < len(chains) else None)
        self._finish()

    # -- what there is to write ------------------------------------------------------------------------------------------------

    def _is_alias(self, k: int) -> bool:
        child = self.scope.pieces[k].child
        return isinstance(child, Call) and child.block.id == "identity"

    def _real(self, ref: Ref) -> Ref:
        """The tensor behind pieces that only pass one on."""
        while ref[0] >= 0 and self._is_alias(ref[0]):
            ref = self.scope.pieces[ref[0]].refs[0]
        return ref

    def _refs(self, k: int) -> list[Ref]:
        return [self._real(ref) for ref in self.scope.pieces[k].refs]

    def _chains(self) -> list[list[int]]:
        """Runs of pieces of which each reads only the one before and is read only by the next."""
        chains: list[list[int]] = []
        for k in self.steps:
            before = chains[-1][-1] if chains else -1
            if chains and self._refs(k) == [(before, 0)] and len(self.readers[before, 0]) == 1 and self._count(before) == 1:
                chains[-1].append(k)
            else:
                chains.append([k])
        return chains

    def _count(self, k: int) -> int:
        return len(self.scope.pieces[k].child.outputs)

    # -- writing ---------------------------------------------------------------------------------------------------------------

    def _write(self, chain: list[int], following: list[int] | None) -> None:
        end = chain[-1]
        final = following is None and self.ends == [(end, 0)]
        alone = final and len(chain) == len(self.steps)
        if not self._stepwise and len(chain) <= (3 if alone else 2):
            nested = self._nested(chain)
            if nested is not None:
                if final:
                    self._return(nested.doc, end)
                elif self._joins(chain, following):
                    self.inline[end, 0] = nested
                else:
                    self._assign(chain, end, nested)
                return
        name = ""
        for k in chain:
            if final and k == end:
                self._return(self._expression(k).doc, k)
            elif k == chain[0]:
                name = self._assign(chain, k, self._expression(k))
            else:
                written = self._expression(k)
                if self._count(k) > 1:
                    self._assign(chain, k, written)
                else:
                    self._statement(f"{name} = ", written.doc, k)
                    self.variables[k, 0] = name

    @property
    def _stepwise(self) -> bool:
        return self.scope.key == NETWORK

    def _nested(self, chain: list[int]) -> Written | None:
        """The whole chain as one expression, None where that gets long."""
        before = dict(self.inline)
        for k in chain:
            written = self._expression(k)
            self.inline[k, 0] = written
        self.inline = before
        return written if len(chain) == 1 or fits(written.text, WIDTH - LONGEST_NEST) else None

    def _joins(self, chain: list[int], following: list[int] | None) -> bool:
        """Whether the chain is one call that the sum or product right behind it can take in."""
        if following is None or len(chain) > 1 or self._count(chain[0]) > 1 or not self.structure.is_module(chain[0]):
            return False
        child = self.scope.pieces[following[0]].child
        refs = self._refs(following[0])
        if not isinstance(child, Call) or child.block.id not in ("add", "multiply") or refs.count((chain[0], 0)) != 1:
            return False
        if len(self.readers[chain[0], 0]) > 1 or columns(self._expression(chain[0]).text) > LONGEST_JOINED:
            return False
        return all(ref == (chain[0], 0) or ref in self.variables for ref in refs)

    def _assign(self, chain: list[int], k: int, written: Written) -> str:
        """Write a statement that keeps what piece k gives out. Returns the name of its first output."""
        count = self._count(k)
        if count == 1 and (k, 0) not in self.readers:
            if self.structure.is_module(k):
                self._statement("", written.doc, k)
            return "_"
        self._forget(k)
        names = self._unpacked(k) if count > 1 else [self._variable(chain)]
        if columns(", ".join(names)) > LONGEST_LIST:
            whole = self._new_name(self.scope.pieces[k].name)
            self._statement(f"{whole} = ", written.doc, k)
            names = [f"{whole}[{out}]" for out in range(count)]
        else:
            self._statement(f"{', '.join(names)} = ", written.doc, k)
        self.variables.update({(k, out): name for out, name in enumerate(names) if (k, out) in self.readers})
        return names[0]

    def _forget(self, k: int) -> None:
        """Drop the variables that nothing behind piece k reads."""
        self.dying = [self.variables[ref] for ref in self.variables if self.readers.get(ref, [-1])[-1] <= k]
        self.variables = {ref: name for ref, name in self.variables.items() if self.readers.get(ref, [-1])[-1] > k}

    def _live(self) -> set[str]:
        return {name.partition("[")[0] for name in self.variables.values()} | {name for name in self.arguments if name != "x"}

    def _variable(self, chain: list[int]) -> str:
        """The name for the result of a chain: that of a tensor nobody needs any more, or a new one."""
        live = self._live()
        dying = [name for name in self.dying if name not in live and "[" not in name]
        if not self.branch:  # x is one tensor among several: each is called by the part that made it
            dying = [name for name in dying if name in ("x", "y") and not self._is_branch(chain)]
        if dying and len(self._refs(chain[0])) == 1:
            return dying[0]
        if "x" not in live and (self.branch or not self._is_branch(chain)):
            return "x"
        if dying:
            return "y" if "y" in dying else dying[0]
        self.branches += 1
        return self._new_name(self.branch or self.scope.pieces[chain[-1]].name)

    def _new_name(self, wanted: str, live: set[str] | None = None) -> str:
        if len(wanted) > LONGEST_VARIABLE:
            wanted = "y"
        elif hasattr(builtins, wanted):
            wanted += "_"
        return Names(HIDDEN | (live or self._live())).new(wanted)

    def _unpacked(self, k: int) -> list[str]:
        """Names for all outputs of a piece."""
        live = self._live()
        names = []
        for out in range(self._count(k)):
            names.append(self._new_name(self._output_name(k, out), live) if (k, out) in self.readers else "_")
            live.add(names[-1])
        return names

    def _is_branch(self, chain: list[int]) -> bool:
        """Whether the end of a chain is read beside other tensors."""
        end = (chain[-1], 0)
        count = len(self.scope.pieces)
        return any(len(self.ends if k == count else self._refs(k)) > 1 for k in self.readers[end])

    def _output_name(self, k: int, out: int) -> str:
        piece = self.scope.pieces[k]
        given = "" if isinstance(piece.child, Call) else piece.child.output_names[out]
        return f"{piece.name}_{given}" if len(given) < 2 else given

    def _return(self, doc: Doc, k: int) -> None:
        self._statement("return ", doc, k)
        self.returned = True

    def _statement(self, before: str, doc: Doc, k: int) -> None:
        lines = laid_out(doc, BODY, before=before)
        if self._stepwise:
            shapes = ", ".join([str(spec) for spec in self.scope.pieces[k].child.outputs])
            comment = f"  # {shapes}"
            if fits(lines[-1] + comment, 0):
                lines[-1] += comment
        self.lines += lines

    def _finish(self) -> None:
        if self.returned:
            return
        values = [self._value(ref).text for ref in self.ends]
        if self.scope.key == NETWORK and len(values) > 1:
            items = [f"{literal(name)}: {value}" for name, value in zip(self.scope.output_names, values, strict=True)]
            self.lines += laid_out(Nest("{", tuple(items), "}", call=False), BODY, before="return ")
        else:
            together = f"return {', '.join(values)}"
            alone = [f"{' ' * BODY}{together}"]
            self.lines += (
                alone if fits(together, BODY) else laid_out(Nest("(", tuple(values), ")", False), BODY, before="return ")
            )

    # -- expressions -----------------------------------------------------------------------------------------------------------

    def _value(self, ref: Ref) -> Written:
        return self.inline[ref] if ref in self.inline else Written(self.variables[ref])

    def _expression(self, k: int) -> Written:
        piece = self.scope.pieces[k]
        values = [self._value(ref) for ref in self._refs(k)]
        if self.structure.is_module(k):
            return Written(call(f"self.{piece.path}", *[value.doc for value in values]))
        assert isinstance(piece.child, Call)
        block = piece.child.block.id
        if block in ("add", "multiply"):
            return Written(f"{values[0].text} {'+' if block == 'add' else '*'} {values[1].text}", atom=False)
        if block == "concat":
            tensors = Nest("[", tuple([value.doc for value in values]), "]", call=False)
            return Written(call("torch.cat", tensors, "dim=1"))
        if block == "flatten":
            return Written(call("torch.flatten", values[0].doc, "1"))
        numbers = {name: e.value for name, e in self.structure.arguments.parts[k].items() if isinstance(e, Number)}
        if block == "slice_channels":
            start, stop = numbers["start"] or "", numbers["stop"]
            end = "" if stop == piece.child.inputs[0][0] and len(self.structure.scopes) == 1 else stop
            return Written(f"{values[0].text}[:, {start}:{end}]")
        if block == "crop":
            return Written(f"{values[0].text}[:, :, {_kept(numbers, 'top', 'bottom')}, {_kept(numbers, 'left', 'right')}]")
        return Written(_padded(values[0].doc, numbers))


def _kept(numbers: dict[str, object], first: str, last: str) -> str:
    """What is left of one side of a map, as a slice: `2:-1`, `:` where nothing is cut off."""
    start, end = numbers[first] or "", f"-{numbers[last]}" if numbers[last] else ""
    return f"{start}:{end}"


def _padded(doc: Doc, numbers: dict[str, object]) -> Doc:
    items: list[Doc] = [doc, literal(numbers["sides"])]
    if numbers["mode"] != "constant":
        items.append(f"mode={literal(numbers['mode'])}")
    elif numbers["value"]:
        items.append(f"value={literal(numbers['value'])}")
    return call("nn.functional.pad", *items)
