"""Fine-tuning a small network: it learns, it repeats itself, it goes on where it was cut off."""

import copy
import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from model.fine_tuning import FineTuning, FineTuningRecipe
from model.fine_tuning_run import FineTuningRun
from model.objective import ObjectiveRecipe
from model.photos import Photo
from model.progress import ProgressReport
from model.sampling import BatchShape
from model.splits import Part, photos_of
from model.training_batches import batches
from model.training_store import TrainingStore
from tests.unit.model.small_models import small_preprocessing
from tests.unit.model.small_networks import small_net

RECIPE = FineTuningRecipe(
    epochs=3,
    small_epochs=1,
    small_size_px=24,
    frozen_layers=1,
    learning_rate=1e-3,
    warmup_steps=2,
    averaging=0.5,
    batch=BatchShape(categories=3, photos=2),
    objective=ObjectiveRecipe(instance_weight=0.5),
)
SILENT = ProgressReport(begin=lambda _name, _total: None, advance=lambda _count: None)


class Interrupted(Exception):
    """The process ends here."""


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Photo]:
    """60 photos of three categories, told apart by their texture."""
    folder = tmp_path_factory.mktemp("photos")
    random = np.random.default_rng(0)
    found = []
    for number in range(60):
        category, cells = (("large", 2), ("middle", 5), ("small", 16))[number % 3]
        coarse = random.integers(0, 256, (cells, cells, 3), dtype=np.uint8)
        path = folder / f"{number}.png"
        Image.fromarray(coarse).resize((40, 48), Image.Resampling.NEAREST).save(path)
        found.append(Photo(str(number), path, category, str(number), str(number % 4)))
    return found


def run_of(photos: Sequence[Photo], folder: Path, **changes: object) -> FineTuningRun:
    recipe = dataclasses.replace(RECIPE, **changes)  # type: ignore[arg-type]
    return FineTuningRun(
        small_net(),
        small_preprocessing(),
        photos_of(photos, Part.TRAIN),
        photos_of(photos, Part.VALIDATION),
        recipe=recipe,
        store=TrainingStore(folder, {"recipe": dataclasses.asdict(recipe)}),
        progress=SILENT,
    )


def equal(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in {*one, *other})


def test_a_batch_is_the_same_whatever_came_before(photos: Sequence[Photo]) -> None:
    """Batch 3 has the same photos and pixels when asked for alone; its two views of a photo differ."""
    small = small_preprocessing()

    def drawn(steps: range) -> list[tuple[list[int], bytes]]:
        found = batches(photos, RECIPE.batch, 0, steps, lambda _step: small)
        return [(batch.photos.tolist(), batch.pixels.tobytes()) for batch in found]

    assert drawn(range(5))[3:] == drawn(range(3, 5))
    (batch,) = batches(photos, RECIPE.batch, 0, range(1), lambda _step: small)
    assert batch.pixels.shape == (12, 32, 32, 3)
    assert (batch.pixels[:6] != batch.pixels[6:]).any(axis=(1, 2, 3)).all()


def test_first_epochs_see_smaller_pictures(photos: Sequence[Photo]) -> None:
    """The pictures of the first `small_epochs` have their side, later ones the model's own."""
    tuning = FineTuning(small_net(), small_preprocessing(), photos, RECIPE)
    last_small = tuning.steps_per_epoch - 1

    assert tuning._preprocessing_at(last_small).size_px == 24
    assert tuning._preprocessing_at(last_small + 1) == small_preprocessing()


def test_frozen_layers_and_statistics_stay(photos: Sequence[Photo]) -> None:
    """Frozen layers and every batch norm's statistics are afterwards as they were; other weights are not."""
    net = small_net()
    before = copy.deepcopy(net.state_dict())
    tuning = FineTuning(net, small_preprocessing(), photos, RECIPE)

    tuning.run(lambda done: done.step == 3)

    after = tuning.averaged.state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert not any("running" in name or name.startswith("backbone.stem") for name in changed)
    assert {"head.0.weight", "backbone.blocks.0.depthwise.conv.weight", "backbone.top.norm.bias"} <= changed


def test_training_lowers_its_loss(photos: Sequence[Photo]) -> None:
    """Over 60 steps the loss falls."""
    tuning = FineTuning(
        small_net(), small_preprocessing(), photos, dataclasses.replace(RECIPE, epochs=6, small_epochs=0)
    )
    losses: list[float] = []

    def listen(loss: float) -> bool:
        losses.append(loss)
        return False

    tuning.run(lambda done: listen(done.loss))

    assert len(losses) == tuning.total_steps == 60
    assert np.mean(losses[-10:]) < np.mean(losses[:10])


def test_a_run_is_reproducible(photos: Sequence[Photo], tmp_path: Path) -> None:
    """The same photos, recipe and seed give the same weights to the last bit; another seed gives others."""
    one = run_of(photos, tmp_path / "1").to_the_end().state_dict()
    two = run_of(photos, tmp_path / "2").to_the_end().state_dict()
    other = run_of(photos, tmp_path / "3", seed=1).to_the_end().state_dict()

    assert equal(one, two)
    assert not equal(one, other)


@pytest.mark.parametrize("cut_after", [1, 8, 20])
def test_an_interrupted_run_comes_to_the_same_end(
    photos: Sequence[Photo], tmp_path: Path, cut_after: int
) -> None:
    """Cut off after any step and resumed, a run gives the weights and logs that it gives in one go."""
    whole = run_of(photos, tmp_path / "whole").to_the_end().state_dict()
    cut = run_of(photos, tmp_path / "cut")
    cut._store.save(cut._state())

    def interrupt(series: str, row: Mapping[str, float]) -> None:
        if series == "train" and row["step"] == cut_after:
            raise Interrupted

    cut._listen = interrupt
    with pytest.raises(Interrupted):
        cut.to_the_end()
    resumed = run_of(photos, tmp_path / "cut")
    resumed.resume()

    assert equal(resumed.to_the_end().state_dict(), whole)
    logs = [(tmp_path / name / "validation.csv").read_text(encoding="utf-8") for name in ("whole", "cut")]
    assert logs[0] == logs[1]
    steps = (tmp_path / "cut" / "steps.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert [int(row.split(",")[0]) for row in steps] == list(range(1, len(steps) + 1))


def test_training_stops_when_nothing_gets_better(photos: Sequence[Photo], tmp_path: Path) -> None:
    """After `patience` epochs without a better validation the best epoch's weights come out."""
    run = run_of(photos, tmp_path, epochs=40, patience=2, learning_rate=1e-9, head_learning_rate=1e-9)

    run.to_the_end()

    epochs = (tmp_path / "validation.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert 3 <= len(epochs) < 40


def test_a_finished_run_is_not_trained_again(photos: Sequence[Photo], tmp_path: Path) -> None:
    """Resumed after its end, a run gives its result at once."""
    whole = run_of(photos, tmp_path).to_the_end().state_dict()
    resumed = run_of(photos, tmp_path)
    resumed.resume()
    lines = (tmp_path / "steps.csv").read_text(encoding="utf-8")

    assert equal(resumed.to_the_end().state_dict(), whole)
    assert (tmp_path / "steps.csv").read_text(encoding="utf-8") == lines
