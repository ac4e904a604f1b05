"""Comparing from one window: the actions, the page, its canvases, profiles of all designs, and what is written to files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject
from PySide6.QtGui import QAction

from designer.ui import copying

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from designer.app.compare_profiling import ProfileAll
    from designer.app.comparison import Compared
    from designer.app.controller import Controller
    from designer.app.profiler import Profiler
    from designer.ui.compare.canvases import CanvasesPage
    from designer.ui.compare.page import ComparePage
    from designer.ui.main_window import MainWindow
    from designer.ui.profile_actions import ProfileActions

FIRST = "v1_v2_v3"  # shown where no document is open
FILES = {
    "csv": ("Write a CSV file", "Tables (*.csv)", "csv"),
    "markdown": ("Write a Markdown file", "Markdown (*.md)", "md"),
    "latex": ("Write a LaTeX file", "LaTeX (*.tex)", "tex"),
    "html": ("Write an HTML report", "Web pages (*.html)", "html"),
}


def choose_file(parent: QWidget, title: str, kinds: str, name: str) -> Path | None:
    """Where to write; None where a person changes their mind. Tests stand in here."""
    from designer.ui.plots.saving import choose_file as ask

    return ask(parent, title, kinds, name)


class CompareActions(QObject):
    """Offers what the Measure menu says about comparing. `profiles` has the runs of documents."""

    def __init__(self, window: MainWindow, profiles: ProfileActions) -> None:
        super().__init__(window)
        self._window = window
        self._profiles = profiles
        self._run: ProfileAll | None = None
        actions = window.actions_
        actions.offer("measure.compare", self.open)
        actions.offer("measure.compare_state", self.compare_earlier, self._why_no_state)
        actions.offer("measure.compare_profile", self.profile, self._why_not_profile)
        actions.offer("measure.compare_canvases", self.show_canvases, self._why_no_canvases)
        for key in FILES:
            actions.offer(f"measure.compare_{key}", partial(self.write, key), self._why_no_page)
        window.closed.connect(self._stop)
        actions.refresh()

    # -- the page ----------------------------------------------------------------------------------------------------------------

    @property
    def page(self) -> ComparePage | None:
        """The comparison of this window, in front or not."""
        from designer.ui.compare.page import ComparePage

        return next((page for page in self._window.tool_pages if isinstance(page, ComparePage)), None)

    def _need_page(self) -> ComparePage:
        from designer.ui.compare.page import ComparePage

        page = self.page
        if page is None:
            documents = self._window.documents
            page = ComparePage(lambda: documents.controllers, self._window.say, self._profiler_of)
            model = page.model
            documents.closed.connect(model.document_closed)
            model.listed.connect(self._window.actions_.refresh)
            page.opened.connect(self._window.open_text)
            page.document_shown.connect(self._show_document)
            page.canvases_wanted.connect(self._open_canvases)
            page.profile_wanted.connect(self.profile)
            page.cancel_wanted.connect(self._cancel)
            page.profile_opened.connect(self._open_profile)
            for text, do in (
                ("Table", partial(self._copy, "table")),
                ("CSV", partial(self._copy, "csv")),
                ("Markdown", partial(self._copy, "markdown")),
                ("LaTeX", partial(self._copy, "latex")),
            ):
                action = QAction(text, page.copy_menu)
                action.triggered.connect(partial(_without_checked, do))
                page.copy_menu.addAction(action)
            for key in FILES:
                page.bar.outs[key].clicked.connect(partial(_without_checked, partial(self.write, key)))
        return page

    def _profiler_of(self, controller: Controller, document: bool) -> Profiler:
        return self._profiles.profiler_of(controller) if document else self._profiles.profiler_beside(controller)

    def open(self) -> None:
        """Bring the comparison to the front. A new one begins with the documents that are open, the one in front first; where
        none is, with a ready-made comparison. The document in front joins one that has room."""
        from designer.analysis.compare_entry import MOST

        front = self._window.controller
        page = self.page
        if page is None:
            page = self._need_page()
            documents = list(self._window.documents.controllers)
            if front is not None:
                documents.sort(key=lambda one: one is not front)
            for controller in documents[:MOST]:
                page.model.add_document(controller)
            if not documents:
                page.choosing.attempt(partial(self._show_first, page))
        elif front is not None and not page.model.why_not_add() and page.model.ready is None:
            page.model.add_document(front)
        self._window.show_tool(page)

    def _show_first(self, page: ComparePage) -> None:
        from designer.app.ready_made import BY_ID

        page.model.show_ready(BY_ID[FIRST])

    def show_ready(self, ready_id: str) -> None:
        """Show a ready-made comparison in the place of what is compared."""
        from designer.app.ready_made import BY_ID

        page = self._need_page()
        page.choosing.attempt(partial(page.model.show_ready, BY_ID[ready_id]))
        self._window.show_tool(page)

    def _why_no_state(self) -> str:
        controller = self._window.controller
        if controller is None:
            return "No design is open."
        return "" if controller.stack.index() else "Nothing was changed since it was opened."

    def compare_earlier(self) -> None:
        """Compare the document in front with how it was opened."""
        controller = self._window.controller
        if controller is None or self._why_no_state():
            return
        page = self._need_page()
        page.model.clear()
        page.model.add_state(controller, 0)
        page.model.add_document(controller)
        page.show_changes()
        self._window.show_tool(page)

    def _show_document(self, one: Compared) -> None:
        """Show a compared design in a tab of its own."""
        if one.document is not None:
            page = self._window.page_of(one.document)
            if page is not None:
                self._window.tabs.show(page)
            return
        design = one.controller.design.copy()
        name, detail = one.called
        design.name = f"{name} ({detail})" if one.said else design.name
        self._window.documents.add(design)

    # -- both canvases -----------------------------------------------------------------------------------------------------------

    def _why_no_canvases(self) -> str:
        page = self.page
        if page is None:
            return "Nothing is compared."
        return "" if len(page.model.designs) > 1 else "Only one design is compared."

    def show_canvases(self) -> None:
        """Show the baseline and the first other design side by side."""
        page = self.page
        if page is not None and not self._why_no_canvases():
            others = [k for k in range(len(page.model.designs)) if k != page.model.baseline]
            chosen = page.places.other if page.places.other in others else others[0]
            self._open_canvases(chosen, "")

    def _open_canvases(self, number: int, what: object) -> None:
        from designer.analysis.compare_rows import Place
        from designer.analysis.compare_saving import Saving
        from designer.ui.compare.canvases import CanvasesPage

        page = self.page
        if page is None:
            return
        model = page.model
        if number == model.baseline:
            others = [k for k in range(len(model.designs)) if k != model.baseline]
            if not others:
                return
            number = others[0]
        pair = model.designs[model.baseline], model.designs[number]
        canvases = next((one for one in self._window.tool_pages if isinstance(one, CanvasesPage) and one.designs == pair), None)
        if canvases is None:
            canvases = CanvasesPage(model, number)
            canvases.over.connect(partial(self._close_canvases, canvases))
        self._window.show_tool(canvases)
        if isinstance(what, Saving):
            canvases.show_saving(what)
        elif isinstance(what, Place):
            canvases.show_place(what)
        elif isinstance(what, str) and what:
            canvases.go_to_block(what)

    def _close_canvases(self, page: CanvasesPage) -> None:
        if page in self._window.tabs.pages:
            self._window.close_page(page)

    # -- profiles ----------------------------------------------------------------------------------------------------------------

    def _why_not_profile(self) -> str:
        page = self.page
        if page is None:
            return "Nothing is compared."
        if self._run is not None and self._run.running:
            return "A profile is running."
        invalid = [entry.short for entry in page.model.entries if not entry.facts.valid]
        return f"{invalid[0]} has errors." if invalid else ""

    def profile(self) -> None:
        """Profile every design of the comparison in the same way."""
        page = self.page
        if page is None:
            return
        reason = self._why_not_profile()
        if reason:
            self._window.say(reason)
            return
        from designer.app.compare_profiling import ProfileAll

        if self._run is None:
            self._run = ProfileAll(self)
            self._run.progress.connect(self._progressed)
            self._run.finished.connect(self._ended)
            self._run.cancelled.connect(self._ended)
            self._run.failed.connect(self._failed)
        page.busy = True
        self._run.begin(page.model.designs)
        self._window.actions_.refresh()

    def _open_profile(self, one: Compared) -> None:
        """Show the profile of a compared design; one that no tab shows gets one first."""
        self._show_document(one)
        self._profiles.open()

    def _cancel(self) -> None:
        if self._run is not None:
            self._run.cancel()

    def _progressed(self, text: str, done: int, count: int) -> None:
        page = self.page
        if page is not None and page.busy:
            page.saving.show_progress(text, done, count)

    def _ended(self) -> None:
        page = self.page
        if page is not None and page.busy:
            page.busy = False
            page.refresh()
        self._window.actions_.refresh()

    def _failed(self, sentence: str) -> None:
        page = self.page
        if page is not None and page.busy:
            page.busy = False
            page.refresh()
            page.saving.show_failure(sentence)
        self._window.actions_.refresh()

    def _stop(self) -> None:
        if self._run is not None:
            self._run.cancel()

    # -- ways out ----------------------------------------------------------------------------------------------------------------

    def _why_no_page(self) -> str:
        page = self.page
        return "Nothing is compared." if page is None or not page.model.designs else ""

    def text(self, key: str) -> str:
        """The comparison in one of the forms of `FILES`."""
        from designer.analysis import compare_tables
        from designer.analysis.compare_html import html_text
        from designer.analysis.compare_latex import latex_text
        from designer.ui.compare.cards import known_networks, others

        page = self.page
        assert page is not None, "there is nothing to write"
        comparison = page.model.comparison()
        if key == "csv":
            return compare_tables.csv_text(comparison)
        if key == "markdown":
            return compare_tables.markdown_text(comparison)
        if key == "latex":
            return latex_text(comparison)
        x, y, least = page.scatter.chosen
        return html_text(comparison, others(known_networks(), page.model), x=x, y=y, least_top1=least)

    def write(self, key: str) -> None:
        """Ask for a file and write the comparison to it, whole or not at all."""
        page = self.page
        if page is None or self._why_no_page():
            return
        title, kinds, suffix = FILES[key]
        name = "_".join(page.model.title.replace(",", " ").split()) or "comparison"
        file = choose_file(self._window, title, kinds, f"{_plain(name)}.{suffix}")
        if file is None:
            return
        part = file.with_name(f".{file.name}.part")
        try:
            part.write_text(self.text(key), encoding="utf-8", newline="\n")
            part.replace(file)
        except OSError as problem:
            part.unlink(missing_ok=True)
            self._window.say(f"{file} cannot be written: {problem.strerror or problem}.")
            return
        self._window.say(f"Written to {file.name}.")

    def _copy(self, key: str) -> None:
        from designer.analysis import compare_tables

        page = self.page
        if page is None or self._why_no_page():
            return
        data = QMimeData()
        if key == "table":
            data.setText(compare_tables.tabs_text(page.model.comparison(changes=False)))
            data.setHtml(compare_tables.totals_html(page.model.comparison(changes=False)))
        else:
            data.setText(self.text(key))
        copying.copy(data)


def _plain(name: str) -> str:
    """A name that every file system takes."""
    return "".join(letter if letter.isalnum() or letter in "_-." else "-" for letter in name)[:80]


def _without_checked(do: Callable[[], object], _checked: bool = False) -> None:
    do()
