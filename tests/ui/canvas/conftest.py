"""A canvas on screen with a small design."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.app.controller import Controller
from designer.catalogue import load
from designer.graph.design import Design
from designer.ui import theme
from designer.ui.canvas.canvas import Canvas
from tests.designs import chain, design

Show = Callable[..., Canvas]


def small() -> Design:
    """Three blocks between input and output."""
    return chain(("a", "conv2d", {"out_channels": 8}), ("b", "batch_norm"), ("c", "relu"))


def residual(stride: int = 1) -> Design:
    """A branch of two blocks with a bypass around it, in a stage; the shapes only fit with stride 1."""
    from designer.graph.network import Node

    return design(
        [
            ("input", "input", {"shape": [8, 32, 32]}),
            Node("s1_a", "conv_norm_act", {"out_channels": 8, "stride": stride}, "", "s1"),
            Node("s1_b", "conv_norm_act", {"out_channels": 8}, "", "s1"),
            Node("s1_add", "add", {}, "", "s1"),
            ("act", "relu"),
            ("output", "output"),
        ],
        ["input -> s1_a", "s1_a -> s1_b", "s1_b -> s1_add.a", "input -> s1_add.b", "s1_add -> act", "act -> output"],
    )


@pytest.fixture
def show(qtbot: QtBot, dressed: QApplication) -> Iterator[Show]:
    """`show("mobilenet_v2")`, `show(design)`: its canvas on screen, without motion."""
    theme.reduce_motion(True)

    def make(what: Design | str | None = None, width: int = 1000, height: int = 800) -> Canvas:
        start = load(what) if isinstance(what, str) else what if what is not None else small()
        controller = Controller(start)
        canvas = Canvas(controller)
        controller.setParent(canvas)
        qtbot.addWidget(canvas)
        canvas.resize(width, height)
        canvas.show()
        qtbot.waitExposed(canvas)
        canvas.view.setFocus()
        return canvas

    yield make
    theme.reduce_motion(False)
