"""What may be written on the command line. This is public: options are added, never renamed."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable

from blocks.errors import LightdesignerError
from designer.analysis.budget import read_count, read_size
from designer.analysis.measured import BACKENDS, DEVICES, DTYPES, TIME_LIMIT_S
from designer.analysis.memory import BYTES

COMMANDS = ("presets", "blocks", "cost", "compare", "profile", "export", "check", "save")

WINDOW_OPTIONS = ("--screenshot", "--size", "--theme", "--force")

DESIGN = "a file if it ends in .lightdesign or holds a path separator, otherwise preset[:option=value,...]"

EPILOG = """\
DESIGN is a file if it ends in .lightdesign or holds a path separator, otherwise preset[:option=value,...],
e.g. mobilenet_v2:width=0.75,resolution=192 (in PowerShell put it in quotes). Booleans are true and false.

Without a command the window opens, with DESIGN in it where one is given. For a picture of it instead:
lightdesigner [DESIGN] --screenshot FILE.png [--size 1280x800] [--theme light|dark] [--force]

exit codes: 0 fine; 1 the design is invalid or over budget, or an export failed its check; 2 nothing was done;
130 interrupted. Answers go to stdout, complaints to stderr.
"""


def count(text: str) -> int:
    """A limit in plain counts: 4M, 300000, 0.5G."""
    return _limit(read_count, text)


def size(text: str) -> int:
    """A limit in bytes: 4MiB, 0.5GiB, 65536."""
    return _limit(read_size, text)


def _limit(read: Callable[[str], int], text: str) -> int:
    try:
        return read(text)
    except LightdesignerError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


def whole(text: str, digits: int = 18) -> int:
    """A whole number from 0 on."""
    if re.fullmatch(rf"[0-9]{{1,{digits}}}", text) is None:
        raise argparse.ArgumentTypeError(f"needs a whole number of at most {digits} digits, but got {text[:60]!r}")
    return int(text)


def columns(text: str) -> int:
    """How many columns a picture has at most."""
    if (found := whole(text, digits=2)) < 1:
        raise argparse.ArgumentTypeError("needs 1 column or more, but got 0")
    return found


def scale(text: str) -> float:
    """Pixels for each px of a picture."""
    if re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{1,4})?", text) is None or not 0.25 <= float(text) <= 8:
        raise argparse.ArgumentTypeError(f"needs a number from 0.25 to 8, but got {text[:60]!r}")
    return float(text)


def opset(text: str) -> int:
    """Which opsets are possible is for the exporter to say, so long as the number is one."""
    return whole(text, digits=3)


def parser() -> argparse.ArgumentParser:
    """The whole command line. In what it returns, `command` names the subcommand, None where there is none."""
    top = argparse.ArgumentParser(
        prog="lightdesigner",
        usage="lightdesigner [DESIGN] | COMMAND ... | --version | --help",
        description="Design lightweight convolutional networks: see what every block costs, compare, and export what runs.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="store_true", help="show the version and exit")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", prog="lightdesigner")

    def command(name: str, help: str, description: str = "") -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            help=help,
            description=description or help[0].upper() + help[1:] + ".",
            epilog=EPILOG,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    presets = command("presets", "list the networks of the literature and their options")
    presets.add_argument("--json", action="store_true", help="everything about each preset as JSON")

    blocks = command("blocks", "list the blocks and their parameters")
    blocks.add_argument("--json", action="store_true", help="everything about each block as JSON")

    cost = command("cost", "what a design costs, by layer, block or stage, and in total")
    cost.add_argument("design", metavar="DESIGN", help=DESIGN)
    cost.add_argument("--by", choices=("layer", "block", "stage"), default="block", help="what a row of the table is (block)")
    _add_dtype(cost)
    _add_looks(cost)

    compare = command("compare", "designs side by side; differences are to the first")
    compare.add_argument("designs", metavar="DESIGN", nargs="+", help="two or more designs")
    _add_looks(compare)
    compare.add_argument("--html", metavar="FILE", help="write a report with tables and pictures of up to four designs to FILE")
    compare.add_argument(
        "--profile", action="store_true", help="measure every design on this machine, and say where fewer MACs save no time"
    )

    _add_profile(command("profile", "how long a design takes on this machine, block by block, with random weights"))

    _add_export(command("export", "write a design as ONNX, Python source, a torch program or a picture"))

    check = command("check", "whether a design keeps to a budget; at least one limit is needed")
    check.add_argument("design", metavar="DESIGN", help=DESIGN)
    check.add_argument("--max-params", metavar="N", type=count, help="most trainable parameters, e.g. 4M")
    check.add_argument("--max-macs", metavar="N", type=count, help="most multiply-accumulates, e.g. 300M (FLOPs = 2 x MACs)")
    check.add_argument("--max-peak-memory", metavar="SIZE", type=size, help="most bytes of activations alive at once, e.g. 4MiB")
    check.add_argument("--max-weights", metavar="SIZE", type=size, help="most bytes of params and buffers, e.g. 16MiB")
    _add_dtype(check)
    check.add_argument("--json", action="store_true", help="the answer as JSON")

    save = command("save", "write a design to a .lightdesign file")
    save.add_argument("design", metavar="DESIGN", help=DESIGN)
    save.add_argument("file", metavar="FILE", help="where to, ending in .lightdesign")
    save.add_argument("--force", action="store_true", help="write over a file that exists")
    return top


def _add_dtype(to: argparse.ArgumentParser) -> None:
    to.add_argument("--dtype", choices=tuple(BYTES), default="fp32", help="type of weights and activations in memory (fp32)")


def _add_looks(to: argparse.ArgumentParser) -> None:
    look = to.add_mutually_exclusive_group()
    look.add_argument("--json", action="store_true", help="the answer as JSON")
    look.add_argument("--markdown", action="store_true", help="the answer as Markdown tables")
    to.add_argument("--csv", metavar="FILE", help="write the table's rows to FILE as well")
    to.add_argument("--force", action="store_true", help="write over a FILE that exists")


def seconds(text: str) -> float:
    """A time limit: more than 0 s."""
    if re.fullmatch(r"[0-9]{1,6}(?:\.[0-9]{1,6})?", text) is None or not float(text):
        raise argparse.ArgumentTypeError(f"needs a number of seconds above 0, but got {text[:60]!r}")
    return float(text)


def sizes(text: str) -> tuple[int, ...]:
    """Batch sizes: 1,2,4."""
    if re.fullmatch(r"[0-9]{1,6}(?:,[0-9]{1,6})*", text) is None:
        raise argparse.ArgumentTypeError(f"needs batch sizes such as 1,2,4,8, but got {text[:60]!r}")
    return tuple([int(part) for part in text.split(",")])


def _add_profile(to: argparse.ArgumentParser) -> None:
    to.add_argument("design", metavar="DESIGN", help=DESIGN)
    to.add_argument("--device", choices=DEVICES, default="cpu", help="where it runs (cpu)")
    to.add_argument("--batch", metavar="N", type=whole, default=1, help="inputs at once (1)")
    to.add_argument("--sweep", metavar="N,N,...", type=sizes, default=(), help="further batch sizes, of which the whole is timed")
    to.add_argument("--threads", metavar="N", type=whole, help="of the processor (torch's own number)")
    to.add_argument("--dtype", choices=DTYPES, default="fp32", help="of weights and activations; int8 for onnxruntime (fp32)")
    to.add_argument(
        "--backend",
        choices=BACKENDS,
        default="eager",
        help="what runs it: torch as it is, with batch norms folded, compiled, or ONNX Runtime (eager)",
    )
    to.add_argument("--runs", metavar="N", type=whole, help="so many runs; else until the median is known within 2 %%")
    to.add_argument("--time-limit", metavar="S", type=seconds, default=TIME_LIMIT_S, help="seconds at most (60)")
    to.add_argument("--by", choices=("block", "layer"), default="block", help="what a row of the table is (block)")
    to.add_argument("--seed", metavar="N", type=whole, default=0, help="of the weights and inputs (0)")
    to.add_argument("--calibrate", action="store_true", help="measure the roof of this machine anew")
    to.add_argument("--json", action="store_true", help="the answer as JSON")
    to.add_argument("--csv", metavar="FILE", help="write the table's rows to FILE as well")
    to.add_argument("--save-table", metavar="FILE", help="write this device's latency table to FILE, for another machine")
    to.add_argument("--force", action="store_true", help="write over a FILE that exists")


def _add_export(to: argparse.ArgumentParser) -> None:
    to.add_argument("design", metavar="DESIGN", help=DESIGN)
    to.add_argument("--onnx", metavar="FILE", help="an ONNX model, checked in ONNX Runtime against torch")
    to.add_argument("--python", metavar="FILE", help="Python source that needs only torch")
    to.add_argument("--pt2", metavar="FILE", help="a program of torch.export")
    to.add_argument("--svg", metavar="FILE", help="a picture of the design, with its fonts in it")
    to.add_argument("--png", metavar="FILE", help="the same picture in pixels")
    to.add_argument("--pdf", metavar="FILE", help="the same picture as a page")
    to.add_argument("--theme", choices=("paper", "light", "dark"), help="colours of the picture (paper)")
    to.add_argument("--fold", action="store_true", help="draw repeated blocks of the picture once")
    to.add_argument("--columns", metavar="N", type=columns, help="columns of the picture (as few as make a page)")
    to.add_argument("--scale", metavar="N", type=scale, help="pixels of the PNG for each px, 0.25 to 8 (2)")
    to.add_argument("--opset", metavar="N", type=opset, help="ONNX opset of the model")
    to.add_argument("--dynamic-batch", action="store_true", help="leave the batch size of the model open")
    to.add_argument(
        "--keep-batch-norm", action="store_true", help="do not fold batch norm into the convolutions of the ONNX model"
    )
    to.add_argument("--seed", metavar="N", type=whole, default=0, help="of the weights (0)")
    to.add_argument("--no-check", action="store_true", help="do not run the ONNX model and compare it with torch")
    to.add_argument("--force", action="store_true", help="write over files that exist")
