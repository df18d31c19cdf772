import subprocess
import sys
from pathlib import Path

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
