"""The import over a real MongoDB protocol, a real broker, and a real index."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any, cast

import pytest
from bson import Decimal128, ObjectId
from pymongo.collection import Collection

from consumer.settings import ConsumerSettings
from model.load_embedder import load_embedder
from model.settings import ModelSettings
from producer_examples.python.event_lines import LineEvent, LineOptions, read_events
from producer_examples.python.kafka_options import connect
from producer_examples.python.publishing import publish
from product_events import OrderKind
from tests.brokers.broker import Broker
from tests.brokers.messages import consume
from tests.brokers.topics import Topics
from tests.integration.producer_examples.shop_mongodb import Shop, mongodb, opened_shop, shop_uri
from tests.services.group_progress import GroupProgress, group_of_store
from tests.services.running_consumer import running_consumer
from tests.services.topic_reading import read_topics
from vector_store import open_store

__all__ = ["mongodb"]

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "producer_examples" / "python" / "import_existing_products.py"
CHANGED = datetime(2026, 11, 20, 8, 30, 0, 250_000, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Here:
    """A shop's database, a collection of the test's own in it, and where its events go."""

    kafka: Broker
    topics: Topics
    shop: Shop
    uri: str
    collection: str

    @property
    def products(self) -> Collection[dict[str, Any]]:
        return self.shop[self.collection]

    def command(self, topic: str | None = None) -> list[str]:
        """The source, and the topic."""
        to = [] if topic is None else ["--bootstrap-servers", self.kafka.bootstrap_servers, "--topics", topic]
        return [self.uri, "--collection", self.collection, *to]


@pytest.fixture
def here(kafka: Broker, topics: Topics, mongodb: str) -> Iterator[Here]:
    with opened_shop(mongodb) as shop:
        yield Here(kafka, topics, shop, shop_uri(mongodb), f"products_{token_hex(4)}")


def words(*arguments: str | Path) -> list[str]:
    return [sys.executable, str(SCRIPT), *map(str, arguments)]


def run(
    *arguments: str | Path, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words(*arguments),
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def test_a_shop_with_collections_beside_its_products(here: Here, tmp_path: Path) -> None:
    """References are looked up, pictures beside them found; with its state it sends only what has changed."""
    topic = here.topics.create()
    category, brand = ObjectId(), ObjectId()
    coat, hat, gone = ObjectId(), ObjectId(), ObjectId()
    here.shop[f"{here.collection}_categories"].insert_one(
        {"_id": category, "name": "Coats", "image": "https://x/no.jpg"}
    )
    here.shop[f"{here.collection}_brands"].insert_one(
        {"_id": brand, "title": "Halden", "logo": "https://x/logo.png"}
    )
    here.shop[f"{here.collection}_images"].insert_many(
        [
            {"product": coat, "secure_url": "https://x/1.jpg", "public_id": "one"},
            {"product": coat, "secure_url": "https://x/2.jpg"},
            {"product": hat, "secure_url": "https://x/3.jpg"},
        ]
    )
    products = here.products
    products.insert_many(
        [
            {
                "_id": coat,
                "name": "Coat",
                "category": category,
                "brand": [brand],
                "price": Decimal128("199.90"),
                "updatedAt": CHANGED,
            },
            {"_id": hat, "name": "Hat", "category": ObjectId(), "price": 20, "updatedAt": CHANGED},
            {"_id": gone, "name": "Gone", "isDeleted": True, "updatedAt": CHANGED},
        ]
    )
    command: list[str | Path] = [*here.command(topic), "--mode", "binary"]
    command += [
        "--join",
        f"category={here.collection}_categories",
        "--join",
        f"brand={here.collection}_brands",
    ]
    command += ["--join", f"images={here.collection}_images:product", "--state", tmp_path / "import.state"]
    done = run(*command)
    assert done.returncode == 0, done.stderr
    told = done.stderr.splitlines()
    assert told[-1] == "3 of 3 events arrived, 1 of them say that a product is gone"
    assert told[0].startswith("category could not be read 1 times")

    messages = consume(here.kafka.bootstrap_servers, topic, 3)
    assert {"ce_type", "ce_time"} <= dict(cast("list[tuple[str, bytes]]", messages[0].headers())).keys()
    by_key = {message.key(): json.loads(message.value() or b"") for message in messages}
    assert by_key[str(coat).encode()] == {
        "id": str(coat),
        "name": "Coat",
        "category": "Coats",
        "brand": "Halden",
        "price": 199.9,
        "images": [{"url": "https://x/1.jpg", "public_id": "one"}, {"url": "https://x/2.jpg"}],
    }
    assert by_key[str(gone).encode()] == {"id": str(gone)}

    again = run(*command)
    assert again.returncode == 0, again.stderr
    assert again.stderr.splitlines()[-1].startswith("0 of 0 events arrived, 3 products unchanged")
    products.update_one({"_id": coat}, {"$set": {"price": 99, "updatedAt": CHANGED + timedelta(hours=1)}})
    products.delete_one({"_id": hat})
    third = run(*command)
    assert third.returncode == 0, third.stderr
    assert third.stderr.splitlines()[-1].startswith(
        "2 of 2 events arrived, 1 of them say that a product is gone"
    )
    assert {m.key() for m in consume(here.kafka.bootstrap_servers, topic, 5)[3:]} == {
        str(coat).encode(),
        str(hat).encode(),
    }


def test_a_killed_import_goes_on_where_it_was(here: Here, tmp_path: Path) -> None:
    """After kill -9 the same command sends the rest, and of what had arrived at most a second's worth."""
    topic = here.topics.create()
    documents = [{"_id": f"p{n:03}", "name": "x", "updatedAt": CHANGED} for n in range(120)]
    here.products.insert_many(documents)
    command = [*here.command(topic), "--rate", "20", "--state", str(tmp_path / "import.state")]
    first = subprocess.Popen(words(*command), stderr=subprocess.DEVNULL)
    try:
        consume(here.kafka.bootstrap_servers, topic, 60)
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    rest = run(*command)
    assert rest.returncode == 0, rest.stderr
    arrived, unchanged = rest.stderr.splitlines()[-1].split(", ")
    sent = int(arrived.split()[0])
    assert 0 < sent < 120
    assert int(unchanged.split()[0]) == 120 - sent
    keys = {message.key for message in read_topics(here.kafka.bootstrap_servers, [topic])}
    assert keys == {str(document["_id"]).encode() for document in documents}


def test_a_database_that_is_not_there_is_one_clear_line() -> None:
    """A server that is not there is named, without its password."""
    done = run("mongodb://me:secret@127.0.0.1:1/shop?serverSelectionTimeoutMS=300", "--dry-run")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: MongoDB 127.0.0.1:1/shop.products: ")
    assert "secret" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("kind", list(OrderKind))
def test_the_index_is_verified_and_repaired(here: Here, tmp_path: Path, kind: OrderKind) -> None:
    """What shop and index lost between them is found, published in an order that applies, and is there."""
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": here.kafka.bootstrap_servers,
        "KAFKA_TOPICS": here.topics.create(),
        "KAFKA_DEAD_LETTER_TOPIC": here.topics.create(),
        "QDRANT_PATH": str(tmp_path / "index"),
        "EVENT_ORDER": kind.value,
    }
    names = {name.lower(): value for name, value in environment.items()}
    names |= {"consumer_status_port": "0", "commit_interval_seconds": "0.2"}
    settings = ConsumerSettings.model_validate(names)
    embedder = load_embedder(ModelSettings())
    verify = [*here.command(), "--verify", "--settle-seconds", "0"]

    def consume_all() -> None:
        store = open_store(settings)
        try:
            with running_consumer(settings, store, embedder):
                progress = GroupProgress(here.kafka.bootstrap_servers, (environment["KAFKA_TOPICS"],))
                progress.wait_until_done(lambda: group_of_store(store), 60)
        finally:
            store.close()

    products = here.products
    products.insert_many(
        [
            {"_id": f"p{n}", "name": f"Product {n}", "price": n, "version": 3, "updatedAt": CHANGED}
            for n in range(6)
        ]
    )
    done = run(*here.command(), environment=environment)
    assert done.returncode == 0, done.stderr
    consume_all()
    clean = run(*verify, environment=environment)
    assert (clean.returncode, clean.stdout) == (0, ""), clean.stderr

    # Of none of these has the shop told anybody; one change did not even touch its time or version.
    products.update_one({"_id": "p1"}, {"$set": {"price": 50, "version": 4, "updatedAt": datetime.now(UTC)}})
    products.update_one({"_id": "p2"}, {"$set": {"name": "Renamed in the database"}})
    products.update_one({"_id": "p3"}, {"$set": {"isBlocked": True}})
    products.delete_one({"_id": "p4"})
    products.insert_one({"_id": "p9", "name": "New", "updatedAt": CHANGED})
    found = run(*verify, "--json", environment=environment)
    assert found.returncode == 3, found.stderr
    verdicts = {row["product_id"]: row["finding"] for row in map(json.loads, found.stdout.splitlines())}
    assert verdicts == {"p1": "stale", "p2": "stale", "p3": "extra", "p4": "extra", "p9": "missing"}

    repaired = run(*verify, "--repair", environment=environment)
    assert repaired.returncode == 0, repaired.stderr
    assert "5 of 5 events arrived, 2 of them say that a product is gone" in repaired.stderr
    consume_all()
    after = run(*verify, environment=environment)
    assert (after.returncode, after.stdout) == (0, ""), after.stderr
    if kind is OrderKind.VERSION:
        # So the shop's own next change, which adds one, is above what the repair has published.
        changed = {document["_id"]: document.get("version") for document in products.find({})}
        assert changed == {"p0": 3, "p1": 4, "p2": 4, "p3": 3, "p5": 3, "p9": None}


def test_ctrl_c_tells_what_had_arrived(here: Here) -> None:
    """The status is 130, and the last line counts."""
    topic = here.topics.create()
    here.products.insert_many([{"_id": n, "name": "x", "updatedAt": CHANGED} for n in range(1_000)])
    command = words(*here.command(topic), "--rate", "10")
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        try:
            consume(here.kafka.bootstrap_servers, topic, 3)
            running.send_signal(signal.SIGINT)
            _, told = running.communicate(timeout=60)
        finally:
            running.kill()
    assert running.returncode == 130, told
    assert told.splitlines()[-1].startswith("Interrupted: ")


def test_ctrl_c_amid_a_delivery_report_is_no_failure_of_the_client(here: Here) -> None:
    """It takes effect once the client's call is over, and all that was under way is counted."""
    topic = here.topics.create()
    producer = connect(here.kafka.bootstrap_servers, {}, 30)
    lines = (f'{{"id": "p{n}", "name": "x"}}\n'.encode() for n in range(50))
    events = (event for event in read_events(lines, LineOptions()) if isinstance(event, LineEvent))
    presses = [signal.SIGINT]

    def press(_: LineEvent) -> None:
        if presses:
            signal.raise_signal(presses.pop())

    report = publish(events, producer, [topic], on_delivered=press)
    assert (report.interrupted, report.gave_up, report.failed) == (True, "", 0)
    assert report.delivered == report.sent > 0
