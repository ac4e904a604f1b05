"""Layers that move, cut or repeat values without weights."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from blocks.arithmetic import check_divides
from blocks.block import Primitive, Window, refusing
from blocks.cost import ZERO, Cost
from blocks.errors import BlockError
from blocks.parameters import Choice, Float, Int
from blocks.spec import MAX_CHANNELS, MAX_WINDOW, Port, TensorSpec

if TYPE_CHECKING:
    from torch import nn


class _Moves(Primitive):
    category = "merge"
    uncounted = "moves data only"

    def cost(self, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Cost:
        return ZERO


class Identity(_Moves):
    """Passes its input on (torch.nn.Identity). A primitive: a named place in the design. Costs nothing."""

    id = "identity"
    makes_no_tensor = True

    def infer(self, x: TensorSpec) -> TensorSpec:
        return x

    def module(self, x: TensorSpec) -> nn.Module:
        from torch import nn

        return nn.Identity()


class Dropout(_Moves):
    """Zeroes a random share of the values while training (torch.nn.Dropout). A primitive: randomness of its own.

    Same shape; nothing happens at inference. Paper: Srivastava et al. 2014; Krizhevsky et al. 2012, section 4.2.
    """

    id = "dropout"
    basic = True
    makes_no_tensor = True
    reference = "Krizhevsky et al. 2012, section 4.2"

    p = Float(0.5, minimum=0.0, maximum=1.0, help="Share of the values set to zero while training.", inert=True)

    def infer(self, x: TensorSpec) -> TensorSpec:
        return x

    def module(self, x: TensorSpec) -> nn.Module:
        from torch import nn

        return nn.Dropout(self.p)


class Flatten(_Moves):
    """Makes a vector of a map (torch.nn.Flatten). A primitive: it changes the rank.

    (C, H, W) -> (C H W,).
    """

    id = "flatten"
    basic = True
    makes_no_tensor = True

    def infer(self, x: TensorSpec) -> TensorSpec:
        return TensorSpec((x.elements,))

    def module(self, x: TensorSpec) -> nn.Module:
        from torch import nn

        return nn.Flatten()


class SliceChannels(_Moves):
    """Channels `start` to `stop` (not included) of its input. A primitive: ShuffleNet V2's channel split.

    (C, H, W) -> (stop - start, H, W). Errors: a range outside 0..C. Paper: Ma et al. 2018, figure 3c.
    """

    id = "slice_channels"
    reference = "Ma et al. 2018, figure 3c"
    refuses_more = refusing(slice_range="an empty range, or one outside the channels: torch would cut it silently")

    start = Int(0, minimum=0, maximum=MAX_CHANNELS, unit="channels", help="First channel to keep, counted from 0.")
    stop = Int(
        None, minimum=1, maximum=MAX_CHANNELS, unit="channels", optional=True, help="First channel to drop; none keeps the rest."
    )

    def _stop(self, x: TensorSpec) -> int:
        return x[0] if self.stop is None else self.stop

    def check(self, x: TensorSpec) -> None:
        if self.stop is not None and self.stop > x[0]:
            needs, param = f"stop={self.stop} needs to be at most the {x[0]} channels of the input.", "stop"
        elif self.stop is not None and self.start >= self.stop:
            needs, param = f"start={self.start} needs to be below stop={self.stop}.", "start"
        elif self.start >= x[0]:
            needs, param = f"start={self.start} needs to be below the {x[0]} channels of the input.", "start"
        else:
            return
        raise BlockError("slice_range", needs, hint=f"Choose start below stop, both within 0 and {x[0]}.", param=param)

    def infer(self, x: TensorSpec) -> TensorSpec:
        return TensorSpec((self._stop(x) - self.start, *x[1:]))

    def module(self, x: TensorSpec) -> nn.Module:
        from blocks.modules import SliceChannels

        return SliceChannels(self.start, self._stop(x))

    def shares_storage(self, x: TensorSpec) -> bool:
        return True


class ChannelShuffle(_Moves):
    """Deals the channels of `groups` groups out in turn (torch.nn.ChannelShuffle). A primitive: a transpose of channels.

    Same shape. Errors: groups that does not divide C. Paper: Zhang et al. 2018 (ShuffleNet), section 3.1.
    """

    id = "channel_shuffle"
    reference = "Zhang et al. 2018, section 3.1"
    inputs = (Port("x", rank=3),)

    groups = Int(2, minimum=1, maximum=MAX_CHANNELS, unit="groups", help="Groups whose channels are mixed.")

    def check(self, x: TensorSpec) -> None:
        check_divides("groups", self.groups, "in_channels", x[0])

    def infer(self, x: TensorSpec) -> TensorSpec:
        return x

    def module(self, x: TensorSpec) -> nn.Module:
        from blocks.modules import ChannelShuffle

        return ChannelShuffle(self.groups)

    def shares_storage(self, x: TensorSpec) -> bool:
        return self.groups in (1, x[0])


class Pad(_Moves):
    """Adds a border, different on each side if wanted (torch.nn.functional.pad). A primitive: asymmetric padding needs it.

    (C, H, W) -> (C, top + H + bottom, left + W + right). Errors: a reflected or circular border wider than the map.
    """

    id = "pad"
    inputs = (Port("x", rank=3),)
    refuses_more = refusing(wrong_rank="a vector: torch would add its rows to the batch")

    left = Int(0, minimum=0, maximum=MAX_WINDOW, unit="px", help="Columns added on the left.")
    right = Int(1, minimum=0, maximum=MAX_WINDOW, unit="px", help="Columns added on the right.")
    top = Int(0, minimum=0, maximum=MAX_WINDOW, unit="px", help="Rows added on top.")
    bottom = Int(1, minimum=0, maximum=MAX_WINDOW, unit="px", help="Rows added at the bottom.")
    mode = Choice("constant", of=("constant", "reflect", "replicate", "circular"), help="What the border is filled with.")
    value = Float(
        0.0, minimum=-1e6, maximum=1e6, help="Value of a constant border.", visible_when={"mode": ("constant",)}, inert=True
    )

    def check(self, x: TensorSpec) -> None:
        if self.mode in ("constant", "replicate"):
            return
        for side, names in ((x[2], ("left", "right")), (x[1], ("top", "bottom"))):
            limit = side - 1 if self.mode == "reflect" else side
            for name in names:
                if getattr(self, name) > limit:
                    raise BlockError(
                        "padding_too_wide",
                        f"mode={self.mode} needs {name} of at most {limit} on a map of {x}, but got {getattr(self, name)}.",
                        hint=f"Set {name} to {limit} or less, or use a constant border.",
                        param=name,
                    )

    def infer(self, x: TensorSpec) -> TensorSpec:
        return TensorSpec((x[0], x[1] + self.top + self.bottom, x[2] + self.left + self.right))

    def module(self, x: TensorSpec) -> nn.Module:
        from blocks.modules import Pad

        return Pad((self.left, self.right, self.top, self.bottom), self.mode, self.value)

    def shares_storage(self, x: TensorSpec) -> bool:
        return self.infer(x) == x


class Crop(_Moves):
    """Cuts rows and columns off the edges. A primitive: `pad` only adds, and nothing else takes pixels away and keeps the rest.

    (C, H, W) -> (C, H - top - bottom, W - left - right). Errors: nothing left. Paper: Ronneberger et al. 2015 (U-Net), figure 1.
    """

    id = "crop"
    inputs = (Port("x", rank=3),)
    reference = "Ronneberger et al. 2015, figure 1"
    refuses_more = refusing(empty_output="torch would slice the map to nothing silently")

    left = Int(1, minimum=0, maximum=MAX_WINDOW, unit="px", help="Columns cut off on the left.")
    right = Int(1, minimum=0, maximum=MAX_WINDOW, unit="px", help="Columns cut off on the right.")
    top = Int(1, minimum=0, maximum=MAX_WINDOW, unit="px", help="Rows cut off on top.")
    bottom = Int(1, minimum=0, maximum=MAX_WINDOW, unit="px", help="Rows cut off at the bottom.")

    def check(self, x: TensorSpec) -> None:
        for side, names in ((x[2], ("left", "right")), (x[1], ("top", "bottom"))):
            first, second = (getattr(self, name) for name in names)
            if first + second < side:
                continue
            param = names[0] if first >= second else names[1]
            other = min(first, second)
            room = max(0, side - 1 - other)
            both = "" if room + other < side else f" and {names[1] if param == names[0] else names[0]} below {side}"
            raise BlockError(
                "empty_output",
                f"{names[0]} and {names[1]} need to cut less than {side} px off a map of {x}, but got {first} + {second}.",
                hint=f"Set {param} to {room}{' or less' if room else ''}{both}.",
                param=param,
            )

    def infer(self, x: TensorSpec) -> TensorSpec:
        return TensorSpec((x[0], x[1] - self.top - self.bottom, x[2] - self.left - self.right))

    def module(self, x: TensorSpec) -> nn.Module:
        from blocks.modules import Crop

        return Crop(self.left, self.right, self.top, self.bottom)

    def shares_storage(self, x: TensorSpec) -> bool:
        return True


class PadChannels(_Moves):
    """Adds channels of zeros before and after the others. A primitive: `pad` moves pixels, and nothing else makes empty channels.

    (C, H, W) -> (front + C + back, H, W). Paper: He et al. 2016, section 3.3 (shortcut A).
    """

    id = "pad_channels"
    inputs = (Port("x", rank=3),)
    reference = "He et al. 2016, section 3.3 (shortcut A)"

    front = Int(0, minimum=0, maximum=MAX_CHANNELS, unit="channels", help="Channels added before the first.")
    back = Int(1, minimum=0, maximum=MAX_CHANNELS, unit="channels", help="Channels added after the last.")

    def infer(self, x: TensorSpec) -> TensorSpec:
        return TensorSpec((self.front + x[0] + self.back, *x[1:]))

    def module(self, x: TensorSpec) -> nn.Module:
        from blocks.modules import PadChannels

        return PadChannels(self.front, self.back)

    def shares_storage(self, x: TensorSpec) -> bool:
        return self.front == self.back == 0


class Upsample(Primitive):
    """Repeats or interpolates pixels (torch.nn.Upsample). A primitive: it makes maps larger without weights.

    (C, H, W) -> (C, H scale, W scale). Per output element: nothing counted for nearest; 3 add, 4 mul for bilinear.
    """

    id = "upsample"
    category = "merge"
    inputs = (Port("x", rank=3),)

    scale_factor = Int(2, minimum=1, maximum=64, unit="x", help="How many times higher and wider the map becomes.")
    mode = Choice("nearest", of=("nearest", "bilinear"), help="Repeat pixels, or interpolate between them (corners not aligned).")

    def infer(self, x: TensorSpec) -> TensorSpec:
        return TensorSpec((x[0], x[1] * self.scale_factor, x[2] * self.scale_factor))

    def cost(self, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Cost:
        n = output.elements
        return ZERO if self.mode == "nearest" else Cost(add=3 * n, mul=4 * n)

    def module(self, x: TensorSpec) -> nn.Module:
        from torch import nn

        return nn.Upsample(scale_factor=self.scale_factor, mode=self.mode)

    def window(self, x: TensorSpec) -> Window:
        seen = 1 if self.mode == "nearest" else 2
        return Window((seen, seen), (Fraction(1, self.scale_factor), Fraction(1, self.scale_factor)))

    def shares_storage(self, x: TensorSpec) -> bool:
        return self.scale_factor == 1

    def uncounted_parts(self) -> tuple[str, ...]:
        return ("upsample",) if self.mode == "nearest" else ()


class PixelShuffle(_Moves):
    """Lays channels out as pixels (torch.nn.PixelShuffle). A primitive: sub-pixel upsampling.

    (C r r, H, W) -> (C, H r, W r). Errors: r * r that does not divide the channels. Paper: Shi et al. 2016, section 2.2.
    """

    id = "pixel_shuffle"
    reference = "Shi et al. 2016, section 2.2"
    inputs = (Port("x", rank=3),)

    upscale_factor = Int(2, minimum=1, maximum=64, unit="x", help="How many times higher and wider the map becomes.")

    def check(self, x: TensorSpec) -> None:
        square = self.upscale_factor**2
        if x[0] % square:
            raise BlockError(
                "not_divisible",
                f"upscale_factor={self.upscale_factor} needs channels divisible by {square}, but got {x[0]}.",
                hint=f"Give its input {-(-x[0] // square) * square} channels.",
                param="upscale_factor",
            )

    def infer(self, x: TensorSpec) -> TensorSpec:
        r = self.upscale_factor
        return TensorSpec((x[0] // (r * r), x[1] * r, x[2] * r))

    def module(self, x: TensorSpec) -> nn.Module:
        from torch import nn

        return nn.PixelShuffle(self.upscale_factor)

    def window(self, x: TensorSpec) -> Window:
        return Window((1, 1), (Fraction(1, self.upscale_factor), Fraction(1, self.upscale_factor)))

    def shares_storage(self, x: TensorSpec) -> bool:
        return self.upscale_factor == 1
