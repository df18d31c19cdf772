"""Members writing and shoppers searching at once: a search sees an old state or a new one, no mixture."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier, Event

from tests.contract.samples import a_record, a_write, vector_of
from vector_store import Collection, ProductIndex, Range, Stamp
from vector_store.identity import product_uuid

PRODUCTS = ("a", "b", "c")
STATES = 12
LONGEST_WAIT_SECONDS = 60


def images_of(product: str, state: int) -> list[str]:
    """One image of every state, one of this and the next, one of this only."""
    return [f"{product}.jpg", f"{product}-{state // 2}.jpg", f"{product}-only-{state}.jpg"]


def write_states(index: ProductIndex, states: Sequence[int], started: Barrier) -> None:
    started.wait(LONGEST_WAIT_SECONDS)
    for state in states:
        records = [
            a_record(each, Stamp(2 * state, 0), indexed=images_of(each, state), price=state)
            for each in PRODUCTS
        ]
        index.write([a_write(record) for record in records])


def search_until(index: ProductIndex, done: Event, started: Barrier) -> int:
    """Searches until the writers are done and checks every answer; gives the number of searches."""
    newest = dict.fromkeys(PRODUCTS, 0)
    searches = 0
    started.wait(LONGEST_WAIT_SECONDS)
    while not done.is_set() or searches < 5:
        for where in (None, Range("price", lte=STATES // 2)):
            answer = index.similar(vector_of("a.jpg"), limit=5, where=where)
            for product in answer:
                name = product.record.product_id
                state = product.record.stamp.revision // 2
                assert product.record.product is not None
                assert product.record.product["price"] == state
                assert {hit.image_key for hit in product.hits} <= set(images_of(name, state))
                assert state >= newest[name], "a product went back to an older state"
                newest[name] = state
                assert where is None or state <= STATES // 2
            if where is None:
                assert {each.record.product_id for each in answer} == set(PRODUCTS)
        searches += 1
    return searches


def orders() -> Iterator[list[int]]:
    """Every member writes all states, each in an order of its own: most of what arrives is late."""
    for seed in (1, 2):
        states = list(range(1, STATES + 1))
        Random(seed).shuffle(states)
        yield states


def test_searches_beside_writers_see_whole_states(threaded_collection: Collection) -> None:
    """Two members write products' states out of order; readers never see half of one, nor go back."""
    index = ProductIndex(threaded_collection)
    first = [a_record(each, Stamp(0, 0), indexed=images_of(each, 0), price=0) for each in PRODUCTS]
    index.write(map(a_write, first))
    done, started = Event(), Barrier(4)
    with ThreadPoolExecutor(4) as threads:
        readers = [threads.submit(search_until, index, done, started) for _ in range(2)]
        writers = [threads.submit(write_states, index, states, started) for states in orders()]
        try:
            for writer in writers:
                writer.result(LONGEST_WAIT_SECONDS)
        finally:
            done.set()
        assert all(reader.result(LONGEST_WAIT_SECONDS) >= 5 for reader in readers)
    newest = {each: index.record(each) for each in PRODUCTS}
    assert {name: record and record.stamp.revision // 2 for name, record in newest.items()} == dict.fromkeys(
        PRODUCTS, STATES
    )
    left = {(point.payload["product"], point.payload["image_key"]) for point in index.image_points()}
    assert left >= {(product_uuid(name), key) for name in PRODUCTS for key in images_of(name, STATES)}
