"""Pictures of the Profile page for the README, after real runs on this machine: `python -m tests.profile_pictures FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from tests.window_pictures import shown

DESIGN = "mobilenet_v2"
PICTURES = (("light", 1600, 1000), ("dark", 1280, 800))
RUNS = (
    {"backend": "eager"},
    {"backend": "onnxruntime"},
    {"backend": "fused", "sweep": True},
)
SECONDS = 25
THREADS = 1  # whose times say something even while others use the machine
PATIENCE_S = 400.0


def main(folder: Path) -> int:
    from designer.app.run_options import RunOptions
    from designer.ui.profile.page import ProfilePage

    with shown(DESIGN) as here:
        here.window.actions_["measure.profile"].trigger()
        page = here.window.tabs.current
        assert isinstance(page, ProfilePage)
        if not here.wait(lambda: page.settings.machine is not None, 120):
            sys.stderr.write(f"{page.settings.foot.trouble_words.text}\n")
            return 1
        for number, more in enumerate(RUNS, 1):
            options = msgspec.structs.replace(RunOptions(time_limit_s=SECONDS, threads=THREADS), **more)  # type: ignore[arg-type]
            page.settings.show_options(options)
            page.profiler.choose(options)
            page.run()
            here.wait(lambda number=number: len(page.profiler.runs) == number, PATIENCE_S)  # type: ignore[misc]
            if len(page.profiler.runs) != number:
                said = page.settings.foot.trouble_words.text
                sys.stderr.write(f"{said or f'{more} took too long'}\n")
                return 1
        here.take(folder, "profile", PICTURES, lambda: page.table.view.selectRow(0))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
