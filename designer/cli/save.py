"""`lightdesigner save`: a design as a file."""

from __future__ import annotations

from argparse import Namespace

from designer.analysis.engine import Engine
from designer.catalogue import load
from designer.cli.output import WORDS, Answer
from designer.cli.tables import harmless
from designer.document import files


def run(asked: Namespace, answer: Answer) -> int:
    """Answer `save`. An invalid design is saved as well, with its issues on stderr and 1."""
    design = load(asked.design)
    files.save(design, asked.file, overwrite=asked.force)
    answer.text(f"Saved {harmless(design.name)} to {harmless(asked.file)}.")
    engine = Engine(design)
    for issue in engine.issues():
        answer.complain(f"{WORDS[issue.severity]}: {issue.sentence()}")
    return 0 if engine.valid else 1
