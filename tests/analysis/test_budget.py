"""Limits are read as they are written, to the unit, and a design keeps to a limit that it just reaches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.errors import LightdesignerError
from designer.analysis.budget import LIMITED, in_bytes, limit_of, read_count, read_size, written


@given(st.sampled_from(LIMITED), st.integers(0, 10**18 - 1))
def test_what_is_written_reads_the_same(figure: str, limit: int) -> None:
    read = read_size if in_bytes(figure) else read_count
    assert read(written(limit, figure)) == limit


@pytest.mark.parametrize(
    ("figure", "limit", "text"),
    [
        ("macs", 320_000_000, "320M"),
        ("params", 3_500_000, "3.5M"),
        ("params", 3_504_872, "3504.872K"),
        ("params", 0, "0"),
        ("weights_bytes", 16 << 20, "16MiB"),
        ("weights_bytes", 1 << 29, "512MiB"),
        ("peak_activation_bytes", 1000, "1000"),
    ],
)
def test_limits_are_written_short(figure: str, limit: int, text: str) -> None:
    assert written(limit, figure) == text


@pytest.mark.parametrize("text", ["", "M", "-1", "1e6", "4 MB", "4m", "1.5.2", "٣"])
def test_what_is_no_limit_says_what_is(text: str) -> None:
    with pytest.raises(LightdesignerError, match="needs a number"):
        read_size(text)
    with pytest.raises(LightdesignerError, match="needs a number"):
        read_count(text)


def test_a_limit_is_kept_up_to_itself() -> None:
    assert limit_of("macs", 10, 10).kept
    assert limit_of("macs", 10, 11).over == 1
    assert not limit_of("macs", 10, 11).kept
    unknown = limit_of("macs", 10, None)
    assert (unknown.kept, unknown.over) == (False, None)
