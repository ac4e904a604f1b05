"""What ends nearly every classifier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.block import Composite
from blocks.parameters import Bool, Float, Int
from blocks.spec import MAX_CHANNELS, Port

if TYPE_CHECKING:
    from blocks.builder import Builder, Tensor


class ClassifierHead(Composite):
    """Global average pooling, flatten, dropout, linear layer: a map becomes one score per class.

    x (C, H, W) -> (classes,). Costs C classes macs. Paper: Lin et al. 2014, section 3.2. Document: MobileNet V1 (structure).
    """

    id = "classifier_head"
    basic = True
    inputs = (Port("x", rank=3),)
    reference = "Lin et al. 2014, section 3.2"
    document = "MobileNet V1"

    classes = Int(1000, minimum=1, maximum=MAX_CHANNELS, unit="classes", help="Length of the output vector.")
    dropout = Float(0.0, minimum=0.0, maximum=1.0, help="Share of features dropped while training; 0 draws no dropout.")
    bias = Bool(True, help="Adds one trainable number per class.")

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        y = draw.flatten(draw.global_avg_pool(x, name="pool"), name="flatten")
        if self.dropout:
            y = draw.dropout(y, self.dropout, name="dropout")
        return draw.linear(y, self.classes, self.bias, name="linear")
