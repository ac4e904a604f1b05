"""What torch.compile made of a design: whose kernels are whose, by the compiler's own account, and how their time is spread."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from designer.measure.compiled import Call, Kernel, Program, calls_of, kernels_of, spread

SOURCE = """
cpp_fused_convolution_0 = async_compile.cpp_pybinding(['const float*'], r'''  # [Provenance debug handles] not_a_call:9
''')
def call(self, args):
        arg0_1, = args
        buf0 = empty_strided_cpu((1, 8), (8, 1), torch.float32)
        # [Provenance debug handles] cpp_fused_convolution_0:1
        assert_size_stride(arg0_1, (1, 3), (3, 1), 'input')
        cpp_fused_convolution_0(arg0_1, buf0)
        del arg0_1
        # Topologically Sorted Source Nodes: [conv], Original ATen: [aten.convolution]
        # [Provenance debug handles] extern_kernels.convolution:2
        buf1 = extern_kernels.convolution(buf0, stride=(1, 1))
        # [Provenance debug handles] cpp_fused_norm_relu_1:3
        cpp_fused_norm_relu_1(buf1)
        # [Provenance debug handles] torch.ops.aten.pool.default:4
        buf2 = torch.ops.aten.pool.default(buf1)
        # [Provenance debug handles] cpp_fused_linear_2:5
        cpp_fused_linear_2(buf2)
        return (buf2, )
"""
NOTES: dict[str, Any] = {
    "cppCodeToPost": {
        "cpp_fused_convolution_0:1": ["convolution"],
        "extern_kernels.convolution:2": ["convolution"],
        "cpp_fused_norm_relu_1:3": ["add_1", "relu", "convolution"],
        "torch.ops.aten.pool.default:4": ["pool"],
        "cpp_fused_linear_2:5": ["addmm"],
    },
    "postToPre": {"convolution": ["conv"], "add_1": ["norm"], "relu": ["act"], "pool": ["pool"], "addmm": ["fc"]},
}
NAMES = {"conv": "stem.conv", "norm": "stem.norm", "act": "stem.act", "pool": "pool", "fc": "fc"}


def test_calls_are_read_in_order_with_what_can_be_exchanged() -> None:
    assert [call.called for call in calls_of(SOURCE)] == [
        "cpp_fused_convolution_0",
        "extern_kernels.convolution",
        "cpp_fused_norm_relu_1",
        "",
        "cpp_fused_linear_2",
    ]
    assert [call.op for call in calls_of(SOURCE)][1:3] == ["convolution", "cpp_fused_norm_relu_1"]


def test_a_kernel_does_the_layers_of_the_account_but_for_what_a_library_does() -> None:
    kernels = kernels_of(calls_of(SOURCE), NOTES, NAMES)
    assert kernels is not None
    assert [(kernel.paths, kernel.moves) for kernel in kernels] == [
        (("stem.conv",), True),
        (("stem.conv",), False),
        (("stem.norm", "stem.act"), False),
        (("pool",), False),
        (("fc",), False),
    ]


@pytest.mark.parametrize(
    "notes", [{}, {"cppCodeToPost": {}, "postToPre": {}}, {**NOTES, "postToPre": {}}, {**NOTES, "postToPre": None}]
)
def test_a_gap_in_the_account_means_that_nothing_is_told_apart(notes: dict[str, Any]) -> None:
    assert kernels_of(calls_of(SOURCE), notes, NAMES) is None
    assert kernels_of([], NOTES, NAMES) is None


def test_time_goes_from_end_to_end_and_what_ran_between_has_the_gap() -> None:
    kernels = [Kernel(Call(f"k{k}:{k}", called), ("p",), moves=False) for k, called in enumerate(["a", "b", "", "c"])]
    stamps = [(1_000_000, 2_000_000), (2_500_000, 4_000_000), (9_000_000, 10_000_000)]
    assert spread(kernels, 0, stamps) == [1.0, 2.0, 5.0, 1.0]
    assert spread(kernels[2:], 8_000_000, stamps[2:]) == [1.0, 1.0]


def test_kernels_are_exchanged_for_one_run_and_given_back() -> None:
    kernels = kernels_of(calls_of(SOURCE), NOTES, NAMES)
    assert kernels is not None
    module = ModuleType("program")
    ran: list[str] = []

    class Library:
        def convolution(self, *args: object) -> None:
            ran.append("convolution")

    plain = {
        name: lambda name=name: ran.append(name)
        for name in ("cpp_fused_convolution_0", "cpp_fused_norm_relu_1", "cpp_fused_linear_2")
    }
    vars(module).update(plain, extern_kernels=Library())
    program = Program(module, kernels)

    def run() -> None:
        module.cpp_fused_convolution_0()
        module.extern_kernels.convolution()
        module.cpp_fused_norm_relu_1()
        module.cpp_fused_linear_2()

    times = program.times(run)
    assert len(times) == 5
    assert all(ms >= 0 for ms in times)
    assert ran == ["cpp_fused_convolution_0", "convolution", "cpp_fused_norm_relu_1", "cpp_fused_linear_2"]
    assert isinstance(module.extern_kernels, Library)
    assert {name: vars(module)[name] for name in plain} == plain
    assert program.times(lambda: None) == [], "a program that does something else than it says is not told apart"
