"""Ids for blocks that are added: valid, free, and with a dotted path of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable

from blocks.ids import valid_id
from designer.graph.network import Network, Node, node_path
from designer.graph.own_block import NEWER, OWN

MAX_STEM = 80  # of the 100 characters an id may have; the rest is for the stage or the number


class Names:
    """The ids, paths and stages of a network, and of the blocks that an edit is about to add to it."""

    def __init__(self, network: Network, leaving: Iterable[str] = ()) -> None:
        gone = set(leaving)
        nodes = [node for node in network.nodes() if node.id not in gone]
        self._ids = {node.id for node in nodes}
        self._paths = {node_path(node) for node in nodes}
        self._stages = {node.stage for node in nodes if node.stage is not None}
        self._outside = {node.id for node in nodes if node.stage is None}

    def stage(self, wanted: str | None) -> str | None:
        """The stage itself where a node may stand in it here, else None."""
        return wanted if wanted is not None and valid_id(wanted) and wanted not in self._outside else None

    def fresh(self, block: str, stage: str | None) -> str:
        """A free id for a block of this kind in this stage: `relu`, `relu_2`, in a stage `stage2_relu`."""
        return self.like(stem_of(block), stage)

    def like(self, node_id: str, stage: str | None) -> str:
        """A free id that reads like `node_id`: itself where it is free, else with the next number."""
        local = node_id.removeprefix(f"{stage}_") if stage is not None else node_id
        stem = re.sub(r"_\d+\Z", "", local)[:MAX_STEM].rstrip("_")
        number = 1
        while True:
            name = local if number == 1 else f"{stem}_{number}"
            found = name if stage is None else f"{stage}_{name}"
            if self._free(found, stage):
                self._take(found, stage)
                return found
            number += 1

    def _free(self, node_id: str, stage: str | None) -> bool:
        node = Node(node_id, "", stage=stage)
        path = node_path(node)
        if node_id in self._ids or path in self._paths or not valid_id(node_id) or not valid_id(path.rpartition(".")[2]):
            return False
        return stage is not None or node_id not in self._stages

    def _take(self, node_id: str, stage: str | None) -> None:
        self._ids.add(node_id)
        self._paths.add(node_path(Node(node_id, "", stage=stage)))
        if stage is None:
            self._outside.add(node_id)
        else:
            self._stages.add(stage)


def stem_of(block: str) -> str:
    """What ids of a block's nodes begin with: its name, as far as an id can hold it."""
    name = block.removeprefix(OWN).partition(NEWER)[0].lower()
    stem = re.sub(r"[^a-z0-9]+", "_", name).strip("_")[:MAX_STEM].rstrip("_")
    return stem if valid_id(stem) else "block"


def said(ids: Iterable[str], names: Iterable[str] = ()) -> str:
    """Some nodes in a few words, for the Edit menu: `ir2`, or `3 blocks`."""
    listed = list(ids)
    if len(listed) == 1:
        return next(iter(names), listed[0])
    return f"{len(listed)} blocks"
