"""Tabs beside the documents: they take the docks away while they are in front and go with the document they are about."""

from __future__ import annotations

from PySide6.QtWidgets import QTabBar
from pytestqt.qtbot import QtBot

from designer.app.controller import Controller
from designer.ui.tool_page import ToolPage
from designer.ui.welcome import Welcome
from designer.ui.workspace import DOCKS
from tests.ui.conftest import Open

NET = "squeezenet1_1"


class Page(ToolPage):
    def __init__(self, controller: Controller | None = None, keep: bool = False) -> None:
        super().__init__()
        self._controller, self.keep = controller, keep

    title = "A tool"
    icon = "table-2"

    @property
    def controller(self) -> Controller | None:
        return self._controller

    def may_close(self) -> bool:
        return not self.keep


def test_docks_are_away_while_a_tool_is_in_front(open_window: Open) -> None:
    window = open_window(NET)
    document = window.tabs.current
    assert document is not None
    window.show_tool(page := Page())
    assert window.tabs.current is page
    assert window.page is None
    assert not any(window.workspace.is_open(dock) for dock in DOCKS)
    window.tabs.show(document)
    assert all(window.workspace.is_open(dock) for dock in DOCKS)
    window.show_tool(page)
    assert window.tabs.pages.count(page) == 1


def test_a_canvas_shows_what_it_showed_after_every_visit_to_a_tool(open_window: Open, qtbot: QtBot) -> None:
    window = open_window(NET)
    document = window.page
    assert document is not None
    view = document.canvas.view
    view.zoom_at(0.9, animate=False)
    wide, before = view.width(), view.centre()
    for _ in range(3):
        window.show_tool(next(iter(window.tool_pages), None) or Page())
        qtbot.waitUntil(lambda: not view.isVisible())
        window.tabs.show(document)
        qtbot.waitUntil(lambda: view.isVisible() and view.width() == wide)
        assert abs(view.centre().x() - before.x()) < 1
        assert abs(view.centre().y() - before.y()) < 1


def test_the_controls_of_a_panel_are_in_its_row_again_afterwards(open_window: Open, qtbot: QtBot) -> None:
    window = open_window(NET, width=1600, height=1000)
    document = window.tabs.current
    assert document is not None
    dock = window.workspace.docks.all["layers"]
    header = dock.build().header  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: header.isVisible() and abs(header.geometry().bottom() - dock.y()) < 12, timeout=5_000)
    before = header.geometry()
    stale = QTabBar(window)  # as Qt leaves them behind when docks that were hidden together come back
    for title in ("Layers", "Charts"):
        stale.addTab(title)
    stale.setGeometry(1043, 812, 376, 32)
    stale.show()
    stale.lower()
    window.show_tool(Page())
    window.tabs.show(document)
    qtbot.wait(50)
    assert header.isVisible()
    assert header.geometry() == before


def test_undo_acts_on_the_document_that_the_tool_is_about(open_window: Open) -> None:
    window = open_window(NET)
    controller = window.controller
    assert controller is not None
    before = sorted(node.id for node in controller.design.root.nodes())
    assert window.page is not None
    window.page.canvas.insert("relu")
    window.show_tool(Page(controller))
    assert window.controller is controller
    window.actions_["edit.undo"].trigger()
    assert not controller.stack.canUndo()
    assert sorted(node.id for node in controller.design.root.nodes()) == before


def test_a_tool_goes_with_its_document(open_window: Open) -> None:
    window = open_window(NET)
    controller = window.controller
    assert controller is not None
    window.show_tool(Page(controller))
    window.document_actions.close(controller)
    assert [type(page) for page in window.tabs.pages] == [Welcome]


def test_a_tool_may_keep_its_tab(open_window: Open) -> None:
    window = open_window(NET)
    window.show_tool(page := Page(keep=True))
    window.actions_["file.close"].trigger()
    assert window.tabs.current is page
    page.keep = False
    window.actions_["file.close"].trigger()
    assert page not in window.tabs.pages
