"""The endpoints that write: what is published, and what it is merged with."""

import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from product_events import EventPolicy, EventType, OrderKind
from search_api.app import create_app
from search_api.errors import TooManyWrites
from search_api.metric_definitions import EVENTS_PUBLISHED
from search_api.parts import Parts
from search_api.writing.event_publisher import Delivery
from search_api.writing.last_published import LastPublished
from search_api.writing.product_locks import ProductLocks
from search_api.writing.product_writer import ProductWriter, Written
from search_api.writing.searchable import SearchableWait
from search_api.writing.write_answer import write_answer
from tests.unit.search_api.answers import bad_fields, problem
from tests.unit.search_api.log_publisher import NOW_MS, LogPublisher
from tests.unit.search_api.shop import picture, product_write, promoted_index, shop_parts, shop_settings
from tests.unit.search_api.test_access import KEYS, SEARCH_KEY, WRITE_KEY
from vector_store import ProductIndex, Stamp
from vector_store.edge import EdgeStore

A, B, C = (f"https://img.example/{name}.jpg" for name in "abc")


class Writing:
    """A shop's backend before the API, with a log that nobody reads until it is told to."""

    def __init__(
        self, store: EdgeStore, folder: Path, kind: str = "time", *, now_ms: int = NOW_MS, **settings: Any
    ) -> None:
        self.index: ProductIndex = promoted_index(store, order_kind=kind)
        policy = EventPolicy(OrderKind(kind), max_images=5, max_bytes=149_000)
        self.publisher = LogPublisher(policy, max_bytes=140_000)
        bare = shop_parts(store)
        self.now_ms = now_ms
        writer = ProductWriter(bare.index, self.publisher, policy, bare.metrics, now_ms=lambda: self.now_ms)
        self.parts: Parts = replace(bare, writer=writer)
        given = {"search_api_keys": KEYS, "image_data_urls": True, **settings}
        self.app = create_app(self.parts, shop_settings(folder, **given))
        self.client: FlaskClient = self.app.test_client()

    def post(self, path: str, json: Any = None, *, key: str = WRITE_KEY, **more: Any) -> TestResponse:
        given = {"json": json} if json is not None else {}
        return self.app.test_client().post(path, headers={"X-API-Key": key}, **given, **more)

    def accepted(self, path: str, json: Any = None, **more: Any) -> Any:
        answer = self.post(path, json, **more)
        assert answer.status_code == 202, answer.text
        return answer.json

    def urls(self, product_id: str = "p") -> list[str]:
        """The images of the product as its last event has them."""
        last = [each for each in self.publisher.log if each.product_id == product_id][-1]
        assert last.product is not None
        return [image.url for image in last.product.images]


@pytest.fixture
def writing(store: EdgeStore, tmp_path: Path) -> Writing:
    return Writing(store, tmp_path)


MakeWriting = Callable[..., Writing]


@pytest.fixture
def make_writing(store: EdgeStore, tmp_path: Path) -> MakeWriting:
    return lambda kind="time", **more: Writing(store, tmp_path, kind, **more)


@pytest.mark.parametrize("kind", ["time", "version"])
def test_two_rapid_calls_keep_both_images(make_writing: MakeWriting, kind: str) -> None:
    """The second call knows the first one's image before the index does, and comes after it."""
    writing = make_writing(kind)
    first = writing.post("/store_embedding", {"product_id": "p", "image_url": A})
    writing.accepted("/store_embedding", {"product_id": "p", "image_url": B})
    assert first.headers["Location"] == "/products/p"
    assert writing.urls() == [A, B]
    one, two = writing.publisher.log
    assert two.order == one.order + 1
    assert one.order == (NOW_MS if kind == "time" else 1)
    assert [each.value for each in writing.publisher.kinds] == ["product.created", "product.updated"]
    assert writing.parts.metrics.value(EVENTS_PUBLISHED, outcome="delivered") == 2


@pytest.mark.parametrize("kind", ["time", "version"])
def test_concurrent_calls_for_one_product_keep_all(make_writing: MakeWriting, kind: str) -> None:
    """Threads that write one product at once lose nothing of each other, in either order of events."""
    writing = make_writing(kind)
    urls = [f"https://img.example/{n}.jpg" for n in range(5)]
    with ThreadPoolExecutor(5) as threads:
        list(
            threads.map(
                lambda url: writing.accepted("/store_embedding", {"product_id": "p", "image_url": url}), urls
            )
        )
    assert sorted(writing.urls()) == urls
    orders = [each.order for each in writing.publisher.log]
    assert orders == sorted(set(orders))


def test_a_change_is_merged_with_the_record(writing: Writing) -> None:
    """Images and fields of the index stay, pending and failed images too, and the order is above its."""
    writing.index.write(
        [
            product_write(
                "p",
                {A: (9, 9, 9)},
                pending=[B],
                revision=2 * (NOW_MS + 1_000),
                name="Shirt",
                price=5.0,
                shop_attributes={"colour": "red"},
            )
        ]
    )
    writing.accepted("/store_embedding", {"productId": "p", "imageUrl": C, "public_id": "c", "price": "7.5"})
    (change,) = writing.publisher.log
    assert change.product is not None
    assert writing.urls() == [A, B, C]
    assert change.product.images[2].public_id == "c"
    assert (change.product.name, change.product.price) == ("Shirt", 7.5)
    assert change.product.attributes == {"colour": "red"}
    assert change.order == NOW_MS + 1_001


def test_a_later_record_outranks_what_was_published(writing: Writing) -> None:
    """What another has written meanwhile is what the next change begins from."""
    writing.accepted("/store_embedding", {"product_id": "p", "image_url": A})
    writing.index.write([product_write("p", {B: (9, 9, 9)}, revision=2 * (NOW_MS + 50))])
    writing.accepted("/store_embedding", {"product_id": "p", "image_url": C})
    assert writing.urls() == [B, C]


def test_a_name_replaces_its_image(writing: Writing) -> None:
    """Another URL under the same name is the same picture, and a URL that is there is not added twice."""
    writing.accepted("/store_embedding", {"_id": "p", "image_url": A, "image_id": "front"})
    writing.accepted("/store_embedding", {"_id": "p", "image_url": B, "image_id": "back"})
    writing.accepted("/store_embedding", {"_id": "p", "image_url": C, "image_id": "front"})
    writing.accepted("/store_embedding", {"_id": "p", "image_url": B})
    assert writing.urls() == [C, B]


@pytest.mark.parametrize("name", [{"image_url": A}, {"public_id": "front"}])
def test_an_image_is_removed_by_its_name_or_url(writing: Writing, name: dict[str, str]) -> None:
    """The others stay; the last one leaves a product without images, which keeps what is known of it."""
    writing.accepted(
        "/store_embedding", {"product_id": "p", "image_url": A, "image_id": "front", "name": "S"}
    )
    writing.accepted("/store_embedding", {"product_id": "p", "image_url": B})
    writing.accepted("/remove_embedding", {"product_id": "p", **name})
    assert writing.urls() == [B]
    assert problem(writing.post("/remove_embedding", {"product_id": "p", **name}))["type"].endswith(
        "image-unknown"
    )
    writing.accepted("/remove_embedding", {"product_id": "p", "image_url": B})
    last = writing.publisher.log[-1].product
    assert last is not None
    assert (last.images, last.name) == ((), "S")


@pytest.mark.parametrize("kind", ["time", "version"])
def test_a_product_is_removed_and_comes_back(make_writing: MakeWriting, kind: str) -> None:
    """A delete is above what it deletes, and what comes after it begins anew, above the delete."""
    writing = make_writing(kind)
    writing.accepted("/store_embedding", {"product_id": "p", "image_url": A})
    writing.accepted("/remove_embedding", {"product_id": "p"})
    assert writing.publisher.log[-1].deleted
    assert writing.post("/remove_embedding", {"product_id": "p", "image_url": A}).status_code == 404
    writing.accepted("/store_embedding", {"product_id": "p", "image_url": B})
    assert writing.urls() == [B]
    orders = [each.order for each in writing.publisher.log]
    assert orders == sorted(set(orders))
    writing.publisher.index(writing.index)
    record = writing.index.record("p")
    assert record is not None
    assert record.live


def test_several_are_one_event_a_product(writing: Writing) -> None:
    """Items of one product go together, in any of the shapes that backends send."""
    answer = writing.post(
        "/store_multiple_embeddings",
        {
            "products": [
                {"product_id": "p", "image_url": A},
                {"productId": 7, "images": [B, {"secure_url": C, "public_id": "c"}]},
                {"product_id": "p", "imageUrl": C},
            ]
        },
    )
    assert answer.status_code == 202
    assert "Location" not in answer.headers
    assert [each["product_id"] for each in answer.get_json()["products"]] == ["p", "7"]
    assert (writing.urls("p"), writing.urls("7")) == ([A, C], [B, C])
    assert len(writing.publisher.log) == 2
    writing.accepted(
        "/store_multiple_embeddings", data={"product_id": "q", "image_urls[]": [A, B], "price": "3"}
    )
    assert writing.urls("q") == [A, B]


def test_an_upload_becomes_a_small_jpeg(writing: Writing) -> None:
    """Noise of many pixels fits into 60 kB; the same photo again is the same picture."""
    noise = np.random.default_rng(1).integers(0, 255, (600, 700, 3), np.uint8)
    file = BytesIO()
    Image.fromarray(noise).save(file, "JPEG", quality=85)
    for part in ("file", "image"):
        answer = writing.accepted(
            "/upload_image", data={"product_id": "p", part: (BytesIO(file.getvalue()), "a.jpg")}
        )
    (url,) = writing.urls()
    jpeg = base64.b64decode(url.removeprefix("data:image/jpeg;base64,"))
    assert len(jpeg) <= 60_000
    assert max(Image.open(BytesIO(jpeg)).size) >= 224
    (image,) = answer["products"][0]["images"]
    writing.accepted("/remove_embedding", {"product_id": "p", "image_id": image["image_id"]})
    assert writing.urls() == []


def test_a_photo_that_is_none_is_refused(writing: Writing) -> None:
    """As in a search; and nothing is published."""
    refused = writing.post("/upload_image", data={"product_id": "p", "file": (BytesIO(b"no photo"), "a.jpg")})
    assert problem(refused)["type"] == "/problems/image-unreadable"
    assert writing.publisher.log == []


def test_uploads_need_data_urls(make_writing: MakeWriting) -> None:
    """Where the consumer would not take one, the call says so."""
    writing = make_writing(image_data_urls=False)
    refused = writing.post(
        "/upload_image", data={"product_id": "p", "file": (BytesIO(picture((1, 2, 3))), "a")}
    )
    assert problem(refused)["type"] == "/problems/uploads-off"


def test_without_a_key_nothing_can_be_written(make_writing: MakeWriting) -> None:
    """No key with the scope: off for everyone. With one: for its holders only."""
    writing = make_writing()
    calls = [
        writing.post(path, {"product_id": "p"}, key=key).status_code
        for path in PATHS
        for key in ("", SEARCH_KEY)
    ]
    assert calls == [401, 403] * 4


def test_off_is_off(client: FlaskClient) -> None:
    """Where no key has the scope, not even an open API writes."""
    for path in PATHS:
        refused = client.post(path, json={"product_id": "p", "image_url": A})
        assert (refused.status_code, problem(refused)["type"]) == (403, "/problems/writes-off")


PATHS = ("/store_embedding", "/store_multiple_embeddings", "/upload_image", "/remove_embedding")


@pytest.mark.parametrize("arrives", [False, True])
@pytest.mark.parametrize("kind", ["time", "version"])
def test_what_kafka_does_not_confirm_is_a_503(make_writing: MakeWriting, kind: str, *, arrives: bool) -> None:
    """Nothing is taken for published, and the next event is above one that may have arrived all the same."""
    writing = make_writing(kind)
    writing.accepted("/store_embedding", {"product_id": "p", "image_url": A})
    writing.publisher.answers, writing.publisher.arrives_unconfirmed = [Delivery.UNKNOWN], arrives
    refused = writing.post("/store_embedding", {"product_id": "p", "image_url": B})
    assert (refused.status_code, problem(refused)["type"]) == (503, "/problems/not-published")
    assert "Retry-After" in refused.headers
    before = writing.publisher.log[-1].order
    writing.accepted("/store_embedding", {"product_id": "p", "image_url": C})
    assert writing.urls() == [A, C]
    assert writing.publisher.log[-1].order >= before + (1 if arrives else 2)


def test_an_event_beyond_the_size_is_a_413(writing: Writing) -> None:
    """Of the broker, or of the consumer; the product stays as it was."""
    long = [f"https://img.example/{n}/{'x' * 9_900}.jpg" for n in range(4)]
    name = {"attributes": {str(n): "y" * 9_990 for n in range(11)}}
    writing.accepted("/store_embedding", {"product_id": "p", "image_url": A, **name})
    for image_urls, whose in ((long[:3], "the broker"), (long, "EVENT_MAX_BYTES")):
        refused = writing.post("/store_multiple_embeddings", {"product_id": "p", "image_urls": image_urls})
        assert (refused.status_code, problem(refused)["type"]) == (413, "/problems/event-too-large")
        assert whose in problem(refused)["detail"]
    assert len(writing.publisher.log) == 1
    writing.accepted("/store_embedding", {"product_id": "p", "image_url": B})
    assert writing.urls() == [A, B]


@pytest.mark.parametrize(
    ("path", "call", "field"),
    [
        ("/store_embedding", {"image_url": A}, "product_id"),
        ("/store_embedding", {"product_id": "p"}, "image_url"),
        ("/store_embedding", {"product_id": "p", "image_url": "ftp://x/a.jpg"}, "image_url"),
        ("/store_embedding", {"product_id": "p", "productId": "q", "image_url": A}, "productId"),
        ("/store_embedding", {"product_id": "p", "image_url": A, "price": "cheap"}, "price"),
        ("/store_embedding", {"product_id": ["p"], "image_url": A}, "product_id"),
        ("/store_embedding", ["p"], "body"),
        ("/store_multiple_embeddings", {"products": []}, "items"),
        (
            "/store_multiple_embeddings",
            {"product_id": "p", "images": [f"{A}?{n}" for n in range(6)]},
            "images",
        ),
        ("/store_embedding?wait=31", {"product_id": "p", "image_url": A}, "wait"),
        ("/remove_embedding", {"image_id": "a"}, "product_id"),
    ],
    ids=[
        "no-product",
        "no-url",
        "no-web-url",
        "two-products",
        "no-price",
        "list-as-id",
        "list-as-call",
        "no-items",
        "too-many-images",
        "too-long-a-wait",
        "image-alone",
    ],
)
def test_a_bad_call_names_its_field(writing: Writing, path: str, call: Any, field: str) -> None:
    """What is missing, doubled, or none that an event can carry; nothing is published."""
    assert bad_fields(writing.post(path, call)) == [field]
    assert writing.publisher.log == []


def test_wait_says_whether_it_is_searchable(writing: Writing) -> None:
    """Nobody reads the log: published. When the index has it: searchable."""
    call = {"product_id": "p", "image_url": A}
    (product,) = writing.accepted("/store_embedding?wait=0.2", call)["products"]
    assert (product["searchable"], product["images"][0]["status"]) == (False, "published")
    written = Written("p", EventType.CREATED, Stamp(2 * NOW_MS, 0), ())
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            writing.publisher.index(writing.index)

    waiting = SearchableWait(writing.parts.index, clock=lambda: sum(pauses), pause=pause)
    assert waiting.wait([written], 20).keys() == {"p"}
    assert len(pauses) == 3
    reached = waiting.wait([written], 0)
    assert write_answer([written], reached).products[0].searchable


def test_an_index_of_another_order_is_not_written_to(make_writing: MakeWriting) -> None:
    """EVENT_ORDER here and the index must agree, or every event would be lost."""
    writing = make_writing("version")
    policy = EventPolicy(OrderKind.TIME)
    writer = ProductWriter(writing.parts.index, writing.publisher, policy, writing.parts.metrics)
    app = create_app(replace(writing.parts, writer=writer), shop_settings(Path(), search_api_keys=KEYS))
    refused = app.test_client().post(
        "/store_embedding", json={"product_id": "p", "image_url": A}, headers={"X-API-Key": WRITE_KEY}
    )
    assert (refused.status_code, problem(refused)["type"]) == (503, "/problems/order-kind-differs")


def test_an_order_ahead_of_the_clock_is_waited_for(writing: Writing) -> None:
    """The next event would be refused by EVENT_MAX_AHEAD_SECONDS: the caller is told to come back."""
    writing.index.write([product_write("p", {A: (9, 9, 9)}, revision=2 * (NOW_MS + 300_000))])
    refused = writing.post("/store_embedding", {"product_id": "p", "image_url": B})
    assert (refused.status_code, problem(refused)["type"]) == (503, "/problems/order-ahead")
    writing.now_ms += 1_000
    assert writing.publisher.log == []


def test_what_the_index_has_not_read_is_never_forgotten(writing: Writing) -> None:
    """When the memory is full, what is read makes room; else nothing more is taken on."""
    bare = writing.parts
    writer = ProductWriter(
        bare.index,
        writing.publisher,
        writing.publisher.policy,
        bare.metrics,
        last_published=LastPublished(max_bytes=2_400),
        now_ms=lambda: NOW_MS,
    )
    app = create_app(replace(bare, writer=writer), shop_settings(Path(), search_api_keys=KEYS))

    def store(product_id: str) -> int:
        call = {"product_id": product_id, "image_url": A}
        headers = {"X-API-Key": WRITE_KEY}
        return app.test_client().post("/store_embedding", json=call, headers=headers).status_code

    assert [store(each) for each in ("a", "b", "c", "d")] == [202, 202, 503, 503]
    writing.publisher.index(writing.index)
    assert [store(each) for each in ("c", "d")] == [202, 202]


def test_locks_are_let_go() -> None:
    """A product that another call holds is waited for, not for ever, and is free afterwards."""
    locks = ProductLocks()
    with (
        locks.hold(["a", "b"], wait_seconds=0),
        pytest.raises(TooManyWrites),
        locks.hold(["b", "c"], wait_seconds=0),
    ):
        pass
    with locks.hold(["c", "b", "a"], wait_seconds=0):
        pass
