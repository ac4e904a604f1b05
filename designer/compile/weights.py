"""Weights in safetensors files, kept by path and shape: an edit loses only those of the layers it changed."""

from __future__ import annotations

from os import PathLike, fspath
from typing import TYPE_CHECKING, NamedTuple

from designer.compile.errors import WeightsError

if TYPE_CHECKING:
    import torch
    from torch import nn


class Loaded(NamedTuple):
    """Names of tensors, each list sorted: taken from the file; in the file but not used; in the module but not found.

    A name with another shape stands in both `unused` and `missing`.
    """

    loaded: list[str]
    unused: list[str]
    missing: list[str]


def read_weights(path: str | PathLike[str]) -> dict[str, torch.Tensor]:
    """All tensors of a safetensors file by name. Raises WeightsError where it cannot be read."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(fspath(path))
    except FileNotFoundError:
        raise WeightsError(f"There is no file of weights {fspath(path)!r}.") from None
    except OSError as error:
        raise WeightsError(f"The weights {fspath(path)!r} cannot be read: {error.strerror or error}.") from error
    except SafetensorError as error:
        raise WeightsError(f"{fspath(path)!r} is not a whole safetensors file: {error}.") from error


def load_weights(module: nn.Module, path: str | PathLike[str]) -> Loaded:
    """Copy the tensors of a safetensors file into the module where name and shape are the same.

    Raises WeightsError where the file cannot be read; the module is then as it was.
    """
    import torch

    given = read_weights(path)
    own = module.state_dict(keep_vars=True)
    fits = [name for name, tensor in own.items() if name in given and given[name].shape == tensor.shape]
    with torch.no_grad():
        for name in fits:
            own[name].copy_(given[name])
    return Loaded(sorted(fits), sorted(given.keys() - set(fits)), sorted(own.keys() - set(fits)))


def save_weights(module: nn.Module, path: str | PathLike[str]) -> None:
    """Write all weights and running statistics as a safetensors file. Raises WeightsError where it cannot be written."""
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in module.state_dict().items()}
    try:
        save_file(tensors, fspath(path))
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"The weights cannot be written to {fspath(path)!r}: {error}.") from error
