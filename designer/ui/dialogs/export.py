"""The export dialog: choose, watch, and read what was written. The work itself is done by the worker."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from blocks.errors import LightdesignerError
from designer.app.export_job import ExportJob, Written
from designer.app.worker_client import WorkerClient
from designer.protocol import Export, Failed, Hello, Phase
from designer.ui import document_actions, numbers, theme, units
from designer.ui.dialogs.export_form import ExportForm
from designer.ui.dialogs.export_result import FailureCard, ProgressCard, ResultCard
from designer.ui.dialogs.question import Choice, Question
from designer.ui.widgets import button, label, line, repolish, without_margins

if TYPE_CHECKING:
    from designer.app.controller import Controller

WIDTH = 600
REPLACE = "replace"


def replace_question(files: tuple[Path, ...], parent: QWidget | None = None) -> Question:
    """Asked before an export takes the place of files."""
    names = " and ".join(file.name for file in files)
    verb, it = ("exists", "it") if len(files) == 1 else ("exist", "them")
    return Question(
        f"{names} {verb} already",
        f"Exporting puts the new file in {'its' if len(files) == 1 else 'their'} place. What {it} held is lost.",
        (Choice("cancel", "Keep"), Choice(REPLACE, "Replace", "primary")),
        parent=parent,
    )


class ExportDialog(QDialog):
    """Exports the design of one document. Closing it while a job runs cancels the job."""

    exported = Signal(object)  # Written

    def __init__(self, controller: Controller, client: WorkerClient, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._client = client
        self.job: ExportJob | None = None
        self._done: tuple[Path, Export] | None = None  # what the result below is the result of
        title = f"Export {controller.title}"
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setFixedWidth(WIDTH)
        self._column = column = without_margins(QVBoxLayout(self), 0)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        body = QVBoxLayout()
        body.setContentsMargins(24, 24, 24, 20)
        body.setSpacing(16)
        column.addLayout(body)
        body.addLayout(self._heading(title))
        self.form = ExportForm(folder, controller.title)
        body.addWidget(self.form)
        self.progress = ProgressCard()
        self.progress.hide()
        body.addWidget(self.progress)
        self._outcomes = without_margins(QVBoxLayout(), 0)
        self.outcome: QFrame | QWidget | None = None
        body.addLayout(self._outcomes)
        column.addWidget(line("line-default"))
        foot = without_margins(QHBoxLayout(), 8)
        foot.setContentsMargins(24, 12, 24, 12)
        self._hint = label("", "caption")
        foot.addWidget(self._hint, 1)
        self.close_button = button("Cancel", on_click=self.reject)
        self.export_button = button("Export", "primary", icon="share-2", on_click=self.export)
        foot.addWidget(self.close_button)
        foot.addWidget(self.export_button)
        column.addLayout(foot)
        self.form.changed.connect(self._refresh)
        client.ready.connect(self._greet)
        if client.hello is not None:
            self.form.greet(client.hello)
        client.start()  # it loads torch while a person still chooses
        self._refresh()

    def _heading(self, title: str) -> QHBoxLayout:
        head = without_margins(QHBoxLayout(), 12)
        mark = label()
        mark.setPixmap(theme.current().icon("share-2", "accent.base", size=20).pixmap(QSize(20, 20), self.devicePixelRatio()))
        mark.setFixedSize(20, 20)
        head.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        words = without_margins(QVBoxLayout(), 4)
        words.addWidget(label(title, "block-title", wrap=True))
        words.addWidget(label(_facts(self._controller), "number-secondary"))
        head.addLayout(words, 1)
        return head

    # -- states --------------------------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        return self.job is not None

    def _refresh(self) -> None:
        """Say on the buttons what they do now."""
        done = isinstance(self.outcome, ResultCard) and self._done == (self.form.target, self.form.options)
        self.form.setEnabled(not self.running)
        problem = self.form.problem
        self.export_button.setEnabled(not self.running and not problem)
        self.export_button.setToolTip(problem)
        self._call(self.export_button, "Export again" if done else "Export", primary=not done)
        self._call(
            self.close_button,
            "Cancel export" if self.running else "Close" if self.outcome is not None else "Cancel",
            primary=done,
        )
        self._hint.setText("The design stays as it is while it is exported." if self.running else "")

    @staticmethod
    def _call(one: QPushButton, text: str, *, primary: bool) -> None:
        one.setText(text)
        one.setAccessibleName(text)
        one.setProperty("role", "primary" if primary else "")
        if not one.icon().isNull():
            icon = theme.current().icon("share-2", "text.on_accent" if primary else "text.secondary")
            one.setIcon(icon)
        repolish(one)

    def _greet(self, hello: Hello) -> None:
        if not self.running:
            self.form.greet(hello)

    def _show_outcome(self, card: QWidget | None) -> None:
        if self.outcome is not None:
            self.outcome.hide()
            self.outcome.deleteLater()
        self.outcome = card
        if card is not None:
            self._outcomes.addWidget(card)

    # -- a job ---------------------------------------------------------------------------------------------------------------

    def export(self) -> None:
        """Begin, after asking about a file that is there."""
        if self.running or self.form.problem:
            return
        target = self.form.target
        over: tuple[Path, ...] = ()
        if target.exists():
            over = (target,)
            if document_actions.ask(replace_question(over, self)) != REPLACE:
                return
        self._show_outcome(None)
        self._done = target, self.form.options
        job = ExportJob(self._client, target)
        job.progress.connect(self._progressed)
        job.in_the_way.connect(self._in_the_way)
        job.written.connect(self._written)
        job.failed.connect(self._failed)
        job.cancelled.connect(self._cancelled)
        try:
            job.start(self._controller.design, self.form.options, over=over)
        except LightdesignerError as problem:
            self._failed(Failed(job=0, sentence=str(problem)))
            return
        self.job = job
        self.progress.begin()
        self._refresh()
        self.close_button.setFocus()

    def _progressed(self, phase: Phase) -> None:
        self.progress.show_phase(phase)

    def _in_the_way(self, files: tuple[Path, ...]) -> None:
        """Something took the place while the job ran, or the file has a second one."""
        if self.job is None:
            return
        if document_actions.ask(replace_question(files, self)) == REPLACE:
            self.job.publish(files)
        else:
            self.job.cancel()

    def _written(self, written: Written) -> None:
        self._over(ResultCard(written))
        self.exported.emit(written)

    def _failed(self, failed: Failed) -> None:
        self._over(FailureCard(failed))

    def _cancelled(self) -> None:
        self._over(label("The export was cancelled. Nothing was written.", "secondary"))

    def _over(self, card: QWidget) -> None:
        self.job = None
        self.progress.end()
        self._show_outcome(card)
        self.form.setEnabled(True)
        self.form.look_again(self.form.target if isinstance(card, ResultCard) else None)
        (self.close_button if isinstance(card, ResultCard) else self.export_button).setFocus()

    # -- closing -------------------------------------------------------------------------------------------------------------

    def reject(self) -> None:
        """Cancel the job that runs; without one, close."""
        if self.job is not None:
            self.job.cancel()
        else:
            super().reject()

    def give_up(self) -> None:
        """Close whatever runs, as when the window goes."""
        if self.job is not None:
            job, self.job = self.job, None
            self.progress.end()
            job.disconnect(self)
            job.cancel()
        super().reject()

    def event(self, event: QEvent) -> bool:
        """As high as what it shows, larger or smaller than before."""
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.resize(WIDTH, self._column.totalHeightForWidth(WIDTH))
        return handled

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self.export_button.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            at = self.focusWidget()
            both = (self.close_button, self.export_button)
            pressed = at if isinstance(at, QPushButton) else next(one for one in both if one.property("role") == "primary")
            pressed.click()
            return
        super().keyPressEvent(event)


def _facts(controller: Controller) -> str:
    """What is exported, in figures."""
    engine = controller.engine
    total = engine.total
    inputs = [
        result.outputs for node_id, result in engine.results.items() if result.block == "input" and node_id in engine.order.order
    ]
    shapes = [numbers.shape(spec) for outputs in inputs for spec in outputs.values()]
    parts = [", ".join(shapes)]
    if total is not None:
        parts += [f"{numbers.short(total.params)} params", f"{units.short(total.macs)} {units.name()}"]
    return "   ".join(filter(None, parts))
