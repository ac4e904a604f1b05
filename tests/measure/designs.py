"""Small designs to measure: quick to run, with something of everything."""

from __future__ import annotations

from designer.graph.design import Design
from tests.designs import chain, design


def small() -> Design:
    """A block that folds and fuses, one alone, and a view."""
    return chain(
        ("stem", "conv_norm_act", {"out_channels": 8, "kernel_size": 3, "padding": 1}),
        ("conv", "conv2d", {"out_channels": 8, "kernel_size": 3, "padding": 1, "bias": False}),
        "batch_norm",
        "relu",
        ("pool", "global_avg_pool"),
        "flatten",
        ("fc", "linear", {"out_features": 5}),
        shape=(3, 16, 16),
    )


def residual() -> Design:
    """A sum that ONNX Runtime fuses into the convolution before it, across root blocks."""
    return design(
        [
            ("input", "input", {"shape": [8, 16, 16]}),
            ("first", "conv_norm_act", {"out_channels": 8, "kernel_size": 3, "padding": 1}),
            ("second", "conv_norm_act", {"out_channels": 8, "kernel_size": 3, "padding": 1, "act": None}),
            ("add", "add"),
            ("relu", "relu"),
            ("output", "output"),
        ],
        ["input -> first", "first -> second", "second -> add.a", "first -> add.b", "add -> relu", "relu -> output"],
    )
