"""The live analysis: follows every edit, re-evaluating only what it can reach.

A rank-ordered queue starts at the nodes an edit touched; a node whose outputs come out equal stops the wave, and a node whose
whole result comes out equal keeps the old object, so that a canvas repaints only what moved. Totals change by new - old.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Any, NamedTuple

from blocks.block import Binding
from blocks.builder import Result, evaluate, evaluate_again
from blocks.cost import ZERO, Cost, total_of
from blocks.errors import BlockError, Issue
from blocks.spec import MAX_PRIMITIVES, TensorSpec
from designer.analysis.results import NodeResult, Status
from designer.graph.design import ROOT, Design
from designer.graph.edits import Change
from designer.graph.network import Node, node_path
from designer.graph.own_block import OWN, lost_input, lost_output, unknown_block
from designer.graph.topology import Order, execution_order


class Delta(NamedTuple):
    """What an update changed: ids of nodes whose result is a new object, ids that are gone, and whether the totals moved."""

    changed: frozenset[str]
    removed: frozenset[str]
    totals: bool


class Engine:
    """Results of all root nodes of a design and their totals, equal at any time to those of a fresh engine."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self.results: dict[str, NodeResult] = {}
        self.revision = 0
        self._bindings: dict[str, tuple[Node, Any, Binding]] = {}
        self._order: Order = Order([], [], {}, [], {})
        self._rank: dict[str, int] = {}
        self._counted: frozenset[str] | set[str] = frozenset()
        self._total = ZERO
        self._primitives = 0
        self._failed: set[str] = set()
        self.reset()

    def like(self, design: Design) -> Engine:
        """An engine of the same kind for another state of the design, as when an edit is tried on a copy."""
        return Engine(design)

    def values_of(self, node_id: str) -> dict[str, Any]:
        """The values of a node's parameters as the analysis uses them; none of an unknown block."""
        node = self.design.root.node(node_id)
        block = self.design.resolve(node.block)
        return {} if block is None else dict(zip(block.parameters, self._bind(node, block).values, strict=True))

    # -- totals ----------------------------------------------------------------------------------------------------------

    @property
    def order(self) -> Order:
        """Nodes that count, in execution order, and the others."""
        return self._order

    @property
    def valid(self) -> bool:
        """Whether totals are known: something complete reaches an output and no node on the way has an error."""
        return not self._failed and bool(self._order.outputs) and self._primitives <= MAX_PRIMITIVES

    @property
    def total(self) -> Cost | None:
        """Cost of the nodes that count, None while one of them has an error: never half-true."""
        return self._total if self.valid else None

    @property
    def primitives(self) -> int:
        """How many primitives the nodes that count consist of."""
        return self._primitives

    def issues(self) -> list[Issue]:
        """All issues: of the design as a whole, then of each node in execution order."""
        found: list[Issue] = []
        if not self._order.outputs:
            found.append(
                Issue(
                    "error",
                    "no_output",
                    "",
                    "Nothing complete reaches an output.",
                    "Connect an input, blocks and an output."
                    if not len(self.design.root)
                    else "Connect the free inputs on the way.",
                )
            )
        if self._primitives > MAX_PRIMITIVES:
            message = f"The design has {self._primitives:,} layers; {MAX_PRIMITIVES:,} are the most this program takes."
            found.append(Issue("error", "too_large", "", message, "Use fewer or smaller blocks."))
        for node_id in (*self._order.order, *self._order.rest):
            found.extend(self.results[node_id].issues)
        return found

    # -- following edits -----------------------------------------------------------------------------------------------

    def reset(self) -> None:
        """Analyse everything anew."""
        self.results = {}
        self._bindings = dict(self.design.root.bindings)
        self._reorder()
        for node_id in (*self._order.order, *self._order.rest):
            self.results[node_id] = self._evaluate(node_id)
        self._sum_up()
        self.revision += 1

    def update(self, change: Change) -> Delta:
        """Follow one applied edit."""
        touched = {node for scope, node in change.touched if scope == ROOT}
        removed: frozenset[str] = frozenset()
        before = (self._total, self.valid)
        if change.definitions:
            self._bindings = {key: kept for key, kept in self._bindings.items() if not kept[0].block.startswith(OWN)}
            touched |= {node.id for node in self.design.root.nodes() if node.block.startswith(OWN)}
        if change.structural:
            removed, moved = self._follow_structure()
            touched |= moved
        changed = self._wave(node_id for node_id in touched if node_id in self._rank)
        if change.structural:
            self._sum_up()
        self.revision += 1
        return Delta(frozenset(changed), removed, before != (self._total, self.valid))

    def _reorder(self) -> None:
        self._order = execution_order(self.design.root, self.design.resolve)
        self._rank = {node_id: rank for rank, node_id in enumerate((*self._order.order, *self._order.rest))}
        self._counted = set(self._order.order)

    def _follow_structure(self) -> tuple[frozenset[str], set[str]]:
        """Take the new order over; gives nodes that are gone and nodes that began or ceased to count or be complete."""
        old_order, old_counted = self._order, self._counted
        self._reorder()
        removed = frozenset(node_id for node_id in self.results if node_id not in self._rank)
        for node_id in removed:
            del self.results[node_id]
            self._bindings.pop(node_id, None)
        moved = set(self._counted ^ old_counted)
        old, new = old_order.incomplete, self._order.incomplete
        for node_id in {*old, *new}:
            if old.get(node_id) != new.get(node_id):
                moved.add(node_id)
                if node_id in self._rank:  # what reads it says for whom it waits, though a placeholder's own result stays
                    moved.update(self.design.root.successors(node_id))
        moved |= {node_id for node_id in self._rank if node_id not in self.results}
        return removed, moved

    def _wave(self, start: Iterable[str]) -> set[str]:
        rank, results, network = self._rank, self.results, self.design.root
        queue = [(rank[node_id], node_id) for node_id in start]
        heapq.heapify(queue)
        waiting = {node_id for _, node_id in queue}
        changed: set[str] = set()
        while queue:
            _, node_id = heapq.heappop(queue)
            waiting.discard(node_id)
            old = results.get(node_id)
            new = self._evaluate(node_id)
            if new == old:
                continue
            results[node_id] = new
            changed.add(node_id)
            if old is not None and node_id in self._counted:
                self._replace(node_id, old, new)
            # what a follower reads of a node; its block's ports may go while it has no shapes
            if old is None or (old.outputs, old.blocked_by, old.status, old.block_type) != (
                new.outputs,
                new.blocked_by,
                new.status,
                new.block_type,
            ):
                for successor in network.successors(node_id):
                    if successor not in waiting:
                        waiting.add(successor)
                        heapq.heappush(queue, (rank[successor], successor))
        return changed

    def _replace(self, node_id: str, old: NodeResult, new: NodeResult) -> None:
        if old.cost is not new.cost:
            self._total = self._total + new.cost - old.cost
        self._primitives += _layers(new) - _layers(old)
        if new.status in ("error", "blocked"):
            self._failed.add(node_id)
        else:
            self._failed.discard(node_id)

    def _sum_up(self) -> None:
        results = [self.results[node_id] for node_id in self._order.order]
        self._total = total_of([result.cost for result in results])
        self._primitives = sum([_layers(result) for result in results])
        self._failed = {
            node_id for node_id, result in zip(self._order.order, results, strict=True) if result.status in ("error", "blocked")
        }

    # -- one node --------------------------------------------------------------------------------------------------------

    def _evaluate(self, node_id: str) -> NodeResult:
        network = self.design.root
        node = network.node(node_id)
        path = node_path(node)
        block = self.design.resolve(node.block)
        if block is None:
            issue = _issue(path, unknown_block(node.block))
            return NodeResult(path, node.block, {}, {}, status="error", issues=(issue,))
        inputs: dict[str, TensorSpec] = {}
        blocked_by = ""
        lost: BlockError | None = None
        wires = self._order.wires[node_id]
        for port, (source, out) in wires.items():
            fed = self.results[source]
            if out in fed.outputs:
                inputs[port] = fed.outputs[out]
            elif fed.block_type is not None and out not in fed.block_type.outputs:
                lost = lost_output(fed.block, out, port)
            elif not blocked_by:
                blocked_by = fed.blocked_by or fed.path
        if node_id in self._order.incomplete:
            return self._incomplete(node_id, path, node, block, inputs)
        if block.category == "own":
            lost = lost or lost_input(block, node.disabled, network.sources(node_id), wires)
        if lost is not None:
            return NodeResult(path, node.block, inputs, {}, status="error", issues=(_issue(path, lost),), block_type=block)
        if blocked_by:
            return NodeResult(path, node.block, inputs, {}, status="blocked", blocked_by=blocked_by, block_type=block)
        counted = node_id in self._counted
        unread: tuple[Issue, ...] = ()
        if not counted:
            unread = (Issue("info", "unused", path, f"{path} is not counted: no output reads it.", "Connect it, or remove it."),)
        if node.disabled:
            outputs = {block.outputs[0]: next(iter(inputs.values()))}
            passed: Status = "ok" if counted else "unused"
            return NodeResult(path, node.block, inputs, outputs, ZERO, passed, unread, disabled=True, block_type=block)
        binding = self._bind(node, block)
        if binding.errors:
            issues = tuple([_issue(path, error) for error in binding.errors])
            return NodeResult(path, node.block, inputs, {}, status="error", issues=issues, block_type=block)
        specs = tuple(inputs.values())
        before = self.results.get(node_id)
        known = before.evaluated if before is not None else None
        if known is not None and known.block is block and known.inputs == specs:
            result = evaluate_again(known, binding.values)
        else:
            result = evaluate(block, binding.values, specs)
        if result.problem is not None:
            issue = self._located(path, node_id, result)
            return NodeResult(path, node.block, inputs, {}, status="error", issues=(issue,), evaluated=result, block_type=block)
        made = result.outputs
        outputs = {block.outputs[0]: made[0]} if len(made) == 1 else dict(zip(block.outputs, made, strict=True))
        notices = result.notices
        if not notices and counted:
            return NodeResult(path, node.block, inputs, outputs, result.cost, "ok", (), result, "", False, block)
        if notices:
            notices = tuple([Issue(n.severity, n.code, _join(path, n.path), n.message, n.hint, n.port, n.param) for n in notices])
        status: Status = "unused" if unread else "warning" if notices else "ok"
        return NodeResult(path, node.block, inputs, outputs, result.cost, status, notices + unread, result, block_type=block)

    def _bind(self, node: Node, block: Any) -> Binding:
        kept = self._bindings.get(node.id)
        if kept is not None and kept[0] is node and kept[1] is block:
            return kept[2]
        binding: Binding = block.bind(node.params)
        self._bindings[node.id] = (node, block, binding)
        return binding

    def _incomplete(self, node_id: str, path: str, node: Node, block: Any, inputs: dict[str, TensorSpec]) -> NodeResult:
        free = self._order.incomplete[node_id]
        issues: tuple[Issue, ...] = ()
        blocked_by = ""
        if free:
            names = " and ".join(f'"{port}"' for port in free)
            verb = "has" if len(free) == 1 else "have"
            issues = (
                Issue("info", "incomplete", path, f"{path} is not counted: {names} {verb} no wire.", "Connect it.", free[0]),
            )
        else:
            for source, _ in self._order.wires[node_id].values():
                if source in self._order.incomplete:
                    fed = self.results[source]
                    blocked_by = fed.blocked_by or fed.path
                    break
        return NodeResult(
            path, node.block, inputs, {}, status="incomplete", issues=issues, blocked_by=blocked_by, block_type=block
        )

    def _located(self, path: str, node_id: str, result: Result) -> Issue:
        """The issue of a failed evaluation, naming where the offending input came from."""
        problem = result.problem
        assert problem is not None
        message = problem.message
        if problem.port is not None and not problem.path:
            wires = self._order.wires[node_id]
            source = wires.get(problem.port)
            if source is not None:
                index = list(wires).index(problem.port)
                came = f"but got {result.inputs[index]}"
                message = message.replace(came, f"{came} from {self.results[source[0]].path}", 1)
        return _issue(path, problem, message)


def _layers(result: NodeResult) -> int:
    return result.evaluated.primitives if result.evaluated is not None else 0


def _join(path: str, inner: str) -> str:
    return f"{path}.{inner}" if inner else path


def _issue(path: str, problem: BlockError, message: str | None = None) -> Issue:
    where = _join(path, problem.path)
    return Issue(
        "error", problem.code, where, f"{where}: {message or problem.message}", problem.hint, problem.port, problem.param
    )
