"""The statistics page: a design in figures, in a tab of its own, in step with the design."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from designer import catalogue
from designer.analysis import numbers
from designer.analysis.describe import stage_title
from designer.analysis.statistics import (
    DTYPE,
    LARGEST,
    NO_STAGE,
    Group,
    Statistics,
    half_sentence,
    markdown,
    pair,
    statistics,
)
from designer.app.controller import Controller
from designer.ui import copying, theme, units
from designer.ui.plots.concentration import Concentration
from designer.ui.plots.design_figure import why_nothing
from designer.ui.plots.table import Column, Row, TableFigure
from designer.ui.tool_page import ToolPage
from designer.ui.widgets import Segments, button, label, line, set_role, without_margins

MARGIN, GAP = 16, 12
CHART = 200  # px
WIDE = 1120  # px from which the tiles stand in one row


class Card(QFrame):
    """A surface with a title and, at the right of it, controls."""

    def __init__(self, title: str, body: QWidget) -> None:
        super().__init__()
        self.setProperty("role", "card")
        column = without_margins(QVBoxLayout(self))
        column.setContentsMargins(1, 1, 1, 1)
        head = QWidget()
        head.setFixedHeight(theme.current().size("panel_header"))
        self.head = without_margins(QHBoxLayout(head), 12)
        self.head.setContentsMargins(16, 0, 12, 0)
        self.title = label(title, "panel-title")
        self.head.addWidget(self.title)
        self.head.addStretch(1)
        column.addWidget(head)
        column.addWidget(line())
        column.addWidget(body)


class Tile(QFrame):
    """One figure, large, with its name and its unit."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        column = without_margins(QVBoxLayout(self), 2)
        column.setContentsMargins(12, 8, 12, 8)
        self.name = label(name, "caption")
        self.number = label("", "number-large")
        self.more = label("", "caption")
        for widget in (self.name, self.number, self.more):
            column.addWidget(widget)

    def show_figure(self, name: str, number: str, more: str = "") -> None:
        self.name.setText(name)
        self.number.setText(number)
        self.more.setText(more)
        self.setAccessibleName(f"{name} {number} {more}".strip())


class StatisticsPage(ToolPage):
    """Follows one document. A click on a block asks for it with `block_chosen`."""

    block_chosen = Signal(str)

    def __init__(self, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self.found: Statistics | None = None
        self.conformance = ""
        self.setProperty("role", "canvas-page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Statistics")
        self._stale = True
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(60)
        self._soon.timeout.connect(self.refresh)
        self._build()
        controller.analysis_changed.connect(self._changed)
        controller.graph_changed.connect(self._changed)
        controller.selection_changed.connect(self._show_selection)
        controller.title_changed.connect(self._renamed)
        units.notifier().changed.connect(self._changed)

    # -- as a tab ------------------------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        return f"Statistics of {self._controller.title}"

    @property
    def icon(self) -> str:
        return "chart-column"

    @property
    def controller(self) -> Controller:
        return self._controller

    def _renamed(self) -> None:
        self.title_changed.emit()
        self._changed()

    # -- building --------------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        outer = without_margins(QVBoxLayout(self))
        self.area = area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.viewport().setProperty("role", "canvas-page")
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        body = QWidget()
        area.setWidget(body)
        outer.addWidget(area)
        column = QVBoxLayout(body)
        column.setContentsMargins(MARGIN, 12, MARGIN, MARGIN)
        column.setSpacing(GAP)
        column.addLayout(self._build_head())
        self.tiles = [Tile("") for _ in range(8)]
        self._tile_grid = without_margins(QGridLayout(), GAP)
        column.addLayout(self._tile_grid)
        self._across = 0
        self._columns = without_margins(QHBoxLayout(), GAP)
        left, right = without_margins(QVBoxLayout(), GAP), without_margins(QVBoxLayout(), GAP)
        self._columns.addLayout(left, 1)
        self._columns.addLayout(right, 1)
        column.addLayout(self._columns)
        column.addStretch(1)
        self.kinds = TableFigure("Layers by kind", ())
        self.stages = TableFigure("Cost by stage", ())
        self.largest = TableFigure("Largest blocks", ())
        self.widths = TableFigure("Widths", ())
        self.block_kinds = TableFigure("Blocks by type", (Column("Type", "text", "type"), Column("Blocks", "number", "blocks")))
        self.curve = Concentration()
        self.curve.setFixedHeight(CHART)
        self.by = Segments(["MACs", "Params"], "Largest by")
        self.by.setFixedHeight(24)
        self.by.chosen.connect(lambda _: self._show_largest())
        self.half = label("", "caption")
        self.cards = {
            "kinds": Card("By kind of layer", self.kinds),
            "largest": Card("Largest blocks", self.largest),
            "types": Card("Blocks by type", self.block_kinds),
            "stages": Card("By stage", self.stages),
            "widths": Card("Widths by output", self.widths),
            "curve": Card("Distribution", self.curve),
        }
        self.cards["largest"].head.addWidget(self.by)
        self.cards["curve"].head.addWidget(self.half)
        for name in ("kinds", "largest", "types"):
            left.addWidget(self.cards[name])
        for name in ("stages", "widths", "curve"):
            right.addWidget(self.cards[name])
        left.addStretch(1)
        right.addStretch(1)
        self.largest.picked.connect(self._picked)
        self._arrange()

    def _build_head(self) -> QHBoxLayout:
        head = without_margins(QHBoxLayout(), 16)
        words = without_margins(QVBoxLayout(), 4)
        self.name = label("", "page-title")
        self.about = label("", "secondary", wrap=True)
        words.addWidget(self.name)
        words.addWidget(self.about)
        head.addLayout(words, 1)
        self.copying = button("Copy as Markdown", icon="copy", on_click=self.copy_markdown)
        head.addWidget(self.copying, 0, Qt.AlignmentFlag.AlignTop)
        self.lead(self.copying)
        return head

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        across = 8 if self.width() >= WIDE else 4
        if across != self._across:
            self._across = across
            for k, tile in enumerate(self.tiles):
                self._tile_grid.addWidget(tile, k // across, k % across)
            for k in range(8):
                self._tile_grid.setColumnStretch(k, 1 if k < across else 0)

    # -- following ---------------------------------------------------------------------------------------------------------------

    def _changed(self, _: object = None) -> None:
        self._stale = True
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        super().hideEvent(event)
        self._soon.stop()

    def refresh(self) -> None:
        """Show everything as it is now."""
        self._soon.stop()
        self._stale = False
        engine = self._controller.engine
        found = self.found = statistics(engine)
        title, _ = catalogue.published(engine.design)
        self.name.setText(title or self._controller.title)
        reason = why_nothing(engine)
        self.conformance = ""
        if found is not None:
            self.conformance = catalogue.conformance_of(engine.design, found.total.params, found.total.macs)
        self.about.setText(reason or self.conformance or "Not as any preset draws it: no published figures to hold against.")
        set_role(self.about, "error" if reason else "secondary")
        self.copying.setEnabled(found is not None)
        self.copying.setToolTip(reason)
        for card in self.cards.values():
            card.setVisible(found is not None)
        self._show_tiles(found)
        if found is None:
            return
        self._show_kinds(found)
        self._show_stages(found)
        self._show_largest()
        self._show_widths(found)
        self.block_kinds.show_rows([Row(None, (kind, str(count)), (kind, count)) for kind, count in found.block_kinds])
        self.curve.show_rows(found.rows)
        self.half.setText(half_sentence(found))
        self._show_selection(None)

    def _show_tiles(self, found: Statistics | None) -> None:
        unknown = numbers.UNKNOWN
        work = units.name()
        if found is None:
            names = ("Params", work, "Activations", "Peak memory", "Weights", "Depth", "Receptive field", "Output stride")
            for tile, name in zip(self.tiles, names, strict=True):
                tile.show_figure(name, unknown)
            return
        total = found.total
        figures = (
            ("Params", numbers.short(total.params), numbers.full(total.params)),
            (work, units.short(total.macs), units.full(total.macs)),
            ("Activations", numbers.short(total.activations), "elements"),
            ("Peak memory", numbers.bytes_(found.peak_bytes), f"{DTYPE}, batch 1"),
            ("Weights", numbers.bytes_(found.weights_bytes), f"{DTYPE}, with buffers"),
            ("Depth", str(found.depth), f"{found.layers} conv and linear layers"),
            ("Receptive field", pair(found.field), f"input {found.inputs[0]}" if found.inputs else ""),
            ("Output stride", pair(found.stride), f"{found.blocks} blocks"),
        )
        for tile, figure in zip(self.tiles, figures, strict=True):
            tile.show_figure(*figure)

    def _columns_of(self, first: str) -> list[Column]:
        work = units.name()
        return [
            Column(first, "text", first.lower()),
            Column("Layers", "number", "layers"),
            Column("Params", "number", "params"),
            Column("", "bar"),
            Column(work, "number", work.lower()),
            Column("", "bar"),
            Column(f"% of {work}", "number", "share_of_macs"),
        ]

    def _group_rows(self, groups: Sequence[Group], found: Statistics, *, stages: bool) -> list[Row]:
        params, macs = max(1, found.total.params), max(1, found.total.macs)
        rows = []
        for one in groups:
            name = stage_title(one.name) if stages and one.name != NO_STAGE else one.name
            work = units.work(one.macs)
            rows.append(
                Row(
                    None,
                    (
                        name,
                        str(one.layers),
                        numbers.short(one.params),
                        "",
                        numbers.short(work),
                        "",
                        numbers.share(one.macs / macs),
                    ),
                    (one.name, one.layers, one.params, "", work, "", one.macs / macs),
                    {3: one.params / params, 5: one.macs / macs},
                    icon="" if stages else theme.glyph(one.name, one.category),
                    color=f"category.{one.category}" if one.category else "",
                )
            )
        return rows

    def _show_kinds(self, found: Statistics) -> None:
        self.kinds.show_rows(self._group_rows(found.kinds, found, stages=False), self._columns_of("Kind"))

    def _show_stages(self, found: Statistics) -> None:
        self.cards["stages"].setVisible(any(group.name != NO_STAGE for group in found.stages))
        self.stages.show_rows(self._group_rows(found.stages, found, stages=True), self._columns_of("Stage"))

    def _show_largest(self) -> None:
        found = self.found
        if found is None:
            return
        by_params = self.by.index == 1
        work = units.name()
        blocks = sorted(found.largest, key=lambda block: -block.params) if by_params else list(found.largest)
        whole = max(1, found.total.params if by_params else found.total.macs)
        columns = [
            Column("Block", "text", "block"),
            Column("Type", "text", "type"),
            Column("Params", "number", "params"),
            Column(work, "number", work.lower()),
            Column("", "bar"),
            Column("Share", "number", "share"),
        ]
        rows = []
        resolve = self._controller.design.resolve
        for block in blocks[:LARGEST]:
            share = (block.params if by_params else block.macs) / whole
            kind = resolve(block.kind)
            category = kind.category if kind is not None else ""
            cells = (block.path, block.kind, numbers.short(block.params), units.short(block.macs), "", numbers.share(share))
            values = (block.path, block.kind, block.params, units.work(block.macs), "", share)
            icon = theme.glyph(block.kind, category)
            rows.append(Row(block.node, cells, values, {4: share}, icon, f"category.{category}" if category else ""))
        self.largest.show_rows(rows, columns)

    def _show_widths(self, found: Statistics) -> None:
        macs = max(1, found.total.macs)
        work = units.name()
        columns = [
            Column("Output", "text", "output"),
            Column("Layers", "number", "layers"),
            Column("Narrowest", "number", "narrowest_channels"),
            Column("Widest", "number", "widest_channels"),
            Column(work, "number", work.lower()),
            Column("", "bar"),
        ]
        self.widths.show_rows(
            [
                Row(
                    None,
                    (
                        one.sides or "vector",
                        str(one.layers),
                        str(one.narrowest),
                        str(one.widest),
                        units.short(one.macs),
                        "",
                    ),
                    (one.sides or "vector", one.layers, one.narrowest, one.widest, units.work(one.macs), ""),
                    {5: one.macs / macs},
                )
                for one in found.widths
            ],
            columns,
        )

    # -- what a person does ---------------------------------------------------------------------------------------------------

    def _show_selection(self, _: object) -> None:
        self.largest.highlight(self._controller.selection)

    def _picked(self, key: object) -> None:
        if isinstance(key, str):
            self.block_chosen.emit(key)

    def copy_markdown(self) -> None:
        """Put all of it on the clipboard as Markdown."""
        if self.found is None:
            return
        text = markdown(self.found, self.name.text(), self.conformance, flops=units.name() == units.FLOPS)
        copying.copy(text)
