"""Pictures of designs, with their results."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

import designer
from designer.analysis.engine import Engine
from designer.graph.design import Design
from designer.picture.compose import Options, compose
from designer.picture.scene import Picture


@pytest.fixture(scope="session", autouse=True)
def application(qapp: QApplication) -> QApplication:
    """What Qt draws here is compared with what we draw; Qt wants an application for its fonts."""
    return qapp


def picture_of(design: Design | str, **options: Any) -> Picture:
    """The picture of a design or a DESIGN text."""
    made = designer.load(design) if isinstance(design, str) else design
    return compose(made, Engine(made), Options(**options))
