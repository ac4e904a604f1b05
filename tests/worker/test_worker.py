"""The real worker in a process of its own, spoken to over its pipes."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from designer import protocol
from designer.analysis.engine import Engine
from designer.document.format import write
from designer.graph.design import Design
from designer.protocol import Answer, Export, Exported, Failed, Hello, Kind, Phase
from tests.conftest import ROOT
from tests.designs import chain


class Talk:
    """A worker and both ends of its pipes."""

    def __init__(self, cwd: Path, *program: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", *(program or ("-m", "designer.worker"))],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.noise: list[bytes] = []
        hello = self.hear()
        assert isinstance(hello, Hello)
        self.hello = hello

    def say(self, record: protocol.Request) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(protocol.line(record))
        self.process.stdin.flush()

    def hear(self) -> Answer:
        """The next answer that is no beat."""
        assert self.process.stdout is not None
        while True:
            text = self.process.stdout.readline()
            assert text, "the worker ended"
            log, body = protocol.split(text)
            if log:
                self.noise.append(log)
            if body is not None:
                answer = protocol.answer(body)
                if not isinstance(answer, protocol.Beat):
                    return answer

    def do(self, job: Export) -> tuple[list[Phase], Exported | Failed]:
        """Have a job done: the steps it went through, and its end."""
        self.say(job)
        phases = []
        while isinstance(answer := self.hear(), Phase):
            phases.append(answer)
        assert isinstance(answer, (Exported, Failed))
        return phases, answer

    def end(self) -> tuple[int, str]:
        """Close the pipe, as a window that ends; gives the exit code and the log."""
        _, log = self.process.communicate(timeout=10)
        return self.process.returncode, log.decode()


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / "blocks").mkdir()  # must not be taken for ours
    (folder / "blocks" / "__init__.py").write_text("raise SystemExit('the wrong blocks')")
    talk = Talk(folder)
    yield talk
    code, log = talk.end()
    assert code == 0, log
    assert talk.noise == [], "the pipe is for records alone"


def small() -> Design:
    return chain(
        ("stem", "conv_norm_act", {"out_channels": 8, "kernel_size": 3, "stride": 2}),
        ("block", "inverted_residual", {"out_channels": 8}),
        ("pool", "global_avg_pool", {}),
        ("flat", "flatten", {}),
        ("head", "linear", {"out_features": 5}),
        shape=(3, 16, 16),
    )


def job(kind: Kind, folder: Path, number: int = 1, design: Design | None = None, **options: object) -> Export:
    file = folder / f"small.{kind}"
    return Export(job=number, kind=kind, design=write(design or small()), file=str(file), **options)  # type: ignore[arg-type]


def assert_counted(phases: list[Phase]) -> None:
    """Steps are counted from 1 and the last one is the one announced."""
    assert [phase.step for phase in phases] == list(range(1, phases[0].steps + 1))
    assert len({phase.text for phase in phases}) == len(phases)


@pytest.mark.parametrize("dynamic", [False, True])
def test_an_onnx_file_is_written_and_seen_to_run(talk: Talk, tmp_path: Path, dynamic: bool) -> None:
    import onnx

    phases, answer = talk.do(
        job("onnx", tmp_path, 7, dynamic_batch=dynamic, keep_batch_norm=dynamic, opset=18 if dynamic else None)
    )
    assert isinstance(answer, Exported), answer
    assert_counted(phases)
    assert {phase.job for phase in phases} == {answer.job} == {7}
    assert answer.ok
    assert {check.name for check in answer.checks} == {"onnx_checker", "shapes", "onnx_runtime", "answers"}
    assert answer.difference is not None
    assert answer.difference < 1e-3
    assert answer.files == ("small.onnx",)
    assert [path.name for path in tmp_path.iterdir()] == ["small.onnx"]
    assert answer.size_bytes == (tmp_path / "small.onnx").stat().st_size
    model = onnx.load(tmp_path / "small.onnx")
    assert answer.opset == model.opset_import[0].version == (18 if dynamic else talk.hello.default_opset)
    kinds = {node.op_type for node in model.graph.node}
    assert ("BatchNormalization" in kinds) == dynamic
    assert answer.batches == ((1, 2, 5) if dynamic else (1,))
    total = Engine(small()).total
    assert total is not None
    assert answer.params == total.params
    assert (answer.params_file == answer.params) == dynamic, "folding leaves one bias for a scale and a shift"
    assert "folded" in answer.remark or dynamic


def test_an_onnx_file_without_checks_says_that_none_were_made(talk: Talk, tmp_path: Path) -> None:
    phases, answer = talk.do(job("onnx", tmp_path, check=False))
    assert isinstance(answer, Exported)
    assert_counted(phases)
    assert answer.checks == ()
    assert answer.difference is None


def test_python_source_is_written_and_read_back(talk: Talk, tmp_path: Path) -> None:
    phases, answer = talk.do(job("python", tmp_path))
    assert isinstance(answer, Exported)
    assert_counted(phases)
    assert answer.ok
    text = (tmp_path / "small.python").read_text(encoding="utf-8")
    assert any(isinstance(part, ast.ClassDef) for part in ast.parse(text).body)
    assert f"{answer.params:,}" in text


def test_a_torch_program_answers_as_the_module_it_was_made_from(talk: Talk, tmp_path: Path) -> None:
    phases, answer = talk.do(job("pt2", tmp_path, dynamic_batch=True, seed=3))
    assert isinstance(answer, Exported)
    assert_counted(phases)
    assert answer.ok
    assert answer.difference is not None
    assert answer.difference < 1e-4
    assert answer.batches == (1, 2, 5)


def test_weights_come_from_a_file(talk: Talk, tmp_path: Path) -> None:
    import onnx
    import torch
    from onnx import numpy_helper

    from designer.compile.torch_module import to_torch
    from designer.compile.weights import save_weights

    module = to_torch(small())
    with torch.no_grad():
        module.get_parameter("head.bias").fill_(0.25)
    save_weights(module, tmp_path / "w.safetensors")
    _, answer = talk.do(job("onnx", tmp_path, weights=str(tmp_path / "w.safetensors"), check=False))
    assert isinstance(answer, Exported), answer
    weights = [numpy_helper.to_array(tensor) for tensor in onnx.load(tmp_path / "small.onnx").graph.initializer]
    assert any(array.shape == (5,) and (array == 0.25).all() for array in weights)


def test_jobs_know_nothing_of_each_other(talk: Talk, tmp_path: Path) -> None:
    files = []
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        _, answer = talk.do(job("onnx", folder, check=False))
        assert isinstance(answer, Exported)
        files.append((folder / "small.onnx").read_bytes())
    assert files[0] == files[1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"design": "{"}, "line 1"),
        ({"design": "not a design"}, "line 1"),
        ({"design": write(chain(("conv", "conv2d", {"kernel_size": 9, "padding": 0}), shape=(3, 4, 4)))}, "conv"),
        ({"opset": 3}, "Opset 3 is not possible"),
        ({"file": "/no/such/folder/m.onnx"}, "its folder does not exist"),
        ({"weights": "/no/such/weights"}, "no file of weights"),
    ],
    ids=["broken", "no JSON", "error", "opset", "folder", "weights"],
)
def test_what_cannot_be_done_is_a_sentence_and_the_worker_lives_on(
    talk: Talk, tmp_path: Path, change: dict[str, object], words: str
) -> None:
    fields = {"kind": "onnx", "design": write(small()), "file": str(tmp_path / "m.onnx"), "check": False, **change}
    _, answer = talk.do(Export(job=4, **fields))  # type: ignore[arg-type]
    assert isinstance(answer, Failed)
    assert answer.job == 4
    assert not answer.fault
    assert words in answer.sentence
    assert "Traceback" not in answer.sentence
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_ours_is_a_sentence_with_its_traceback_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from designer.worker import jobs

    def broken(*_: object) -> Exported:
        raise ZeroDivisionError("a mistake")

    monkeypatch.setitem(jobs._KINDS, "python", broken)
    answer = jobs.done(job("python", tmp_path), lambda *_: None)
    assert isinstance(answer, Failed)
    assert answer.fault
    assert "ZeroDivisionError" in answer.sentence
    assert "a mistake" in answer.detail


def test_no_memory_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from designer.worker import jobs

    def greedy(*_: object) -> Exported:
        raise MemoryError

    monkeypatch.setitem(jobs._KINDS, "onnx", greedy)
    answer = jobs.done(job("onnx", tmp_path), lambda *_: None)
    assert isinstance(answer, Failed)
    assert not answer.fault
    assert "not enough memory" in answer.sentence


@pytest.mark.skipif(sys.platform != "linux", reason="Linux chooses whom to end by this number")
def test_the_worker_goes_before_the_window_when_memory_runs_out(talk: Talk) -> None:
    score = int(Path(f"/proc/{talk.process.pid}/oom_score_adj").read_text())
    assert score > int(Path("/proc/self/oom_score_adj").read_text())


def test_the_worker_ends_with_its_window_and_takes_the_folder_of_its_job_along(tmp_path: Path) -> None:
    folder = tmp_path / ".lightdesigner-job"
    folder.mkdir()
    talk = Talk(tmp_path)
    wide = chain(*[(f"conv{k}", "conv_norm_act", {"out_channels": 64}) for k in range(60)], shape=(3, 64, 64))
    talk.say(job("onnx", folder, design=wide))
    assert isinstance(talk.hear(), Phase)
    started = time.monotonic()
    code, _ = talk.end()
    assert code == 0
    assert time.monotonic() - started < 5
    assert not folder.exists()


def test_what_libraries_print_is_log(tmp_path: Path) -> None:
    """A print in the worker must not end up between the records."""
    code = (
        "import os, sys\n"
        "from designer.worker import main, jobs\n"
        "from designer.protocol import Failed\n"
        "def noisy(job, say):\n"
        "    print('printed')\n"
        "    os.write(1, b'written by C')\n"
        "    return Failed(job=job.job, sentence=repr(os.read(0, 100).decode()))\n"
        "main._warm_up = lambda: None\n"
        "jobs._KINDS['onnx'] = noisy\n"
        "main.main()\n"
    )
    talk = Talk(tmp_path, "-c", code)
    _, answer = talk.do(job("onnx", tmp_path))
    rc, log = talk.end()
    assert rc == 0
    assert isinstance(answer, Failed)
    assert answer.sentence == "''", "nobody else reads what the window writes"
    assert talk.noise == []
    assert "printed" in log
    assert "written by C" in log
