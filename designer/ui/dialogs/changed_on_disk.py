"""When a document's file is not what it was, or cannot be written: what there is to choose between."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from designer.ui.dialogs.question import CANCEL, Choice, Question

OVER, ELSEWHERE, READ, AGAIN, ANYWAY, COPY = "over", "elsewhere", "read", "again", "anyway", "copy"

KEPT = "Your work stays open here and is kept for recovery."

# what helps, by the code of the error where one thing does
HELP = {
    "no_folder": "The folder was moved or removed, or its disk is not connected. Connect it and try again, or save elsewhere.",
    "not_storable": "",  # the sentence says what to change
}


def changed_on_disk(file: Path, parent: QWidget | None = None) -> Question:
    """Asked when saving would write over what somebody else wrote."""
    return Question(
        f"{file.name} was changed by something else",
        "Saving would write over what is in the file now; reading the file would drop the changes made here.",
        (
            Choice(READ, "Read the file", "away"),
            Choice(CANCEL, "Cancel"),
            Choice(OVER, "Write over it"),
            Choice(ELSEWHERE, "Save as…", "primary"),
        ),
        hint=KEPT,
        parent=parent,
    )


def not_saved(sentence: str, code: str, parent: QWidget | None = None) -> Question:
    """Asked when a save failed: the sentence says why."""
    helps = HELP.get(code, "Make room or allow writing there and try again, or save elsewhere.")
    return Question(
        "Not saved",
        sentence,
        (Choice(CANCEL, "Cancel"), Choice(AGAIN, "Try again"), Choice(ELSEWHERE, "Save as…", "primary")),
        hint=f"{KEPT} {helps}".strip(),
        icon="circle-x",
        color="state.error",
        parent=parent,
    )


def open_elsewhere(sentence: str, verb: str, parent: QWidget | None = None) -> Question:
    """Asked when a file is open in another window; `verb` is what a person wanted: `open` or `save`."""
    if verb == "save":
        choices = (Choice(CANCEL, "Cancel"), Choice(ANYWAY, "Save anyway"), Choice(ELSEWHERE, "Choose another name…", "primary"))
    else:
        choices = (Choice(CANCEL, "Cancel"), Choice(ANYWAY, "Open anyway"), Choice(COPY, "Open a copy", "primary"))
    title, _, rest = sentence.partition(". ")
    return Question(title, rest, choices, icon="lock", parent=parent)


def revert(title: str, parent: QWidget | None = None) -> Question:
    """Asked before unsaved work is dropped for what the file holds."""
    return Question(
        f"Read {title} from its file again?",
        "All changes since it was last saved are lost, and so are the steps that could be undone.",
        (Choice(READ, "Drop my changes", "away"), Choice(CANCEL, "Keep my changes", "primary")),
        icon="rotate-ccw",
        parent=parent,
    )


def told(title: str, sentence: str, parent: QWidget | None = None) -> Question:
    """Says that something a person asked for cannot be done."""
    return Question(title, sentence, (Choice(CANCEL, "Close", "primary"),), icon="circle-x", color="state.error", parent=parent)
