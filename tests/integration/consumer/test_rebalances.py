"""Several members share the work over one index; whoever comes or goes, it ends equal to the events."""

import random
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.integration.consumer.conftest import Shop
from tests.integration.consumer.test_bad_input import indexed
from tests.integration.consumer.test_main_job import GROUP_PROTOCOLS
from tests.services.consumer_process import ConsumerProcess
from tests.services.dead_letter_reading import read_dead_letters
from tests.services.eventually import eventually
from tests.services.published import Event, product_event, publish
from vector_store import ProductIndex, VectorStore, open_store

pytestmark = pytest.mark.slow

_PRODUCTS = 120

StartMember = Callable[[], ConsumerProcess]


@pytest.fixture
def start_member(shop_on_server: Shop, tmp_path: Path, group_config: str) -> Iterator[StartMember]:
    with ExitStack() as members:
        started = 0

        def start() -> ConsumerProcess:
            nonlocal started
            started += 1
            environment = shop_on_server.environment(KAFKA_CONFIG=group_config)
            member = ConsumerProcess(environment, tmp_path / f"member-{started}.log")
            members.callback(member.kill)
            member.start()
            return member

        yield start


@pytest.fixture
def group_config(request: pytest.FixtureRequest) -> str:
    """The client's part of a group protocol."""
    return str(request.param)


@pytest.fixture
def store(shop_on_server: Shop) -> Iterator[VectorStore]:
    opened = open_store(shop_on_server.settings())
    yield opened
    opened.close()


def history(shop: Shop, urls: list[str]) -> tuple[list[Event], dict[str, list[str]]]:
    """Shuffled events of many products, and what they fold to."""
    events: list[Event] = []
    expected: dict[str, list[str]] = {}
    for n in range(_PRODUCTS):
        product, first, last = f"p{n}", [urls[n % 20], urls[(n + 7) % 20]], [urls[n % 20]]
        events += [
            product_event(shop.created, "created", {"id": product, "images": first}, order=1),
            product_event(shop.updated, "updated", {"id": product, "images": last, "price": n}, order=2),
        ]
        expected[product] = last
        if n % 4 == 0:
            events.append(product_event(shop.deleted, "deleted", {"id": product}, order=3))
            del expected[product]
    random.Random(5).shuffle(events)
    return events, expected


def index_of(store: VectorStore) -> ProductIndex:
    name = store.promoted()
    assert name is not None
    return ProductIndex(store.open(name))


def records(store: VectorStore) -> int:
    return 0 if store.promoted() is None else index_of(store).count_records()


@pytest.mark.timeout(240)
@pytest.mark.usefixtures("apache_kafka")
@pytest.mark.parametrize("group_config", GROUP_PROTOCOLS.values(), ids=GROUP_PROTOCOLS.keys(), indirect=True)
def test_members_come_and_go_and_the_index_ends_right(
    shop_on_server: Shop,
    store: VectorStore,
    start_member: StartMember,
    photos: list[bytes],
) -> None:
    """Three members; one is stopped, one is killed, one joins late, with events and duplicates throughout."""
    shop = shop_on_server
    urls = [shop.host.serve(f"{n}.jpg", photo) for n, photo in enumerate(photos[:20])]
    events, expected = history(shop, urls)
    third = len(events) // 3
    first, second, third_member = start_member(), start_member(), start_member()
    publish(shop.bootstrap_servers, events[:third])
    for member in (first, second, third_member):
        assert eventually(member.has_partitions, timeout_seconds=60), member.log_tail()
    assert eventually(lambda: records(store) > 0, timeout_seconds=60), first.log_tail()
    publish(shop.bootstrap_servers, events[third : 2 * third])
    assert second.end(signal.SIGTERM, timeout_seconds=60) == 0, second.log_tail()
    third_member.kill()
    late = start_member()
    publish(shop.bootstrap_servers, events[2 * third :] + events[:third])
    shop.wait_until_done(store, timeout_seconds=120)
    # The others may have done everything before it has even begun.
    assert eventually(late.has_partitions, timeout_seconds=60), late.log_tail()
    index = index_of(store)
    assert indexed(index) == expected
    assert index.count_records() == _PRODUCTS
    for member in (first, late):
        assert member.end(signal.SIGTERM, timeout_seconds=60) == 0, member.log_tail()
    assert read_dead_letters(shop.bootstrap_servers, shop.dead_letters) == []
