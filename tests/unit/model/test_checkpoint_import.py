"""A team's own checkpoint: every shape of it that is taken, and every one that is refused."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from model.checkpoint_import import import_checkpoint
from model.errors import CheckpointError, CheckpointMismatch, CheckpointUnreadable, CheckpointUnsafe
from model.heads import HeadActivation
from tests.unit.model.small_networks import SMALL
from tests.unit.model.team_checkpoints import (
    DIMENSION,
    FEATURES,
    SMALL_RESNET,
    TEAMS,
    Team,
    fc_replaced_in_place,
    imagenet_classifier_below,
    small_resnet,
    two_layers_in_fc,
)

State = dict[str, torch.Tensor]


@pytest.fixture(scope="module")
def plain_state() -> State:
    state: State = fc_replaced_in_place().saved
    return state


def refused(tmp_path: Path, content: Any, **options: Any) -> CheckpointMismatch:
    path = tmp_path / "refused.pth"
    torch.save(content, path)
    with pytest.raises(CheckpointMismatch) as caught:
        import_checkpoint(path, SMALL_RESNET, **({"embedding_dim": DIMENSION} | options))
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("team", TEAMS, ids=lambda team: team.__name__)
def test_a_teams_network_embeds_as_it_did(tmp_path: Path, team: Callable[[], Team]) -> None:
    """Whatever its wrappers, prefixes and head: the imported network's vectors are the team's own."""
    torch.manual_seed(4)
    trained = team()
    trained.net.eval()
    pictures = torch.randn(3, 3, 32, 32)

    imported = import_checkpoint(trained.save(tmp_path), SMALL_RESNET, embedding_dim=DIMENSION)

    with torch.inference_mode():
        assert torch.allclose(imported.net(pictures), trained.net(pictures), atol=1e-5)


def test_our_own_names_are_taken_too(tmp_path: Path) -> None:
    """A checkpoint of another backbone than ResNet comes in the same way."""
    network = SMALL.build()
    path = tmp_path / "own.pt"
    state = {f"backbone.{name}": tensor for name, tensor in network.state_dict().items()}
    torch.save({"state_dict": state | {"head.weight": torch.eye(8, 16)}}, path)

    assert import_checkpoint(path, SMALL, embedding_dim=8).head == "linear 16→8"


@pytest.mark.parametrize(
    ("activation", "words"),
    [
        (HeadActivation.AUTO, "linear 512→16, ReLU, linear 16→8"),
        (HeadActivation.RELU, "linear 512→16, ReLU, linear 16→8"),
        (HeadActivation.NONE, "linear 512→16, linear 16→8"),
    ],
)
def test_what_lies_between_layers_can_be_said(tmp_path: Path, activation: HeadActivation, words: str) -> None:
    """A state dict names no activations: the import says what it assumed, and can be told otherwise."""
    path = two_layers_in_fc().save(tmp_path)

    assert import_checkpoint(path, SMALL_RESNET, embedding_dim=DIMENSION, activation=activation).head == words


def test_after_imagenets_classifier_comes_no_activation_unless_asked(tmp_path: Path) -> None:
    """A head on top of ImageNet's 1000 classes takes them as they are."""
    path = imagenet_classifier_below().save(tmp_path)
    asked = import_checkpoint(path, SMALL_RESNET, embedding_dim=DIMENSION, activation=HeadActivation.RELU)

    assert (
        import_checkpoint(path, SMALL_RESNET, embedding_dim=DIMENSION).head
        == "linear 512→1000, linear 1000→8"
    )
    assert asked.head == "linear 512→1000, ReLU, linear 1000→8"


def test_missing_unexpected_and_misshaped_keys_are_listed(tmp_path: Path, plain_state: State) -> None:
    """Every key that does not fit is in the error: missing, unexpected, or of another shape."""
    state = plain_state | {"neck.weight": torch.zeros(3), "bn1.weight": torch.zeros(7)}
    del state["layer3.0.conv1.weight"], state["conv1.weight"]

    error = refused(tmp_path, state)

    assert set(error.missing) == {"layer3.0.conv1.weight", "conv1.weight"}
    assert error.unexpected == ("neck.weight",)
    assert error.misshaped == ("bn1.weight [7] instead of [64]",)
    for key in (*error.missing, *error.unexpected, *error.misshaped):
        assert key in str(error)


def test_another_backbones_checkpoint_is_refused(tmp_path: Path, plain_state: State) -> None:
    """A ResNet's checkpoint named as another network lists some keys and counts the rest."""
    path = tmp_path / "resnet.pth"
    torch.save(plain_state, path)

    with pytest.raises(CheckpointMismatch, match=r"missing: .* and \d+ more; .*unexpected: "):
        import_checkpoint(path, SMALL, embedding_dim=DIMENSION)


def test_batch_norms_counters_may_be_missing(tmp_path: Path, plain_state: State) -> None:
    """Files that leave out how many batches were seen are complete."""
    path = tmp_path / "lean.pth"
    torch.save({name: value for name, value in plain_state.items() if "num_batches" not in name}, path)

    assert import_checkpoint(path, SMALL_RESNET, embedding_dim=DIMENSION).head == "linear 512→8"


def test_one_tensor_under_two_names_is_refused(tmp_path: Path, plain_state: State) -> None:
    """Which of two keys for one tensor counts is not guessed."""
    assert "backbone.bn1.bias" in str(refused(tmp_path, plain_state | {"backbone.bn1.bias": torch.zeros(64)}))


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ({}, "no head"),
        ({"fc.weight": torch.zeros(DIMENSION, 100)}, "no head takes 512"),
        (
            {"fc.weight": torch.zeros(DIMENSION, FEATURES), "head.weight": torch.zeros(4, FEATURES)},
            "more than one",
        ),
        ({"fc.weight": torch.zeros(5, FEATURES)}, "gives 5 numbers, not 8"),
        ({"head.bias": torch.zeros(DIMENSION)}, "neither linear nor batch norm"),
        ({"head.weight": torch.zeros(8, 512, 1, 1)}, "neither linear nor batch norm"),
        ({"head.weight": torch.zeros(8, 512), "head.bias": torch.zeros(9)}, "incomplete"),
        ({"head.0.running_mean": torch.zeros(512)}, "incomplete"),
        ({"head.0.running_mean": torch.zeros(512), "head.0.running_var": torch.ones(512)}, "no linear layer"),
    ],
)
def test_a_head_that_is_unclear_is_refused(
    tmp_path: Path, plain_state: State, head: State, reason: str
) -> None:
    """No head, two heads, or one that does not fit: the error says which, and nothing is guessed."""
    state = {name: tensor for name, tensor in plain_state.items() if not name.startswith("fc.")}

    assert reason in str(refused(tmp_path, state | head))


def test_weights_that_are_not_finite_are_refused(tmp_path: Path, plain_state: State) -> None:
    """A training run that diverged is not served."""
    error = refused(tmp_path, plain_state | {"bn1.bias": torch.full((64,), torch.nan)})

    assert "not finite: bn1.bias" in str(error)


class _Bomb:
    def __init__(self, victim: Path) -> None:
        self.victim = victim

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.victim}",)


def test_a_pickle_with_code_is_refused_and_not_run(tmp_path: Path) -> None:
    """A checkpoint that would run a command is refused; the error names the command's function."""
    path, victim = tmp_path / "bomb.pth", tmp_path / "victim"
    torch.save({"state_dict": {}, "extra": _Bomb(victim)}, path)

    with pytest.raises(CheckpointUnsafe, match=r"system.*state_dict\(\)"):
        import_checkpoint(path, SMALL_RESNET)

    assert not victim.exists()


def test_a_whole_pickled_network_is_refused(tmp_path: Path) -> None:
    """A network saved with its classes is refused, and the error says how to save its weights."""
    path = tmp_path / "whole.pth"
    torch.save(small_resnet(), path)

    with pytest.raises(CheckpointUnsafe, match="ResNet"):
        import_checkpoint(path, SMALL_RESNET)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize("kind", ["missing", "empty", "text", "cut", "folder"])
def test_a_file_that_is_no_checkpoint_is_one_line(
    tmp_path: Path, plain_state: State, suffix: str, kind: str
) -> None:
    """A missing, empty, cut or foreign file is a CheckpointError of one line that names it."""
    path = tmp_path / f"broken{suffix}"
    match kind:
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("not a checkpoint\n" * 20)
        case "cut":
            team = Team(nn.Identity(), plain_state, suffix)
            path.write_bytes(team.save(tmp_path).read_bytes()[:5000])
        case "folder":
            path.mkdir()

    with pytest.raises(CheckpointUnreadable) as caught:
        import_checkpoint(path, SMALL_RESNET)

    assert path.name in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "content", [{}, {"epoch": 3, "state_dict": {"lr": 0.1}}, [1, 2], torch.zeros(3), "weights"]
)
def test_a_checkpoint_without_named_tensors_is_refused(tmp_path: Path, content: object) -> None:
    """What torch can read but holds no tensors under names is refused."""
    path = tmp_path / "empty.pth"
    torch.save(content, path)

    with pytest.raises(CheckpointError, match="tensors"):
        import_checkpoint(path, SMALL_RESNET)
