"""What becomes of the values that a person gives the selected blocks.

Edits are live: a value that the range or the block's rules allow goes into the design at once, as part of one step until the
gesture ends. A value they forbid stays in its field with the reason, and the design keeps the last good one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal

from blocks.errors import BlockError
from blocks.parameters import Choice, Parameter
from designer.analysis.fix_values import near, nearest, problem_with
from designer.analysis.fixes import Bench
from designer.analysis.results import NodeResult
from designer.app.controller import Controller
from designer.graph.edits import Compound, Edit, SetParam
from designer.graph.network import Node
from designer.ui import numbers, units
from designer.ui.panels.parameter_form import MIXED, FormRow, ParameterForm, Way, reason
from designer.ui.panels.spin import words


class ParameterEdits(QObject):
    """Takes what is edited in a form into the design, or refuses it with ways on. `follow` says whose parameters it shows."""

    counted = Signal()  # a value was taken or refused

    def __init__(self, form: ParameterForm) -> None:
        super().__init__(form)
        self.form = form
        self._controller: Controller | None = None
        self._ids: tuple[str, ...] = ()
        self._session = 0
        self._bench: Bench | None = None
        form.edited.connect(self._edited)
        form.reset.connect(self._reset)
        form.released.connect(self._released)

    def follow(self, controller: Controller | None, ids: tuple[str, ...]) -> None:
        """The form shows the parameters of these blocks from now on; what is edited next is another step."""
        if controller is not self._controller:
            self._bench = None
        self._controller = controller
        self._ids = ids
        self._session += 1

    def _results(self) -> Mapping[str, NodeResult]:
        assert self._controller is not None
        return self._controller.engine.results

    def bench(self) -> Bench:
        """Where changes of the design as it is now are tried."""
        controller = self._controller
        assert controller is not None
        bench = self._bench
        if bench is None or bench.source is not controller.engine or bench.revision != controller.engine.revision:
            bench = self._bench = Bench(controller.engine)
        return bench

    def _edited(self, name: str, value: Any) -> None:
        assert self._controller is not None
        row = self.form.rows[name]
        refusal = reason(value, row.parameter)
        kinds = {node_id: self._results()[node_id].block_type for node_id in self._ids}
        for node_id, kind in kinds.items():
            if refusal is None:
                refusal = reason(value, kind.parameters[name]) or self._forbidden(node_id, name, value)
        if refusal is None:
            row.accept()
            self._apply(name, value)
        else:
            self._refuse(row, value, refusal)
        self.counted.emit()

    def _forbidden(self, node_id: str, name: str, value: Any) -> str | None:
        """Why the block's own rules do not allow a value in range, with the inputs it has."""
        result = self._results()[node_id]
        if result.status == "error":  # already wrong: let it be put right in several steps
            return None
        assert self._controller is not None
        kind = result.block_type
        now = tuple(self._controller.engine.values_of(node_id).values())
        position = list(kind.parameters).index(name)
        values = (*now[:position], kind.parameters[name].clean(value), *now[position + 1 :])
        problem = problem_with(result, values)
        if problem is None:
            return None
        where = f"{problem.path}: " if problem.path else ""
        return f"{where}{problem.message} {problem.hint}".strip()

    def _apply(self, name: str, value: Any) -> None:
        controller = self._controller
        assert controller is not None
        merge = f"{name} {self._session} {' '.join(self._ids)}"
        controller.apply(self._edit(name, value), f"Set {name} in {self._said()}", merge=merge)

    def _edit(self, name: str, value: Any, *, reset: bool = False) -> Edit:
        edits = []
        for node_id in self._ids:
            parameter = self._results()[node_id].block_type.parameters[name]
            canonical = None if reset else parameter.clean(value)
            if reset or canonical == parameter.default:
                edits.append(SetParam(node=node_id, name=name, reset=True))
            else:
                edits.append(SetParam(node=node_id, name=name, value=parameter.raw(canonical)))
        return edits[0] if len(edits) == 1 else Compound(edits=tuple(edits))

    def _said(self) -> str:
        return self._results()[self._ids[0]].path if len(self._ids) == 1 else f"{len(self._ids)} blocks"

    def _reset(self, name: str) -> None:
        controller = self._controller
        assert controller is not None
        self._released()
        row = self.form.rows[name]
        if all(self._forbidden(node_id, name, row.parameter.default) is None for node_id in self._ids):
            row.accept()
            controller.apply(self._edit(name, None, reset=True), f"Reset {name} in {self._said()}")
        else:
            self._edited(name, row.parameter.default)

    def _released(self) -> None:
        self._session += 1
        if self._controller is not None:
            self._controller.finish_merge()

    # -- refusing ----------------------------------------------------------------------------------------------------------

    def _refuse(self, row: FormRow, value: Any, sentence: str) -> None:
        used = row.used
        ways: list[Way] = []
        better = self._better(row.parameter, value) if len(self._ids) == 1 else None
        name = row.parameter.name
        if better is not None and better != used:
            ways.append(Way(f"Use {words(better)}", self._price(name, better), lambda: self._take(name, better)))
        still = "The blocks keep their values." if used is MIXED else f"The design still uses {words(used)}."
        ways.append(Way("Keep" if used is MIXED else f"Keep {words(used)}", "", lambda: self._put_back(row)))
        row.refuse(sentence, still, ways)

    def _put_back(self, row: FormRow) -> None:
        row.put_back()
        self.counted.emit()
        row.field.focus_first()

    def _take(self, name: str, value: Any) -> None:
        row = self.form.rows[name]
        self._released()
        row.put_back()
        self._edited(name, value)
        self._released()
        row.field.focus_first()

    def _better(self, parameter: Parameter[Any], value: Any) -> Any:
        """The value nearest to a refused one that the block takes; None where there is none."""
        if isinstance(value, BlockError) or isinstance(parameter, Choice):
            try:
                text = self.form.rows[parameter.name].typed()
                number = float(text.replace(",", "")) if text else None
            except ValueError:
                number = None
            if number is None:
                return None
            value = number
        result = self._results()[self._ids[0]]
        for candidate in (nearest(parameter, value), *near(parameter, value, result.inputs)):
            if reason(candidate, parameter) is None and self._forbidden(self._ids[0], parameter.name, candidate) is None:
                return parameter.clean(candidate)
        return None

    def _price(self, name: str, value: Any) -> str:
        """How the design's MACs would change."""
        controller = self._controller
        assert controller is not None
        total = controller.engine.total
        if total is None:
            return ""
        price = self.bench().price(self._edit(name, value))
        if price is None or price.macs is None:
            return ""
        before, after = units.work(total.macs), units.work(price.macs)
        assert before is not None
        assert after is not None
        return f"{numbers.signed(after - before)} {units.name()}"


def shared_parameters(all_parameters: list[Mapping[str, Parameter[Any]]]) -> dict[str, Parameter[Any]]:
    """Parameters that every one of the blocks has under the same name and of the same kind."""
    first, *others = all_parameters
    return {
        name: parameter
        for name, parameter in first.items()
        if all(name in other and _alike(parameter, other[name]) for other in others)
    }


def _alike(one: Parameter[Any], other: Parameter[Any]) -> bool:
    return one is other or (
        one.kind == other.kind and one.optional == other.optional and getattr(one, "of", None) == getattr(other, "of", None)
    )


def value_of(node: Node, parameter: Parameter[Any]) -> Any:
    """The canonical value of a node's parameter; as it stands in the file where it is none."""
    raw = node.params.get(parameter.name, parameter.default)
    return raw if reason(raw, parameter) is not None else parameter.clean(raw)
