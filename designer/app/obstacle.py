"""Why a design cannot be compiled, so that nothing begins that has to fail."""

from __future__ import annotations

from designer.analysis.engine import Engine


def obstacle(engine: Engine) -> str:
    """A sentence; "" where nothing is in the way."""
    if engine.valid:
        return ""
    errors = [issue for issue in engine.issues() if issue.severity == "error"]
    return errors[0].message if errors else "The design is not complete."
