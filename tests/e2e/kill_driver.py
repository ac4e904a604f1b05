"""A person who edits at speed until somebody kills the process: `python kill_driver.py FILE LOG SEED SAVES`.

The real documents, controller and recovery, in a real event loop. First it takes over what an earlier process left behind. Each
step logs the time and the digest of the design as it is then, in a form that a kill cannot tear apart.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from pathlib import Path
from random import Random

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from designer.app.documents import Documents
from designer.app.recovery import Claim, Session
from designer.app.settings import Settings
from designer.document.format import write
from designer.graph.design import Note
from designer.graph.edits import SetNote
from tests.property.random_edits import random_edit


def main(file: str, log_file: str, seed: str, saves: str) -> None:
    app = QApplication(["driver"])
    rng = Random(seed)
    documents = Documents(Session(), Settings())
    documents.troubled.connect(lambda _, sentence: sys.exit(sentence))
    claim = Claim()
    for left in claim.documents:
        documents.recover(left)
    claim.release()
    controller = documents.open(Path(file))
    log = os.open(log_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    steps = 0

    def step() -> None:
        nonlocal steps
        if saves == "saves" and rng.random() < 1 / 60:
            documents.save(controller)  # what was logged last
        for _ in range(rng.choice((1, 1, 1, 5))):
            match rng.choice(("edit", "edit", "edit", "undo", "redo")):
                case "edit":
                    edit = random_edit(rng, controller.design)
                    if "Redraw" not in repr(edit):  # which would leave three blocks, and files too small to tear apart
                        controller.apply(edit, "Edit")  # one in four is refused
                case "undo":
                    controller.stack.undo()
                case "redo":
                    controller.stack.redo()
        steps += 1
        controller.apply(SetNote(id="step", note=Note("step", f"{seed} {steps}")), "Count")
        digest = hashlib.sha256(write(controller.design).encode()).hexdigest()
        os.write(log, f"{time.time():.3f} {digest}\n".encode())
        timer.setInterval(rng.choice((0, 5, 10, 30)))

    timer = QTimer()
    timer.timeout.connect(step)
    timer.start(0)
    app.exec()


if __name__ == "__main__":
    main(*sys.argv[1:])
