"""A team's own checkpoint becomes a TripletNet."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

from torch import Tensor, nn

from model.backbones import Backbone
from model.checkpoint_file import read_checkpoint
from model.checkpoint_keys import sort_keys
from model.errors import CheckpointMismatch
from model.heads import HeadActivation, HeadUnclear, describe, output_dim, rebuild_head
from model.triplet_net import EMBEDDING_DIM, TripletNet

_LISTED = 8


@dataclasses.dataclass(frozen=True, slots=True)
class Imported:
    """`head` says in words which layers were found, and what was assumed between them."""

    net: TripletNet
    head: str


def import_checkpoint(
    path: Path,
    backbone: Backbone,
    *,
    embedding_dim: int = EMBEDDING_DIM,
    activation: HeadActivation = HeadActivation.AUTO,
) -> Imported:
    """Read a .pth, .pt or .safetensors file of `backbone` with a head; see `docs/how-to`.

    CheckpointUnreadable, CheckpointUnsafe; CheckpointMismatch, which lists the keys that are missing,
    unexpected or of another shape.
    """
    found = sort_keys(read_checkpoint(path))
    if found.clashes:
        raise CheckpointMismatch(
            path, f"two keys for one tensor: {_listed(found.clashes)}", unexpected=found.clashes
        )
    network = backbone.build()
    _load(path, network, backbone.rename(found.backbone))
    try:
        head = rebuild_head(found.heads, int(network.feature_dim), activation)
    except HeadUnclear as error:
        raise CheckpointMismatch(path, str(error)) from error
    if output_dim(head) != embedding_dim:
        raise CheckpointMismatch(
            path,
            f"its head ({describe(head)}) gives {output_dim(head)} numbers, not {embedding_dim}: "
            "another head, or a classifier (--dimension takes another length)",
        )
    return Imported(TripletNet(network, embedding_dim, head).eval(), describe(head))


def _load(path: Path, network: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Copy `state` into the backbone; CheckpointMismatch unless it fits to the last key."""
    expected = network.state_dict()
    missing = tuple(
        name for name in expected if name not in state and not name.endswith("num_batches_tracked")
    )
    unexpected = tuple(name for name in state if name not in expected)
    misshaped = tuple(
        f"{name} {list(tensor.shape)} instead of {list(expected[name].shape)}"
        for name, tensor in state.items()
        if name in expected and tensor.shape != expected[name].shape
    )
    lists = {"missing": missing, "unexpected": unexpected, "of another shape": misshaped}
    if any(lists.values()):
        found = "; ".join(f"{len(keys)} {what}: {_listed(keys)}" for what, keys in lists.items() if keys)
        raise CheckpointMismatch(
            path,
            f"its keys do not fit the backbone: {found}",
            missing=missing,
            unexpected=unexpected,
            misshaped=misshaped,
        )
    if broken := [name for name, tensor in state.items() if not tensor.isfinite().all()]:
        raise CheckpointMismatch(path, f"it holds numbers that are not finite: {_listed(broken)}")
    network.load_state_dict(dict(state), strict=False)


def _listed(keys: Sequence[str]) -> str:
    more = f" and {len(keys) - _LISTED} more" if len(keys) > _LISTED else ""
    return ", ".join(keys[:_LISTED]) + more
