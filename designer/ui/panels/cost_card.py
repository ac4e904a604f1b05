"""The card of one block: shapes, figures, the cost formula with its numbers, and what a standard convolution would cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QFontMetricsF, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from blocks.cost import ZERO, Cost
from designer.analysis.formulas import DOT, STAR, Ratio, Row, against_standard, factored, rows_of
from designer.analysis.receptive_field import Reach, plain
from designer.analysis.results import NodeResult
from designer.ui import copying, numbers, theme, units
from designer.ui.painting import painting
from designer.ui.panels.papers import address
from designer.ui.widgets import button, label, line, tool_button, without_margins

MAX_ROWS = 14
PAD = 16


class Section(QWidget):
    """A part of the panel under a title, with a line above it."""

    def __init__(self, title: str) -> None:
        super().__init__()
        column = without_margins(QVBoxLayout(self))
        column.addWidget(line())
        self.head = without_margins(QHBoxLayout(), 4)
        self.head.setContentsMargins(PAD, 0, PAD, 0)
        self.title = title_label = label(title, "strong")
        title_label.setMinimumHeight(theme.current().size("section_header"))
        self.note = label("", "caption")
        self.head.addWidget(title_label)
        self.head.addStretch(1)
        self.head.addWidget(self.note)
        column.addLayout(self.head)
        self.body = without_margins(QVBoxLayout(), 4)
        self.body.setContentsMargins(PAD, 0, PAD, 10)
        column.addLayout(self.body)
        column.addStretch(1)
        self.setAccessibleName(title)


class Stat(QWidget):
    """A figure with its name, its unit and its share of the design."""

    def __init__(self, name: str, unit: str = "") -> None:
        super().__init__()
        self.setFixedHeight(theme.current().size("stat"))
        self.setMinimumWidth(1)  # the two of a row share its width evenly
        self._name, self._measured = name, False
        column = without_margins(QVBoxLayout(self), 0)
        self.name = label(name, "caption")
        self.value = label("", "number-strong")
        self.unit = label(unit, "caption")
        self.share = label("", "number-muted")
        column.addWidget(self.name)
        row = without_margins(QHBoxLayout(), 6)
        for widget in (self.value, self.unit, self.share):
            row.addWidget(widget)
        row.addStretch(1)
        column.addLayout(row)

    def call(self, name: str) -> None:
        """Give it another name."""
        self._name = name
        self._share_room()

    def show_figure(self, value: str, share: str = "", tip: str = "", *, unit: bool = True) -> None:
        self.value.setText(value)
        self._measured = unit and bool(self.unit.text())
        self.share.setText(share)
        self.share.setVisible(bool(share))
        self._share_room()
        self.setToolTip(tip)
        self.setAccessibleName(" ".join(part for part in (self._name, value, self.unit.text() if unit else "", share) if part))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """The unit moves up to the name where figure and share leave it no room."""
        parts = [part for part in (self.value, self.unit, self.share) if part.text()]
        wanted = sum(part.sizeHint().width() for part in parts) + 6 * (len(parts) - 1)
        above = self._measured and wanted > self.width()
        self.unit.setVisible(self._measured and not above)
        self.name.setText(f"{self._name}, {self.unit.text()}" if above else self._name)


class SumTable(QWidget):
    """How the MACs of a block add up, a line for each part."""

    ROW = 20

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[str, str, int | None, bool]] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def lines(self) -> list[tuple[str, str, int | None, bool]]:
        """Name, product, MACs and whether it is the sum, of each line."""
        return self._rows

    def show_rows(self, rows: list[tuple[str, str, int | None, bool]]) -> None:
        if rows == self._rows:
            return
        self._rows = rows
        said = [f"{name} {product} {units.full(macs)} {units.name()}" for name, product, macs, _ in rows]
        self.setAccessibleName("; ".join(said))
        self.setToolTip("")
        self.updateGeometry()
        self.update()

    def _deep(self, product: str, name: str, macs: int | None) -> bool:
        """Whether a product needs a line of its own."""
        look = theme.current()
        number = QFontMetricsF(look.font("number_small"))
        needed = self._name_width() + 8 + number.horizontalAdvance(product) + 12 + number.horizontalAdvance(units.full(macs))
        return bool(product) and needed > max(self.width(), 200)

    def _name_width(self) -> float:
        metrics = QFontMetricsF(theme.current().font("strong"))
        widest = max([metrics.horizontalAdvance(name) for name, _, _, _ in self._rows], default=0.0)
        return min(max(52.0, widest), 92.0)

    def sizeHint(self) -> QSize:  # noqa: N802
        height = sum(2 * self.ROW - 4 if self._deep(product, name, macs) else self.ROW for name, product, macs, _ in self._rows)
        return QSize(240, height + (6 if any(total for *_, total in self._rows) else 0))

    def resizeEvent(self, event: object) -> None:  # noqa: N802
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            look = theme.current()
            width, y = float(self.width()), 0.0
            name_width = self._name_width()
            for name, product, macs, total in self._rows:
                if total:
                    painter.setPen(look.color("border.subtle"))
                    painter.drawLine(QPointF(0, y + 3), QPointF(width, y + 3))
                    y += 6
                text = look.font("strong" if total else "body")
                small = look.font("number_small_strong" if total else "number_small")
                painter.setFont(text)
                painter.setPen(look.color("text.primary" if total else "text.secondary"))
                shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(name_width))
                middle = Qt.AlignmentFlag.AlignVCenter
                painter.drawText(QRectF(0, y, name_width, self.ROW), middle | Qt.AlignmentFlag.AlignLeft, shown)
                painter.setFont(small)
                painter.setPen(look.color("text.primary"))
                if macs is not None:
                    painter.drawText(QRectF(0, y, width, self.ROW), middle | Qt.AlignmentFlag.AlignRight, units.full(macs))
                deep = self._deep(product, name, macs)
                if deep:
                    y += self.ROW - 4
                painter.setFont(look.font("number_small"))
                painter.setPen(look.color("text.secondary"))
                left = 0.0 if deep else name_width + 8
                cut = painter.fontMetrics().elidedText(product, Qt.TextElideMode.ElideRight, int(width - left))
                painter.drawText(QRectF(left, y, width - left, self.ROW), middle | Qt.AlignmentFlag.AlignLeft, cut)
                y += self.ROW


class RatioBars(QWidget):
    """The block and what could stand in its place, as bars on one scale."""

    ROW = 32

    def __init__(self) -> None:
        super().__init__()
        self._own = 0
        self._ratios: list[Ratio] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def lines(self) -> list[tuple[str, str, str]]:
        """Name, work and ratio of each line."""
        own = self._own or 1
        return [(r.name, units.short(r.macs), times(r.macs / own)) for r in (Ratio("This block", self._own), *self._ratios)]

    def show_ratios(self, own: int, ratios: list[Ratio]) -> None:
        self._own, self._ratios = own, ratios
        self.setAccessibleName("; ".join(" ".join(one) for one in self.lines))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(240, self.ROW * (1 + len(self._ratios)))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            look = theme.current()
            width = float(self.width())
            most = max([self._own, *[ratio.macs for ratio in self._ratios]]) or 1
            for place, (name, work, ratio) in enumerate(self.lines):
                y, own = float(place * self.ROW), place == 0
                macs = self._own if own else self._ratios[place - 1].macs
                middle = Qt.AlignmentFlag.AlignVCenter
                number = look.font("number_small_strong" if own else "number_small")
                painter.setFont(number)
                painter.setPen(look.color("text.primary" if own else "text.secondary"))
                painter.drawText(QRectF(width - 56, y, 56, 20), middle | Qt.AlignmentFlag.AlignRight, ratio)
                painter.drawText(QRectF(width - 130, y, 74, 20), middle | Qt.AlignmentFlag.AlignRight, work)
                painter.setFont(look.font("strong" if own else "body"))
                shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(width - 122))
                painter.drawText(QRectF(0, y, width - 122, 20), middle | Qt.AlignmentFlag.AlignLeft, shown)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(look.color("bg.hover"))
                painter.drawRoundedRect(QRectF(0, y + 21, width, 5), 2, 2)
                painter.setBrush(look.color("accent.base" if own else "border.control"))
                painter.drawRoundedRect(QRectF(0, y + 21, max(3.0, width * macs / most), 5), 2, 2)


def times(ratio: float) -> str:
    """`1.00 ×`, `23.6 ×`, `960 ×`."""
    if ratio >= 99.95:
        return f"{ratio:,.0f} ×"
    return f"{ratio:.1f} ×" if ratio >= 9.995 else f"{ratio:.2f} ×"


class _Known(NamedTuple):
    """What the card shows, so that nothing is drawn twice."""

    result: NodeResult
    total: Cost | None
    unit: str


class CostCard(QWidget):
    """Figures of one block. `show_result` follows a drag: it writes only what changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = without_margins(QVBoxLayout(self))
        self.cost = Section("Cost of this block")
        shapes = without_margins(QHBoxLayout(), 8)
        self.shapes = label("", "number")
        self.shapes.setWordWrap(True)
        self.mark = label("", "secondary")
        shapes.addWidget(self.shapes, 1)
        shapes.addWidget(self.mark)
        self.cost.body.addLayout(shapes)
        self.params, self.macs = Stat("Params"), Stat("MACs")
        self.activations = Stat("Activations", "elements")
        self.field, self.stride = Stat("Receptive field", "px"), Stat("Output stride", "px")
        self.buffers = Stat("Buffers")
        grid = without_margins(QGridLayout(), 0)
        grid.setHorizontalSpacing(8)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        places = (self.params, self.macs, self.activations, self.buffers, self.field, self.stride)
        for place, stat in enumerate(places):
            grid.addWidget(stat, place // 2, place % 2)
        self.cost.body.addLayout(grid)
        self.sum = Section("How the MACs add up")
        self.letters = label("", "number-muted", wrap=True)
        self.table = SumTable()
        self.copy = tool_button(icon="copy", name="Copy the formula", small=True)
        self.copy.clicked.connect(lambda: copying.copy(self.formula()))
        self.sum.head.addWidget(self.copy)
        self.sum.body.addWidget(self.letters)
        self.sum.body.addWidget(self.table)
        self.standard = Section("Against a standard convolution")
        self.bars = RatioBars()
        self.standard.body.addWidget(self.bars)
        self.paper_line = line()
        self.paper = button("", "link", icon="book-open", on_click=self._open_paper)
        paper = without_margins(QHBoxLayout())
        paper.setContentsMargins(PAD, 6, PAD, 6)
        paper.addWidget(self.paper)
        paper.addStretch(1)
        for widget in (self.cost, self.sum, self.standard, self.paper_line):
            column.addWidget(widget)
        column.addLayout(paper)
        self._address = ""
        self._known: _Known | None = None
        self._rows: list[Row] = []
        self._name = ""

    def show_result(self, name: str, result: NodeResult, total: Cost | None) -> None:
        """Show what a block costs; `total` is that of the design, None where it is not known."""
        known = _Known(result, total, units.name())
        if self._known is not None and all(a is b for a, b in zip(known, self._known, strict=True)) and name == self._name:
            return
        self._known, self._name = known, name
        counted = bool(result.outputs)
        cost: Cost | None = result.cost if counted else None
        if result.status in ("unused", "incomplete"):
            total = None
        came = " + ".join(numbers.shape(spec) for spec in _few(list(result.inputs.values())))
        gives = ", ".join(numbers.shape(spec) for spec in _few(list(result.outputs.values()))) or numbers.UNKNOWN
        self.shapes.setText(f"{came} → {gives}" if came else gives)
        self.mark.setText("switched off" if result.disabled else f"waits for {result.blocked_by}" if result.blocked_by else "")
        self.mark.setVisible(bool(self.mark.text()))
        self._figure(self.params, cost.params if cost else None, total.params if total else None)
        self.macs.call(units.name())
        macs = cost.macs if cost else None
        self._figure(self.macs, units.work(macs), units.work(total.macs) if total else None)
        self._figure(self.activations, cost.activations if cost else None, total.activations if total else None, short=True)
        self._figure(self.buffers, cost.buffers if cost else None, None)
        self._show_sum(name, result)
        reference = result.block_type.reference if result.block_type is not None else ""
        self._address = address(reference)
        self.paper.setText(reference)
        self.paper.setAccessibleName(f"Paper: {reference}")
        self.paper.setToolTip(self._address)
        self.paper.setEnabled(bool(self._address))
        self.paper.setVisible(bool(reference))
        self.paper_line.setVisible(bool(reference))

    def show_many(self, *, not_one: bool) -> None:
        """Leave out what only one block has."""
        self.cost.title.setText("Cost of these blocks" if not_one else "Cost of this block")
        self.cost.setAccessibleName(self.cost.title.text())
        for widget in (self.field, self.stride, self.shapes):
            widget.setVisible(not not_one)
        if not_one:
            for section in (self.sum, self.standard, self.paper, self.paper_line, self.mark):
                section.hide()

    def show_sum(self, results: Sequence[NodeResult], total: Cost | None) -> None:
        """Show what several blocks cost together; unknown where one of them has no figures."""
        self._known = None
        known = all(result.outputs for result in results)
        cost = sum([result.cost for result in results], ZERO) if known else None
        self.macs.call(units.name())
        self._figure(self.params, cost.params if cost else None, total.params if total else None)
        self._figure(self.macs, units.work(cost.macs) if cost else None, units.work(total.macs) if total else None)
        self._figure(self.activations, cost.activations if cost else None, total.activations if total else None, short=True)
        self._figure(self.buffers, cost.buffers if cost else None, None)

    def _figure(self, stat: Stat, value: int | None, whole: int | None, *, short: bool = False) -> None:
        share = numbers.share(value / whole) if value and whole else ""
        text = numbers.full(value) if value is not None and value < 100_000 and not short else numbers.short(value)
        stat.show_figure(
            text, share, "" if value is None else f"{numbers.full(value)} {stat.unit.text()}".strip(), unit=value is not None
        )

    def _show_sum(self, name: str, result: NodeResult) -> None:
        evaluated = result.evaluated if result.outputs and not result.disabled else None
        rows = rows_of(evaluated) if evaluated is not None else []
        self._rows = rows
        self.sum.setVisible(bool(rows))
        self.sum.note.setText("")
        if rows and evaluated is not None:
            self.letters.setText(self._letters())
            shown: list[tuple[str, str, int | None, bool]] = [
                (row.name, product(row), row.macs, False) for row in rows[:MAX_ROWS]
            ]
            if len(rows) > MAX_ROWS:
                rest = sum(row.macs for row in rows[MAX_ROWS:])
                shown.append((f"{len(rows) - MAX_ROWS} more", "", rest, False))
            if len(rows) > 1:
                shown.append((name, factored(rows), evaluated.cost.macs, True))
            self.table.show_rows(shown)
        ratios = against_standard(evaluated) if evaluated is not None else []
        self.standard.setVisible(bool(ratios))
        if ratios and evaluated is not None:
            self.standard.note.setText(units.name())
            self.bars.show_ratios(evaluated.cost.macs, ratios)

    def _letters(self) -> str:
        """The formula in letters: of the layer, or of each kind of part."""
        formulas = list(dict.fromkeys(row.formula.letters() for row in self._rows if row.formula is not None))
        return "   ".join(formulas[:3])

    def show_reach(self, reach: Reach | None) -> None:
        """Receptive field and output stride, None where the block has none."""
        if reach is None:
            for stat in (self.field, self.stride):
                stat.show_figure(numbers.NOT_APPLICABLE, unit=False)
        elif reach.whole:
            self.field.show_figure("whole input", unit=False)
            self.stride.show_figure(numbers.NOT_APPLICABLE, unit=False)
        else:
            field, stride = plain(reach.field), plain(reach.stride)
            self.field.show_figure(numbers.shape(field))  # type: ignore[arg-type]
            self.stride.show_figure(f"{stride[0]:g}" if stride[0] == stride[1] else f"{stride[0]:g} × {stride[1]:g}")

    def formula(self) -> str:
        """The formula and its numbers as text, with asterisks: `H*W*K*K*N*M/G = 56*56*3*3*64*128/4 = 57,802,752`."""
        lines = []
        for row in self._rows:
            if row.formula is not None:
                text = f"{row.formula.letters(STAR)} = {row.formula.numbers(STAR)} = {numbers.full(row.macs)}"
            else:
                text = numbers.full(row.macs)
            lines.append(text if len(self._rows) == 1 else f"{row.name}: {text}")
        if len(self._rows) > 1:
            whole = factored(self._rows, STAR)
            lines.append(f"{self._name}: {f'{whole} = ' if whole else ''}{numbers.full(sum(row.macs for row in self._rows))}")
        return "\n".join(lines)

    def _open_paper(self) -> None:
        if self._address:
            QDesktopServices.openUrl(QUrl(self._address))


def product(row: Row) -> str:
    """The numbers of a line, or how many layers it sums up."""
    return row.formula.numbers(DOT) if row.formula is not None else f"{row.layers} layers"


def _few(shapes: Sequence[object]) -> list[tuple[int, ...]]:
    return list(shapes[:4])  # type: ignore[arg-type]
