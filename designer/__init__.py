"""lightdesigner: design lightweight convolutional networks, see what every block costs, and export what runs.

    import designer

    design = designer.load("mobilenet_v2:width=0.75")  # or the path of a .lightdesign file
    report = designer.analyse(design)                  # params, MACs, memory, of every layer and in total
    times = designer.profile(design)                   # milliseconds on this machine, of every layer and in total
    module = designer.to_torch(design)                 # a torch.fx.GraphModule

Importing this package loads next to nothing; each name below brings in what it needs when it is first read. Everything a person
can cause is a `LightdesignerError`, whose text is a whole sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from designer.version import __version__

if TYPE_CHECKING:
    from blocks.errors import LightdesignerError
    from designer.analysis.measured import Profile
    from designer.analysis.report import Report, analyse
    from designer.catalogue import load
    from designer.compile.onnx_export import ExportReport, export_onnx
    from designer.compile.python_source import to_python
    from designer.compile.torch_module import to_torch
    from designer.document.files import save
    from designer.graph.design import Design
    from designer.measure.profile import profile

__all__ = [
    "Design",
    "ExportReport",
    "LightdesignerError",
    "Profile",
    "Report",
    "__version__",
    "analyse",
    "clear_caches",
    "export_onnx",
    "load",
    "profile",
    "save",
    "to_python",
    "to_torch",
]

_HOMES = {
    "Design": "designer.graph.design",
    "ExportReport": "designer.compile.onnx_export",
    "LightdesignerError": "blocks.errors",
    "Profile": "designer.analysis.measured",
    "Report": "designer.analysis.report",
    "analyse": "designer.analysis.report",
    "export_onnx": "designer.compile.onnx_export",
    "load": "designer.catalogue",
    "profile": "designer.measure.profile",
    "save": "designer.document.files",
    "to_python": "designer.compile.python_source",
    "to_torch": "designer.compile.torch_module",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'designer' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(home), name)
    globals()[name] = value  # found without this function from now on
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def clear_caches() -> None:
    """Forget every drawing and evaluation kept from earlier calls. Results stay the same; only the next analysis takes longer."""
    from blocks.builder import clear_memo

    clear_memo()
