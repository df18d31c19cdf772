"""Whatever is written to an index in whatever order, what searches see is the fold of the highest stamps."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.memory_store import MemoryStore
from tests.contract.samples import a_generation, a_record, a_write, empty, vector_of
from vector_store import Collection, ImageStatus, ProductIndex, ProductRecord, ProductWrite, Stamp
from vector_store.edge import EdgeStore

PRODUCTS = ("p", "q", "r")
IMAGES = ("a", "b", "c")


@dataclass(frozen=True, slots=True)
class State:
    """What one event says of a product; the tie makes two states of one order different."""

    product: str
    order: int
    deleted: bool
    indexed: frozenset[str]
    pending: frozenset[str]

    @property
    def stamp(self) -> Stamp:
        tie = 0 if self.deleted else 1 + hash_of(self.indexed) * 8 + hash_of(self.pending)
        return Stamp.of_event(order=self.order, deleted=self.deleted, tie=tie)

    def record(self) -> ProductRecord:
        if self.deleted:
            return a_record(self.product, self.stamp)
        keys = {kind: [f"{self.product}/{key}" for key in sorted(chosen)] for kind, chosen in self.images()}
        return a_record(self.product, self.stamp, **keys, order=self.order)

    def images(self) -> Iterator[tuple[str, frozenset[str]]]:
        yield "indexed", self.indexed
        yield "pending", self.pending - self.indexed


@dataclass(frozen=True, slots=True)
class Write:
    """These states' writes arrive, in one batch."""

    states: tuple[State, ...]


@dataclass(frozen=True, slots=True)
class Mend:
    """The mender reads a product's record and tries its pending images; its write may arrive later."""

    product: str
    works: bool


@dataclass(frozen=True, slots=True)
class Arrive:
    """The oldest or the newest of the mender's writes that are on their way arrives."""

    oldest: bool


Step: TypeAlias = Write | Mend | Arrive


def hash_of(keys: frozenset[str]) -> int:
    return sum(1 << IMAGES.index(key) for key in keys)


states = st.builds(
    State,
    st.sampled_from(PRODUCTS),
    st.integers(1, 3),
    st.booleans(),
    st.frozensets(st.sampled_from(IMAGES)),
    st.frozensets(st.sampled_from(IMAGES)),
)
steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(Write, st.lists(states, min_size=1, max_size=4).map(tuple)),
    st.builds(Mend, st.sampled_from(PRODUCTS), st.booleans()),
    st.builds(Arrive, st.booleans()),
)


def mended(record: ProductRecord, works: bool) -> ProductWrite:
    """The next attempt at a record: its pending images are indexed, or stay pending."""
    added = [image.key for image in record.images if image.status is ImageStatus.PENDING] if works else []
    images = tuple(
        replace(image, status=ImageStatus.INDEXED, retry_at_ms=None) if image.key in added else image
        for image in record.images
    )
    return a_write(replace(record, stamp=record.stamp.next_attempt(), images=images), only=added)


def run(index: ProductIndex, steps: list[Step]) -> dict[str, ProductRecord]:
    """Carries the steps out; gives the highest record of each product among those that arrived."""
    highest: dict[str, ProductRecord] = {}
    on_their_way: list[ProductWrite] = []

    def arrive(writes: list[ProductWrite]) -> None:
        index.write(writes)
        for record in (write.record for write in writes):
            if record.product_id not in highest or highest[record.product_id].stamp < record.stamp:
                highest[record.product_id] = record

    for step in steps:
        match step:
            case Write(arrived):
                arrive([a_write(state.record()) for state in arrived])
            case Mend(product, works):
                record = index.record(product)
                if record is not None and record.retry_at_ms is not None:
                    on_their_way.append(mended(record, works))
            case Arrive(oldest):
                if on_their_way:
                    arrive([on_their_way.pop(0 if oldest else -1)])
    return highest


def seen(index: ProductIndex) -> dict[str, tuple[Stamp, object, list[str]]]:
    """What a shopper who looks at everything is shown of each product."""
    answer = index.similar(vector_of("query"), limit=2 * len(PRODUCTS))
    return {
        each.record.product_id: (
            each.record.stamp,
            each.record.product and each.record.product["order"],
            sorted(hit.image_key for hit in each.hits),
        )
        for each in answer
    }


def expected(highest: dict[str, ProductRecord]) -> dict[str, tuple[Stamp, object, list[str]]]:
    shown = {}
    for product, record in highest.items():
        keys = sorted(image.key for image in record.images if record.lists_as_indexed(image.key))
        if keys and record.product is not None:
            shown[product] = (record.stamp, record.product["order"], keys)
    return shown


@pytest.fixture(scope="module", params=["memory", "edge"])
def collection(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Collection]:
    folder: Path = tmp_path_factory.mktemp("fold")
    store = MemoryStore() if request.param == "memory" else EdgeStore(folder)
    yield store.create(a_generation())
    store.close()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, max_size=12))
def test_searches_see_the_fold_of_the_highest_stamps(collection: Collection, steps: list[Step]) -> None:
    """Stale, doubled and reordered writes and late attempts change nothing of what is seen in the end."""
    empty(collection)
    index = ProductIndex(collection)
    highest = run(index, steps)
    assert {each.product_id: each for each in index.all_records()} == highest
    assert seen(index) == expected(highest)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(states, max_size=10))
def test_in_order_no_point_is_left_over(collection: Collection, states: list[State]) -> None:
    """Where nothing arrives late, there is exactly one point for each image that a record lists."""
    empty(collection)
    index = ProductIndex(collection)
    for state in sorted(states, key=lambda state: state.stamp):
        index.write([a_write(state.record())])
    listed = [
        (record.id, image.key)
        for record in index.all_records()
        for image in record.images
        if record.lists_as_indexed(image.key)
    ]
    found = [(point.payload["product"], point.payload["image_key"]) for point in index.image_points()]
    assert sorted(found, key=str) == sorted(listed)
