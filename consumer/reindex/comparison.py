"""Two generations held against each other: what each has that the other lacks, and why.

Both are streamed in the order of their records' ids, which are the same in both: memory for a page of each.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from vector_store import ImageState, ImageStatus, ProductIndex, ProductRecord
from vector_store.points import Payload

_EXAMPLES = 10
_SAMPLED_PRODUCTS = 100


@dataclass(frozen=True, slots=True)
class Difference:
    """One image or product that one of the two lacks. image_key: None for a whole product."""

    product_id: str
    image_key: str | None
    why: str

    def to_json(self) -> dict[str, object]:
        """For output."""
        return {"product_id": self.product_id, "image_key": self.image_key, "why": self.why}


@dataclass(slots=True)
class Side:
    """What one of two generations holds, and what of it the other lacks.

    products, images: live ones, and their indexed images. lacking: by reason, how many of these images the
    other one cannot find. lacking_products: how many of these products it does not have for sale.
    """

    products: int = 0
    images: int = 0
    lacking_products: int = 0
    lacking: Counter[str] = field(default_factory=Counter)
    examples: list[Difference] = field(default_factory=list)

    def to_json(self) -> dict[str, object]:
        """For output."""
        return {
            "products": self.products,
            "images": self.images,
            "products_not_in_the_other": self.lacking_products,
            "images_not_in_the_other": dict(self.lacking),
            "examples": [each.to_json() for each in self.examples],
        }


@dataclass(slots=True)
class Comparison:
    """new, old: the two generations. shared: a sample of images, (product id, image key), found in both.

    overlap: how much of the ten best products the two have in common, from 0 to 1, the mean of the sampled
    queries; None where nothing could be asked.
    """

    new: Side = field(default_factory=Side)
    old: Side = field(default_factory=Side)
    shared: list[tuple[str, str]] = field(default_factory=list)
    overlap: float | None = None

    def to_json(self) -> dict[str, object]:
        """For output."""
        return {
            "new": self.new.to_json(),
            "old": self.old.to_json(),
            "queries": len(self.shared),
            "overlap_of_ten": self.overlap,
        }


def compare_generations(new: ProductIndex, old: ProductIndex, *, stopped: Callable[[], bool]) -> Comparison:
    """Compare all records, then sampled queries. Blocks while both are read; raises StoreError.

    Both may be written meanwhile; what one has and the other is about to have counts as a difference then.
    stopped: asked between pages; the comparison then ends with what it has.
    """
    comparison = Comparison()
    sample = _Sample(_SAMPLED_PRODUCTS)
    for number, (new_record, old_record) in enumerate(_pairs(new, old)):
        if number % 100 == 0 and stopped():
            return comparison
        _hold_against(new_record, old_record, comparison.new)
        _hold_against(old_record, new_record, comparison.old)
        if (image := _first_shared(new_record, old_record)) is not None:
            sample.offer(image)
    comparison.shared = sample.taken
    overlaps = [
        overlap
        for product_id, key in comparison.shared
        if not stopped() and (overlap := _overlap(product_id, key, new, old)) is not None
    ]
    comparison.overlap = sum(overlaps) / len(overlaps) if overlaps else None
    return comparison


def why_not_found(image: ImageState, other: ProductRecord | None) -> str:
    """Why a generation with this record, or none, does not find an image that another one finds. Pure."""
    if other is None:
        return "no such product"
    if not other.live:
        return "product deleted"
    there = next((each for each in other.images if each.key == image.key), None)
    return "image not named" if there is None else there.status.value


def _hold_against(record: ProductRecord | None, other: ProductRecord | None, side: Side) -> None:
    if record is None or not record.live:
        return
    side.products += 1
    if other is None or not other.live:
        side.lacking_products += 1
    for image in record.images:
        if image.status is not ImageStatus.INDEXED:
            continue
        side.images += 1
        if other is not None and other.lists_as_indexed(image.key):
            continue
        why = why_not_found(image, other)
        side.lacking[why] += 1
        if len(side.examples) < _EXAMPLES:
            reason = (
                None if other is None else next((i.reason for i in other.images if i.key == image.key), None)
            )
            side.examples.append(
                Difference(record.product_id, image.key, f"{why}: {reason}" if reason else why)
            )


def _first_shared(new: ProductRecord | None, old: ProductRecord | None) -> tuple[str, str] | None:
    if new is None or old is None or not new.live or not old.live:
        return None
    both = (i.key for i in new.images if new.lists_as_indexed(i.key) and old.lists_as_indexed(i.key))
    key = next(both, None)
    return None if key is None else (new.product_id, key)


def _overlap(product_id: str, image_key: str, new: ProductIndex, old: ProductIndex) -> float | None:
    answers = [_ten_best(index, product_id, image_key) for index in (new, old)]
    longest = max(len(answer) for answer in answers)
    return None if longest == 0 else len(answers[0] & answers[1]) / longest


def _ten_best(index: ProductIndex, product_id: str, image_key: str) -> set[str]:
    vector = index.vectors({product_id: [image_key]}).get(product_id, {}).get(image_key)
    if vector is None:
        return set()
    found = index.similar(vector, limit=10, hits_per_product=1, without_product=product_id)
    return {each.record.product_id for each in found}


def _pairs(
    new: ProductIndex, old: ProductIndex
) -> Iterator[tuple[ProductRecord | None, ProductRecord | None]]:
    """Each product's records, (new, old), in the order of the records' ids."""
    merged = heapq.merge(
        ((point_id, 0, payload) for point_id, payload in _records(new)),
        ((point_id, 1, payload) for point_id, payload in _records(old)),
        key=lambda each: each[:2],
    )
    waiting: tuple[str, ProductRecord] | None = None
    for point_id, side, payload in merged:
        record = ProductRecord.from_payload(payload)
        if waiting is not None and waiting[0] == point_id:
            yield waiting[1], record
            waiting = None
            continue
        if waiting is not None:
            yield waiting[1], None
            waiting = None
        if side == 0:
            waiting = point_id, record
        else:
            yield None, record
    if waiting is not None:
        yield waiting[1], None


def _records(index: ProductIndex) -> Iterator[tuple[str, Payload]]:
    for page in index.inspection().record_pages():
        yield from ((point.id, point.payload) for point in page.points)


class _Sample:
    """So many of what is offered, each with the same chance; the same ones each time."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._random = Random(0)  # noqa: S311 - a sample is no secret
        self._offered = 0
        self.taken: list[tuple[str, str]] = []

    def offer(self, each: tuple[str, str]) -> None:
        self._offered += 1
        if len(self.taken) < self._size:
            self.taken.append(each)
        elif (place := self._random.randrange(self._offered)) < self._size:
            self.taken[place] = each
