"""Whether work is counted in MACs or FLOPs. One click on the status bar switches it everywhere, so everyone asks here."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from designer.ui import numbers

MACS, FLOPS = "MACs", "FLOPs"


class _Unit(QObject):
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.name = MACS


_unit = _Unit()


def name() -> str:
    """`MACs` or `FLOPs`, as labels and column headers write it."""
    return _unit.name


def use(name: str) -> None:
    """Count in `MACs` or `FLOPs` from now on."""
    if name != _unit.name:
        _unit.name = name
        _unit.changed.emit()


def switch() -> None:
    """From MACs to FLOPs, or back."""
    use(MACS if _unit.name == FLOPS else FLOPS)


def notifier() -> _Unit:
    """Its signal `changed` says that every count of work reads differently now."""
    return _unit


def work(macs: int | None) -> int | None:
    """A number of MACs in the unit in use; FLOPs are two for each MAC."""
    return macs if macs is None or _unit.name == MACS else 2 * macs


def short(macs: int | None) -> str:
    """A number of MACs, short, in the unit in use: `300.8 M`."""
    return numbers.short(work(macs))


def full(macs: int | None) -> str:
    """A number of MACs with all digits, in the unit in use."""
    return numbers.full(work(macs))
