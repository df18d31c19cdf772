"""The audit beside a running consumer, over a real Kafka: what was lost is embedded again, leftovers go."""

import json
import subprocess
import sys
from collections.abc import Sequence

import pytest

from consumer.commands.audit import EXIT_FINDINGS
from consumer.service import ConsumerService
from model.embedder import Embedder
from tests.integration.consumer.conftest import Shop
from tests.services.eventually import eventually
from tests.services.published import product_event, publish
from tests.services.running_consumer import running_consumer
from vector_store import HasId, ImagePoint, Stamp, VectorStore, open_store
from vector_store.identity import image_point_uuid
from vector_store.points import DeletePoints, UpsertPoints

PRODUCTS = 12


@pytest.fixture(params=["server"])
def shop(request: pytest.FixtureRequest) -> Shop:
    """A shop whose index several processes share: a command can look at it while the consumer runs."""
    shop = request.getfixturevalue(f"shop_on_{request.param}")
    assert isinstance(shop, Shop)
    return shop


def fill(shop: Shop, photos: Sequence[bytes]) -> None:
    """Products with two pictures each, and one that is deleted."""
    urls = [shop.host.serve(f"{n}.jpg", photos[n % len(photos)]) for n in range(2 * PRODUCTS)]
    products = [{"id": f"p{n}", "name": "Shirt", "images": urls[2 * n : 2 * n + 2]} for n in range(PRODUCTS)]
    publish(
        shop.bootstrap_servers, (product_event(shop.created, "created", each, order=1) for each in products)
    )
    publish(shop.bootstrap_servers, [product_event(shop.deleted, "deleted", {"id": "p0"}, order=2)])


def harm(store: VectorStore, service: ConsumerService) -> None:
    """Two listed points are gone, and the deleted product has one of before."""
    collection = store.open(service.index.generation.name)
    listed = [record for record in service.index.all_records() if record.live][:2]
    lost = {image_point_uuid(record.product_id, record.images[0].key) for record in listed}
    [vector] = service.index.vectors({"p3": [service.index.record("p3").images[0].key]})["p3"].values()  # type: ignore[union-attr]
    leftover = ImagePoint("p0", "old.jpg", vector, Stamp(2, 0), {}).to_point()
    collection.apply([DeletePoints(HasId(frozenset(lost))), UpsertPoints((leftover,), HasId(frozenset()))])


def audit(shop: Shop, *words: str) -> tuple[int, list[dict[str, object]]]:
    """The command as a process of its own."""
    variables = [f"{name}={value}" for name, value in shop.environment().items()]
    done = subprocess.run(
        ["env", *variables, sys.executable, "-m", "consumer", "audit", "--json", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert not done.stderr, done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.timeout(240)
def test_a_repair_beside_a_running_consumer(shop: Shop, embedder: Embedder, photos: list[bytes]) -> None:
    """The command finds and repairs, the mender embeds again, and the next audit is clean."""
    store = open_store(shop.settings())
    with running_consumer(shop.settings(), store, embedder) as service:
        fill(shop, photos)
        shop.wait_until_done(store)
        images = service.index.count_images()
        assert images == 2 * (PRODUCTS - 1)
        harm(store, service)
        status, lines = audit(shop, "--repair")
        assert status == EXIT_FINDINGS
        assert sorted(str(each["finding"]) for each in lines[:-1]) == ["missing", "missing", "orphan"]
        assert eventually(lambda: service.index.count_images() == images)
        assert eventually(lambda: service.index.count_pending() == 0)
        status, [summary] = audit(shop)
        assert (status, summary["clean"], summary["image_points"]) == (0, True, images)
    store.close()


@pytest.mark.timeout(240)
def test_the_consumer_audits_by_itself(shop: Shop, embedder: Embedder, photos: list[bytes]) -> None:
    """Every so often, here every second: it repairs without being asked, and the status point knows when."""
    settings = shop.settings(AUDIT_INTERVAL_SECONDS="1")
    store = open_store(settings)
    with running_consumer(settings, store, embedder) as service:
        fill(shop, photos)
        shop.wait_until_done(store)
        images = service.index.count_images()
        harm(store, service)
        assert eventually(
            lambda: service.index.count_images() == images and service.index.count_pending() == 0,
            timeout_seconds=150,
        )
        assert b"consumer_audit_finished_timestamp_seconds" in service.vitals.metrics.exposition()
        assert eventually(lambda: "audited_at_ms" in (service.index.status() or {}))
    store.close()
