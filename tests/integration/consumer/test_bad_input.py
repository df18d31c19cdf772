"""Bad input never stops the consumer: each piece is a dead letter with its reason, the rest is indexed."""

import io
import json
import zlib

import orjson
import pytest
from PIL import Image

from model.embedder import Embedder
from tests.image_host.scripted_image_host import Answer
from tests.integration.consumer.conftest import ENGINES, Shop
from tests.services.dead_letter_reading import read_dead_letters
from tests.services.eventually import eventually
from tests.services.published import Event, product_event, publish
from tests.services.running_consumer import running_consumer
from vector_store import ProductIndex, open_store


def png_of_one_row(side_px: int) -> bytes:
    """A PNG whose header claims a huge square in few bytes; its data ends after the first row."""
    buffer = io.BytesIO()
    Image.new("1", (side_px, 1)).save(buffer, "PNG")
    data = bytearray(buffer.getvalue())
    data[20:24] = side_px.to_bytes(4, "big")
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    return bytes(data)


def bad_events(shop: Shop, good: str) -> dict[str, tuple[Event, str]]:
    """By name: a message that cannot be used, and the class of its dead letter."""
    valid = product_event(shop.created, "created", {"id": "x", "images": [good]}, order=1)
    assert valid.value is not None
    envelope = json.loads(valid.value)

    def with_data(**data: object) -> Event:
        value = orjson.dumps({**envelope, "data": {"id": "x", "images": [good], **data}})
        return Event(shop.created, b"x", value, valid.headers)

    return {
        "random bytes": (Event(shop.created, b"x", bytes(range(256))), "NotAnEvent"),
        "truncated JSON": (Event(shop.created, b"x", valid.value[:-20], valid.headers), "NotAnEvent"),
        "an empty value": (Event(shop.created, b"x", b""), "NotAnEvent"),
        "wrong types": (with_data(images=5), "InvalidProduct"),
        "900 kB": (with_data(padding="a" * 900_000), "EventTooLarge"),
        "500 images": (with_data(images=[f"{good}?{n}" for n in range(500)]), "TooManyImages"),
        "no product id": (
            Event(shop.created, None, orjson.dumps({**envelope, "data": {}})),
            "MissingProductId",
        ),
        "another key": (Event(shop.created, b"y", valid.value, valid.headers), "KeyMismatch"),
        "from the future": (
            Event(shop.created, b"x", orjson.dumps({**envelope, "time": "2099-01-01T00:00:00Z"})),
            "FutureEvent",
        ),
        "another type": (
            Event(shop.created, b"x", orjson.dumps({**envelope, "type": "order.placed"})),
            "UnknownEventType",
        ),
    }


def bad_images(shop: Shop) -> dict[str, str]:
    """By URL: an image that cannot be used, and the class of its dead letter."""
    return {
        shop.host.serve("huge.png", png_of_one_row(30_000), "image/png"): "TooManyPixels",
        "http://169.254.169.254/latest/meta-data": "ForbiddenAddress",
        "file:///etc/passwd": "BadUrl",
        "https://not-allowed.example/a.jpg": "ForbiddenHost",
        shop.host.serve("page.html", b"<html>not a picture</html>", "text/html"): "NotAnImage",
        shop.host.script("gone.jpg", [Answer(status=404)]): "HttpMissing",
    }


@pytest.mark.parametrize("shop", ENGINES, indirect=True)
def test_bad_input_never_stops_the_consumer(shop: Shop, embedder: Embedder, photos: list[bytes]) -> None:
    """Every kind of bad event and image gets its dead letter; the events around them are indexed."""
    good = shop.host.serve("good.jpg", photos[0])
    events, images = bad_events(shop, good), bad_images(shop)
    sent = [product_event(shop.created, "created", {"id": "first", "images": [good]}, order=1)]
    for n, (event, _) in enumerate(events.values()):
        sent += [
            event,
            product_event(shop.created, "created", {"id": f"good {n}", "images": [good]}, order=1),
        ]
    for n, url in enumerate(images):
        data = {"id": f"image {n}", "images": [good, url]}
        sent.append(product_event(shop.created, "created", data, order=1))
    publish(shop.bootstrap_servers, sent)
    settings = shop.settings()
    store = open_store(settings)
    with running_consumer(settings, store, embedder) as service:
        shop.wait_until_done(store)
        assert indexed(service.index) == {
            "first": [good],
            **{f"good {n}": [good] for n in range(len(events))},
            **{f"image {n}": [good] for n in range(len(images))},
        }
    store.close()
    letters = read_dead_letters(shop.bootstrap_servers, shop.dead_letters)
    of_images = {
        letter.fields["dl_image_url"]: letter.error_class
        for letter in letters
        if "dl_image_url" in letter.fields
    }
    assert of_images == images
    of_events = [letter for letter in letters if "dl_image_url" not in letter.fields]
    assert {(letter.key, letter.value, letter.error_class) for letter in of_events} == {
        (event.key, event.value, error_class) for event, error_class in events.values()
    }
    assert len(letters) == len(events) + len(images)


@pytest.mark.parametrize("shop", ENGINES, indirect=True)
def test_what_may_pass_is_indexed_later_by_itself(
    shop: Shop, embedder: Embedder, photos: list[bytes]
) -> None:
    """Of three images one is indexed at once, one is a dead letter, and one comes after two 503s."""
    good = shop.host.serve("good.jpg", photos[0])
    bad = shop.host.serve("bad.jpg", b"no picture")
    busy = Answer(status=503)
    late = shop.host.script(
        "late.jpg", [busy, busy, Answer(photos[1], headers={"Content-Type": "image/jpeg"})]
    )
    data = {"id": "p", "images": [good, bad, late]}
    publish(shop.bootstrap_servers, [product_event(shop.created, "created", data, order=1)])
    settings = shop.settings(IMAGE_RETRY_SECONDS="0.3")
    store = open_store(settings)
    with running_consumer(settings, store, embedder) as service:
        shop.wait_until_done(store)
        assert indexed(service.index) == {"p": [good]}
        assert eventually(lambda: indexed(service.index) == {"p": [good, late]})
        assert service.index.count_images() == 2
    store.close()
    letters = read_dead_letters(shop.bootstrap_servers, shop.dead_letters)
    assert [(letter.error_class, letter.fields["dl_image_url"]) for letter in letters] == [
        ("NotAnImage", bad)
    ]
    assert shop.host.requests("late.jpg") == 3
    assert shop.host.requests("good.jpg") == 1


def indexed(index: ProductIndex) -> dict[str, list[str]]:
    """Live products and their indexed images, as records tell."""
    return {
        record.product_id: [image.key for image in record.images if record.lists_as_indexed(image.key)]
        for record in index.all_records()
        if record.live
    }
