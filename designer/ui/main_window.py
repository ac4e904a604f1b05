"""One window: menus, tool bar, tabs of documents, docks around them, and the status bar."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QPaintEvent, QStatusTipEvent, QUndoGroup
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from designer.app.settings import FLOW, MINIMAP, WINDOW_GEOMETRY, Settings
from designer.ui import copying, file_drop, theme
from designer.ui.bars import MenuBar, ToolBar
from designer.ui.budget_actions import BudgetActions
from designer.ui.look_actions import LookActions
from designer.ui.popups import Popups
from designer.ui.problem_walk import ProblemWalk
from designer.ui.tabs import Tabs
from designer.ui.tool_page import ToolPage
from designer.ui.view_memory import ViewMemory
from designer.ui.welcome import Welcome
from designer.ui.window_actions import Actions
from designer.ui.workspace import DOCKS, Workspace

if TYPE_CHECKING:
    from designer.app.controller import Controller
    from designer.app.documents import Documents
    from designer.app.recovery import Session
    from designer.app.worker_client import WorkerClient
    from designer.ui.context_menus import ContextMenus
    from designer.ui.document_actions import DocumentActions
    from designer.ui.document_page import DocumentPage, Notice
    from designer.ui.preset_bar import PresetBar
    from designer.ui.status_bar import StatusBar

TITLE = "lightdesigner"


class Program(Protocol):
    """What a window asks of the program it belongs to."""

    settings: Settings

    @property
    def session(self) -> Session: ...

    def new_window(self) -> MainWindow: ...

    def quit(self) -> None: ...


class MainWindow(QMainWindow):
    """A window with any number of documents, each in a tab."""

    ready = Signal()  # painted for the first time, with everything that belongs to the picture
    closed = Signal()
    document_came = Signal()
    document_went = Signal()
    controller_added = Signal(object)  # Controller: a document was opened here
    controller_dropped = Signal(object)  # Controller: a document is about to go

    def __init__(self, program: Program) -> None:
        super().__init__()
        self.program = program
        self.settings = program.settings
        self.setObjectName("window")
        self.setWindowTitle(TITLE)
        self.setWindowIcon(theme.current().icon("logo", "accent.base", size=64))
        self.setAcceptDrops(True)
        self.setMinimumSize(800, 560)
        self._painted = False
        self._settling = 0
        self._documents: Documents | None = None
        self._document_actions: DocumentActions | None = None
        self._context_menus: ContextMenus | None = None
        self.status: StatusBar | None = None
        self.preset_bar: PresetBar | None = None
        self.undo_group = QUndoGroup(self)
        self.actions_ = Actions(self)
        self.menus = MenuBar(self, self.actions_)
        self.setMenuBar(self.menus)
        self.menus.menus["Insert"].aboutToShow.connect(self._list_blocks)
        self.tools = ToolBar(self, self.actions_)
        self.addToolBar(self.tools)
        self.tabs = Tabs(self)
        self.setCentralWidget(self.tabs)
        self.workspace = Workspace(self)
        self.workspace.changed.connect(self._show_docks)
        self.popups = Popups(self)
        self.view_memory = ViewMemory(self)
        self.look = LookActions(self.actions_, self.settings)
        self.budget = BudgetActions(self, self.actions_, self.settings)
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.setInterval(0)
        self._refresh.timeout.connect(self.actions_.refresh)
        self._offer()
        self.tabs.current_changed.connect(self._page_changed)
        self.tabs.close_wanted.connect(self.close_page)
        self.tabs.menu_wanted.connect(self._tab_menu)
        self.tabs.new_wanted.connect(self.show_welcome)
        self.undo_group.undoTextChanged.connect(lambda text: self._name_step("edit.undo", "Undo", text))
        self.undo_group.redoTextChanged.connect(lambda text: self._name_step("edit.redo", "Redo", text))
        self.show_welcome()

    # -- actions of the window itself ------------------------------------------------------------------------------------

    def _offer(self) -> None:
        offers: dict[str, Callable[[], object]] = {
            "file.new": self._new,
            "file.open": self._open_files,
            "file.new_window": lambda: self.program.new_window().show(),
            "file.close": self._close_current,
            "layers.csv": partial(self._copy_layers, markdown=False),
            "layers.markdown": partial(self._copy_layers, markdown=True),
            "file.quit": self.program.quit,
            "window.next_panel": lambda: self._step_focus(1),
            "window.previous_panel": lambda: self._step_focus(-1),
            "window.next_tab": lambda: self.tabs.step(1),
            "window.previous_tab": lambda: self.tabs.step(-1),
            "window.reset": self.workspace.reset,
            "help.commands": self.popups.commands,
            "help.shortcuts": self.popups.shortcuts,
            "help.about": self.popups.about,
        }
        for action_id, handler in offers.items():
            self.actions_.offer(action_id, handler)
        self.actions_.offer(
            "file.close_others", self._close_others, lambda: "" if len(self.tabs.pages) > 1 else "There is no other tab."
        )
        problems = ProblemWalk(self)
        self.actions_.offer("design.next_problem", problems.next, problems.why_not)
        group = self.undo_group
        self.actions_.offer("edit.undo", group.undo, lambda: "" if group.canUndo() else "There is no step to take back.")
        self.actions_.offer("edit.redo", group.redo, lambda: "" if group.canRedo() else "No step was taken back.")
        for dock_id in DOCKS:
            self.actions_.offer(f"window.{dock_id}", partial(self.workspace.toggle, dock_id))
        copying.notifier().copied.connect(self._say_copied)
        self._show_docks()
        self.actions_.refresh()

    def _name_step(self, action_id: str, verb: str, text: str) -> None:
        """`Undo set stride in ir2`: the Edit menu names every step."""
        name = f"{verb} {text[0].lower()}{text[1:]}" if text else verb
        self.actions_[action_id].setText(name)
        self._refresh.start()

    def _show_docks(self) -> None:
        for dock_id in DOCKS:
            self.actions_[f"window.{dock_id}"].setChecked(self.workspace.is_open(dock_id))

    # -- documents ---------------------------------------------------------------------------------------------------------

    @property
    def page(self) -> DocumentPage | None:
        """The document in front, None while the start page or a tool is."""
        current = self.tabs.current
        return None if current is None or isinstance(current, Welcome | ToolPage) else current  # type: ignore[return-value]

    @property
    def controller(self) -> Controller | None:
        """The document in front, or the one that the tool in front is about."""
        current = self.tabs.current
        page = current if isinstance(current, ToolPage) else self.page
        return page.controller if page is not None else None

    @property
    def edited(self) -> Controller | None:
        """What panels are about: the document in front, or what is inside the own block that its canvas shows."""
        return self.page.canvas.controller if self.page is not None else self.controller

    @property
    def document_pages(self) -> list[DocumentPage]:
        return [page for page in self.tabs.pages if not isinstance(page, Welcome | ToolPage)]  # type: ignore[misc]

    @property
    def tool_pages(self) -> list[ToolPage]:
        return [page for page in self.tabs.pages if isinstance(page, ToolPage)]

    def show_tool(self, page: ToolPage) -> None:
        """Bring a tool to the front, in a tab of its own."""
        self._need_status()
        if page not in self.tabs.pages:
            page.title_changed.connect(lambda: self.tabs.describe(page, page.title, page.icon, unsaved=False, tip=page.tip))
            self.tabs.add(page, page.title, page.icon)
            self.tabs.describe(page, page.title, page.icon, unsaved=False, tip=page.tip)
        self.tabs.show(page)
        page.setFocus()

    def show_welcome(self) -> None:
        """Show the start page, in a tab of its own."""
        for page in self.tabs.pages:
            if isinstance(page, Welcome):
                self.tabs.show(page)
                return
        welcome = Welcome(self.actions_, self.settings)
        welcome.open_requested.connect(self.open_text)
        self.tabs.add(welcome, "Start", "logo")
        welcome.setFocus()

    @property
    def documents(self) -> Documents:
        """The open documents. Made when first asked for: the start page needs none."""
        if self._documents is None:
            from designer.app.documents import Documents

            self._documents = Documents(self.program.session, self.settings, self)
            self._documents.opened.connect(self._add)
            self._documents.opened.connect(self.document_came)
            self._documents.closed.connect(self._drop)
            self._documents.closed.connect(self.document_went)
            self._documents.current_changed.connect(self._bring_forward)
        return self._documents

    @property
    def document_actions(self) -> DocumentActions:
        """What a person does with files, and what has to be asked then. Made after the first paint, or when first needed."""
        if self._document_actions is None:
            from designer.ui.document_actions import DocumentActions

            self._document_actions = DocumentActions(self, self, self.documents, self.actions_)
            self._document_actions.fill_recent(self.menus.recent)
        return self._document_actions

    def _offer_files(self) -> None:
        """From here on the file actions are done by `document_actions`."""
        assert self.document_actions is not None

    def _new(self) -> None:
        self._offer_files()
        self.documents.new()

    def _open_files(self) -> None:
        self.document_actions.choose_and_open()

    def welcome_back(self) -> None:
        """Offer what an earlier process left unsaved."""
        self.document_actions.offer_recovery()

    def page_of(self, controller: Controller) -> DocumentPage | None:
        """The page of a document of this window."""
        return next((page for page in self.document_pages if page.controller is controller), None)

    def open_text(self, text: str | Path) -> None:
        """Open what a DESIGN text or a path names; says why when it cannot be read."""
        self.document_actions.open(text)

    def _add(self, controller: Controller) -> None:
        """Show a document in a tab, in the place of the start page if that is in front."""
        from designer.ui.document_page import DocumentPage

        page = DocumentPage(controller)
        self.undo_group.addStack(controller.stack)
        controller.title_changed.connect(lambda: self._describe(page))
        controller.graph_changed.connect(self._refresh.start)
        controller.selection_changed.connect(self._refresh.start)
        page.canvas.status_text.connect(self._need_status().hint)
        page.canvas.inside_changed.connect(lambda: self._scope_changed(page))
        page.canvas.looks_changed.connect(self._refresh.start)
        page.canvas.view.edge_selected.connect(self._refresh.start)
        self.look.want_guides()
        page.canvas.flow_chosen.connect(partial(self.settings.set, FLOW))
        page.canvas.show_minimap(self.settings.get(MINIMAP))
        page.canvas.minimap_switched.connect(lambda wanted: self.settings.set(MINIMAP, wanted))
        page.canvas.menu_wanted.connect(lambda aim: self.context_menus.on_canvas(page.canvas, aim))
        current = self.tabs.current
        self.tabs.add(page, controller.title, page.icon(), instead_of=current if isinstance(current, Welcome) else None)
        self._describe(page)
        page.canvas.view.setFocus()
        self.controller_added.emit(controller)

    def _drop(self, controller: Controller) -> None:
        page = self.page_of(controller)
        if page is None:
            return
        self.controller_dropped.emit(controller)
        self.undo_group.removeStack(controller.stack)
        for tool in self.tool_pages:
            if tool.controller is controller:
                self._remove_tool(tool)
        if len(self.tabs.pages) == 1:
            self.show_welcome()
        self.tabs.remove(page)

    def _bring_forward(self, controller: Controller | None) -> None:
        page = self.page_of(controller) if controller is not None else None
        if page is not None and page is not self.tabs.current:
            self.tabs.show(page)

    def tell(self, controller: Controller, sentence: str, choices: dict[str, Callable[[], object]]) -> Notice:
        """Say something above a document, which stays until somebody answers; gives the widget that says it."""
        page = self.page_of(controller)
        assert page is not None, "the document has no tab here"
        return page.tell(sentence, choices)

    def _describe(self, page: DocumentPage) -> None:
        controller = page.controller
        if page in self.tabs.pages:
            tip = str(controller.path) if controller.path is not None else "Not saved in a file yet"
            self.tabs.describe(page, controller.title, page.icon(), unsaved=controller.unsaved, tip=tip)
        if page is self.page:
            self._write_title()

    def _write_title(self) -> None:
        controller = self.controller
        self.setWindowTitle(f"{controller.title}[*] – {TITLE}" if controller is not None else TITLE)
        self.setWindowModified(controller is not None and controller.unsaved)

    def _page_changed(self, _: object) -> None:
        page = self.page
        controller = self.controller
        if page is not None:
            self._offer_files()
            self.documents.set_current(controller)
        elif self._documents is not None:
            self._documents.set_current(None)
        self.undo_group.setActiveStack(controller.stack if controller is not None else None)  # type: ignore[arg-type]
        self.actions_.set_performer(page.canvas if page is not None else None, page.canvas.view if page is not None else None)
        if page is not None and not self.workspace.shown:
            self._need_status()
            self._need_options()
            self.workspace.show()
            if self._painted:
                self.workspace.docks.build_visible()
        elif self.workspace.shown and (isinstance(self.tabs.current, ToolPage) or not self.document_pages):
            self.workspace.hide()
        self.tools.step_back(isinstance(self.tabs.current, ToolPage))
        if self.status is not None:
            self.status.set_controller(controller)
            tool = self.tabs.current
            self.status.hold(tool.status if isinstance(tool, ToolPage) else None)
        if self.preset_bar is not None:
            self.preset_bar.set_controller(controller)
        self.workspace.set_controller(self.edited)
        self._write_title()

    def _scope_changed(self, page: DocumentPage) -> None:
        """The canvas shows what is inside a block, or the design again: the panels follow."""
        edited = page.canvas.controller
        if edited is not page.controller:
            edited.selection_changed.connect(self._refresh.start, Qt.ConnectionType.UniqueConnection)
        if page is self.page:
            self.workspace.set_controller(edited)
        self._refresh.start()

    def _close_current(self) -> None:
        if self.tabs.current is not None:
            self.close_page(self.tabs.current)

    def close_page(self, page: QWidget) -> None:
        """Close a tab; the last start page takes the window with it."""
        if isinstance(page, ToolPage):
            if page.may_close():
                self._remove_tool(page)
        elif not isinstance(page, Welcome):
            self.document_actions.close(page.controller)  # type: ignore[attr-defined]
        elif len(self.tabs.pages) == 1:
            self.close()
        else:
            self.tabs.remove(page)

    def _remove_tool(self, page: ToolPage) -> None:
        if len(self.tabs.pages) == 1:
            self.show_welcome()
        self.tabs.remove(page)

    @property
    def context_menus(self) -> ContextMenus:
        """The menus at the pointer. Made when first asked for: the start page needs none."""
        if self._context_menus is None:
            from designer.ui.context_menus import ContextMenus

            self._context_menus = ContextMenus(self)
        return self._context_menus

    def _tab_menu(self, page: QWidget, at: QPoint) -> None:
        self.context_menus.on_tab(page, at)

    def _close_others(self) -> None:
        """Close every tab but the one in front; stops where somebody would rather keep one."""
        front = self.tabs.current
        for page in self.tabs.pages:
            if page is front:
                continue
            self.close_page(page)
            if page in self.tabs.pages:
                return
        if front is not None:
            self.tabs.show(front)

    def _copy_layers(self, *, markdown: bool) -> None:
        from designer.ui.panels.layer_table import LayerTable

        panel = self.workspace.docks.all["layers"].build()
        assert isinstance(panel, LayerTable)
        panel.copy(markdown=markdown)

    def follow_worker(self, client: WorkerClient) -> None:
        """Say in the status bar what the worker is at."""
        self._need_status().worker.follow(client)

    def say(self, sentence: str) -> None:
        """Tell a person something that needs no answer."""
        self._need_status().say(sentence)

    def _say_copied(self) -> None:
        if self.isActiveWindow():
            self.say("Copied.")

    # -- docks and overlays ------------------------------------------------------------------------------------------------

    def _need_status(self) -> StatusBar:
        if self.status is None:
            from designer.ui.status_bar import StatusBar

            self.status = StatusBar(self)
            self.status.problems_clicked.connect(lambda: self.workspace.focus("problems"))
            self.status.problems_counted.connect(self.workspace.show_problems)
            self.budget.show_in(self.status)
            self.setStatusBar(self.status)
        return self.status

    def _list_blocks(self) -> None:
        """Every block below the actions of the Insert menu, by category; own blocks are read each time it opens."""
        from designer.app.own_cards import library_cards, own_cards
        from designer.ui.insert_menu import fill

        design = self.edited.design if self.edited is not None else None
        own = [*own_cards(design), *library_cards(design)] if design is not None else []
        fill(self.menus.menus["Insert"], self.insert_block, self.actions_.why_not("insert.quick"), own)

    def _need_options(self) -> None:
        if self.preset_bar is None:
            from designer.ui.preset_bar import PresetBar

            self.preset_bar = PresetBar()
            self.preset_bar.refused.connect(self.say)
            self.tools.hold(self.preset_bar)

    def go_to(self, node_id: str) -> None:
        """Select a block, bring it into view, and put the keyboard on the canvas."""
        page = self.page
        if page is not None:
            page.canvas.controller.select({node_id})
            page.canvas.view.center_on(node_id)
            page.canvas.view.setFocus()

    def show_node(self, node_id: str) -> None:
        """Bring a block into view where it is not; the keyboard stays where it is."""
        if self.page is not None:
            self.page.canvas.view.reveal(node_id)

    def show_place(self, way: tuple[str, ...]) -> None:
        """Go where a way from the design through own blocks leads; to the design itself where it is empty."""
        if self.page is not None:
            self.page.canvas.set_scope(())
            if way:
                self.page.canvas.show_part(way)
                self.page.canvas.view.setFocus()

    def show_part(self, way: tuple[str, ...]) -> None:
        """Go inside own blocks to a part of one."""
        if self.page is not None:
            self.page.canvas.show_part(way)
            self.page.canvas.view.setFocus()

    def insert_block(self, block_id: str) -> None:
        """Put a new block of this kind in the middle of what the canvas shows."""
        page = self.page
        if page is not None:
            page.canvas.insert(block_id)
            page.canvas.view.setFocus()

    def _step_focus(self, by: int) -> None:
        page = self.page
        middle: QWidget | None = page.canvas.view if page is not None else self.tabs.current
        if middle is not None:
            self.workspace.step_focus(by, self.tabs, middle)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: N802
        """Tab goes to what can be seen: Qt keeps docks that lie behind others, and tab bars it needs no more, in its line."""
        first: QWidget | None = None
        while super().focusNextPrevChild(next):
            reached = QApplication.focusWidget()
            if reached is None or reached is first or self.workspace.is_in_sight(reached):
                return True
            first = first or reached
        return False

    # -- events --------------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self._after_first_paint)

    def _after_first_paint(self) -> None:
        if self.workspace.shown:
            self.workspace.bring_floating()
            self.workspace.docks.build_visible()
        QTimer.singleShot(0, self, self._settle)

    def _settle(self) -> None:
        """Wait until the panels that were built just now are laid out and painted too."""
        self._settling += 1
        if self._settling < 3:
            QTimer.singleShot(0, self, self._settle)
        else:
            self._offer_files()
            self.ready.emit()
            self._refresh.start()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.StatusTip and isinstance(event, QStatusTipEvent):
            if self.status is not None:  # beside the figures; Qt would write over them
                self.status.hint(event.tip())
            return True
        return super().event(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        if file_drop.designs(event) or (self.page is not None and file_drop.own_blocks(event)):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        event.acceptProposedAction()
        files = file_drop.designs(event)
        QTimer.singleShot(0, self, lambda: self.document_actions.open_all(files))  # the other program waits for the drop to end
        page = self.page
        if page is not None:
            for file in file_drop.own_blocks(event):
                QTimer.singleShot(0, page.canvas, partial(page.canvas.own_blocks.open_file, str(file)))

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        if self._documents is not None:
            self.workspace.save()  # while the docks are still there
            if not self.document_actions.close_all():
                event.ignore()
                return
        self.settings.set(WINDOW_GEOMETRY, bytes(self.saveGeometry().data()))
        self.closed.emit()
        event.accept()
