"""Integer arithmetic shared by shape rules and papers' width rules."""

from __future__ import annotations

from blocks.errors import BlockError


def divisors_near(value: int, wanted: int, count: int = 2) -> list[int]:
    """The `count` divisors of `value` closest to `wanted`, ascending.

    Looks at most 4,096 steps each way, so that a huge prime costs nothing noticeable.
    """
    found: list[int] = []
    wanted = min(wanted, value)  # above `value` there are none
    for distance in range(4096):
        both = {wanted - distance, wanted + distance}
        found += [candidate for candidate in both if 0 < candidate <= value and value % candidate == 0]
        if len(found) >= count:
            break
    return sorted(found[:count])


def check_divides(param: str, divisor: int, what: str, value: int) -> None:
    """Raise unless `divisor` divides `value`, naming divisors that would."""
    if value % divisor:
        near = ", ".join(map(str, divisors_near(value, divisor)))
        named = f"; divisors near {divisor}: {near}" if near else ""
        raise BlockError(
            "not_divisible",
            f"{param}={divisor} does not divide {what}={value}{named}.",
            hint=f"Set {param} to a divisor of {value}.",
            param=param,
        )


def window_out(size: int, kernel: int, stride: int, before: int, after: int, dilation: int = 1, ceil: bool = False) -> int:
    """Positions of a sliding window along one side (torch.nn.Conv2d, "Shape"); <= 0 when the window does not fit.

    With `ceil` the size is rounded up, but a last window that would start beyond input + left padding is dropped
    (torch and Caffe agree).
    """
    room = size + before + after - dilation * (kernel - 1) - 1
    if not ceil:
        return room // stride + 1
    out = -(-room // stride) + 1
    if (out - 1) * stride >= size + before:
        out -= 1
    return out


def make_divisible(value: float, divisor: int = 8) -> int:
    """Round a width to a multiple of `divisor`, never losing more than a tenth (reference code of MobileNet V2)."""
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded
