"""Fine-tuning from its start to the network that comes out: validated, put aside, resumed, stopped early."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from model.augment import Views
from model.evaluation import Scores, evaluate
from model.features import extract
from model.fine_tuning import FineTuning, FineTuningRecipe, Step
from model.photos import Photo
from model.preprocessing import Preprocessing
from model.probe import Embeddings
from model.progress import ProgressReport
from model.settings import EmbedDevice
from model.splits import Part
from model.training_store import TrainingStore
from model.triplet_net import TripletNet

_SAVE_EVERY_STEPS = 50

# Told each step and each validation, as flat rows of numbers: for a CSV file, TensorBoard, or a test.
Listener = Callable[[str, Mapping[str, float]], None]


class FineTuningRun:
    """One run over the training photos; what comes out is the averaged network of the best epoch.

    The best by the sum of category P@1, the same with the photographer left out, and instance R@1 on
    `validation`. Where that is empty, all epochs are done and the last one counts.
    """

    def __init__(
        self,
        net: TripletNet,
        preprocessing: Preprocessing,
        training: Sequence[Photo],
        validation: Sequence[Photo],
        *,
        recipe: FineTuningRecipe,
        store: TrainingStore,
        progress: ProgressReport,
        listen: Listener = lambda _series, _row: None,
        device: EmbedDevice = EmbedDevice.CPU,
    ) -> None:
        self._tuning = FineTuning(net, preprocessing, training, recipe, device)
        self._preprocessing = preprocessing
        self._validation = validation
        self._store = store
        self._progress = progress
        self._listen = listen
        self._best_score = 0.0
        self._best_step = 0
        self._best: Mapping[str, Any] | None = None

    def resume(self) -> None:
        """Take up what an interrupted run has left. TrainingStateInvalid."""
        state = self._store.load()
        self._tuning.load_state_dict(state["tuning"])
        self._best_score, self._best_step, self._best = state["best"]
        self._store.forget_after(self._tuning.step)

    def to_the_end(self) -> TripletNet:
        """Train until the last epoch, or until `patience` epochs have brought nothing better.

        Blocks for long; interrupted at any moment, `resume` goes on from at most 50 steps before.
        """
        if not self._is_enough():
            self._show(self._tuning.step)
            self._tuning.run(self._after_step)
        net = self._tuning.averaged
        if self._best is not None:
            net.load_state_dict(self._best)
        return net

    def _after_step(self, done: Step) -> bool:
        row = dataclasses.asdict(done)
        self._store.append("steps", row)
        self._listen("train", row)
        self._progress.advance(1)
        ended_epoch = done.step % self._tuning.steps_per_epoch == 0
        if ended_epoch and self._validation:
            self._validate(done)
            self._show(done.step)
        if ended_epoch or done.step % _SAVE_EVERY_STEPS == 0:
            self._store.save(self._state())
        return self._is_enough()

    def _state(self) -> dict[str, object]:
        best = (self._best_score, self._best_step, self._best)
        return {"tuning": self._tuning.state_dict(), "best": best}

    def _is_enough(self) -> bool:
        waited = self._tuning.step - self._best_step
        patience = self._tuning.recipe.patience * self._tuning.steps_per_epoch
        ended = self._tuning.step >= self._tuning.total_steps
        return ended or (bool(self._validation) and self._best is not None and waited >= patience)

    def _validate(self, done: Step) -> None:
        self._progress.begin(f"validating epoch {done.epoch}", 3 * len(self._validation))
        scores = evaluate(self._embed, self._validation, Part.VALIDATION)
        measured = {field.name: getattr(scores, field.name).value for field in dataclasses.fields(Scores)}
        row = {"step": done.step, "epoch": done.epoch, **measured}
        self._store.append("validation", row)
        self._listen("validation", row)
        score = scores.category_p1.value + scores.left_out_p1.value + scores.instance_r1.value
        if score > self._best_score:
            self._best_score, self._best_step = score, done.step
            self._best = self._tuning.averaged.state_dict()

    def _embed(self, photos: Sequence[Photo], *, views: Views | None = None, seed: int = 0) -> Embeddings:
        return extract(
            self._tuning.embed,
            photos,
            self._preprocessing,
            views=views,
            seed=seed,
            advance=self._progress.advance,
        )

    def _show(self, step: int) -> None:
        self._progress.begin("fine-tuning", self._tuning.total_steps)
        self._progress.advance(step)
