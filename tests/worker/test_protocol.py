"""The records between window and worker survive their lines, and noise around them."""

from __future__ import annotations

import pytest

from designer import protocol
from designer.protocol import Check, Export, Exported, Failed, Phase, ProtocolError

ANSWERS = [
    protocol.Hello(protocol=protocol.VERSION, version="1.0", opsets=(18, 19), default_opset=18),
    protocol.Beat(),
    Phase(3, "Writing\nthe file", 2, 4),
    Exported(
        job=3, kind="onnx", files=("m.onnx", "m.onnx.data"), size_bytes=7, params=2, checks=(Check("runs", True, "It runs."),)
    ),
    Failed(job=3, sentence="No “memory”.", fault=True, detail="Traceback\n  line"),
]


@pytest.mark.parametrize("record", ANSWERS, ids=lambda record: type(record).__name__)
def test_an_answer_is_one_line_and_reads_back_the_same(record: protocol.Answer) -> None:
    text = protocol.line(record)
    assert text.endswith(b"\n")
    assert text.count(b"\n") == 1
    log, body = protocol.split(text)
    assert log == b""
    assert body is not None
    assert protocol.answer(body) == record


def test_a_request_carries_any_text() -> None:
    job = Export(job=1, kind="pt2", design='{"name": "a\nb\u2028 \x1elightdesigner "}', file="/tmp/ä b/m.pt2", dynamic_batch=True)
    text = protocol.line(job)
    _, body = protocol.split(text)
    assert body is not None
    assert protocol.request(body) == job
    assert text.count(protocol.MARK) == 1, "the mark cannot stand inside a record"


def test_what_a_library_wrote_before_the_mark_is_log() -> None:
    log, body = protocol.split(b"loading 50 %" + protocol.line(protocol.Beat()))
    assert log == b"loading 50 %"
    assert body is not None
    assert protocol.answer(body) == protocol.Beat()
    assert protocol.split(b'{"type":"beat"}\r\n') == (b'{"type":"beat"}', None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b'{"type":"bye"}',
        b'{"type":"phase","job":"one","text":"","step":1,"steps":1}',
        b"\xff\xfe",
        b"[" * 5000,
    ],
    ids=repr,
)
def test_a_record_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        protocol.answer(body)
    with pytest.raises(ProtocolError):
        protocol.request(body)


def test_a_request_with_unknown_options_is_refused() -> None:
    with pytest.raises(ProtocolError, match="precision"):
        protocol.request(b'{"type":"export","kind":"onnx","design":"","file":"m","precision":"int4"}')
