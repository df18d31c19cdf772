"""The event path without Kafka, threads and pictures: the project's pure steps over an index in memory."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from consumer.image_retry import RetryPolicy
from consumer.known_vectors import NothingKnown, VectorSource, WantedVectors
from consumer.product_state import StateRules, Tried, state_of_event, state_of_retry
from consumer.steps.coalesce import coalesce
from consumer.steps.decide import Plan, Superseded, decide, with_vectors_found, without_vectors_missing
from consumer.steps.decode import DecodedEvent
from images.errors import HttpUnavailable
from tests.contract.memory_store import MemoryCollection
from tests.properties.explorer.shop_log import NOON_MS
from vector_store import Generation, ImageStatus, ProductIndex, ProductRecord, generation_name
from vector_store.points import Vector

_DIMENSION = 4
_RULES = StateRules(RetryPolicy(), filterable_attributes={})
_FOR_EVER_MS = 2**52


def small_generation(suffix: str | None = None) -> Generation:
    """A generation for such a consumer."""
    return Generation(
        name=generation_name("products", "00000000", suffix),
        model_version="00000000",
        dimension=_DIMENSION,
        preprocessing_hash="0",
        order_kind="version",
        created_at_ms=0,
    )


def any_picture(url: str) -> Vector:
    """float32 [4], by the length of the URL."""
    return np.full(_DIMENSION, 1 + len(url) % 7, dtype=np.float32)


class SmallConsumer:
    """One member and its mender over an index, by default of their own.

    answers: whether the image host answers; asked once for each try of an image.
    elsewhere: see Planner.
    picture: the vector (float32 [4]) of what is behind a URL when it is downloaded.
    """

    def __init__(
        self,
        answers: Callable[[], bool] = lambda: True,
        *,
        collection: MemoryCollection | None = None,
        elsewhere: VectorSource | None = None,
        picture: Callable[[str], Vector] = any_picture,
    ) -> None:
        self.index = ProductIndex(collection or MemoryCollection(small_generation()))
        self._answers = answers
        self._elsewhere = elsewhere or NothingKnown()
        self._picture = picture

    def plans(self, batch: Iterable[DecodedEvent]) -> list[Plan]:
        """What a batch asks for, given the index as it is."""
        groups = coalesce(batch)
        records = self.index.records(group.latest.change.product_id for group in groups)
        decisions = (decide(group, records.get(group.latest.change.product_id)) for group in groups)
        return [each for each in decisions if not isinstance(each, Superseded)]

    def consume(self, batch: Sequence[DecodedEvent]) -> None:
        """Bring the index up to a batch."""
        plans = self.plans(batch)
        stored = self.index.vectors({plan.change.product_id: plan.reuse for plan in plans})
        for each in plans:
            vectors = stored.get(each.change.product_id, {})
            plan = without_vectors_missing(each, vectors)
            wanted = [WantedVectors(plan.change.product_id, plan.stamp, plan.may_be_known)]
            found = self._elsewhere.find(wanted).get(plan.change.product_id, {})
            plan, vectors = with_vectors_found(plan, found), {**vectors, **found}
            tried = self._try([image.url for image in plan.fetch])
            tried = Tried({**{key: vectors[key] for key in plan.reuse}, **tried.vectors}, tried.errors)
            self.index.write([state_of_event(plan, tried, now_ms=NOON_MS, rules=_RULES).write])

    def mend(self) -> None:
        """Try every pending image once more."""
        for record in self.index.due(_FOR_EVER_MS, limit=100):
            tried = self._try([i.url for i in record.images if i.status is ImageStatus.PENDING])
            self.index.write([state_of_retry(record, tried, now_ms=NOON_MS, rules=_RULES).write])

    def shown(self) -> dict[str, frozenset[str]]:
        """What a search shows: image keys by product."""
        query = np.full(_DIMENSION, 0.5, dtype=np.float32)
        found = self.index.similar(query, limit=100)
        return {each.record.product_id: frozenset(hit.image_key for hit in each.hits) for each in found}

    def records(self) -> dict[str, ProductRecord]:
        """All records, by product id."""
        return {record.product_id: record for record in self.index.all_records()}

    def _try(self, urls: Iterable[str]) -> Tried:
        vectors: dict[str, Vector] = {}
        errors: dict[str, Exception] = {}
        for url in urls:
            if self._answers():
                vectors[url] = self._picture(url)
            else:
                errors[url] = HttpUnavailable("503", url=url, status=503)
        return Tried(vectors, errors)
