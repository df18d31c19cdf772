"""The consumer as a process that is killed: nothing is lost, nothing is doubled."""

import random
import signal
import time
from pathlib import Path

import pytest

from tests.integration.consumer.conftest import Shop
from tests.integration.consumer.test_bad_input import indexed
from tests.services.consumer_process import ConsumerProcess
from tests.services.dead_letter_reading import read_dead_letters
from tests.services.eventually import eventually
from tests.services.group_progress import group_of_index
from tests.services.published import product_event, publish
from vector_store import ProductIndex
from vector_store.edge import EdgeStore

_PRODUCTS, _KILLS = 150, 5
_KILLED_IS_MISSED_SOON = '{"session.timeout.ms": 6000, "heartbeat.interval.ms": 1500}'


@pytest.mark.timeout(240)
def test_kill_9_at_random_moments_loses_and_doubles_nothing(
    shop: Shop, photos: list[bytes], tmp_path: Path
) -> None:
    """Killed five times at random moments and started again, the index ends equal to the events."""
    urls = [shop.host.serve(f"{n}.jpg", photo) for n, photo in enumerate(photos[:40])]
    expected: dict[str, list[str]] = {}
    rng = random.Random(11)
    log = tmp_path / "consumer.log"
    consumer = ConsumerProcess(shop.environment(KAFKA_CONFIG=_KILLED_IS_MISSED_SOON), log)
    try:
        for kill in range(_KILLS):
            events = []
            for n in range(kill * _PRODUCTS // _KILLS, (kill + 1) * _PRODUCTS // _KILLS):
                images = [urls[n % 40], urls[(7 * n + 1) % 40]]
                events.append(
                    product_event(shop.created, "created", {"id": f"p{n}", "images": images}, order=1)
                )
                last = images[:1]
                events.append(
                    product_event(shop.updated, "updated", {"id": f"p{n}", "images": last}, order=2)
                )
                expected[f"p{n}"] = last
                if n % 5 == 0:
                    events.append(product_event(shop.deleted, "deleted", {"id": f"p{n}"}, order=3))
                    del expected[f"p{n}"]
            rng.shuffle(events)
            publish(shop.bootstrap_servers, events)
            consumer.start()
            assert eventually(lambda: group_of_index(shop.folder) is not None), consumer.log_tail()
            time.sleep(rng.uniform(0.2, 3.0))
            consumer.kill()
        consumer.start()
        shop.wait_until_done(timeout_seconds=90)
        consumer.terminate(timeout_seconds=30)
    finally:
        consumer.kill()
    store = EdgeStore(shop.folder)
    name = store.promoted()
    assert name is not None
    index = ProductIndex(store.open(name))
    assert indexed(index) == expected
    assert index.count_records() == _PRODUCTS
    assert searchable(index) == {(product, key) for product, keys in expected.items() for key in keys}
    store.close()
    assert read_dead_letters(shop.bootstrap_servers, shop.dead_letters) == []
    assert "Traceback" not in log.read_text()


@pytest.mark.timeout(120)
def test_a_stop_finishes_what_is_under_way(shop: Shop, photos: list[bytes], tmp_path: Path) -> None:
    """SIGTERM with work in flight: it is finished and committed, and the process exits with 0."""
    urls = [shop.host.serve(f"{n}.jpg", photo) for n, photo in enumerate(photos[:30])]
    events = [
        product_event(shop.created, "created", {"id": f"p{n}", "images": [url]}, order=1)
        for n, url in enumerate(urls)
    ]
    shop.host.delay_seconds = 0.5
    publish(shop.bootstrap_servers, events)
    consumer = ConsumerProcess(shop.environment(), tmp_path / "consumer.log")
    consumer.start()
    try:
        assert eventually(lambda: shop.host.requests() > 0), consumer.log_tail()
        assert consumer.end(signal.SIGTERM, timeout_seconds=40) == 0, consumer.log_tail()
    finally:
        consumer.kill()
    group = group_of_index(shop.folder)
    assert group is not None
    left = shop.progress().uncommitted(group)
    store = EdgeStore(shop.folder)
    name = store.promoted()
    assert name is not None
    written = ProductIndex(store.open(name)).count_records()
    store.close()
    assert written + left == len(events)
    assert written > 0


def searchable(index: ProductIndex) -> set[tuple[str, str]]:
    """Every (product, image) that a search for any of the index's own vectors finds."""
    seen: set[tuple[str, str]] = set()
    for record in index.all_records():
        keys = [image.key for image in record.images]
        for vector in index.vectors({record.product_id: keys}).get(record.product_id, {}).values():
            for product in index.similar(vector, limit=200, hits_per_product=50):
                seen |= {(product.record.product_id, hit.image_key) for hit in product.hits}
    return seen
