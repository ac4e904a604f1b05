"""What can go wrong on the way from a design to a module or a file, as sentences that name the node."""

from __future__ import annotations

from blocks.errors import LightdesignerError


class CompileError(LightdesignerError):
    """A design cannot be compiled, or its module cannot run. `path` is the dotted path of the node to blame, "" if none is."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.path = path


class VerificationError(CompileError):
    """Analysis and compiled module disagree: a fault of this program, never of the design."""

    def __init__(self, path: str, what: str, analysed: object, compiled: object) -> None:
        where = path or "the whole module"
        super().__init__(
            f"{where}: the analysis says {what} {analysed}, but the compiled module has {compiled}. "
            "This is a fault of lightdesigner, not of the design; please report it with the design's file.",
            path,
        )


class WeightsError(LightdesignerError):
    """A file of weights cannot be read or written."""


TORCH_ERRORS = (RuntimeError, ValueError, TypeError, IndexError, NotImplementedError, MemoryError, AssertionError, OverflowError)
"""What torch raises when it builds or runs a module."""

EXPORT_ERRORS = (*TORCH_ERRORS, AttributeError, LookupError)
"""What torch raises when it exports one; its own errors there are RuntimeErrors."""


def torch_said(error: BaseException) -> str:
    """The first line of a torch error without its machinery, as the end of a sentence."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    said = lines[0] if lines else type(error).__name__
    if isinstance(error, MemoryError) or "alloc" in said.lower() or "out of memory" in said.lower():
        return "there is not enough memory for it. Use a smaller resolution, width or batch."
    return f"torch says: {said if said.endswith('.') else said + '.'}"
