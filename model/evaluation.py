"""What is measured of a model, on which photos: one definition for every figure that is published."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np

from model.augment import COPIED, HARD, Views
from model.embedder import Embedder
from model.errors import TrainingDataInvalid
from model.features import extract
from model.metrics import Estimate, category_scores, estimate, instance_ranks
from model.photos import Photo
from model.probe import Embeddings
from model.splits import Part, part_of, photos_of

# Training draws its views from seeds that count up from 1.
HARD_SEED = 1_000_001
COPIED_SEED = 1_000_002
_MIN_QUERIES = 2


class EmbedPhotos(Protocol):
    """Embeds photos, or the view of each that `views` and `seed` determine: float32 [n, d] of length 1."""

    def __call__(self, photos: Sequence[Photo], *, views: Views | None = None, seed: int = 0) -> Embeddings:
        """Blocks; TrainingDataInvalid for a file that is no picture."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class Scores:
    """Means over the photos of one part, each with its 95 % interval.

    `category_p1`, `category_p10`, `category_map_r`: precision at 1 and at 10, and mAP@R, of the part's photos
    looked for among its others. `left_out_…`: the same, the query's own photographer left out. `instance_r1`,
    `instance_r10`: a hard view finds its original first, or among the first ten, of all photos of all parts.
    `copy_r1`: so does a mirrored, trimmed, recompressed copy.
    """

    category_p1: Estimate
    category_p10: Estimate
    category_map_r: Estimate
    left_out_p1: Estimate
    left_out_p10: Estimate
    left_out_map_r: Estimate
    instance_r1: Estimate
    instance_r10: Estimate
    copy_r1: Estimate


def evaluate(embed: EmbedPhotos, photos: Sequence[Photo], part: Part) -> Scores:
    """Measure on one part of `photos`; instances are looked for among all of them. Blocks.

    TrainingDataInvalid: the part has fewer than two photos.
    """
    rows = np.flatnonzero([part_of(photo.instance) is part for photo in photos])
    queries = photos_of(photos, part)
    if len(queries) < _MIN_QUERIES:
        raise TrainingDataInvalid(
            f"of {len(photos)} photos {len(queries)} are of the {part} part: too few to measure"
        )
    gallery = embed(photos)
    categories = [photo.category for photo in queries]
    photographers = [photo.photographer for photo in queries]
    hard = instance_ranks(embed(queries, views=HARD, seed=HARD_SEED), gallery, rows)
    copied = instance_ranks(embed(queries, views=COPIED, seed=COPIED_SEED), gallery, rows)
    found = category_scores(gallery[rows], categories)
    left_out = category_scores(gallery[rows], categories, left_out=photographers)
    return Scores(
        category_p1=estimate(found.p1),
        category_p10=estimate(found.p10),
        category_map_r=estimate(found.ap_r),
        left_out_p1=estimate(left_out.p1),
        left_out_p10=estimate(left_out.p10),
        left_out_map_r=estimate(left_out.ap_r),
        instance_r1=estimate(hard <= 1),
        instance_r10=estimate(hard <= 10),
        copy_r1=estimate(copied <= 1),
    )


def with_embedder(embedder: Embedder, advance: Callable[[int], None] = lambda _: None) -> EmbedPhotos:
    """Photos embedded as serving does it. `advance` is told how many are done."""

    def embed(photos: Sequence[Photo], *, views: Views | None = None, seed: int = 0) -> Embeddings:
        return extract(
            embedder.embed_prepared, photos, embedder.preprocessing, views=views, seed=seed, advance=advance
        )

    return embed


_COLUMNS = {
    "category_p1": "category P@1",
    "category_p10": "P@10",
    "category_map_r": "mAP@R",
    "left_out_p1": "photographer left out P@1",
    "left_out_p10": "P@10",
    "left_out_map_r": "mAP@R",
    "instance_r1": "instance R@1",
    "instance_r10": "R@10",
    "copy_r1": "copy R@1",
}


def table(rows: Mapping[str, Scores]) -> str:
    """The scores of several models as a Markdown table, one a row."""
    lines = [f"| model | {' | '.join(_COLUMNS.values())} |", f"|---|{'---|' * len(_COLUMNS)}"]
    for name, scores in rows.items():
        lines.append(f"| {name} | {' | '.join(str(getattr(scores, column)) for column in _COLUMNS)} |")
    return "\n".join(lines)
