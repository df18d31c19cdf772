"""The layers between a backbone's features and an embedding, rebuilt from their tensors alone."""

import dataclasses
import itertools
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

import torch
from torch import Tensor, nn

from model.two_parts import TwoParts

_IMAGENET_CLASSES = 1000


class HeadActivation(StrEnum):
    """What lies between two linear layers; a state dict does not say."""

    AUTO = "auto"
    RELU = "relu"
    NONE = "none"


class HeadUnclear(ValueError):
    """No head, or more than one, can be made of these tensors; `str()` says why."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Layer:
    head: str
    name: str
    module: nn.Module

    @property
    def number(self) -> int | None:
        return int(self.name) if self.name.isdecimal() else None


def rebuild_head(
    heads: Mapping[str, Mapping[str, Tensor]], feature_dim: int, activation: HeadActivation
) -> nn.Sequential:
    """Linear and batch-norm layers in the order in which their sizes fit, beginning at `feature_dim`.

    `heads` maps the path of each head to its tensors. Between two linear layers, AUTO puts a ReLU where a
    sequence's numbering leaves room for one and where layers have names; none where the numbering is dense,
    and none after ImageNet's own classifier. HeadUnclear.
    """
    if not heads:
        raise HeadUnclear("it has no head: no key under fc, head or embedding")
    waiting = {path: _layers(path, tensors) for path, tensors in heads.items()}
    width, chain = feature_dim, list[_Layer]()
    while waiting:
        fitting = [path for path, layers in waiting.items() if _in_features(layers) == width]
        if len(fitting) != 1:
            sizes = ", ".join(f"{path} takes {_in_features(layers)}" for path, layers in waiting.items())
            many = "more than one head takes" if fitting else "no head takes"
            raise HeadUnclear(f"{many} {width} features: {sizes}")
        layers = waiting.pop(fitting[0])
        chain.extend(layers)
        width = _out_features(layers)
    return nn.Sequential(*_with_activations(chain, activation))


def output_dim(head: nn.Sequential) -> int:
    """The length of what a head puts out."""
    return [layer for layer in head if isinstance(layer, nn.Linear)][-1].out_features


def describe(head: nn.Sequential) -> str:
    """The layers in words, for the person who knows what they should be."""
    words = []
    for layer in head:
        if isinstance(layer, nn.Linear):
            words.append(f"linear {layer.in_features}→{layer.out_features}")
        else:
            words.append(
                {nn.ReLU: "ReLU", nn.BatchNorm1d: "batch norm"}.get(type(layer), type(layer).__name__)
            )
    return ", ".join(words)


def _layers(path: str, tensors: Mapping[str, Tensor]) -> list[_Layer]:
    groups: dict[str, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        layer, _, parameter = name.rpartition(".")
        groups.setdefault(layer, {})[parameter] = tensor
    ordered = sorted(groups, key=_natural)
    return [_Layer(path, name, _module(f"{path}.{name}".rstrip("."), groups[name])) for name in ordered]


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part or 0), word) for word, part in re.findall(r"(\D*)(\d*)", name) if word or part]


def _module(path: str, tensors: Mapping[str, Tensor]) -> nn.Module:
    weight = tensors.get("weight")
    module: nn.Module
    if weight is not None and weight.ndim == 2:
        module = nn.Linear(weight.shape[1], weight.shape[0], bias="bias" in tensors)
    elif tensors.keys() == {"kind_dim", "share"}:
        module = TwoParts(int(tensors["kind_dim"]), float(tensors["share"]))
    elif "running_mean" in tensors:
        module = nn.BatchNorm1d(len(tensors["running_mean"]), affine=weight is not None)
    else:
        shapes = ", ".join(f"{name} {list(tensor.shape)}" for name, tensor in tensors.items())
        raise HeadUnclear(f"the head's layer {path} is neither linear nor batch norm: {shapes}")
    steps = {"num_batches_tracked": torch.tensor(0)} if isinstance(module, nn.BatchNorm1d) else {}
    try:
        module.load_state_dict(steps | dict(tensors))
    except RuntimeError as error:
        raise HeadUnclear(f"the head's layer {path} is incomplete: {' '.join(str(error).split())}") from error
    return module


def _in_features(layers: Sequence[_Layer]) -> int | None:
    first = layers[0].module
    return first.in_features if isinstance(first, nn.Linear) else getattr(first, "num_features", None)


def _out_features(layers: Sequence[_Layer]) -> int:
    widths = [layer.module.out_features for layer in layers if isinstance(layer.module, nn.Linear)]
    if not widths:
        raise HeadUnclear(f"the head {layers[0].head} has no linear layer")
    return widths[-1]


def _with_activations(chain: Sequence[_Layer], activation: HeadActivation) -> list[nn.Module]:
    modules: list[nn.Module] = [chain[0].module]
    for before, layer in itertools.pairwise(chain):
        if _activated(before, layer, activation):
            modules.append(nn.ReLU())
        modules.append(layer.module)
    return modules


def _activated(before: _Layer, layer: _Layer, activation: HeadActivation) -> bool:
    if activation is HeadActivation.AUTO and before.head == layer.head:
        numbers = before.number, layer.number
        if numbers[0] is not None and numbers[1] is not None:
            return numbers[1] - numbers[0] > 1
    if activation is HeadActivation.NONE or not isinstance(layer.module, nn.Linear):
        return False
    if activation is HeadActivation.RELU:
        return True
    return not (isinstance(before.module, nn.Linear) and before.module.out_features == _IMAGENET_CLASSES)
