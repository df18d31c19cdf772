"""Batches to fine-tune on: drawn from a seed, prepared by threads while the network works on earlier ones."""

import dataclasses
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from model.augment import HARDER, NEARLY_AS_IS, Views
from model.photos import Photo, open_photo
from model.preprocessing import Pixels, Preprocessing
from model.sampling import BatchShape, CategorySampler, Indices

_THREADS = 2
_BATCHES_AHEAD = 3
# A view is cut from a photo this many times as large as the network's side: more pixels only cost time.
_WORKING_SCALE = 1.4


@dataclasses.dataclass(frozen=True, slots=True)
class Batch:
    """Two views of each of m photos: `pixels` is uint8 [2m, s, s, 3], the milder views first; `photos` is
    int64 [m], their places among the training photos."""

    pixels: Pixels
    photos: Indices


def batches(
    photos: Sequence[Photo],
    shape: BatchShape,
    seed: int,
    steps: range,
    preprocessing_at: Callable[[int], Preprocessing],
    *,
    views: tuple[Views, Views] = (NEARLY_AS_IS, HARDER),
) -> Iterator[Batch]:
    """The batches of `steps`, each the same whether or not those before it were asked for.

    `preprocessing_at` gives a step's; `views` are drawn of each photo. Blocks for the next batch.
    TrainingDataInvalid.
    """
    sampler = CategorySampler([photo.category for photo in photos], shape, seed)
    for _skipped in range(steps.start):
        sampler.draw()
    with ThreadPoolExecutor(_THREADS) as pool:
        waiting = deque[tuple[Indices, list[Future[Pixels]]]]()
        try:
            for step in steps:
                drawn = sampler.draw()
                preprocessing = preprocessing_at(step)
                waiting.append(
                    (
                        drawn,
                        [
                            pool.submit(
                                _view, photos[photo], view, preprocessing, (seed, step, row, hardness)
                            )
                            for hardness, view in enumerate(views)
                            for row, photo in enumerate(drawn)
                        ],
                    )
                )
                if len(waiting) > _BATCHES_AHEAD:
                    yield _finished(*waiting.popleft())
            while waiting:
                yield _finished(*waiting.popleft())
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _finished(drawn: Indices, views: list[Future[Pixels]]) -> Batch:
    return Batch(np.stack([view.result() for view in views]), drawn)


def _view(photo: Photo, views: Views, preprocessing: Preprocessing, seed: tuple[int, ...]) -> Pixels:
    image = open_photo(photo.path, preprocessing.min_side_px)
    scale = _WORKING_SCALE * preprocessing.size_px / min(image.size)
    if scale < 1:
        image = image.resize((round(image.width * scale), round(image.height * scale)), reducing_gap=2.0)
    return preprocessing.prepare(views.of(image, np.random.default_rng(seed)))
