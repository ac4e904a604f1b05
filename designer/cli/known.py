"""The networks of the literature as the background of a chart, read from the file that the window's gallery shows."""

from __future__ import annotations

import json

from designer.analysis.compare_svg import Known, known_of
from designer.data import folder


def known_networks() -> list[Known]:
    """Every network of the literature with its figures; examples are none."""
    data = json.loads((folder() / "catalogue.json").read_text(encoding="utf-8"))
    return [known_of(preset) for preset in data["presets"] if not preset["example"]]
