"""Pictures of the Compare page for the README, after real runs on this machine: `python -m tests.compare_pictures FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from tests.window_pictures import shown

READY = "v1_v2_v3"
PAGE = (("dark", 1600, 1000), ("light", 1280, 800))
CANVASES = (("dark", 1280, 800),)
SECONDS = 30
PATIENCE_S = 600.0


def main(folder: Path) -> int:
    from designer.app.ready_made import BY_ID
    from designer.ui.compare.page import ComparePage

    with shown("mobilenet_v2", "resnet50") as here:
        here.window.actions_["measure.compare"].trigger()
        page = here.window.tabs.current
        assert isinstance(page, ComparePage)
        page.model.show_ready(BY_ID[READY])
        for one in page.model.designs:
            assert one.profiler is not None
            one.profiler.choose(msgspec.structs.replace(one.profiler.options, time_limit_s=SECONDS))
        here.wait(lambda: page.scatter.chart is not None, 30)
        page.profile_wanted.emit()
        here.wait(lambda: not page.busy, PATIENCE_S)
        if any(entry.measured is None for entry in page.model.entries):
            sys.stderr.write("Not every design was measured.\n")
            return 1
        here.take(folder, "compare", PAGE)
        page.model.show_ready(BY_ID["width"])
        here.window.actions_["measure.compare_canvases"].trigger()
        here.take(folder, "compare-canvases", CANVASES)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
