"""What torch.compile made of a design: the kernels of the program it wrote, which layers each of them does, and their times.

The compiler keeps account of where every kernel came from, and marks each call in its program with it. Between runs the kernels
of that program can be exchanged for ones that read the clock around them. All of this is the compiler's own affair and may change
with any of its versions: whatever is not found as expected means that only the whole is timed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from designer.measure.clocks import TICK

MARK = "[Provenance debug handles]"


class Call(NamedTuple):
    """One call in the program: its handle (`name:number`), and what is called, "" for what cannot be exchanged."""

    handle: str
    called: str

    @property
    def op(self) -> str:
        """What a person is shown: the kernel without the number that makes it unique."""
        return self.handle.partition(":")[0].removeprefix("extern_kernels.")


class Kernel(NamedTuple):
    """A call and the paths of the layers it does; with `moves` it only lays out data for them."""

    call: Call
    paths: tuple[str, ...]
    moves: bool


class Watch:
    """Hears what the compiler notes about the kernels of one design while it compiles."""

    def __init__(self) -> None:
        self.notes: dict[str, Any] = {}
        self._modules: list[Any] = []

    def compile(self, first_run: Callable[[], object]) -> None:
        """Let `first_run` compile, and listen."""
        import torch
        from torch._inductor import config, debug
        from torch._inductor.codecache import PyCodeCache

        known = len(PyCodeCache.modules)
        dump = debug.dump_inductor_provenance_info

        def hear(*args: Any, **options: Any) -> Any:
            found = dump(*args, **options)
            self.notes = found if isinstance(found, dict) else {}
            return found

        settings = {"trace.provenance_tracking_level": 1, "fx_graph_cache": False}  # a cached program has no account
        debug.dump_inductor_provenance_info = hear
        try:
            with config.patch(settings), torch._functorch.config.patch({"enable_autograd_cache": False}):
                first_run()
        finally:
            debug.dump_inductor_provenance_info = dump
        self._modules = list(PyCodeCache.modules[known:])

    def program(self, names: Mapping[str, str]) -> Program | None:
        """The program, where it is one and every layer of it is known; `names` are the paths of layers by their names in the
        traced graph."""
        if len(self._modules) != 1:
            return None
        module = self._modules[0]
        file = getattr(module, "__file__", None)
        if file is None:
            return None
        calls = calls_of(Path(file).read_text(encoding="utf-8"))
        kernels = kernels_of(calls, self.notes, names)
        return Program(module, kernels) if kernels is not None else None


def calls_of(source: str) -> list[Call]:
    """The marked calls of a program, in order."""
    body = source[source.find("def call(") :]
    found: list[Call] = []
    handles: list[str] = []
    for line in body.splitlines():
        text = line.strip()
        if text.startswith("#"):
            if MARK in text:
                handles.append(text.partition(MARK)[2].strip())
            continue
        if not handles or not text or "(" not in text or text.startswith(("assert_", "del ")) or "empty_strided" in text:
            continue
        handle = handles[-1]
        name = handle.partition(":")[0]
        called = re.search(r"extern_kernels\.(\w+)\(", text)
        if called is not None:
            found.append(Call(handle, called[0].rstrip("(")))
        elif f"{name}(" in text and name.isidentifier():
            found.append(Call(handle, name))
        else:
            found.append(Call(handle, ""))
        handles = []
    return found


def kernels_of(calls: Sequence[Call], notes: Mapping[str, Any], names: Mapping[str, str]) -> list[Kernel] | None:
    """Which layers each call does, None where the compiler's account has a gap.

    A kernel that the compiler wrote itself may name a convolution that a library's kernel does: then it laid out its data.
    """
    made, back = notes.get("cppCodeToPost"), notes.get("postToPre")
    if not calls or not isinstance(made, dict) or not isinstance(back, dict):
        return None
    paths: list[tuple[str, ...]] = []
    for call in calls:
        layers = {names[name]: None for node in made.get(call.handle, ()) for name in back.get(node, ()) if name in names}
        if not layers:
            return None
        paths.append(tuple(layers))
    outside = {path for call, own in zip(calls, paths, strict=True) if _of_a_library(call) for path in own}
    found = []
    for call, own in zip(calls, paths, strict=True):
        rest = own if _of_a_library(call) else tuple([path for path in own if path not in outside])
        found.append(Kernel(call, rest or own, not rest))
    return found


def _of_a_library(call: Call) -> bool:
    return not call.called or call.called.startswith("extern_kernels.")


class Program:
    """A compiled program whose kernels can be timed."""

    def __init__(self, module: Any, kernels: list[Kernel]) -> None:
        self.kernels = kernels
        self._module = module
        self._stamps: list[tuple[int, int]] = []
        self._plain = {name: vars(module)[name] for name in {"extern_kernels", *self._own()} if name in vars(module)}
        self._timed = {
            name: _Library(kernel, self._around) if name == "extern_kernels" else self._around(kernel)
            for name, kernel in self._plain.items()
        }
        self._exchangeable = sum(bool(kernel.call.called) for kernel in kernels)

    def _own(self) -> set[str]:
        names = {kernel.call.called for kernel in self.kernels}
        return {name for name in names if name and not name.startswith("extern_kernels.")}

    def _around(self, kernel: Callable[..., Any]) -> Callable[..., Any]:
        stamps = self._stamps

        def timed(*args: Any, **options: Any) -> Any:
            start = TICK()
            made = kernel(*args, **options)
            stamps.append((start, TICK()))
            return made

        return timed

    def times(self, run: Callable[[], object]) -> list[float]:
        """Milliseconds of each kernel in one run; empty where the program did something else than it says."""
        self._stamps.clear()
        start = TICK()
        vars(self._module).update(self._timed)
        try:
            run()
        finally:
            vars(self._module).update(self._plain)
        return spread(self.kernels, start, self._stamps) if len(self._stamps) == self._exchangeable else []


def spread(kernels: Sequence[Kernel], start: int, stamps: Sequence[tuple[int, int]]) -> list[float]:
    """The time of each kernel, from the stamps around those that could be exchanged.

    From the end of one to the end of the next: making the memory for a result is part of making the result. The others ran
    between two of them.
    """
    found = [0.0] * len(kernels)
    waiting: list[int] = []
    rest = iter(stamps)
    last = stamps[0][0] if stamps and kernels[0].call.called else start
    for k, kernel in enumerate(kernels):
        if not kernel.call.called:
            waiting.append(k)
            continue
        begin, end = next(rest)
        for other in waiting:
            found[other] = (begin - last) / len(waiting) / 1e6
        found[k] = (end - (begin if waiting else last)) / 1e6
        last, waiting = end, []
    return found


class _Library:
    """Stands for the compiler's table of library kernels."""

    def __init__(self, plain: Any, around: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        self._plain = plain
        self._around = around
        self._made: dict[str, Callable[..., Any]] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        found = self._made.get(name)
        if found is None:
            found = self._made[name] = self._around(getattr(self._plain, name))
        return found
