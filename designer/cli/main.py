"""From the arguments to an exit code: 0 fine, 1 the answer is a no, 2 nothing was done, 130 interrupted."""

from __future__ import annotations

import difflib
import io
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from importlib import import_module

from blocks.errors import LightdesignerError
from designer.cli.output import Answer, complain, give_up_stdout, prepare_streams
from designer.cli.parser import COMMANDS, WINDOW_OPTIONS, parser
from designer.version import __version__

FINE, NO, NOTHING_DONE, INTERRUPTED = 0, 1, 2, 130


Window = Callable[[Sequence[str]], int]


def main(argv: Sequence[str] | None = None, window: Window | None = None) -> int:
    """Answer a command line (`sys.argv` without the program's name if none is given); returns the exit code.

    Where no command is given, `window` opens the window with the arguments; this room does not know that one.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    prepare_streams()
    try:
        return _run(arguments, window)
    except KeyboardInterrupt:
        complain("\nInterrupted.")
        return INTERRUPTED
    except LightdesignerError as error:
        return _nothing_done(str(error))
    except MemoryError:
        return _nothing_done("There is not enough memory for this. Use a smaller resolution or width.")
    except OSError as error:
        return _nothing_done(_of_the_system(error))
    except Exception:  # noqa: BLE001  # exit code 1 means something else, so a bug must not end with Python's own 1
        complain(traceback.format_exc())
        return _nothing_done("This is a mistake in lightdesigner, not in what you asked for. Please report the lines above.")


def _run(arguments: list[str], window: Window | None) -> int:
    if not arguments or arguments[0] in WINDOW_OPTIONS or not (arguments[0] in COMMANDS or arguments[0].startswith("-")):
        return _window(arguments, window)
    answer = Answer()
    printed = io.StringIO()
    code = FINE
    try:
        with redirect_stdout(printed):  # argparse would keep silent where it cannot be written
            asked = parser().parse_args(arguments)
        if asked.version:
            answer.text(f"lightdesigner {__version__}")
        elif asked.command is None:
            raise LightdesignerError(f"A command is missing: {', '.join(COMMANDS)}. See `lightdesigner --help`.")
        else:
            code = import_module(f"designer.cli.{asked.command}").run(asked, answer)
    except SystemExit as end:  # help, or a complaint on stderr
        code = int(end.code or 0)
        if printed.getvalue():
            answer.text(printed.getvalue())
    _write(answer.write)
    return code


def _write(write: Callable[[], None]) -> None:
    try:
        write()
    except BrokenPipeError:  # `| head` has seen enough
        give_up_stdout()
    except OSError as error:
        give_up_stdout()
        raise LightdesignerError(f"The answer cannot be written to standard output: {_of_the_system(error)}") from None


def _window(arguments: list[str], window: Window | None) -> int:
    """`lightdesigner` alone, or with a DESIGN, or with what only the window knows."""
    if arguments and not arguments[0].startswith("-"):
        _explain_unknown(arguments[0])
    if window is None:
        return _nothing_done(f"The window is not open to this program. Give a command: {', '.join(COMMANDS)}.")
    return window(arguments)


def _explain_unknown(text: str) -> None:
    """Raise where the first argument is neither a command nor a DESIGN, but near to a command."""
    from designer.catalogue import CatalogueError, is_file, parse

    if is_file(text):
        return
    try:
        parse(text)
    except CatalogueError as error:
        near = difflib.get_close_matches(text.lower(), COMMANDS, n=1, cutoff=0.6)
        if error.code == "unknown_preset" and near:
            raise LightdesignerError(f"There is no command {text!r}. Did you mean {near[0]}?") from None
        raise


def _nothing_done(sentence: str) -> int:
    complain(f"lightdesigner: {sentence}")
    return NOTHING_DONE


def _of_the_system(error: OSError) -> str:
    """What the operating system refused, as a sentence."""
    what = error.strerror or str(error) or type(error).__name__
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{what}."
