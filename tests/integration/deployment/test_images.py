"""The images that docker-compose.yml builds, unpacked into folders and started as it starts them.

No engine is needed: see tests/services/unpacked_image.py for what that leaves out.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka.admin import NewTopic

from tests.brokers.broker import Broker
from tests.brokers.free_ports import free_ports
from tests.brokers.owned_process import OwnedProcess
from tests.brokers.readiness import quiet_admin
from tests.brokers.topics import unique_name
from tests.ci import skip_or_fail
from tests.engine_server.engine_server import EngineServer
from tests.services.compose_file import ROOT, compose_file, example_variables
from tests.services.dockerfile import Dockerfile
from tests.services.eventually import eventually
from tests.services.java_mongodb import running_java_mongodb
from tests.services.shop_backend import node_program
from tests.services.unpacked_image import UnpackedImage

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]

_MEGABYTE = 1_000_000
_LARGEST_IMAGE_MB = 600
# As their layers unpack, rounded up, with 30 MB of bytecode that pip makes and uv does not:
# python:3.12-slim-bookworm, node:24-bookworm-slim.
_BASE_MB = {"consumer": 165, "search-api": 165, "shop-backend": 260}
_STARTED_SECONDS = 90
_SEARCHABLE_SECONDS = 90
_STOPPED_SECONDS = 40
# Health checks are processes, and searches embed a photo.
_PAUSE_SECONDS = 1.0
_PHOTO = min((ROOT / "producer_examples" / "sample_catalog" / "images").glob("*.jpg"))

SERVICES: dict[str, dict[str, Any]] = compose_file(example_variables())["services"]


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> dict[str, UnpackedImage]:
    folder = tmp_path_factory.mktemp("images")
    path = os.pathsep.join(
        [str(Path(sys.executable).parent), str(Path(node_program()).parent), os.environ["PATH"]]
    )
    ours = Dockerfile(ROOT / "deploy" / "docker" / "Dockerfile")
    node = ROOT / "producer_examples" / "node"
    backend = Dockerfile(node / "Dockerfile")
    last = next(reversed(backend.stages))
    return {
        **{
            name: UnpackedImage(ours, name, ROOT, folder / "services", path)
            for name in ("consumer", "search-api")
        },
        "shop-backend": UnpackedImage(backend, last, node, folder / "backend", path),
    }


@pytest.mark.parametrize("name", _BASE_MB)
def test_an_image_is_small(images: dict[str, UnpackedImage], name: str) -> None:
    """What its steps make, with the base image below it, stays under 600 MB."""
    own_mb = images[name].size_bytes() / _MEGABYTE
    print(f"{name}: {own_mb:.0f} MB over {_BASE_MB[name]} MB")
    assert own_mb + _BASE_MB[name] <= _LARGEST_IMAGE_MB


@dataclass(frozen=True, slots=True)
class Container:
    """A started image, with what stands for the names and ports of its network."""

    image: UnpackedImage
    process: OwnedProcess
    replaced: Mapping[str, str]

    def is_healthy(self) -> bool:
        return self.process.running and self.image.is_healthy(self.replaced)


@pytest.fixture
def containers(
    images: dict[str, UnpackedImage], kafka: Broker, tmp_path: Path
) -> Iterator[dict[str, Container]]:
    """All three, told what docker-compose.yml tells them; topics have been made by its one-shot job."""
    topic = unique_name("products")
    make_topic(kafka, topic)
    shop, api, consumer_status, api_status = map(str, free_ports(4))
    with ExitStack() as stack:
        engine = EngineServer(tmp_path / "engine")
        stack.callback(engine.stop)
        mongodb = stack.enter_context(running_java_mongodb(tmp_path / "mongodb"))
        # Longer names first: one may be part of another.
        replaced = {
            "kafka:29092": kafka.bootstrap_servers,
            "mongodb://mongodb:27017/shop": f"mongodb://{mongodb}/shop?directConnection=true",
            "http://search-api:8000": f"http://127.0.0.1:{api}",
            "shop.localhost:3000": f"127.0.0.1:{shop}",
            "127.0.0.1:3000": f"127.0.0.1:{shop}",
            "9100": consumer_status,
            "9101": api_status,
        }
        more = {
            "consumer": {
                "QDRANT_HOST": "127.0.0.1",
                "QDRANT_GRPC_PORT": str(engine.port),
                "KAFKA_TOPICS": topic,
                "KAFKA_DEAD_LETTER_TOPIC": f"{topic}.dead-letters",
                "CONSUMER_STATUS_PORT": consumer_status,
            },
            "search-api": {
                "KAFKA_TOPICS": topic,
                "QDRANT_HOST": "127.0.0.1",
                "QDRANT_GRPC_PORT": str(engine.port),
                "SEARCH_API_PORT": api,
                "SEARCH_API_STATUS_PORT": api_status,
            },
            "shop-backend": {"KAFKA_TOPICS": topic, "PORT": shop, "SEARCH_TIMEOUT_SECONDS": "20"},
        }
        started = {}
        for name, image in images.items():
            told = {key: str(value) for key, value in SERVICES[name]["environment"].items()}
            process = image.process({**told, **more[name]}, replaced, tmp_path / f"{name}.log")
            stack.callback(process.kill)
            process.start()
            started[name] = Container(image, process, replaced)
        yield started


def test_what_compose_starts_serves_a_shop(containers: dict[str, Container], tmp_path: Path) -> None:
    """All get healthy, the guide's commands put a product in and find it, and no image was written to."""
    before = {name: each.image.content() for name, each in containers.items()}
    for name, each in containers.items():
        assert eventually(each.is_healthy, _STARTED_SECONDS, pause_seconds=_PAUSE_SECONDS), (
            f"{name}\n{each.process.log_tail()}"
        )
    put_in, ask = commands_of_the_guide(containers["shop-backend"].replaced["127.0.0.1:3000"])
    for name in ("front.jpg", "street.jpg"):
        (tmp_path / name).write_bytes(_PHOTO.read_bytes())
    made = answer_to(put_in, tmp_path)
    assert len(made["images"]) == 1, made

    def found() -> list[dict[str, Any]]:
        products: list[dict[str, Any]] = answer_to(ask, tmp_path).get("products", [])
        return products

    assert eventually(
        lambda: [each["id"] for each in found()] == [made["id"]],
        _SEARCHABLE_SECONDS,
        pause_seconds=_PAUSE_SECONDS,
    ), "\n".join(each.process.log_tail() for each in containers.values())
    assert found()[0]["score"] > 0.99
    for name, each in containers.items():
        each.process.terminate(_STOPPED_SECONDS)
        assert each.process.exit_status == 0, f"{name}\n{each.process.log_tail()}"
        assert each.image.content() == before[name]


def commands_of_the_guide(backend: str) -> list[str]:
    """The two that docs/how-to/run-in-production.md gives for trying it, sent to this host and port."""
    if shutil.which("curl") is None:
        skip_or_fail("the guide's commands need curl")
    guide = (ROOT / "docs" / "how-to" / "run-in-production.md").read_text("utf-8")
    (block,) = (block for block in guide.split("```") if "Bearer change-me" in block)
    return ["curl" + command.replace("127.0.0.1:3000", backend) for command in block.split("\ncurl")[1:]]


def answer_to(command: str, folder: Path) -> dict[str, Any]:
    """The JSON that a command prints."""
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def make_topic(kafka: Broker, topic: str) -> None:
    """What the service `topics` asks Kafka for, under a name of the test's own."""
    options = [word.removeprefix("--").partition("=") for word in SERVICES["topics"]["command"]]
    config = dict(value.split("=", 1) for option, _, value in options if option == "config")
    (partitions,) = (int(value) for option, _, value in options if option == "partitions")
    wanted = NewTopic(topic, num_partitions=partitions, replication_factor=1, config=config)
    admin = quiet_admin(kafka.bootstrap_servers)
    admin.create_topics([wanted])[topic].result(timeout=30)
