"""`lightdesigner check`: whether a design keeps to a budget."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from blocks.errors import LightdesignerError
from designer.analysis.budget import LIMITED, Limit, limit_of
from designer.analysis.compare import FIGURES
from designer.analysis.report import SCHEMA, analyse
from designer.catalogue import load
from designer.cli.output import Answer
from designer.cli.tables import Column, Table, written

LIMITS = dict(zip(LIMITED, ("max_params", "max_macs", "max_peak_memory", "max_weights"), strict=True))
"""The option of each figure that may be limited."""


def run(asked: Namespace, answer: Answer) -> int:
    """Answer `check`; 1 where a limit is not kept or the design is invalid."""
    given = {key: getattr(asked, option) for key, option in LIMITS.items() if getattr(asked, option) is not None}
    if not given:
        options = ", ".join("--" + option.replace("_", "-") for option in LIMITS.values())
        raise LightdesignerError(f"check needs a limit to check against, at least one of {options}.")
    report = analyse(load(asked.design), dtype=asked.dtype)
    figures = {figure.key: figure for figure in FIGURES}
    limits = [limit_of(key, most, figures[key].of(report)) for key, most in given.items()]
    kept = all(limit.kept for limit in limits)
    if asked.json:
        answer.json(
            {
                "schema": SCHEMA,
                "design": report.design,
                "origin": msgspec.to_builtins(report.origin),
                "valid": report.valid,
                "dtype": report.dtype,
                "within_budget": kept,
                "limits": msgspec.to_builtins(limits),
                "issues": msgspec.to_builtins(report.issues),
            }
        )
    else:
        numbers = [Column(key, key.capitalize(), number=True) for key in ("value", "limit", "over")]
        table = Table([Column("figure", "Figure"), *numbers, Column("kept", "Answer")])
        for limit in limits:
            verdict = "kept" if limit.kept else "over budget" if limit.over else "unknown"
            table.add(figures[limit.figure].heading, limit.value, limit.limit, _over(limit), verdict)
        answer.text(f"{written(report.design)} ({report.dtype}, batch 1)\n\n")
        answer.table(table)
    answer.complain_of(report.issues)
    for limit in limits:
        if limit.over:
            answer.complain(
                f"over budget: {figures[limit.figure].heading}: {limit.value:,} is {_over(limit)} over {limit.limit:,}."
            )
    return 0 if kept and report.valid else 1


def _over(limit: Limit) -> str:
    if not limit.over:
        return ""
    return f"{limit.over:,} ({100 * limit.over / limit.limit:.1f} %)" if limit.limit else f"{limit.over:,}"
