"""New, open, save, close and recover in one window: asks what has to be asked, and never loses work over the answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from blocks.errors import LightdesignerError
from designer.app.documents import ChangedOnDisk, Disk, Documents, OpenElsewhere
from designer.app.settings import LAST_FOLDER
from designer.ui.window_actions import Actions

if TYPE_CHECKING:
    from designer.app.controller import Controller
    from designer.app.recovery import Claim
    from designer.ui.dialogs.question import Question
    from designer.ui.document_page import Notice

FILTER = "Designs (*.lightdesign);;All files (*)"


class Host(Protocol):
    """What the window shows for its documents."""

    def say(self, sentence: str) -> None:
        """Tell a person something that needs no answer."""

    def tell(self, controller: Controller, sentence: str, choices: dict[str, Callable[[], object]]) -> Notice:
        """Write a sentence above a document, with what can be done about it; gives the widget, which goes once it is answered."""
        ...


def ask(question: Question) -> str:
    """Wait for a person's answer. Every question of this module goes through here, and both file dialogs below, so that tests can
    answer in a person's place."""
    try:
        return question.ask()
    finally:
        question.deleteLater()


def choose_open(parent: QWidget, folder: str) -> list[Path]:
    """Which files to open, none where a person cancels."""
    names, _ = QFileDialog.getOpenFileNames(parent, "Open designs", folder, FILTER)
    return [Path(name) for name in names]


def choose_save(parent: QWidget, suggestion: Path) -> Path | None:
    """Where to save, None where a person cancels. The dialog asks before it gives a file that exists."""
    dialog = QFileDialog(parent, "Save design", str(suggestion.parent), FILTER)
    try:
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("lightdesign")
        dialog.selectFile(suggestion.name)
        return Path(dialog.selectedFiles()[0]) if dialog.exec() else None
    finally:
        dialog.deleteLater()


class DocumentActions(QObject):
    """The file actions of one window. The window shows a tab for each `documents.opened` and drops it at `documents.closed`."""

    def __init__(self, window: QWidget, host: Host, documents: Documents, actions: Actions) -> None:
        super().__init__(window)
        self._window = window
        self._host = host
        self._documents = documents
        self._notices: dict[Controller, tuple[Disk, Notice]] = {}  # what stands above a document about its file
        self._looking = QTimer(self)  # at the disk, once the window has come to the front and has settled
        self._looking.setSingleShot(True)
        self._looking.setInterval(0)
        self._looking.timeout.connect(self.look_at_disk)
        for action_id, handler in {
            "file.new": documents.new,
            "file.open": self.choose_and_open,
            "file.save": self._save_current,
            "file.save_as": self._save_current_as,
        }.items():
            actions.offer(action_id, handler)
        actions.offer("file.revert", self._revert_current, self._why_not_revert)
        documents.current_changed.connect(lambda _: self._looking.start())
        documents.closed.connect(self._forget)
        documents.troubled.connect(self._trouble)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.WindowActivate:
            self._looking.start()
        return False

    def _why_not_revert(self) -> str:
        current = self._documents.current
        return "The design has no file yet." if current is None or current.path is None else ""

    # -- opening -----------------------------------------------------------------------------------------------------------

    def choose_and_open(self) -> None:
        """Ask for files and open them."""
        self.open_all(choose_open(self._window, self._folder()))

    def open_all(self, files: Iterable[Path]) -> None:
        """Open files one after the other, as when several are dropped on the window."""
        for file in files:
            self.open(file)

    def open(self, text_or_path: str | Path) -> Controller | None:
        """Open what a DESIGN text or a path names. Says why where that is not possible, and gives None."""
        from designer.ui.dialogs import changed_on_disk as questions

        documents = self._documents
        try:
            try:
                controller = documents.open(text_or_path)
            except OpenElsewhere as elsewhere:
                answer = ask(questions.open_elsewhere(str(elsewhere), "open", self._window))
                if answer == questions.ANYWAY:
                    controller = documents.open(elsewhere.file, although_locked=True)
                elif answer == questions.COPY:
                    controller = documents.open_copy(elsewhere.file)
                else:
                    return None
        except LightdesignerError as problem:
            if documents.settings is not None and getattr(problem, "code", "") == "no_file":
                documents.settings.drop_recent(Path(text_or_path).absolute())
            ask(questions.told("Not opened", str(problem), self._window))
            return None
        self._remember_folder(controller)
        return controller

    def fill_recent(self, menu: QMenu) -> None:
        """Fill a menu with the recent files whenever it is about to open."""
        menu.aboutToShow.connect(lambda: self._list_recent(menu))

    def _list_recent(self, menu: QMenu) -> None:
        menu.clear()
        settings = self._documents.settings
        files = settings.recent() if settings is not None else []
        for number, file in enumerate(files):
            action = QAction(_short(file, number), menu)
            action.setStatusTip(f"Open {file}")
            action.setToolTip(str(file))
            action.triggered.connect(lambda _=False, file=file: self.open(file))
            menu.addAction(action)
        if settings is None or not files:
            menu.addAction("No files yet").setEnabled(False)
            return
        menu.addSeparator()
        clear = menu.addAction("Clear this list")
        clear.setStatusTip("Forget which files were open; the files stay")
        clear.triggered.connect(lambda _=False: settings.clear_recent())

    # -- saving ------------------------------------------------------------------------------------------------------------

    def save(self, controller: Controller) -> bool:
        """Save a document, asking where, and what to do about a file that changed or cannot be written. Whether it is saved."""
        if controller.path is None:
            return self.save_as(controller)
        return self._try_to_save(controller, controller.path, in_place=True)

    def save_as(self, controller: Controller) -> bool:
        """Ask for a file and save the document there. Whether it is saved."""
        file = choose_save(self._window, self._suggestion(controller))
        return file is not None and self._try_to_save(controller, file, in_place=False)

    def _try_to_save(self, controller: Controller, file: Path, *, in_place: bool) -> bool:
        from designer.ui.dialogs import changed_on_disk as questions

        certain = False  # a person saw what is in the way, and wants it all the same
        while True:
            try:
                if in_place:
                    self._documents.save(controller, over_changes=certain)
                else:
                    self._documents.save_as(controller, file, although_locked=certain)
            except ChangedOnDisk as changed:
                answer = ask(questions.changed_on_disk(changed.file, self._window))
            except OpenElsewhere as elsewhere:
                answer = ask(questions.open_elsewhere(str(elsewhere), "save", self._window))
            except LightdesignerError as problem:
                answer = ask(questions.not_saved(str(problem), getattr(problem, "code", ""), self._window))
            else:
                self._answered(controller)
                self._remember_folder(controller)
                self._host.say(f"Saved {file.name}.")
                return True
            if answer == questions.ELSEWHERE:
                return self.save_as(controller)
            if answer == questions.READ:
                self._read_again(controller)
                return False
            if answer in (questions.OVER, questions.ANYWAY):
                certain = True
            elif answer != questions.AGAIN:
                return False

    def revert(self, controller: Controller) -> bool:
        """Read the document's file again, asking first where something would be lost. Whether that was done."""
        from designer.ui.dialogs import changed_on_disk as questions

        if controller.unsaved and ask(questions.revert(controller.title, self._window)) != questions.READ:
            return False
        return self._read_again(controller)

    def _read_again(self, controller: Controller) -> bool:
        from designer.ui.dialogs import changed_on_disk as questions

        try:
            self._documents.revert(controller)
        except LightdesignerError as problem:
            ask(questions.told("Not read", f"{problem} What is open here stays as it is.", self._window))
            return False
        self._answered(controller)
        return True

    # -- closing -----------------------------------------------------------------------------------------------------------

    def close(self, controller: Controller) -> bool:
        """Close a document, asking about what is not saved. Whether it is closed."""
        if not self._settle([controller]):
            return False
        self._documents.close(controller)
        return True

    def close_all(self) -> bool:
        """Close all documents, as before the window closes; none is where a person would rather stay."""
        if not self._settle(self._documents.unsaved):
            return False
        self._documents.close_all()
        return True

    def _settle(self, controllers: Iterable[Controller]) -> bool:
        """Ask once about all that is unsaved, and save what a person wants saved. False: nothing may close."""
        from designer.ui.dialogs.unsaved import DROP, SAVE, Unsaved

        unsaved = [controller for controller in controllers if controller.unsaved]
        if not unsaved:
            return True
        if len(unsaved) == 1:
            self._documents.set_current(unsaved[0])  # so that a person sees what the question is about
        question = Unsaved([controller.title for controller in unsaved], self._window)
        answer = ask(question)
        if answer == SAVE:
            return all(self.save(unsaved[position]) for position in question.wanted)
        return answer == DROP

    # -- what happens on the disk ------------------------------------------------------------------------------------------

    def look_at_disk(self) -> None:
        """See whether somebody else changed or removed the file of the document in front, and say so above it."""
        controller = self._documents.current
        if controller is None or controller.path is None:
            return
        state = self._documents.disk(controller)
        said = self._notices[controller][0] if controller in self._notices else Disk.SAME
        if state is Disk.SAME and said is Disk.GONE:
            return  # it is still missing, as was said
        if state is said:
            return
        self._answered(controller)
        if state is Disk.GONE:
            self._documents.keep_ours(controller)
            self._notify(
                controller,
                state,
                f"{controller.path.name} is no longer in its folder. What is open here is all there is of it: save it, there or "
                "elsewhere.",
                {"Save": lambda: self.save(controller), "Save as…": lambda: self.save_as(controller)},
            )
        elif state is Disk.CHANGED:
            notice = self._notify(
                controller,
                state,
                _changed(controller),
                {
                    "Read the file": lambda: self.revert(controller),
                    "Keep what is here": lambda: self._documents.keep_ours(controller),
                },
            )
            # which is also emitted when the document becomes unsaved, or stops being so
            notice.follow(controller.title_changed, lambda: _changed(controller))

    def _notify(self, controller: Controller, state: Disk, sentence: str, choices: dict[str, Callable[[], object]]) -> Notice:
        notice = self._host.tell(controller, sentence, choices)
        self._notices[controller] = state, notice
        notice.destroyed.connect(lambda: self._gone(controller, notice))
        return notice

    def _gone(self, controller: Controller, notice: QWidget) -> None:
        if controller in self._notices and self._notices[controller][1] is notice:
            del self._notices[controller]

    def _answered(self, controller: Controller) -> None:
        """The file and the document agree again: what was said about it is no longer true."""
        if controller in self._notices:
            _, notice = self._notices.pop(controller)
            notice.hide()
            notice.deleteLater()

    def _forget(self, controller: Controller) -> None:
        self._notices.pop(controller, None)

    def _trouble(self, controller: Controller, sentence: str) -> None:
        self._host.tell(controller, sentence, {"Save as…": lambda: self.save_as(controller)})

    # -- after a crash -----------------------------------------------------------------------------------------------------

    def offer_recovery(self) -> int:
        """Offer what earlier processes left unsaved, if anything; gives how many documents were recovered. Once per process."""
        from designer.app.recovery import Claim, folder

        if not folder().is_dir():
            return 0
        claim = Claim()
        try:
            return self._recover(claim) if claim.documents else 0
        finally:
            claim.release()

    def _recover(self, claim: Claim) -> int:
        from designer.ui.dialogs.changed_on_disk import told
        from designer.ui.dialogs.recovery import GO, RecoveryDialog, Row

        found = claim.documents
        dialog = RecoveryDialog(
            [Row(left.title, left.about.file, left.written) for left in found], datetime.now().astimezone(), self._window
        )
        if ask(dialog) != GO:
            return 0
        for position in dialog.discarded:
            found[position].discard()
        recovered = 0
        for position in dialog.recovered:
            left = found[position]
            try:
                self._documents.recover(left)
            except LightdesignerError as problem:
                ask(told(f"{left.title} cannot be recovered", f"{problem} The file stays where it is.", self._window))
            else:
                recovered += 1
        return recovered

    # -- small things ------------------------------------------------------------------------------------------------------

    def _save_current(self) -> None:
        if self._documents.current is not None:
            self.save(self._documents.current)

    def _save_current_as(self) -> None:
        if self._documents.current is not None:
            self.save_as(self._documents.current)

    def _revert_current(self) -> None:
        if self._documents.current is not None and self._documents.current.path is not None:
            self.revert(self._documents.current)

    def _folder(self) -> str:
        current = self._documents.current
        if current is not None and current.path is not None:
            return str(current.path.parent)
        settings = self._documents.settings
        return str(settings.last_folder()) if settings is not None else ""

    def _remember_folder(self, controller: Controller) -> None:
        if self._documents.settings is not None and controller.path is not None:
            self._documents.settings.set(LAST_FOLDER, str(controller.path.parent))

    def _suggestion(self, controller: Controller) -> Path:
        if controller.path is not None:
            return controller.path
        # a design's name may be `mobilenet_v2:width=0.5`, which not every disk takes
        name = re.sub(r"[^\w .()=,+-]+", "_", controller.title).strip(" .") or "untitled"
        return Path(self._folder()) / f"{name}.lightdesign"


def _changed(controller: Controller) -> str:
    assert controller.path is not None, "without a file nothing can change it"
    mine = " You have changes here too: reading the file drops them." if controller.unsaved else ""
    return f"{controller.path.name} was changed by something else.{mine}"


def _short(file: Path, number: int) -> str:
    """How a file is called in the menu: its name and folder, with a digit as the key of the first nine."""
    text = f"{file.name} – {file.parent}".replace("&", "&&")
    if len(text) > 72:
        text = f"{text[:36]}…{text[-35:]}"
    return f"&{number + 1}  {text}" if number < 9 else text
