"""From a design to Python source that needs only torch and reads as if a careful person had written it."""

from __future__ import annotations

import inspect
import re

from designer.compile.plan import Plan, plan_of
from designer.compile.source_classes import Structure, structures_of
from designer.compile.source_forward import forward_of
from designer.compile.source_layout import Doc, Names, Nest, call, camel, clean, docstring, laid_out
from designer.compile.source_names import name_structures
from designer.compile.source_terms import OUT_NAMES, Number, text
from designer.compile.source_tree import NETWORK, REQUIRED, STAGE, Call, tree_of
from designer.graph.design import Design
from designer.version import __version__

LONGEST_TITLE = 30  # of a name made from a title
IMPORTED = frozenset({"OrderedDict", "Tensor"})


def to_python(design: Design, *, title: str = "", paper: str = "") -> str:
    """A Python module, as text, with the design's network as its last class. It imports torch and nothing else.

    The class takes no arguments; its `forward` takes one tensor (N, C, H, W) or (N, F) per input of the design, in input order
    and under the inputs' names (with a `_` behind those that mean something else there, such as `torch`), and returns a tensor,
    or a dict by output name where the design has several outputs.
    `state_dict` keys equal those of `to_torch(design)`, so weights go both ways. Every composite is a class of its own, one for
    each structure that occurs; what differs between its copies are the arguments of its constructor.

    `title` and `paper` go into the file's docstring; the title names the class too. Equal designs give equal text.
    Raises CompileError, naming the node, where the design has errors or has no output.
    """
    plan = plan_of(design)
    return _File(plan, title or design.name, paper).written()


class _File:
    def __init__(self, plan: Plan, title: str, paper: str) -> None:
        self.plan = plan
        self.title = title
        self.paper = paper
        self.structures = structures_of(tree_of(plan))
        origin = plan.design.origin
        candidates = [camel(re.split(r"[(:]", title)[0]), camel(origin.preset if origin else ""), "Network"]
        network = next(name for name in candidates if 0 < len(name) <= LONGEST_TITLE or name == "Network")
        self.library = self._library()
        taken = {*IMPORTED, *self.library}
        name_structures(self.structures, network, taken)
        for structure in self.structures:
            structure.work_out()
        taken |= {structure.name for structure in self.structures}
        self.names = Names(taken)

    def _library(self) -> list[str]:
        """Names of the classes of `blocks.modules` that some primitive is made by, in alphabetical order."""
        children = [piece.child for s in self.structures for scope in s.scopes for piece in scope.pieces]
        return sorted({child.maker for child in children if isinstance(child, Call) and "." not in child.maker})

    # -- the file --------------------------------------------------------------------------------------------------------------

    def written(self) -> str:
        classes = [self._class(structure) for structure in self.structures if not structure.is_chain]
        body = "\n\n\n".join([*self._library_classes("\n".join(classes)), *classes, self._main()])
        return f"{self._heading()}\n\n{_imports(body)}\n\n\n{body}\n"

    def _library_classes(self, body: str) -> list[str]:
        from blocks import modules

        used = [name for name in self.library if re.search(rf"\b{name}\(", body)]
        return [inspect.getsource(getattr(modules, name)).rstrip() for name in used]

    @property
    def network(self) -> str:
        return self.structures[-1].name

    def _heading(self) -> str:
        plan, origin = self.plan, self.plan.design.origin
        paragraphs = []
        if origin is not None:
            options = ", ".join([f"{name}={_option(value)}" for name, value in origin.options.items()])
            paragraphs.append(f"Drawn from the lightdesigner preset {origin.preset}{f' with {options}' if options else ''}.")
        if self.paper:
            paragraphs.append(f"Paper: {self.paper}")
        shapes = [("input", name, at) for name, at in plan.inputs] + [("output", name, at) for name, at in plan.outputs]
        rows = [(kind if kind == name else f"{kind} {name}", str(plan.steps[at].output)) for kind, name, at in shapes]
        rows += [("parameters", f"{plan.total.params:,}"), ("multiply-accumulates", f"{plan.total.macs:,} for one input")]
        room = max([len(label) for label, _ in rows])
        paragraphs.append("\n".join([f"    {label:<{room}}  {value}" for label, value in rows]))
        paragraphs.append("Shapes, here and in comments, are those of one input, without the batch.")
        paragraphs.append(
            "The weights are torch's initial ones. The keys of the state_dict are those of the module that lightdesigner "
            "compiles from the same design, so weights of one load into the other:"
        )
        paragraphs.append(f'    model = {self.network}()\n    model.load_state_dict(torch.load("weights.pt"))')
        paragraphs.append(f"Written by lightdesigner {__version__}.")
        title = clean(self.title) or self.network
        return "\n".join(docstring(title if title.endswith(".") else f"{title}.", 0, *paragraphs))

    def _main(self) -> str:
        plan = self.plan
        shapes = [f"torch.zeros(1, {', '.join(map(str, plan.steps[at].output))})" for _, at in plan.inputs]
        lines = [
            'if __name__ == "__main__":',
            f"    model = {self.network}().eval()",
            "    parameters = sum(parameter.numel() for parameter in model.parameters())",
            '    print(f"{parameters:,} parameters")',
            "    with torch.no_grad():",
        ]
        if len(plan.outputs) == 1:
            lines += laid_out(call("model", *shapes), 8, before="output = ")
            lines.append('    print(f"output {tuple(output.shape)}")')
        else:
            lines += laid_out(call("model", *shapes), 8, before="outputs = ")
            lines += ["    for name, output in outputs.items():", '        print(f"{name} {tuple(output.shape)}")']
        return "\n".join(lines)

    # -- classes ---------------------------------------------------------------------------------------------------------------

    def _class(self, structure: Structure) -> str:
        scope = structure.scope
        members = [number for number in range(len(scope.pieces)) if structure.is_module(number)]
        open_stages = dict.fromkeys([scope.pieces[k].stage for k in members if scope.pieces[k].stage])
        before = []
        constructed: list[str] = []
        for stage in open_stages:
            assert stage is not None
            name = self.names.new(camel(stage), f"{camel(stage)}Stage")
            inside = [k for k in members if scope.pieces[k].stage == stage]
            about = f"Parts of stage {stage}, which the network calls one by one, because other parts stand between them."
            lines = [f"class {name}(nn.Module):", *docstring(about, 4), "", *self._constructor(structure, inside)]
            before.append("\n".join(lines))
            constructed.append(f"        self.{stage} = {name}()")
        own = [k for k in members if not scope.pieces[k].stage]
        lines = [f"class {structure.name}(nn.Module):", *docstring(self._about(structure), 4), ""]
        if members:
            lines += [*self._constructor(structure, own, constructed), ""]
        return "\n\n\n".join([*before, "\n".join([*lines, *forward_of(structure)])])

    def _about(self, structure: Structure) -> str:
        scope = structure.scope
        if scope.key == NETWORK or scope.key.startswith(STAGE):
            shapes = [", ".join(map(str, specs)) for specs in (scope.inputs, scope.outputs)]
            name = clean(self.title) if scope.key == NETWORK else scope.key.capitalize()
            return f"{name}: {shapes[0]} -> {shapes[1]}."
        return " ".join([scope.summary, *structure.remarks])

    def _constructor(self, structure: Structure, members: list[int], first: list[str] | None = None) -> list[str]:
        arguments = structure.arguments
        items = ["self"]
        for symbol in arguments.symbols:
            default = "" if symbol.default is REQUIRED else f" = {text(Number(symbol.default))}"
            items.append(f"{symbol.name}: {symbol.annotation}{default}")
        lines = laid_out(call("def __init__", *items), 4, after=" -> None:")
        lines.append("        super().__init__()")
        for symbol in arguments.locals:
            assert symbol.expression is not None
            lines.append(f"        {symbol.name} = {text(symbol.expression)}")
        lines += first or []
        for number in members:
            lines += laid_out(self._made(structure, number), 8, before=f"self.{structure.scope.pieces[number].name} = ")
        return lines

    def _made(self, structure: Structure, number: int) -> Doc:
        """The call that makes a part."""
        piece, child = structure.scope.pieces[number], structure.children[number]
        given = structure.arguments.parts[number]
        if child is None:
            assert isinstance(piece.child, Call)
            maker = text(given[""]) if "" in given else piece.child.maker
            defaults = piece.child.defaults
            positional = [name for name in defaults if defaults[name] is REQUIRED]
        elif child.is_chain:
            items = tuple([_with_name(p.name, self._made(child, k)) for k, p in enumerate(child.scope.pieces)])
            return call("nn.Sequential", Nest("OrderedDict(", items, table=len(items) > 1))
        else:
            maker = child.name
            symbols = child.arguments.symbols
            defaults = {symbol.name: symbol.default for symbol in symbols}
            positional = []
            for symbol in symbols:
                if symbol.default is not REQUIRED or (symbol.port is None and symbol.name not in OUT_NAMES):
                    break
                positional.append(symbol.name)
        items_: list[Doc] = [text(given[name]) for name in positional]
        for name, default in defaults.items():
            expression = given[name]
            if name not in positional and not (isinstance(expression, Number) and expression.value == default):
                items_.append(f"{name}={text(expression)}")
        if not items_ and isinstance(piece.child, Call):  # nn.Dropout(p=0.5) says more than nn.Dropout()
            own = [name for name in defaults if name in piece.child.block.parameters]
            items_ += [f"{name}={text(given[name])}" for name in own[:1]]
        return call(maker, *items_)


def _option(value: object) -> str:
    """A preset's option as a person writes it."""
    return "x".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _with_name(name: str, doc: Doc) -> Doc:
    return f"{name}={doc}" if isinstance(doc, str) else doc._replace(head=f"{name}={doc.head}")


def _imports(body: str) -> str:
    lines = []
    if "OrderedDict(" in body:
        lines += ["from collections import OrderedDict", ""]
    lines.append("import torch")
    lines.append("from torch import Tensor, nn")
    if re.search(r"(?<!nn\.)\bfunctional\.", body):
        lines.append("from torch.nn import functional")
    return "\n".join(lines)
