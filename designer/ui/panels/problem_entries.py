"""What the list of problems says: root causes first and in full, what waits for them in one quiet line. Inside an own block what
is wrong there comes first, then the rest of the design."""

from __future__ import annotations

from typing import NamedTuple

from blocks.errors import Issue
from designer.analysis.engine import Engine
from designer.app.controller import Controller
from designer.app.inside import InsideController
from designer.graph.design import ROOT, Design
from designer.graph.own_block import OWN
from designer.ui.panels.problem_card import way_inside

ORDER = {"error": 0, "warning": 1, "info": 2}
COUNTED = ("error", "warning")
AROUND = "in the design"


class Entry(NamedTuple):
    """One line: an issue with the node it is about ("" for the design), or the nodes that wait for it."""

    issue: Issue | None
    node_id: str
    who: str
    sentence: str
    severity: str
    waiting: tuple[str, ...] = ()
    where: str = ""  # in which network it is, where that is not plain
    way: tuple[str, ...] = ()  # from the design to it, through own blocks, where that is not the network that is edited
    outside: bool = False  # of the design around what is edited


def entries_of(engine: Engine) -> list[Entry]:
    """Errors, warnings, remarks, each group in execution order, and below every root cause one line for those that wait."""
    found: list[Entry] = []
    waiting: dict[str, list[str]] = {}
    of_node: dict[str, list[tuple[str, Issue]]] = {"error": [], "warning": [], "info": []}
    for node_id in (*engine.order.order, *engine.order.rest):
        result = engine.results[node_id]
        if result.blocked_by:
            waiting.setdefault(result.blocked_by, []).append(node_id)
        for issue in result.issues:
            of_node[issue.severity].append((node_id, issue))
    found += [Entry(issue, "", "design", issue.sentence(), issue.severity) for issue in engine.issues() if not issue.path]
    for severity in ORDER:
        for node_id, issue in of_node[severity]:
            path = engine.results[node_id].path
            sentence = issue.sentence().removeprefix(f"{issue.path}: ")
            found.append(Entry(issue, node_id, issue.path, sentence, severity))
            followers = waiting.pop(path, None)
            if followers:
                names = ", ".join(engine.results[one].path for one in followers[:3])
                more = f" and {len(followers) - 3} more" if len(followers) > 3 else ""
                verb = "waits" if len(followers) == 1 else "wait"
                found.append(Entry(None, followers[0], "", f"{names}{more} {verb} for {path}", "quiet", tuple(followers)))
    return found


def document_of(controller: Controller) -> Controller:
    """The document that is edited, also from inside one of its own blocks."""
    return controller.document if isinstance(controller, InsideController) else controller


def count_of(controller: Controller) -> int:
    """Errors and warnings of the whole design, as the status bar counts them."""
    return sum(issue.severity in COUNTED for issue in document_of(controller).engine.issues())


def around(controller: Controller) -> list[Entry]:
    """The problems of the design outside of the own block that is edited."""
    return [entry for entry in entries_from(controller) if entry.outside and entry.way and entry.issue is not None]


def entries_from(controller: Controller) -> list[Entry]:
    """The problems of the whole design as they are seen from the network that is edited. Inside an own block those there come
    first; in the place of those that the design has with this block, because there they can be seen whole."""
    document = document_of(controller)
    rest = [_placed(document, entry) for entry in entries_of(document.engine)]
    if not isinstance(controller, InsideController):
        return [entry._replace(way=entry.way if len(entry.way) > 1 else ()) for entry in rest]
    here = entries_of(controller.engine)
    said = {_about(entry.issue.code, entry.issue.path) for entry in here if entry.issue is not None}
    above = controller.outer.dotted_path(controller.node_id) if controller.node_id else ""
    inner: dict[int, str] = {}  # what in the list of the design is about what is seen here, and where it is here
    for k, entry in enumerate(rest):
        if entry.issue is not None and above and entry.issue.path.startswith(f"{above}."):
            inner[k] = _about(entry.issue.code, entry.issue.path.removeprefix(f"{above}."))
    if not inner:  # the copy one came from waits for another one, which has the problem too
        for k, entry in enumerate(rest):
            scope, part = _home(document.design, entry.way)
            if entry.issue is not None and scope == controller.scope and _about(entry.issue.code, ".".join(part)) in said:
                inner[k] = _about(entry.issue.code, ".".join(part))
                break
    if not here:
        inner = {}
    seen = [_here(entry, controller.title, set(inner.values())) for entry in here]
    return [*seen, *[entry._replace(where=entry.where or AROUND, outside=True) for k, entry in enumerate(rest) if k not in inner]]


def _about(code: str, path: str) -> str:
    return f"{code} {path}"


def _here(entry: Entry, title: str, counted: set[str]) -> Entry:
    """An entry of an own block. The design does not count what no copy in it comes to: beside another error, or unused."""
    more = ""
    if entry.issue is not None and entry.severity in COUNTED and _about(entry.issue.code, entry.issue.path) not in counted:
        more = ", not counted"
    return entry._replace(where=f"in {title}{more}")


def _placed(document: Controller, entry: Entry) -> Entry:
    """An entry of the design with the way to what it is about, and the own block that holds that."""
    way: tuple[str, ...] = (entry.node_id,) if entry.node_id else ()
    if entry.issue is not None and entry.node_id:
        way = way_inside(document, entry.issue) or way
    scope, _ = _home(document.design, way)
    return entry._replace(way=way, where=f"in {document.design.definitions[scope].name}" if scope != ROOT else "")


def _home(design: Design, way: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The network in which a way through own blocks ends, and what is left of it there."""
    scope = ROOT
    for k, name in enumerate(way[:-1]):
        network = design.network(scope)
        block = network.node(name).block if name in network else ""
        if not block.startswith(OWN) or block.removeprefix(OWN) not in design.definitions:
            return scope, way[k:]
        scope = block.removeprefix(OWN)
    return scope, way[-1:]
