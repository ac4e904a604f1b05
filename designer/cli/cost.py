"""`lightdesigner cost`: what a design costs, row by row and in total."""

from __future__ import annotations

from argparse import Namespace

from designer.analysis.report import Report, analyse, by_block
from designer.catalogue import load
from designer.cli.output import Answer
from designer.cli.tables import Column, Percent, Table, mebibytes, shape, sides, written
from designer.cli.targets import write_text
from designer.graph.design import Design

NO_STAGE = "(no stage)"
MEANING = "MACs are multiply-accumulates of convolutions and linear layers for one input; FLOPs = 2 x MACs."


def run(asked: Namespace, answer: Answer) -> int:
    """Answer `cost`; 1 where the design is invalid."""
    design = load(asked.design)
    report = analyse(design, dtype=asked.dtype)
    table = TABLES[asked.by](design, report)
    if asked.csv:
        write_text(asked.csv, table.csv(), force=asked.force)
    if asked.json:
        answer.json(report.as_json())
    elif asked.markdown:
        answer.text(f"**{written(report.design)}**")
        answer.text("\n" + table.markdown())
        answer.text("\n" + totals(report).markdown())
        answer.text("\n" + MEANING)
    else:
        answer.text(f"{written(report.design)}\n\n")
        answer.table(table)
        answer.text("")
        answer.table(totals(report))
        answer.text("\n" + MEANING)
    answer.complain_of(report.issues)
    return 0 if report.valid else 1


# -- rows ----------------------------------------------------------------------------------------------------------------------

OUTPUT = Column("output", "Output", "C x H x W", number=True)
PARAMS = Column("params", "Params", number=True)
BUFFERS = Column("buffers", "Buffers", number=True, only_csv=True)
MACS = Column("macs", "MACs", number=True)
SHARE = Column("macs_percent", "MACs", "%", number=True, spare=True)
ACTIVATIONS = Column("activations", "Activations", "elements", number=True, spare=True)
STAGE = Column("stage", "Stage")


def layer_table(design: Design, report: Report) -> Table:  # noqa: ARG001  # all three tables are made the same way
    """A row for each primitive, in execution order."""
    hidden = Column("block", "Block", only_csv=True), STAGE._replace(only_csv=True)
    inputs = Column("inputs", "Inputs", only_csv=True)
    table = Table(
        [Column("path", "Layer"), *hidden, Column("op", "Op"), inputs, OUTPUT, PARAMS, BUFFERS, MACS, SHARE, ACTIVATIONS]
    )
    for layer in report.layers:
        table.add(
            layer.path,
            layer.block,
            layer.stage or "",
            layer.op,
            " ".join(shape(spec) or "" for spec in layer.inputs.values()),
            shape(next(iter(layer.outputs.values()), None)),
            layer.params,
            layer.buffers,
            layer.macs,
            share(layer.macs, report),
            layer.activations,
        )
    table.totals = ["Total", "", "", "", "", outputs(report), *_sums(report)]
    return table


def block_table(design: Design, report: Report) -> Table:
    """A row for each block as the design has them, in execution order."""
    hidden = STAGE._replace(only_csv=True)
    table = Table([Column("path", "Block"), hidden, Column("block", "Type"), OUTPUT, PARAMS, BUFFERS, MACS, SHARE, ACTIVATIONS])
    for row in by_block(design):
        table.add(
            row.path,
            row.stage or "",
            row.block,
            shape(row.output),
            row.params,
            row.buffers,
            row.macs,
            share(row.macs, report),
            row.activations,
        )
    table.totals = ["Total", "", "", outputs(report), *_sums(report)]
    return table


def stage_table(design: Design, report: Report) -> Table:
    """A row for each named stage, in the order of their first blocks, and one for the blocks that belong to none."""
    table = Table([STAGE, OUTPUT, PARAMS, MACS, SHARE, ACTIVATIONS])
    for stage in report.stages:
        table.add(stage.stage, shape(stage.output), stage.params, stage.macs, share(stage.macs, report), stage.activations)
    rest = [row for row in by_block(design) if row.stage is None]
    if rest:
        params, macs, activations = (_sum([row[k] for row in rest]) for k in (4, 6, 7))
        table.add(NO_STAGE, "", params, macs, share(macs, report), activations)
    params, _, macs, percent, activations = _sums(report)
    table.totals = ["Total", outputs(report), params, macs, percent, activations]
    return table


TABLES = {"layer": layer_table, "block": block_table, "stage": stage_table}


def _sum(column: list[object]) -> int | None:
    numbers = [value for value in column if isinstance(value, int)]
    return sum(numbers) if len(numbers) == len(column) else None


def _sums(report: Report) -> tuple[int | None, int | None, int | None, Percent | None, int | None]:
    return report.params, report.buffers, report.macs, share(report.macs, report), report.activations


def share(macs: int | None, report: Report) -> Percent | None:
    """The part of the design's MACs, None where it is unknown."""
    if macs is None or report.macs is None:
        return None
    return Percent(macs / report.macs if report.macs else 0.0)


def outputs(report: Report) -> str:
    """The shape of each output; with their names where there are several."""
    if len(report.outputs) == 1:
        return shape(next(iter(report.outputs.values()))) or ""
    return " ".join(f"{name}={shape(spec) or '?'}" for name, spec in report.outputs.items())


# -- totals --------------------------------------------------------------------------------------------------------------------


def totals(report: Report) -> Table:
    """The totals, one a line; numbers as text, because bytes stand beside counts."""
    table = Table([Column("figure", "Total"), Column("value", "Value")], heads=False)

    def line(title: str, value: object) -> None:
        table.add(title, written(value) if value is None or isinstance(value, int) else str(value))

    inputs = ", ".join(f"{name} {shape(spec)}" for name, spec in report.inputs.items())
    line("Input (C x H x W)", inputs or "none")
    line("Params", report.params)
    line("Buffers", report.buffers)
    line("MACs", report.macs)
    line("FLOPs (2 x MACs)", report.flops)
    ops = report.other_ops
    line("Other ops", None if ops is None else ", ".join(f"{kind} {number:,}" for kind, number in ops.items()))
    line("Activations (elements)", report.activations)
    line(f"Peak activation memory ({report.dtype}, batch 1)", mebibytes(report.peak_activation_bytes))
    line(f"Weights ({report.dtype})", mebibytes(report.weights_bytes))
    line("Receptive field (h x w, px)", sides(report.receptive_field) if report.valid else None)
    line("Output stride (h x w, px)", sides(report.output_stride) if report.valid else None)
    line("Depth (layers)", report.depth)
    line("Convolutions", report.conv_layers)
    line("Linear layers", report.linear_layers)
    if report.uncounted:
        line("Not counted (layers)", ", ".join(f"{part.op} {part.nodes:,}" for part in report.uncounted))
    return table
