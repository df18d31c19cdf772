"""The whole network is trained on augmented photos, from where ImageNet or another model left it."""

import copy
import dataclasses
import math
import time
from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from model.objective import CategoryLoss, Objective, ObjectiveRecipe
from model.photos import Photo
from model.pixel_net import PixelNet
from model.preprocessing import Pixels, Preprocessing
from model.probe import Embeddings
from model.sampling import BatchShape
from model.settings import EmbedDevice
from model.training_batches import Batch, batches
from model.triplet_net import TripletNet

_LABEL_SMOOTHING = 0.1
_DROPOUT = 0.2
_MAX_GRADIENT_NORM = 5.0


@dataclasses.dataclass(frozen=True, slots=True)
class FineTuningRecipe:
    """Everything that decides what fine-tuning on given photos results in.

    An epoch is as many batches as show each photo once on average. The first `small_epochs` are seen at
    `small_size_px`, which costs a fraction. `averaging` is the decay of the moving average of the weights,
    which is what comes out. `classifier_weight`: that of a cross entropy over categories, on the features;
    its layer is thrown away afterwards. `patience`: epochs without a better score before training stops.
    """

    epochs: int = 13
    small_epochs: int = 6
    small_size_px: int = 160
    frozen_layers: int = 0
    learning_rate: float = 4e-4
    head_learning_rate: float = 2e-3
    weight_decay: float = 0.02
    warmup_steps: int = 100
    averaging: float = 0.997
    classifier_weight: float = 1.0
    patience: int = 5
    batch: BatchShape = dataclasses.field(default_factory=lambda: BatchShape(categories=8, photos=4))
    objective: ObjectiveRecipe = dataclasses.field(
        default_factory=lambda: ObjectiveRecipe(
            loss=CategoryLoss.SUPCON, instance_weight=0.4, kind_dim=48, kind_share=0.6
        )
    )
    seed: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One finished step; `loss` is before it, `images_per_s` counts views."""

    step: int
    epoch: int
    loss: float
    learning_rate: float
    images_per_s: float


class FineTuning:
    """A training run that can be put aside after any step and taken up again, to the same end.

    `net` is trained in place; what comes out is `averaged`. Runs on `device`; on a GPU in mixed precision.
    """

    def __init__(
        self,
        net: TripletNet,
        preprocessing: Preprocessing,
        photos: Sequence[Photo],
        recipe: FineTuningRecipe,
        device: EmbedDevice = EmbedDevice.CPU,
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.step = 0
        self._photos = photos
        self._preprocessing = preprocessing
        self._device = torch.device(device.value)
        names = sorted({photo.category for photo in photos})
        self._categories = torch.tensor([names.index(photo.category) for photo in photos])
        instances = {name: number for number, name in enumerate(dict.fromkeys(p.instance for p in photos))}
        self._instances = torch.tensor([instances[photo.instance] for photo in photos])

        self._net = net.to(self._device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._pixels = PixelNet(self._net, preprocessing).to(self._device)
        self._classifier = nn.Linear(net.backbone.feature_dim, len(names)).to(self._device)
        self._objective = Objective(recipe.objective)
        _train_all_but(self._net, recipe.frozen_layers)
        self._average = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(recipe.averaging))  # type: ignore[no-untyped-call]
        self._optimizer = torch.optim.AdamW(
            [
                {"params": _trained(self._net.backbone), "lr": recipe.learning_rate},
                {
                    "params": [*self._net.head.parameters(), *self._classifier.parameters()],
                    "lr": recipe.head_learning_rate,
                },
            ],
            weight_decay=recipe.weight_decay,
        )
        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._optimizer, self._learning_rate_factor)

    @property
    def steps_per_epoch(self) -> int:
        """An epoch in batches."""
        return math.ceil(len(self._photos) / (self.recipe.batch.categories * self.recipe.batch.photos))

    @property
    def total_steps(self) -> int:
        """All epochs in batches."""
        return self.recipe.epochs * self.steps_per_epoch

    @property
    def averaged(self) -> TripletNet:
        """A copy of the network as it would come out now, on the CPU."""
        net = copy.deepcopy(self._averaged_net()).cpu()
        return net.to(memory_format=torch.contiguous_format).eval()

    def embed(self, pixels: Pixels) -> Embeddings:
        """What `averaged` makes of uint8 [n, s, s, 3]: float32 [n, d]. Blocks."""
        with torch.inference_mode():
            net = PixelNet(self._averaged_net(), self._preprocessing).to(self._device).eval()
            return np.asarray(net(torch.from_numpy(pixels).to(self._device)).float().cpu().numpy())

    def run(self, after_step: Callable[[Step], bool]) -> None:
        """Go on from `step` to the end, or until `after_step` says that it is enough (True).

        Blocks for long. TrainingDataInvalid for a photo that cannot be read.
        """
        remaining = range(self.step, self.total_steps)
        began = time.monotonic()
        for batch in batches(
            self._photos, self.recipe.batch, self.recipe.seed, remaining, self._preprocessing_at
        ):
            loss = self._learn(batch)
            now = time.monotonic()
            self.step += 1
            done = Step(
                step=self.step,
                epoch=(self.step - 1) // self.steps_per_epoch + 1,
                loss=loss,
                learning_rate=float(self._schedule.get_last_lr()[0]),
                images_per_s=len(batch.pixels) / (now - began),
            )
            began = now
            if after_step(done):
                break

    def state_dict(self) -> dict[str, object]:
        """All that `load_state_dict` needs to go on from here as if nothing had happened."""
        return {
            "step": self.step,
            "net": self._net.state_dict(),
            "classifier": self._classifier.state_dict(),
            "average": self._average.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
            "random": torch.get_rng_state(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take up what `state_dict` gave. KeyError or RuntimeError for another network's."""
        self._net.load_state_dict(state["net"])
        self._classifier.load_state_dict(state["classifier"])
        self._average.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        torch.set_rng_state(state["random"])
        self.step = int(state["step"])

    def _averaged_net(self) -> TripletNet:
        return cast("TripletNet", self._average.module)

    def _preprocessing_at(self, step: int) -> Preprocessing:
        if step >= self.recipe.small_epochs * self.steps_per_epoch:
            return self._preprocessing
        small = min(self.recipe.small_size_px, self._preprocessing.size_px)
        return dataclasses.replace(self._preprocessing, size_px=small)

    def _learning_rate_factor(self, step: int) -> float:
        warm = min(1.0, (step + 1) / max(1, self.recipe.warmup_steps))
        return warm * 0.5 * (1 + math.cos(math.pi * step / self.total_steps))

    def _learn(self, batch: Batch) -> float:
        self._net.train()
        _keep_batch_norm(self._net)
        photos = torch.from_numpy(batch.photos).repeat(2)
        categories = self._categories[photos].to(self._device)
        instances = self._instances[photos].to(self._device)
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._device.type == "cuda"):
            pixels = self._pixels.normalised(torch.from_numpy(batch.pixels).to(self._device))
            features = self._net.backbone(pixels.contiguous(memory_format=torch.channels_last))
        features = features.float()
        embeddings = functional.normalize(self._net.head(features), dim=1)
        loss: Tensor = self._objective(embeddings, categories, instances)
        if self.recipe.classifier_weight:
            guessed = self._classifier(functional.dropout(features, _DROPOUT))
            loss = loss + self.recipe.classifier_weight * functional.cross_entropy(
                guessed, categories, label_smoothing=_LABEL_SMOOTHING
            )
        self._optimizer.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(_trained(self._net), _MAX_GRADIENT_NORM)
        self._optimizer.step()
        self._schedule.step()
        self._average.update_parameters(self._net)
        return float(loss.detach())


def _train_all_but(net: TripletNet, frozen_layers: int) -> None:
    for layer in net.backbone.layers()[:frozen_layers]:
        layer.requires_grad_(requires_grad=False)


def _trained(module: nn.Module) -> list[nn.Parameter]:
    return [parameter for parameter in module.parameters() if parameter.requires_grad]


def _keep_batch_norm(net: nn.Module) -> None:
    """Batches of a few categories have other statistics than the photos to come: those of before are kept."""
    for layer in net.modules():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            layer.eval()
