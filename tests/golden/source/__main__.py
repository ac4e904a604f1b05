"""Writes the golden file anew, after a person has read the difference."""

from __future__ import annotations

from pathlib import Path

from designer.catalogue import load
from designer.compile.python_source import to_python
from designer.version import __version__

text = to_python(load("mobilenet_v2"), title="MobileNet V2", paper="Sandler et al., CVPR 2018, arXiv:1801.04381.")
text = text.replace(f"lightdesigner {__version__}", "lightdesigner VERSION")
(Path(__file__).parent / "mobilenet_v2.txt").write_text(text, encoding="utf-8", newline="\n")
