"""Which tensors of a foreign checkpoint belong to its backbone, and which to its head."""

import dataclasses
from collections.abc import Mapping

from torch import Tensor

# What training scripts, DataParallel and torch.compile put before the names, in any order and depth.
PREFIXES = frozenset(
    {"module", "backbone", "embedding_net", "resnet", "model", "net", "encoder", "_orig_mod"}
)
HEADS = frozenset({"fc", "_fc", "head", "embedding"})


@dataclasses.dataclass(frozen=True, slots=True)
class SortedKeys:
    """`backbone`: tensors under the backbone's own names. `heads`: for each head's path, its
    tensors under the names below that path. `clashes`: keys that mean a tensor which another key means.
    """

    backbone: dict[str, Tensor]
    heads: dict[str, dict[str, Tensor]]
    clashes: tuple[str, ...]


def sort_keys(state: Mapping[str, Tensor]) -> SortedKeys:
    """Take prefixes off, and heads out."""
    backbone: dict[str, Tensor] = {}
    heads: dict[str, dict[str, Tensor]] = {}
    clashes = []
    for key, tensor in state.items():
        parts = key.split(".")
        depth = 0
        while depth < len(parts) - 1 and parts[depth] in PREFIXES:
            depth += 1
        if parts[depth] in HEADS and depth < len(parts) - 1:
            while parts[depth + 1] in HEADS and depth + 1 < len(parts) - 1:
                depth += 1
            path, name = ".".join(parts[: depth + 1]), ".".join(parts[depth + 1 :])
            heads.setdefault(path, {})[name] = tensor
        else:
            name = ".".join(parts[depth:])
            if name in backbone:
                clashes.append(key)
            backbone[name] = tensor
    return SortedKeys(backbone, heads, tuple(clashes))
