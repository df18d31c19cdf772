"""The Node example as its operator and its admins meet it."""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from bson import ObjectId
from pymongo import MongoClient

from tests.brokers.broker import Broker
from tests.brokers.free_ports import free_ports
from tests.brokers.topics import Topics
from tests.services.copied_backend import copied_backend
from tests.services.eventually import eventually
from tests.services.java_mongodb import running_java_mongodb
from tests.services.shop_backend import NODE_EXAMPLE, ShopBackend, node_program
from tests.services.topic_reading import read_topics

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def mongodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_java_mongodb(tmp_path_factory.mktemp("mongodb")) as address:
        yield address


@pytest.fixture
def started(tmp_path: Path) -> Iterator[list[ShopBackend]]:
    """Those that the test starts, to be ended with it."""
    backends: list[ShopBackend] = []
    yield backends
    for backend in backends:
        backend.kill()


@pytest.fixture(scope="module")
def refusing(mongodb: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ShopBackend, Path]]:
    """One backend for all that is refused, which leaves nothing in it; and its folder of photos."""
    folder = tmp_path_factory.mktemp("refusing")
    started: list[ShopBackend] = []
    yield backend_on(mongodb, "bad", folder, started), folder / "photos"
    for backend in started:
        backend.kill()


def backend_on(
    mongodb: str, database: str, folder: Path, started: list[ShopBackend], **settings: str
) -> ShopBackend:
    uri = f"mongodb://{mongodb}/{database}?directConnection=true"
    away = {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9", "SEARCH_API_URL": "http://127.0.0.1:9"}
    backend = ShopBackend(folder, {"MONGODB_URI": uri, **away, **settings})
    started.append(backend)
    backend.start_and_wait()
    return backend


def test_only_admins_change_products(mongodb: str, tmp_path: Path, started: list[ShopBackend]) -> None:
    """With a token set, changes without it are refused, and reading is for all."""
    backend = backend_on(mongodb, "admins", tmp_path, started, ADMIN_TOKEN="letmein")
    shirt = {"name": "Shirt", "category": "shirt", "price": "1"}
    assert backend.ask("POST", "", data=shirt).status_code == 401
    wrong = backend.ask("POST", "", data=shirt, headers={"Authorization": "Bearer letmeout"})
    assert wrong.status_code == 401
    right = backend.ask("POST", "", data=shirt, headers={"Authorization": "Bearer letmein"})
    assert right.status_code == 201
    product = f"/{right.json()['id']}"
    assert backend.ask("DELETE", product).status_code == 401
    assert backend.ask("PATCH", product, json={"price": 2}).status_code == 401
    assert backend.ask("GET", product).json()["price"] == 1


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"json": {"name": "No price", "category": "shirt"}}, 400),
        ({"json": {"name": "x", "category": "shirt", "price": -1}}, 400),
        ({"json": {"name": {"$gt": ""}, "category": "shirt", "price": 1}}, 400),
        ({"json": {"name": "x", "category": "shirt", "price": 1, "version": 99}}, 400),
        ({"json": {"name": "x", "category": "shirt", "price": 1, "attributes": {"a.$b": 1}}}, 400),
        ({"json": {"name": "x", "category": "shirt", "price": 1, "attributes": {"a": {"b": 1}}}}, 400),
        ({"data": "{", "headers": {"Content-Type": "application/json"}}, 400),
        ({"data": {"name": "x"}, "files": {"photos": ("a.svg", b"<svg/>", "image/jpeg")}}, 415),
        ({"data": {"name": "x"}, "files": {"photos": ("a.jpg", b"\xff\xd8\xff" * 4_000_000)}}, 413),
        ({"data": {"name": "x"}, "files": {"other": ("a.jpg", b"\xff\xd8\xff")}}, 400),
    ],
)
def test_bad_input_is_a_problem_and_no_event(
    refusing: tuple[ShopBackend, Path], request_: dict[str, Any], status: int
) -> None:
    """What is no product is refused in words, leaves no document and keeps no photo."""
    backend, photos = refusing
    answer = backend.ask("POST", "", **request_)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["title"]
    assert backend.ask("GET", "").json() == {"products": []}
    assert not list(photos.glob("*"))


def test_products_of_before_are_told_with_one_update(
    mongodb: str, kafka: Broker, topics: Topics, tmp_path: Path, started: list[ShopBackend]
) -> None:
    """An outbox set on all products by updateMany: each becomes an event, and the outbox is empty."""
    with MongoClient[dict[str, Any]](f"mongodb://{mongodb}/?directConnection=true") as client:
        products = client["before"]["products"]
        old = {"name": "Old", "category": "shirt", "price": 3, "currency": "EUR", "stock": 1, "images": []}
        products.insert_many([{**old, "_id": ObjectId()} for _ in range(40)])
        outbox = {"eventId": "import", "eventType": "product.updated", "time": datetime.now(UTC)}
        products.update_many({}, {"$set": {"version": 1, "outbox": outbox}})
        topic = topics.create()
        where = {"KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers, "KAFKA_TOPICS": topic}
        backend = backend_on(mongodb, "before", tmp_path, started, **where)
        assert eventually(lambda: products.count_documents({"outbox": {"$exists": True}}) == 0, 60), (
            backend.log_tail()
        )
        told = {(message.key or b"").decode() for message in read_topics(kafka.bootstrap_servers, [topic])}
        assert told == {str(document["_id"]) for document in products.find()}


def test_the_guides_files_and_lines_make_a_backend(
    mongodb: str, kafka: Broker, topics: Topics, tmp_path: Path
) -> None:
    """What add-to-your-node-backend.md says to copy and to write tells an old product, then its change."""
    topic = topics.create()
    script = copied_backend(tmp_path / "copied", kafka.bootstrap_servers, topic)
    uri = f"mongodb://{mongodb}/copied?directConnection=true"
    done = subprocess.run(
        [node_program(), str(script), uri], capture_output=True, text=True, timeout=90, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr + done.stdout
    told = [json.loads(each.value or b"") for each in read_topics(kafka.bootstrap_servers, [topic])]
    assert [(event["type"], event["data"]["version"], event["data"]["price"]) for event in told] == [
        ("product.updated", 1, 1),
        ("product.updated", 2, 2),
    ]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "many"),
        ("HOST", "0.0.0.0"),
        ("CLOUDINARY_URL", "https://hunter2"),
        ("MONGODB_URI", f"mongodb://127.0.0.1:{free_ports(1)[0]}/shop"),
    ],
    ids=["a port", "a host", "an account", "a database"],
)
def test_what_cannot_start_says_why_in_one_line(variable: str, value: str) -> None:
    """A setting that cannot be used, or a MongoDB that is not there: one line, and the status tells."""
    done = subprocess.run(
        [
            "env",
            f"{variable}={value}",
            "MONGODB_TIMEOUT_SECONDS=1",
            node_program(),
            str(NODE_EXAMPLE / "main.js"),
        ],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith("shop backend: ")
    assert "hunter2" not in done.stderr
