"""Random edits, selections and fixes while all panels look on: they follow, and what they show is what a fresh look shows."""

from __future__ import annotations

from random import Random

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from designer.analysis.fixes import fixes_for
from designer.analysis.layers import BLOCK, LAYER, STAGE
from designer.app.controller import Controller
from designer.graph.design import Design
from designer.ui.panels.inspector import Inspector
from designer.ui.panels.layer_model import COLUMNS, LayerModel
from designer.ui.panels.layer_table import LayerTable
from designer.ui.panels.problem_entries import entries_of
from designer.ui.panels.problems import Problems
from tests.designs import state
from tests.property.random_edits import random_edit

STEPS = 150


@pytest.mark.parametrize("seed", range(4))
def test_panels_follow_anything(qtbot: QtBot, seed: int) -> None:
    check(qtbot, Random(seed), STEPS)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(100, 130))
def test_panels_follow_anything_for_long(qtbot: QtBot, seed: int) -> None:
    check(qtbot, Random(seed), 1_000)


def check(qtbot: QtBot, rng: Random, steps: int) -> None:
    controller = Controller(Design("random"))
    table, inspector, problems = LayerTable(), Inspector(), Problems()
    panels = (table, inspector, problems)
    for panel in panels:
        qtbot.addWidget(panel)
        panel.resize(600, 300)
        panel.set_controller(controller)
        panel.show()
    qtbot.addWidget(table.header)
    first = state(controller.design)
    for step in range(steps):
        one = rng.random()
        if one < 0.62:
            controller.apply(random_edit(rng, controller.design), "Edit")
        elif one < 0.72:
            ids = list(controller.design.root)
            controller.select(set(rng.sample(ids, min(len(ids), rng.choice([0, 1, 1, 1, 2, 5])))))
        elif one < 0.80:
            try_fix(rng, controller)
        elif one < 0.88:
            rng.choice([controller.stack.undo, controller.stack.redo])()
        elif one < 0.92:
            table.model.set_level(rng.choice([STAGE, BLOCK, LAYER]))
        elif one < 0.95:
            table.model.sort(rng.randrange(-1, len(COLUMNS)), rng.choice(list(Qt.SortOrder)))
        else:
            table.filter.setText(rng.choice(["", "", "stride=2", "conv", "macs>1k", "output=8x8x8"]))
        if step % 10 == 0:
            qtbot.wait(0)  # let them paint
            compare(table, problems, controller)
    compare(table, problems, controller)
    while controller.stack.canUndo():
        controller.stack.undo()
    assert state(controller.design) == first
    compare(table, problems, controller)
    for panel in panels:
        panel.hide()
        panel.set_controller(None)


def try_fix(rng: Random, controller: Controller) -> None:
    """Make a random fix of a random issue; it costs what it said."""
    issues = controller.engine.issues()
    if not issues:
        return
    fixes = fixes_for(controller.design, controller.engine, rng.choice(issues))
    if fixes:
        fix = rng.choice(fixes)
        assert controller.apply(fix.edit, fix.title)
        total = controller.engine.total
        assert (fix.macs_after, fix.params_after) == ((total.macs, total.params) if total else (None, None))


def compare(table: LayerTable, problems: Problems, controller: Controller) -> None:
    fresh = LayerModel()
    fresh.level = table.model.level
    fresh._terms = table.model._terms
    fresh._sort, fresh._descending = table.model._sort, table.model._descending
    fresh.set_controller(controller)
    assert table.model.rows == fresh.rows
    assert problems.model.entries == entries_of(controller.engine)
    fresh.deleteLater()
