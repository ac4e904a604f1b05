"""What a person chooses before a run, and what such a run needs."""

from __future__ import annotations

from contextlib import suppress

import msgspec

from designer.analysis.engine import Engine
from designer.analysis.flatten import flatten
from designer.analysis.measured import ELEMENT_BYTES, BackendName, DeviceName, DtypeName, Setup
from designer.analysis.memory import peak_activation_elements
from designer.app.settings import PROFILE_OPTIONS, Settings

SWEEP = (1, 2, 4, 8, 16, 32)


class RunOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a person chooses before a run. Without `threads` the machine's own number is used."""

    device: DeviceName = "cpu"
    backend: BackendName = "fused"
    dtype: DtypeName = "fp32"
    batch: int = 1
    sweep: bool = False
    threads: int | None = None
    within: float = 0.02
    time_limit_s: int = 60

    def setup(self, threads: int) -> Setup:
        """Under what its times will be measured."""
        return Setup(
            device=self.device, backend=self.backend, dtype=self.dtype, threads=self.threads or threads, batch=self.batch
        )


def options_in(settings: Settings | None) -> RunOptions:
    """What a person chose the last time."""
    with suppress(msgspec.MsgspecError, ValueError):
        return msgspec.json.decode(settings.get(PROFILE_OPTIONS) if settings is not None else "", type=RunOptions)
    return RunOptions()


def needed_bytes(engine: Engine, dtype: str, batch: int) -> int | None:
    """What a run needs at most: weights, and the tensors alive at the worst moment. None while the totals are unknown."""
    cost = engine.total
    if cost is None:
        return None
    elements = cost.params + cost.buffers + batch * peak_activation_elements(flatten(engine))
    return ELEMENT_BYTES[dtype] * elements
