"""Vectors of the promoted generation serve again where they are surely those of the state that wants them."""

from collections.abc import Callable, Collection, Mapping

import numpy as np
import pytest
import structlog

from consumer.known_vectors import NothingKnown, PromotedVectors, WantedVectors
from tests.contract.memory_store import MemoryCollection, MemoryStore
from tests.contract.samples import a_generation, a_record, a_write, vector_of
from vector_store import Generation, ProductIndex, Stamp, StoreUnavailable
from vector_store.points import Point, Vector

PROMOTED, OWN = a_generation("promoted"), a_generation("own")
WANTED = Stamp(4, 0)
A, B = "https://x/a.jpg", "https://x/b.jpg"


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Watched(MemoryCollection):
    """A collection that does something before each look-up."""

    before: Callable[[], None] = staticmethod(lambda: None)

    def retrieve(self, ids: Collection[str], *, with_vectors: bool = False) -> dict[str, Point]:
        self.before()
        return super().retrieve(ids, with_vectors=with_vectors)


class Shelves(MemoryStore):
    """A store of watched collections, the promoted generation among them."""

    def __init__(self, promoted: Generation = PROMOTED) -> None:
        super().__init__()
        self.collection = Watched(promoted)
        self._held[promoted.name] = self.collection
        self.create(OWN)
        self.promote(promoted.name)
        self.index = ProductIndex(self.collection)


@pytest.fixture
def shelves() -> Shelves:
    return Shelves()


def found(
    source: PromotedVectors, *keys: str, product_id: str = "p", stamp: Stamp = WANTED
) -> Mapping[str, Vector]:
    return source.find([WantedVectors(product_id, stamp, keys)]).get(product_id, {})


def test_what_the_promoted_record_lists_serves_again(shelves: Shelves) -> None:
    """Each image with its own vector; one that it does not list is left out."""
    shelves.index.write([a_write(a_record("p", Stamp(4, 0), indexed=[A]))])
    vectors = found(PromotedVectors(shelves, OWN), A, B)
    assert list(vectors) == [A]
    assert np.allclose(vectors[A], vector_of(A))


@pytest.mark.parametrize("stamp", [Stamp(4, 0, 3), Stamp(4, 1), Stamp(6, 0)])
def test_a_later_record_serves_an_earlier_state(shelves: Shelves, stamp: Stamp) -> None:
    """A replay asks for old states of what the promoted generation has read to the end."""
    shelves.index.write([a_write(a_record("p", stamp, indexed=[A]))])
    assert list(found(PromotedVectors(shelves, OWN), A)) == [A]


@pytest.mark.parametrize("stamp", [Stamp(2, 9), Stamp(4, 0)])
def test_a_record_that_is_behind_serves_nothing(shelves: Shelves, stamp: Stamp) -> None:
    """Between its state and the wanted one, the picture behind the URL may have been downloaded anew."""
    shelves.index.write([a_write(a_record("p", stamp, indexed=[A]))])
    assert not found(PromotedVectors(shelves, OWN), A, stamp=Stamp(4, 1))


def test_images_that_are_not_indexed_serve_nothing(shelves: Shelves) -> None:
    """A leftover point of a picture that is now pending or failed may be of any age."""
    shelves.index.write([a_write(a_record("p", Stamp(2, 0), indexed=[A, B]))])
    points = [each for each in shelves.collection.points.values() if each.vector is not None]
    shelves.index.write([a_write(a_record("p", Stamp(4, 0), pending=[A], failed=[B]))])
    shelves.collection._points.update({each.id: each for each in points})
    assert not found(PromotedVectors(shelves, OWN), A, B)


def test_a_deleted_or_unknown_product_serves_nothing(shelves: Shelves) -> None:
    """Nothing is known of its pictures."""
    shelves.index.write([a_write(a_record("p", Stamp(5, 0)))])
    source = PromotedVectors(shelves, OWN)
    assert not found(source, A)
    assert not found(source, A, product_id="q")


def test_a_product_that_changes_meanwhile_serves_nothing(shelves: Shelves) -> None:
    """Its record is looked at again after its vectors: what was read may be a leftover by then."""
    shelves.index.write([a_write(a_record("p", Stamp(4, 0), indexed=[A]))])
    lookups: list[int] = []

    def change_before_the_last() -> None:
        lookups.append(1)
        if len(lookups) == 3:
            shelves.collection.before = lambda: None
            shelves.index.write([a_write(a_record("p", Stamp(6, 0), indexed=[A]))])

    shelves.collection.before = change_before_the_last
    assert not found(PromotedVectors(shelves, OWN), A)
    assert list(found(PromotedVectors(shelves, OWN), A)) == [A]


@pytest.mark.parametrize(
    "other",
    [
        Generation("products-ffffffff", "ffffffff", 8, "feedbeef", "time", 1),
        Generation("products-0a1b2c3d-v", "0a1b2c3d", 8, "feedbeef", "version", 1),
    ],
    ids=["another model", "another kind of order"],
)
def test_a_generation_that_does_not_compare_serves_nothing(other: Generation) -> None:
    """Vectors of two models, or stamps of two orders, say nothing to each other."""
    shelves = Shelves(other)
    shelves.index.write([a_write(a_record("p", Stamp(4, 0), indexed=[A]))])
    assert not found(PromotedVectors(shelves, OWN), A)


def test_the_promoted_generation_does_not_ask_itself(shelves: Shelves) -> None:
    """What it lacks it has to download."""
    shelves.index.write([a_write(a_record("p", Stamp(4, 0), indexed=[A]))])
    assert not found(PromotedVectors(shelves, PROMOTED), A)


def test_where_nothing_is_promoted_nothing_is_known() -> None:
    """A first generation is built from downloads alone."""
    assert not found(PromotedVectors(MemoryStore(), OWN), A)
    assert not NothingKnown().find([WantedVectors("p", Stamp(4, 0), (A,))])


def test_a_promoted_generation_that_was_dropped_is_no_failure(shelves: Shelves) -> None:
    """It serves nothing any more; the one that is promoted in its place does, a while later."""
    clock = Clock()
    source = PromotedVectors(shelves, OWN, clock=clock)
    shelves.index.write([a_write(a_record("p", Stamp(4, 0), indexed=[A]))])
    assert found(source, A)
    later = ProductIndex(shelves.create(a_generation("later")))
    later.write([a_write(a_record("p", Stamp(4, 0), indexed=[A]))])
    shelves.promote(later.generation.name)
    shelves.drop(PROMOTED.name)
    structlog.reset_defaults()
    with structlog.testing.capture_logs() as logs:
        assert not found(source, A)
    assert [line["log_level"] for line in logs] == ["warning"]
    clock.seconds = 31
    assert found(source, A)


def test_a_promoted_generation_that_does_not_answer_is_left_alone_for_a_while(shelves: Shelves) -> None:
    """One call fails, the next ones are not made; the build goes on with downloads."""
    clock = Clock()
    shelves.index.write([a_write(a_record("p", Stamp(4, 0), indexed=[A]))])
    source = PromotedVectors(shelves, OWN, clock=clock)
    asked: list[int] = []

    def fail() -> None:
        asked.append(1)
        raise StoreUnavailable("it is away")

    shelves.collection.before = fail
    assert not found(source, A)
    assert not found(source, A)
    clock.seconds = 29
    assert not found(source, A)
    assert len(asked) == 1
    shelves.collection.before = lambda: None
    clock.seconds = 31
    assert found(source, A)


def test_the_alias_is_looked_at_now_and_then(shelves: Shelves) -> None:
    """Once the generation itself is promoted, the one before serves no more."""
    clock = Clock()
    shelves.index.write([a_write(a_record("p", Stamp(4, 0), indexed=[A]))])
    source = PromotedVectors(shelves, OWN, clock=clock)
    assert found(source, A)
    shelves.promote(OWN.name)
    clock.seconds = 11
    assert not found(source, A)
