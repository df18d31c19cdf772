"""Generations and the alias: made, opened, promoted, dropped, and there again after a restart."""

from collections.abc import Callable
from contextlib import closing

import pytest

from tests.contract.engines import Engine
from tests.contract.samples import (
    ATTRIBUTES,
    EVERYTHING,
    MakeGeneration,
    insert,
    number_id,
    stored,
    vector_of,
)
from vector_store import (
    Collection,
    GenerationExists,
    GenerationMissing,
    StoreError,
    StoreMisused,
    VectorStore,
)
from vector_store.points import Point, UpsertPoints


def one_line(error: pytest.ExceptionInfo[StoreError]) -> bool:
    return len(str(error.value).splitlines()) == 1


def test_a_new_store_is_empty(store: VectorStore) -> None:
    """There are no generations and nothing is promoted."""
    assert (store.generations(), store.promoted()) == ([], None)


def test_a_generation_keeps_its_description(store: VectorStore, make: MakeGeneration) -> None:
    """What is stored with a collection is what it was made with, incarnation and attributes included."""
    made = make(attributes=ATTRIBUTES)
    assert store.create(made).generation == made
    assert store.generations() == [made]
    assert store.open(made.name).generation == made


def test_generations_come_oldest_first(store: VectorStore, make: MakeGeneration) -> None:
    """They are in the order of their creation."""
    made = [make(suffix, created_at_ms=at) for suffix, at in (("a", 2), ("b", 1))]
    for generation in made:
        store.create(generation)
    assert [each.name for each in store.generations()] == [made[1].name, made[0].name]


def test_generations_hold_points_of_their_own(store: VectorStore, make: MakeGeneration) -> None:
    """What is written to one is not in another."""
    one, two = store.create(make("one")), store.create(make("two"))
    insert(one, [Point(number_id(1), {"in": "one"}, vector_of("x"))])
    insert(two, [Point(number_id(1), {"in": "two"})])
    assert (stored(one), stored(two)) == ({number_id(1): {"in": "one"}}, {number_id(1): {"in": "two"}})


def test_a_generation_is_made_once(store: VectorStore, make: MakeGeneration) -> None:
    """Making one that is there is refused, and leaves it as it was, incarnation included."""
    made = make()
    insert(store.create(made), [Point(number_id(1), {})])
    with pytest.raises(GenerationExists) as caught:
        store.create(make())
    assert one_line(caught)
    assert store.generations() == [made]
    assert set(stored(store.open(made.name))) == {number_id(1)}


# A store that took one of these for a path must not harm the machine: none leads far out of its folder.
NO_NAMES = ["products-ffffffff", "", ".", "..", "a/b", "generation.json", "x" * 300, "a\0b", "ü"]


def test_an_unknown_generation_is_missing(store: VectorStore, make: MakeGeneration) -> None:
    """Opening or promoting it fails with one line, dropping it is fine; nothing else is touched."""
    made = make()
    insert(store.create(made), [Point(number_id(1), {})])
    store.promote(made.name)
    for name in NO_NAMES:
        for attempt in (store.open, store.promote):
            with pytest.raises(GenerationMissing) as caught:
                attempt(name)
            assert one_line(caught)
        store.drop(name)
    assert (store.generations(), store.promoted()) == ([made], made.name)
    assert set(stored(store.open(made.name))) == {number_id(1)}


def test_promoting_moves_the_alias(store: VectorStore, make: MakeGeneration) -> None:
    """The alias names the generation that was promoted last; going back is promoting the other one."""
    one, two = make("one"), make("two")
    store.create(one)
    store.create(two)
    seen = []
    for generation in (one, two, two, one):
        store.promote(generation.name)
        seen.append(store.promoted())
    assert seen == [one.name, two.name, two.name, one.name]


def test_promoting_remembers_the_generation_before(store: VectorStore, make: MakeGeneration) -> None:
    """Each promotion makes the one before `previous`; promoting the same once more does not lose it."""
    one, two, three = made = make("one"), make("two"), make("three")
    seen = [store.previous()]
    for generation in made:
        store.create(generation)
    for generation in (one, one, two, two, three):
        store.promote(generation.name)
        seen.append(store.previous())
    assert seen == [None, None, None, one.name, one.name, two.name]


def test_rolling_back_swaps_the_two(store: VectorStore, make: MakeGeneration) -> None:
    """Promoting the previous generation makes the promoted one previous, and so on, for ever."""
    one, two = make("one"), make("two")
    for generation in (one, two):
        store.create(generation)
        store.promote(generation.name)
    seen = []
    for _ in range(3):
        previous = store.previous()
        assert previous is not None
        store.promote(previous)
        seen.append((store.promoted(), store.previous()))
    assert seen == [(one.name, two.name), (two.name, one.name), (one.name, two.name)]


def test_a_promotion_that_fails_forgets_nobody(store: VectorStore, make: MakeGeneration) -> None:
    """Promoting a generation that is not there leaves promoted and previous as they were."""
    one, two = make("one"), make("two")
    for generation in (one, two):
        store.create(generation)
        store.promote(generation.name)
    with pytest.raises(GenerationMissing):
        store.promote(make("gone").name)
    assert (store.promoted(), store.previous()) == (two.name, one.name)


def test_a_dropped_generation_is_no_previous_one(store: VectorStore, make: MakeGeneration) -> None:
    """Once the previous generation is dropped there is none, not even when its name is used again."""
    one, two = make("one"), make("two")
    for generation in (one, two):
        store.create(generation)
        store.promote(generation.name)
    store.drop(one.name)
    assert (store.promoted(), store.previous()) == (two.name, None)
    store.create(make("one"))
    assert (store.promoted(), store.previous()) == (two.name, None)


def test_the_disk_that_a_generation_takes(store: VectorStore, make: MakeGeneration) -> None:
    """An engine tells how many bytes its collection takes, or that it does not know."""
    collection = store.create(make())
    insert(collection, [Point(number_id(n), {"n": n}, vector_of(str(n))) for n in range(50)])
    told = collection.disk_bytes()
    assert told is None or told > 50 * collection.generation.dimension * 4


def test_the_promoted_generation_is_not_dropped(store: VectorStore, make: MakeGeneration) -> None:
    """Dropping it is refused and changes nothing; once another is promoted it can go."""
    one, two = make("one"), make("two")
    insert(store.create(one), [Point(number_id(1), {})])
    store.create(two)
    store.promote(one.name)
    with pytest.raises(StoreMisused) as caught:
        store.drop(one.name)
    assert one_line(caught)
    assert set(stored(store.open(one.name))) == {number_id(1)}
    store.promote(two.name)
    store.drop(one.name)
    assert store.generations() == [two]


CALLS: dict[str, Callable[[Collection], object]] = {
    "apply": lambda gone: gone.apply([UpsertPoints((Point(number_id(1), {}),), EVERYTHING)]),
    "retrieve": lambda gone: gone.retrieve([number_id(1)]),
    "search": lambda gone: gone.search(vector_of("x"), limit=1, hits_per_product=1),
    "scroll": lambda gone: gone.scroll(EVERYTHING, limit=1),
    "count": lambda gone: gone.count(EVERYTHING),
    "disk_bytes": lambda gone: gone.disk_bytes(),
    "maintain": lambda gone: gone.maintain(),
}


def test_a_dropped_generation_is_gone_for_those_who_had_it_open(
    store: VectorStore, make: MakeGeneration
) -> None:
    """Every call on it says so, and it is no longer listed or opened."""
    made = make()
    gone = store.create(made)
    insert(gone, [Point(number_id(1), {})])
    store.drop(made.name)
    for call in CALLS.values():
        with pytest.raises(GenerationMissing) as caught:
            call(gone)
        assert one_line(caught)
    with pytest.raises(GenerationMissing):
        store.open(made.name)
    assert store.generations() == []


def test_another_incarnation_of_a_name_is_not_the_one_that_was_open(
    store: VectorStore, make: MakeGeneration
) -> None:
    """Made again under its name, it is empty; who held the old one can neither read nor write it."""
    gone = store.create(make())
    insert(gone, [Point(number_id(1), {"old": True})])
    store.drop(gone.generation.name)
    made = make()
    fresh = store.create(made)
    assert stored(fresh) == {}
    for call in CALLS.values():
        with pytest.raises(GenerationMissing):
            call(gone)
    assert stored(fresh) == {}
    assert store.generations() == [made]


def test_a_hidden_generation_is_nobody_elses(store: VectorStore, make: MakeGeneration) -> None:
    """It can be filled by its maker, and is neither listed, opened nor promoted."""
    made = make()
    hidden = store.create_hidden(made)
    insert(hidden, [Point(number_id(1), {"kind": "record"}, vector_of("x"))])
    assert hidden.generation == made
    assert set(stored(hidden)) == {number_id(1)}
    for attempt in (store.open, store.promote):
        with pytest.raises(GenerationMissing):
            attempt(made.name)
    assert (store.generations(), store.promoted()) == ([], None)


def test_a_revealed_generation_is_one_like_any_other(store: VectorStore, make: MakeGeneration) -> None:
    """It is there at once with all that was written; its maker goes on using what it has."""
    made = make(attributes=ATTRIBUTES)
    hidden = store.create_hidden(made)
    insert(hidden, [Point(number_id(1), {"kind": "record"})])
    store.reveal(made.name)
    assert store.generations() == [made]
    store.promote(made.name)
    insert(hidden, [Point(number_id(2), {})])
    assert set(stored(store.open(made.name))) == {number_id(1), number_id(2)}
    with pytest.raises(GenerationMissing) as caught:
        store.reveal(made.name)
    assert one_line(caught)


def test_only_what_is_hidden_is_revealed(store: VectorStore, make: MakeGeneration) -> None:
    """A name that nobody uses, or that is no name, gives one line and no generation."""
    for name in (make().name, *NO_NAMES):
        with pytest.raises(GenerationMissing) as caught:
            store.reveal(name)
        assert one_line(caught)
    assert store.generations() == []


@pytest.mark.parametrize("hidden_again", [True, False])
def test_what_was_left_hidden_is_begun_anew(
    engine: Engine,
    shop: str,
    make: MakeGeneration,
    hidden_again: bool,
) -> None:
    """After a process that ended before it revealed, the name is free, and nothing of the old is there."""
    with closing(engine.open(shop)) as store:
        insert(store.create_hidden(make()), [Point(number_id(1), {})])
    with closing(engine.open(shop)) as store:
        assert store.generations() == []
        made = make()
        create = store.create_hidden if hidden_again else store.create
        assert stored(create(made)) == {}
        if hidden_again:
            store.reveal(made.name)
        assert store.generations() == [made]


def test_who_is_begun_anew_under_has_lost_it(store: VectorStore, make: MakeGeneration) -> None:
    """Two that fill the same name do not mix: the earlier one's calls fail."""
    earlier = store.create_hidden(make())
    later = store.create_hidden(make())
    for call in CALLS.values():
        with pytest.raises(GenerationMissing):
            call(earlier)
    assert stored(later) == {}


def test_a_hidden_generation_can_be_dropped(store: VectorStore, make: MakeGeneration) -> None:
    """Afterwards it is gone for its maker too, and cannot be revealed."""
    hidden = store.create_hidden(make())
    store.drop(hidden.generation.name)
    with pytest.raises(GenerationMissing):
        hidden.count(EVERYTHING)
    with pytest.raises(GenerationMissing):
        store.reveal(hidden.generation.name)


def test_a_generation_is_not_hidden_by_another(store: VectorStore, make: MakeGeneration) -> None:
    """A name that is in use cannot be begun hidden; what is there stays."""
    made = make()
    insert(store.create(made), [Point(number_id(1), {})])
    with pytest.raises(GenerationExists):
        store.create_hidden(make())
    assert store.generations() == [made]
    assert set(stored(store.open(made.name))) == {number_id(1)}


def test_everything_is_there_after_closing_and_opening_again(
    engine: Engine, shop: str, make: MakeGeneration
) -> None:
    """Points, vectors, descriptions and the alias outlive the store that wrote them."""
    one, two = make("one"), make("two", created_at_ms=2)
    with closing(engine.open(shop)) as store:
        insert(store.create(one), [Point(number_id(n), {"n": n}, vector_of(str(n))) for n in range(50)])
        insert(store.create(two), [Point(number_id(7), {"kind": "record"})])
        store.promote(one.name)
        store.promote(two.name)
    with closing(engine.open(shop)) as store:
        assert store.generations() == [one, two]
        assert (store.promoted(), store.previous()) == (two.name, one.name)
        assert stored(store.open(two.name)) == {number_id(7): {"kind": "record"}}
        found = store.open(one.name).retrieve([number_id(7)], with_vectors=True)[number_id(7)]
        assert found.payload == {"n": 7}
        assert found.vector is not None
        assert float(found.vector @ vector_of("7")) == pytest.approx(1, abs=1e-6)
        assert store.open(one.name).count(EVERYTHING) == 50


def test_a_closed_store_answers_nothing(engine: Engine, shop: str, make: MakeGeneration) -> None:
    """After closing, which may happen twice, every call of store and collections fails with one line."""
    store = engine.open(shop)
    made = make()
    collection = store.create(made)
    store.close()
    store.close()
    with pytest.raises(StoreMisused):
        store.create(make("late"))
    calls = (
        store.generations,
        store.promoted,
        store.previous,
        lambda: store.open(made.name),
        lambda: store.drop("x"),
    )
    for call in calls:
        with pytest.raises(StoreMisused) as caught:
            call()
        assert one_line(caught)
    for late in CALLS.values():
        with pytest.raises(GenerationMissing) as caught_late:
            late(collection)
        assert one_line(caught_late)
