"""In-place rule and peak activation memory."""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple

from designer.analysis.flatten import FlatDesign

BYTES = {"fp32": 4, "fp16": 2, "int8": 1}


class Storage(NamedTuple):
    """Which tensor holds the output of each step: `holder[k]` is the step that made it; `inplace[k]` whether step k overwrites
    its input."""

    holder: list[int]
    inplace: list[bool]


def storage_of(flat: FlatDesign) -> Storage:
    """Apply the in-place rule: an activation overwrites its input exactly when a node of the design made that input, keeps
    nothing of its output for backward, nothing else reads it, and it is not an output."""
    steps, inputs = flat.steps, flat.inputs
    count = len(steps)
    readers = [0] * count
    for refs in inputs:
        for ref in refs:
            readers[ref] += 1
    holder = list(range(count))
    inplace = [False] * count
    safe = [False] * count  # the output may be overwritten: its maker keeps nothing of it, and no view shares it
    for k, result in enumerate(steps):
        block = result.block
        if block.inplace_capable:  # an activation: it keeps its output for backward, so it never becomes safe
            source = inputs[k][0]
            if safe[source] and readers[source] == 1:
                inplace[k] = True
                holder[k] = holder[source]
        elif block.makes_no_tensor:
            if inputs[k]:
                source = inputs[k][0]
                holder[k] = holder[source]
                # a view: safe only where its base is and has no other reader
                safe[k] = safe[source] and readers[source] == 1
        elif not block.saves_output:
            safe[k] = not (block.may_view and result.instance.shares_storage(*result.inputs))
    return Storage(holder, inplace)


class Lives(NamedTuple):
    """The tensors of a run at batch 1. `live[k]` are the elements alive while step k works. The tensor that step k makes has
    `sizes[k]` elements (0 where it makes none) and is read last by step `last[k]`; an output of the network is kept to the end.
    `given` are the inputs, alive from the start."""

    live: list[int]
    sizes: list[int]
    last: list[int]
    given: frozenset[int]

    @property
    def peak(self) -> int:
        """Most elements alive at once."""
        return max(self.live, default=0)

    def alive(self, step: int) -> list[int]:
        """The steps whose tensors are alive while a step works, the largest first; they add up to `live[step]`."""
        found = [
            k
            for k, size in enumerate(self.sizes)
            if size and (k <= step or k in self.given) and (self.last[k] >= step or (k in self.given and k >= step))
        ]
        return sorted(found, key=lambda k: (-self.sizes[k], k))


def lives_of(flat: FlatDesign, storage: Storage | None = None) -> Lives:
    """Which tensor is alive when: at each step its inputs and outputs and all that a later step still reads.

    Inputs of the network are alive from the start until their last reader, outputs until the end.
    """
    holder = (storage or storage_of(flat)).holder
    steps, inputs = flat.steps, flat.inputs
    count = len(steps)
    last = [0] * count
    for k, refs in enumerate(inputs):
        last[holder[k]] = k
        for ref in refs:
            last[holder[ref]] = k
    for _, ref in flat.output_nodes:
        last[holder[ref]] = count
    change = [0] * (count + 2)  # of the live elements as each step begins
    sizes = [0] * count
    given = frozenset([step for _, step in flat.input_nodes])
    for k in range(count):
        if holder[k] == k:
            size = sizes[k] = steps[k].elements
            change[0 if k in given else k] += size
            change[last[k] + 1] -= size
    return Lives(list(accumulate(change))[:count], sizes, last, given)


def peak_activation_elements(flat: FlatDesign, storage: Storage | None = None) -> int:
    """Most elements alive at once, batch 1."""
    return lives_of(flat, storage).peak
