"""The main job on a real Kafka: real photos in, an index that finds them out."""

import io
import json
import random

import pytest
from PIL import Image, ImageOps

from model.embedder import Embedder
from tests.brokers.broker import Broker
from tests.integration.consumer.conftest import CATALOG, ENGINES, Shop
from tests.services.dead_letter_reading import read_dead_letters
from tests.services.published import product_event, publish
from tests.services.running_consumer import running_consumer
from vector_store import ProductIndex, open_store

GROUP_PROTOCOLS = {
    "eager": "{}",
    "cooperative": '{"partition.assignment.strategy": "cooperative-sticky"}',
    "KIP-848": '{"group.protocol": "consumer"}',
}
_QUERIES = 50
_FOUND_AT_LEAST = 45


def altered(photo: bytes, seed: int) -> Image.Image:
    """A shopper's version of a photo: mirrored, cropped to about 80 %, saved once more as a poor JPEG."""
    rng = random.Random(seed)
    image = ImageOps.mirror(Image.open(io.BytesIO(photo)).convert("RGB"))
    width, height = (round(side * 0.9) for side in image.size)
    left, top = rng.randint(0, image.width - width), rng.randint(0, image.height - height)
    buffer = io.BytesIO()
    image.crop((left, top, left + width, top + height)).save(buffer, "JPEG", quality=40)
    return Image.open(buffer)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("shop", ENGINES, indirect=True)
def test_altered_photos_find_their_originals(shop: Shop, embedder: Embedder) -> None:
    """Of 50 mirrored, cropped, recompressed catalogue photos, at least 45 find their own product first."""
    products = [json.loads(line) for line in (CATALOG / "products.jsonl").read_text().splitlines()]
    for product in products:
        for image in product["images"]:
            image["url"] = shop.host.serve(image["url"], (CATALOG / image["url"]).read_bytes())
    publish(
        shop.bootstrap_servers,
        (product_event(shop.created, "created", product, order=n) for n, product in enumerate(products)),
    )
    settings = shop.settings()
    store = open_store(settings)
    with running_consumer(settings, store, embedder) as service:
        shop.wait_until_done(store, timeout_seconds=120)
        assert service.index.count_records() == len(products)
        assert service.index.count_images() == sum(len(product["images"]) for product in products)
        found = 0
        for seed, product in enumerate(random.Random(7).sample(products, _QUERIES)):
            path = product["images"][0]["url"].removeprefix(shop.host.url(""))
            [vector] = embedder.embed([altered((CATALOG / path).read_bytes(), seed)])
            [best] = service.index.similar(vector, limit=1)
            found += best.record.product_id == product["id"]
    store.close()
    print(f"originals found first: {found} of {_QUERIES}")
    assert found >= _FOUND_AT_LEAST
    assert read_dead_letters(shop.bootstrap_servers, shop.dead_letters) == []


@pytest.mark.parametrize("group_config", GROUP_PROTOCOLS.values(), ids=GROUP_PROTOCOLS.keys())
@pytest.mark.parametrize("shop", ENGINES, indirect=True)
def test_shuffled_duplicates_end_at_the_latest_state(
    shop: Shop, embedder: Embedder, photos: list[bytes], apache_kafka: Broker, group_config: str
) -> None:
    """Create, update with fewer images and delete, shuffled over the topics and sent twice, end right."""
    urls = [shop.host.serve(f"{n}.jpg", photo) for n, photo in enumerate(photos[:6])]
    events = []
    for n in range(30):
        data = {"id": f"p{n}", "name": f"product {n}", "images": [urls[n % 6], urls[(n + 1) % 6]]}
        events.append(product_event(shop.created, "created", data, order=1))
        events.append(product_event(shop.updated, "updated", {**data, "images": [urls[n % 6]]}, order=2))
        if n % 3 == 0:
            events.append(product_event(shop.deleted, "deleted", {"id": f"p{n}"}, order=3))
    twice = events * 2
    random.Random(3).shuffle(twice)
    publish(shop.bootstrap_servers, twice)
    settings = shop.settings(KAFKA_CONFIG=group_config)
    store = open_store(settings)
    with running_consumer(settings, store, embedder) as service:
        shop.wait_until_done(store)
        assert visible(service.index) == {f"p{n}": [urls[n % 6]] for n in range(30) if n % 3 != 0}
        assert service.index.count_records() == 30
    store.close()


def visible(index: ProductIndex) -> dict[str, list[str]]:
    """What searches can see: each live product with its images, found by their own vectors."""
    seen: dict[str, list[str]] = {}
    for record in index.all_records():
        keys = [image.key for image in record.images if record.lists_as_indexed(image.key)]
        vectors = index.vectors({record.product_id: keys}).get(record.product_id, {})
        for key, vector in vectors.items():
            hits = {
                hit.image_key
                for product in index.similar(vector, limit=50)
                if product.record.product_id == record.product_id
                for hit in product.hits
            }
            assert key in hits
        if keys:
            seen[record.product_id] = sorted(vectors)
    return seen
