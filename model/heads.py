"""The layers between a backbone's features and an embedding."""

import re
from collections.abc import Mapping

from torch import Tensor, nn


def linear_head(feature_dim: int, embedding_dim: int) -> nn.Module:
    """One linear layer."""
    return nn.Linear(feature_dim, embedding_dim)


def head_for(state: Mapping[str, Tensor]) -> nn.Module:
    """An untrained head whose keys and shapes are those of `state`; ValueError where none can be.

    Keys `weight` and `bias` make one linear layer. Keys `0.weight`, `2.weight`, … make a sequence of linear
    and one-dimensional batch-norm layers; a number skipped between two of them stands for a ReLU (a dropout
    in that place has no effect on embeddings).
    """
    if "weight" in state:
        return _linear(state["weight"], has_bias="bias" in state)
    numbers = sorted({int(found[1]) for key in state if (found := re.match(r"(\d+)\.", key))})
    if not numbers or any(not re.match(r"\d+\.", key) for key in state):
        raise ValueError(f"the head's keys name no layers: {', '.join(sorted(state)) or 'none'}")
    layers: list[nn.Module] = []
    for number in range(numbers[-1] + 1):
        weight = state.get(f"{number}.weight")
        if number not in numbers:
            layers.append(nn.Identity() if layers and isinstance(layers[-1], nn.ReLU) else nn.ReLU())
        elif f"{number}.running_mean" in state:
            layers.append(nn.BatchNorm1d(len(state[f"{number}.running_mean"]), affine=weight is not None))
        elif weight is not None:
            layers.append(_linear(weight, has_bias=f"{number}.bias" in state))
        else:
            raise ValueError(f"the head's layer {number} has no weight")
    return nn.Sequential(*layers)


def _linear(weight: Tensor, *, has_bias: bool) -> nn.Module:
    if weight.ndim != 2:
        raise ValueError(f"a head's layer must have a weight of two dimensions, not {list(weight.shape)}")
    return nn.Linear(weight.shape[1], weight.shape[0], bias=has_bias)


def output_dim(head: nn.Module) -> int:
    """The length of what a head from this file puts out."""
    linear = [layer for layer in head.modules() if isinstance(layer, nn.Linear)]
    return linear[-1].out_features
