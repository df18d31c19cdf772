import subprocess
import sys
from pathlib import Path
from typing import cast

from confluent_kafka import Message

from product_events import EventPolicy, OrderKind, RawMessage, decode_event
from tests.brokers.broker import Broker
from tests.brokers.free_ports import free_ports
from tests.brokers.messages import consume
from tests.brokers.topics import Topics

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "producer_examples" / "python" / "publish.py"
CATALOGUE = ROOT / "producer_examples" / "sample_catalog" / "products.jsonl"


def publish(*arguments: str, folder: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        cwd=folder,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def headers_of(message: Message) -> tuple[tuple[str, bytes], ...]:
    return tuple(cast("list[tuple[str, bytes]]", message.headers() or []))


def test_the_sample_catalogue_arrives_whole(kafka: Broker, topics: Topics, tmp_path: Path) -> None:
    """From any folder, every product of the catalogue becomes one event that a consumer takes."""
    topic = topics.create()
    options = ["--bootstrap-servers", kafka.bootstrap_servers, "--topics", topic]
    done = publish(str(CATALOGUE), *options, "--image-base-url", "https://images.example", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    count = len(CATALOGUE.read_text().splitlines())
    assert done.stderr.splitlines()[-1] == f"{count} of {count} events arrived"
    changes = [
        decode_event(
            RawMessage(topic, 0, 0, m.timestamp()[1], m.key(), m.value()),
            EventPolicy(OrderKind.TIME),
        )
        for m in consume(kafka.bootstrap_servers, topic, count)
    ]
    assert len({change.product_id for change in changes}) == count
    first = changes[0].product
    assert first is not None
    assert first.images[0].url.startswith("https://images.example/images/")


def test_a_products_events_lie_where_other_clients_put_them(
    kafka: Broker, topics: Topics, tmp_path: Path
) -> None:
    """Each product's event is in the partition that a Java or Node.js client chooses for its key."""
    topic = topics.create(partitions=5)
    ids = [f"product {n}" for n in range(20)]
    lines = "".join(f'{{"id": "{each}"}}\n' for each in ids)
    done = publish(
        "-", "--bootstrap-servers", kafka.bootstrap_servers, "--topics", topic, folder=tmp_path, stdin=lines
    )
    assert done.returncode == 0, done.stderr
    found = {m.key(): m.partition() for m in consume(kafka.bootstrap_servers, topic, len(ids))}
    assert found == {each.encode(): (murmur2(each.encode()) & 0x7FFFFFFF) % 5 for each in ids}
    assert len(set(found.values())) == 5


def murmur2(data: bytes) -> int:
    """The hash of Kafka's default partitioner (MurmurHash2, 32 bits, with the seed that Kafka uses)."""
    multiplier, mask = 0x5BD1E995, 0xFFFFFFFF
    value = 0x9747B28C ^ len(data)
    whole = len(data) // 4 * 4
    for start in range(0, whole, 4):
        part = int.from_bytes(data[start : start + 4], "little") * multiplier & mask
        part = (part ^ part >> 24) * multiplier & mask
        value = (value * multiplier & mask) ^ part
    if rest := data[whole:]:
        value = (value ^ int.from_bytes(rest, "little")) * multiplier & mask
    value = (value ^ value >> 13) * multiplier & mask
    return value ^ value >> 15


def test_an_event_too_large_for_the_broker_fails_alone(kafka: Broker, topics: Topics, tmp_path: Path) -> None:
    """The event that cannot arrive is named by its line, the others arrive, and the status tells."""
    topic = topics.create()
    huge = '{"id": "huge", "description": "' + "x" * 1_100_000 + '"}'
    options = ["--bootstrap-servers", kafka.bootstrap_servers, "--topics", topic]
    options += ["--event-max-bytes", "2000000"]
    done = publish("-", *options, folder=tmp_path, stdin=f'{{"id": "a"}}\n{huge}\n{{"id": "b"}}\n')
    assert done.returncode == 1
    assert "line 2: huge: " in done.stderr
    assert done.stderr.splitlines()[-1] == "Error: 2 of 3 events arrived, 1 failed"
    assert [m.key() for m in consume(kafka.bootstrap_servers, topic, 2)] == [b"a", b"b"]


def test_a_broker_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    """Where nothing listens, the command says so and ends."""
    address = f"127.0.0.1:{free_ports(1)[0]}"
    options = ["--bootstrap-servers", address, "--deadline-seconds", "1"]
    done = publish("-", *options, folder=tmp_path, stdin='{"id": "a"}\n')
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: Kafka at {address}: ")
    assert len(done.stderr.splitlines()) == 1


def test_one_product_is_told_in_options(kafka: Broker, topics: Topics, tmp_path: Path) -> None:
    """Created in binary mode, updated and deleted: three events of one product, in this order."""
    topic = topics.create()
    to = ["--bootstrap-servers", kafka.bootstrap_servers, "--topics", topic]
    words = ["--name", "Shirt", "--price", "49.90", "--in-stock", "--image", "https://x/a.jpg"]
    words += ["--attribute", "size=S", "--attribute", "size=M", "--attribute", "weight=1.5"]
    for command in (
        ["create", "7", "--mode", "binary", *words],
        ["update", "7", "--name", "Linen shirt"],
        ["delete", "7"],
    ):
        done = publish(*command, *to, folder=tmp_path)
        assert done.returncode == 0, done.stderr
    changes = [
        decode_event(
            RawMessage(topic, 0, 0, m.timestamp()[1], m.key(), m.value(), headers_of(m)),
            EventPolicy(OrderKind.TIME),
        )
        for m in consume(kafka.bootstrap_servers, topic, 3)
    ]
    created, updated, deleted = changes
    assert created.order < updated.order < deleted.order
    assert created.product is not None
    assert updated.product is not None
    assert created.product.model_dump(exclude_none=True, mode="json") == {
        "id": "7",
        "name": "Shirt",
        "price": 49.9,
        "in_stock": True,
        "images": [{"url": "https://x/a.jpg"}],
        "attributes": {"size": ["S", "M"], "weight": 1.5},
    }
    assert (updated.product.name, updated.product.images) == ("Linen shirt", ())
    assert deleted.deleted


def test_a_file_is_replayed_at_a_rate(kafka: Broker, topics: Topics, tmp_path: Path) -> None:
    """Twenty a second: their records' times are as far apart."""
    topic = topics.create()
    options = ["--bootstrap-servers", kafka.bootstrap_servers, "--topics", topic, "--rate", "20"]
    lines = "".join(f'{{"id": {number}}}\n' for number in range(11))
    done = publish("-", *options, folder=tmp_path, stdin=lines)
    assert done.returncode == 0, done.stderr
    times_ms = [m.timestamp()[1] for m in consume(kafka.bootstrap_servers, topic, 11)]
    assert max(times_ms) - min(times_ms) >= 450
