"""Two designs of 2,000 blocks compared, and the page painted anew after an edit of one, against the design's budgets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle
from statistics import median

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from designer.analysis.compare_changes import differences
from designer.analysis.compare_entry import Entry
from designer.analysis.compare_facts import facts_of
from designer.analysis.compare_tables import Comparison, sheets
from designer.analysis.engine import Engine
from designer.app.controller import Controller
from designer.graph.edits import SetParam
from designer.ui import style, theme
from designer.ui.compare.page import ComparePage
from tests.benchmarks.conftest import timed
from tests.benchmarks.test_canvas import ladder

pytestmark = pytest.mark.bench
BLOCKS = 2_000
Record = Callable[..., float]


@pytest.fixture(scope="module")
def app() -> Iterator[QApplication]:
    made = QApplication.instance() or QApplication([])
    assert isinstance(made, QApplication)
    style.start(made)
    theme.choose(theme.DARK)
    theme.reduce_motion(True)
    yield made
    theme.reduce_motion(False)


def changed() -> Engine:
    """The same design with every tenth block another one."""
    design = ladder(BLOCKS, True)
    for number, node in enumerate(design.root.nodes()):
        if number % 10 == 0 and "out_channels" in node.params:
            SetParam(node=node.id, name="kernel_size", value=5).apply(design)
    return Engine(design)


def test_two_designs(record: Record) -> None:
    """From two analysed designs to every table, the structural difference included."""
    engines = Engine(ladder(BLOCKS, True)), changed()

    def compare() -> None:
        entries = tuple([Entry(f"{k}", f"{k}", "", facts_of(engine)) for k, engine in enumerate(engines)])
        sheets(Comparison("two", entries, changes=((1, differences(*engines)),)))

    record(f"two designs of {BLOCKS:,} blocks compared", median(timed(compare, 11)), {"budget": 0.5}, "1 x")


def test_an_edit(app: QApplication, record: Record) -> None:
    """From the edit of one of two documents to the page painted anew, without the edit itself."""
    controllers = [Controller(ladder(BLOCKS, True)) for _ in range(2)]
    page = ComparePage(lambda: controllers, print)
    for controller in controllers:
        controller.setParent(page)
        page.model.add_document(controller)
    page.resize(1600, 900)
    page.show()
    app.processEvents()
    page._build()
    app.processEvents()
    node = next(node.id for node in controllers[0].design.root.nodes() if "out_channels" in node.params)
    values = cycle([1, 3, 5, 7])
    edit = median(timed(lambda: controllers[0].apply(SetParam(node=node, name="kernel_size", value=next(values)), "Edit"), 11))

    def whole() -> None:
        controllers[0].apply(SetParam(node=node, name="kernel_size", value=next(values)), "Edit")
        page.refresh()
        page.repaint()

    record(f"repaint after an edit, {BLOCKS:,} blocks each", median(timed(whole, 11)) - edit, {"budget": 0.033}, "1 x")
    page.close()
    page.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
