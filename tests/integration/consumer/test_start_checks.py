"""What keeps the consumer from starting is one clear line with the way out, and no traceback."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from consumer.generation_choice import describe_new
from consumer.settings import ConsumerSettings
from model.embedder import Embedder
from tests.brokers.free_ports import free_ports
from tests.integration.consumer.conftest import Shop
from vector_store.edge import EdgeStore


def refusal(environment: Mapping[str, str], *arguments: str) -> str:
    """The one line with which `python -m consumer` refuses to go on."""
    variables = [f"{name}={value}" for name, value in environment.items()]
    done = subprocess.run(
        ["env", *variables, sys.executable, "-m", "consumer", *(arguments or ("run",))],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    lines = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert len(lines) == 1, done.stderr
    return lines[0]


def built(settings: ConsumerSettings, embedder: Embedder) -> None:
    """Make the promoted generation as a first start would."""
    store = EdgeStore(settings.qdrant_path or Path())
    generation = describe_new(settings, embedder, suffix=None, now_ms=lambda: 0)
    store.create(generation)
    store.promote(generation.name)
    store.close()


def test_an_unreachable_kafka(tmp_path: Path) -> None:
    """Nobody at the bootstrap servers: the address and the variable are named."""
    [port] = free_ports(1)
    address = f"127.0.0.1:{port}"
    line = refusal({"KAFKA_BOOTSTRAP_SERVERS": address, "QDRANT_PATH": str(tmp_path / "index")})
    assert address in line
    assert "KAFKA_BOOTSTRAP_SERVERS" in line


def test_a_missing_topic(shop: Shop) -> None:
    """The topic that is not there is named."""
    line = refusal(shop.environment(KAFKA_TOPICS=f"{shop.created},no-such-topic"))
    assert "no-such-topic" in line
    assert shop.created not in line


def test_a_folder_that_another_process_has(shop: Shop) -> None:
    """The embedded index is one process's at a time."""
    store = EdgeStore(shop.folder)
    assert str(shop.folder) in refusal(shop.environment())
    store.close()


def test_another_order_kind(shop: Shop, embedder: Embedder) -> None:
    """An index built by time cannot go on by version: both are named."""
    built(shop.settings(), embedder)
    line = refusal(shop.environment(EVENT_ORDER="version"))
    assert "EVENT_ORDER=time" in line
    assert "EVENT_ORDER=version" in line


def test_another_model(shop: Shop, embedder: Embedder) -> None:
    """An index built by another model version is not written: both versions are named."""
    built(shop.settings(), embedder)
    [generation] = (shop.folder / "generations").iterdir()
    description = generation / "generation.json"
    description.write_text(description.read_text().replace(f'"{embedder.model_version}"', '"0badc0de"'))
    line = refusal(shop.environment())
    assert "0badc0de" in line
    assert embedder.model_version in line


def test_a_model_file_that_is_none(shop: Shop, tmp_path: Path) -> None:
    """A damaged model is found at the start, not at the first event."""
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a model")
    assert str(broken) in refusal(shop.environment(MODEL_PATH=str(broken)))


def test_a_taken_status_port(shop: Shop) -> None:
    """The port and the variable are named."""
    _host, _colon, port = shop.host.address.partition(":")
    line = refusal(shop.environment(CONSUMER_STATUS_PORT=port))
    assert port in line
    assert "CONSUMER_STATUS_PORT" in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EVENT_ORDER", "offset"),
        ("KAFKA_CONFIG", "{not json"),
        ("FILTERABLE_ATTRIBUTES", "colour"),
        ("COMMIT_INTERVAL_SECONDS", "soon"),
        ("IMAGE_RETRY_SECONDS", "1,x"),
        ("KAFKA_TOPICS", ","),
    ],
)
def test_a_setting_that_cannot_be_used(shop: Shop, name: str, value: str) -> None:
    """The variable is named."""
    assert name in refusal(shop.environment(**{name: value}))


def test_a_damaged_index(shop: Shop, embedder: Embedder) -> None:
    """A folder that lost its data is told as such."""
    built(shop.settings(), embedder)
    [generation] = (shop.folder / "generations").iterdir()
    shutil.rmtree(generation / "shard")
    assert generation.name in refusal(shop.environment())


def test_an_unknown_command() -> None:
    """A word that is no command is a usage error."""
    done = subprocess.run(
        [sys.executable, "-m", "consumer", "fly"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert "fly" in done.stderr
    assert "Traceback" not in done.stderr
