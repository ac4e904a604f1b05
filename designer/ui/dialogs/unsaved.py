"""Before a tab or a window closes: what to do with work that is not saved."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QCheckBox, QWidget

from designer.ui.dialogs.question import CANCEL, INDENT, Choice, Question

SAVE, DROP = "save", "drop"
SHOWN = 12  # more rows than this would make the question taller than a small screen


class Unsaved(Question):
    """Asks about one document, or about several with a check mark each."""

    def __init__(self, titles: Sequence[str], parent: QWidget | None = None) -> None:
        several = len(titles) > 1
        super().__init__(
            f"Save {len(titles)} designs before closing?" if several else f"Save {titles[0]} before closing?",
            "Only what is ticked is saved; the rest of the changes is lost."
            if several
            else "Changes that are not saved are lost.",
            (
                Choice(DROP, "Close without saving", "away"),
                Choice(CANCEL, "Keep open"),
                Choice(SAVE, "Save all" if several else "Save", "primary"),
            ),
            icon="save",
            parent=parent,
        )
        self._boxes: list[QCheckBox] = []
        if several and len(titles) <= SHOWN:
            self.body.setContentsMargins(INDENT, 0, 0, 0)
            self.body.setSpacing(0)
            for title in titles:
                box = QCheckBox(title.replace("&", "&&"))
                box.setAccessibleName(f"Save {title}")
                box.setChecked(True)
                box.toggled.connect(self._count)
                self.body.addWidget(box)
                self._boxes.append(box)
        self._total = len(titles)

    def _count(self) -> None:
        ticked = len(self.wanted)
        text = "Save all" if ticked == self._total else f"Save {ticked}"
        self.buttons[SAVE].setText(text)
        self.buttons[SAVE].setAccessibleName(text)
        self.buttons[SAVE].setEnabled(ticked > 0)

    @property
    def wanted(self) -> list[int]:
        """Positions of the documents that are to be saved when the answer is `save`."""
        if not self._boxes:
            return list(range(self._total))
        return [position for position, box in enumerate(self._boxes) if box.isChecked()]
