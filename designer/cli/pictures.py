"""The pictures that `lightdesigner export` writes."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from blocks.errors import LightdesignerError
from designer.analysis.engine import Engine
from designer.catalogue import published
from designer.cli.output import Answer
from designer.cli.tables import harmless
from designer.graph.design import ROOT, Design

PICTURES = ("svg", "png", "pdf")


def check_options(asked: Namespace) -> None:
    """Raises where an option of pictures is given and no picture is asked for."""
    if any(getattr(asked, kind) is not None for kind in PICTURES):
        if asked.scale is not None and asked.png is None:
            raise LightdesignerError("--scale is about PNG pictures. Give --png FILE too.")
        return
    if asked.theme is not None or asked.fold or asked.columns is not None or asked.scale is not None:
        raise LightdesignerError(
            "--theme, --fold, --columns and --scale are about pictures. Give --svg FILE, --png FILE or --pdf FILE too."
        )


def write_pictures(design: Design, paths: dict[str, Path], asked: Namespace, answer: Answer) -> None:
    """Draw the design once and write it in every kind that is asked for."""
    from designer.picture.compose import Options, compose
    from designer.picture.export import SCALE, content, lacking
    from designer.picture.palette import PAPER

    title, _ = published(design)
    options = Options(
        theme=asked.theme or PAPER,
        folded=asked.fold,
        columns=asked.columns or 0,
        # where a person arranged the blocks they stay there, unless they are to be arranged otherwise
        places=design.positions.get(ROOT) if asked.columns is None else None,
        title=title,
    )
    picture = compose(design, Engine(design), options)
    for kind in PICTURES:
        if kind in paths:
            paths[kind].write_bytes(content(picture, kind, asked.scale or SCALE))
    letters = lacking(picture)
    if letters and {"png", "pdf"} & set(paths):
        answer.complain(f"note: no font here has {harmless(letters)}: PNG and PDF show boxes in their place.")
