"""A vector in two parts, from its making to a file and back."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from model.export import export
from model.head_training import principal_head
from model.objective import CategoryLoss, Objective, ObjectiveRecipe
from model.onnx_embedder import OnnxEmbedder
from model.tensor_file import load_tensor_file
from model.triplet_net import TripletNet
from model.two_parts import TwoParts
from tests.unit.model.small_models import small_preprocessing
from tests.unit.model.small_networks import FEATURES, SMALL, small_net

FEATURES_OF_PHOTOS = np.random.default_rng(0).normal(size=(40, FEATURES)).astype(np.float32)


def test_each_part_has_its_share() -> None:
    """Whatever goes in, the first part has `share` of the squared length, and the whole has length 1."""
    vectors = TwoParts(kind_dim=3, share=0.7)(torch.randn(5, 8) * torch.tensor([1e-3, 1, 5, 1, 1, 9, 1, 1]))

    assert torch.allclose(vectors[:, :3].square().sum(dim=1), torch.full((5,), 0.7))
    assert torch.allclose(vectors.norm(dim=1), torch.ones(5))


def test_a_cosine_is_the_parts_cosines_in_their_shares() -> None:
    """Two vectors of one kind and nothing else in common have a cosine of `share`."""
    one, other = TwoParts(kind_dim=2, share=0.6)(torch.tensor([[1.0, 2, 3, 0], [2, 4, 0, 3]]))

    assert float(one @ other) == pytest.approx(0.6)


@pytest.mark.parametrize("loss", list(CategoryLoss))
def test_each_term_moves_its_own_part(loss: CategoryLoss) -> None:
    """The category term has a gradient for the kind alone, the contrast between photos for the rest alone."""
    categories, instances = torch.tensor([0, 0, 1, 1] * 2), torch.tensor([0, 1, 2, 3] * 2)

    def moved(*, category_weight: float, instance_weight: float) -> list[bool]:
        recipe = ObjectiveRecipe(
            loss=loss,
            category_weight=category_weight,
            instance_weight=instance_weight,
            kind_dim=3,
            margin=1.9,
        )
        vectors = torch.randn(8, 8, generator=torch.Generator().manual_seed(0)).requires_grad_()
        embeddings = functional.normalize(TwoParts(kind_dim=3, share=0.5)(vectors), dim=1)
        torch.autograd.backward(Objective(recipe)(embeddings, categories, instances))
        assert vectors.grad is not None
        return [bool(part.abs().sum() > 1e-6) for part in (vectors.grad[:, :3], vectors.grad[:, 3:])]

    assert moved(category_weight=1, instance_weight=0) == [True, False]
    assert moved(category_weight=0, instance_weight=1) == [False, True]


def test_both_parts_begin_as_the_first_components() -> None:
    """A head of two parts is linear, then `TwoParts`; each part's rows are PCA's first."""
    head = principal_head(FEATURES_OF_PHOTOS, 8, kind_dim=3, share=0.4)
    plain = principal_head(FEATURES_OF_PHOTOS, 8)
    weight, whole = (next(iter(one.parameters())).detach() for one in (head, plain))

    assert torch.equal(weight, torch.cat([whole[:3], whole[:5]]))
    assert isinstance(head[1], TwoParts)


def test_files_know_the_parts(tmp_path: Path) -> None:
    """Exported and read again, in ONNX and in torch, a model of two parts gives the same vectors."""
    head = principal_head(FEATURES_OF_PHOTOS, 8, kind_dim=3, share=0.4)
    net = TripletNet(small_net().backbone, 8, head).eval()
    pixels = np.random.default_rng(1).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)
    path = tmp_path / "small.onnx"
    export(net, backbone="small", preprocessing=small_preprocessing(), output=path)

    vectors = OnnxEmbedder(path).embed_prepared(pixels)
    again, _info = load_tensor_file(path.with_suffix(".safetensors"), {"small": SMALL})

    assert np.allclose((vectors[:, :3] ** 2).sum(axis=1), 0.4, atol=1e-5)
    parts = again.head[1]
    assert isinstance(parts, TwoParts)
    assert all(torch.equal(value, net.state_dict()[name]) for name, value in again.state_dict().items())
