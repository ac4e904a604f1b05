"""Activations: same shape, no weights (but prelu), a few operations per element."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from blocks.block import Primitive
from blocks.cost import Cost
from blocks.parameters import Float
from blocks.spec import TensorSpec

if TYPE_CHECKING:
    from torch import nn


class Activation(Primitive):
    """What activations share: the shape stays, and `per_element` is the cost (add, mul, div_exp, compare) of one element.

    They are primitives because none is a drawing of others at a cost worth counting so.
    """

    category = "activation"
    saves_output = True  # most do, and those that do not once they run in place: nothing may overwrite an activation's output
    per_element: ClassVar[tuple[int, int, int, int]] = (0, 0, 0, 0)
    torch_name: ClassVar[str] = ""

    def infer(self, x: TensorSpec) -> TensorSpec:
        return x

    def cost(self, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Cost:
        n = output.elements
        add, mul, div_exp, compare = self.per_element
        return Cost(0, 0, 0, 0, add * n, mul * n, div_exp * n, compare * n)

    def module(self, x: TensorSpec) -> nn.Module:
        from torch import nn

        module: nn.Module = getattr(nn, self.torch_name)()
        return module


class Relu(Activation):
    """max(0, x) (torch.nn.ReLU). Per element: 1 compare. A primitive: the simplest non-linearity.

    Paper: Nair and Hinton 2010; Krizhevsky et al. 2012, section 3.1. Document: "请不要在低维乱激活".
    """

    id = "relu"
    basic = True
    inplace_capable = True
    torch_name = "ReLU"
    per_element = (0, 0, 0, 1)
    reference = "Krizhevsky et al. 2012, section 3.1"
    document = "请不要在低维乱激活"


class Relu6(Activation):
    """min(6, max(0, x)) (torch.nn.ReLU6). Per element: 2 compare. A primitive: a bounded relu for few-bit arithmetic.

    Paper: Sandler et al. 2018, section 5 (robust in low precision). Document: MobileNet V1.
    """

    id = "relu6"
    basic = True
    inplace_capable = True
    torch_name = "ReLU6"
    per_element = (0, 0, 0, 2)
    reference = "Sandler et al. 2018, section 5"
    document = "MobileNet V1"


class LeakyRelu(Activation):
    """x above 0, negative_slope * x below (torch.nn.LeakyReLU). Per element: 1 compare, 1 mul. A primitive.

    Paper: Maas et al. 2013.
    """

    id = "leaky_relu"
    inplace_capable = True
    per_element = (0, 1, 0, 1)
    reference = "Maas et al. 2013"

    negative_slope = Float(0.01, minimum=0.0, maximum=1.0, help="Slope for negative inputs.", inert=True)

    def module(self, x: TensorSpec) -> nn.Module:
        from torch import nn

        return nn.LeakyReLU(self.negative_slope)


class Prelu(Activation):
    """Leaky relu with one trainable slope per channel (torch.nn.PReLU). params = C. Per element: 1 compare, 1 mul. A primitive.

    Paper: He et al. 2015, Delving deep into rectifiers, section 2.1.
    """

    id = "prelu"
    per_element = (0, 1, 0, 1)
    reference = "He et al. 2015, section 2.1"

    init = Float(0.25, minimum=0.0, maximum=1.0, help="Slope at the start of training.", inert=True)

    def cost(self, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Cost:
        return super().cost(inputs, output) + Cost(params=output[0])

    def module(self, x: TensorSpec) -> nn.Module:
        from torch import nn

        return nn.PReLU(x[0], self.init)


class Sigmoid(Activation):
    """1 / (1 + exp(-x)) (torch.nn.Sigmoid). Per element: 2 div_exp, 1 add. A primitive: the gate of SE.

    Paper: Hu et al. 2018, equation 3. Document: MobileNet V3 (SE).
    """

    id = "sigmoid"
    torch_name = "Sigmoid"
    per_element = (1, 0, 2, 0)
    reference = "Hu et al. 2018, equation 3"
    document = "MobileNet V3"


class HardSigmoid(Activation):
    """relu6(x + 3) / 6 (torch.nn.Hardsigmoid). Per element: 1 add, 1 mul, 2 compare. A primitive: one op in torch and ONNX.

    Paper: Howard et al. 2019, section 5.2. Document: MobileNet V3.
    """

    id = "hard_sigmoid"
    inplace_capable = True
    torch_name = "Hardsigmoid"
    per_element = (1, 1, 0, 2)
    reference = "Howard et al. 2019, section 5.2"
    document = "MobileNet V3"


class Silu(Activation):
    """x * sigmoid(x), also called swish (torch.nn.SiLU). Per element: 2 div_exp, 1 add, 1 mul. A primitive.

    Paper: Ramachandran et al. 2017; Elfwing et al. 2017.
    """

    id = "silu"
    inplace_capable = True
    torch_name = "SiLU"
    per_element = (1, 1, 2, 0)
    reference = "Ramachandran et al. 2017, Searching for activation functions"


class HardSwish(Activation):
    """x * relu6(x + 3) / 6 (torch.nn.Hardswish). Per element: 1 add, 2 mul, 2 compare. A primitive: one op in torch and ONNX.

    Paper: Howard et al. 2019, section 5.2. Document: MobileNet V3.
    """

    id = "hard_swish"
    basic = True
    inplace_capable = True
    torch_name = "Hardswish"
    per_element = (1, 2, 0, 2)
    reference = "Howard et al. 2019, section 5.2"
    document = "MobileNet V3"


class Gelu(Activation):
    """x * Phi(x) with the error function (torch.nn.GELU). Per element: 1 div_exp, 1 add, 3 mul. A primitive.

    Paper: Hendrycks and Gimpel 2016.
    """

    id = "gelu"
    torch_name = "GELU"
    per_element = (1, 3, 1, 0)
    reference = "Hendrycks and Gimpel 2016"


class Tanh(Activation):
    """Hyperbolic tangent (torch.nn.Tanh). Per element: 2 div_exp, 2 add, 1 mul. A primitive.

    Paper: LeCun et al. 1998, Efficient backprop, section 4.4.
    """

    id = "tanh"
    torch_name = "Tanh"
    per_element = (2, 1, 2, 0)
    reference = "LeCun et al. 1998, Efficient backprop"


class Softmax(Activation):
    """exp(x) over its sum along the channels (torch.nn.Softmax, dim=1). Per element: 2 div_exp, 2 add, 1 compare. A primitive.

    Document: MobileNet V1 (last layer).
    """

    id = "softmax"
    per_element = (2, 0, 2, 1)
    document = "MobileNet V1"

    def module(self, x: TensorSpec) -> nn.Module:
        from torch import nn

        return nn.Softmax(dim=1)
