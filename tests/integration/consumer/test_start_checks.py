"""What keeps the consumer from starting is one clear line with the way out, and no traceback."""

import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from time import monotonic

import onnx
import pytest

from consumer.generation_choice import describe_new
from consumer.settings import ConsumerSettings
from model.embedder import Embedder
from tests.integration.consumer.conftest import Shop
from tests.services.consumer_process import ConsumerProcess
from tests.services.eventually import eventually
from tests.unit.model.small_models import mean_colour_info, mean_colour_proto
from vector_store.edge import EdgeStore

# Of the fifteen seconds that the answer is waited for.
_A_MOMENT_SECONDS = 8


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


def test_a_signal_during_a_slow_start(tmp_path: Path) -> None:
    """While Kafka's answer is waited for, SIGTERM ends it in a moment, in order and without having read."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = {
            "KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{silent.getsockname()[1]}",
            "QDRANT_PATH": str(tmp_path / "index"),
        }
        process = ConsumerProcess(settings, tmp_path / "consumer.log")
        process.start()
        assert eventually(lambda: "generation promoted" in process.log_tail(), 60), process.log_tail()
        began = monotonic()
        assert process.end(signal.SIGTERM, 30) == 0, process.log_tail()
        assert monotonic() - began < _A_MOMENT_SECONDS
    assert "stopped before it began" in process.log_tail()
    with closing(EdgeStore(tmp_path / "index")) as store:
        assert store.promoted() is not None


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
    """Without the model that an index was built by, it is not written: the version and the way are named."""
    built(shop.settings(), embedder)
    [generation] = (shop.folder / "generations").iterdir()
    description = generation / "generation.json"
    description.write_text(description.read_text().replace(f'"{embedder.model_version}"', '"0badc0de"'))
    line = refusal(shop.environment())
    assert "0badc0de" in line
    assert "MODEL_DIR" in line
    assert "consumer reindex" in line


def test_another_model_that_was_given(shop: Shop, embedder: Embedder, tmp_path: Path) -> None:
    """A MODEL_PATH of another version is refused, beside the promoted generation it is at work."""
    built(shop.settings(), embedder)
    metadata = mean_colour_info().to_metadata() | {"model_version": "0badc0de"}
    onnx.save_model(mean_colour_proto(metadata), tmp_path / "other.onnx")
    environment = shop.environment(MODEL_PATH=str(tmp_path / "other.onnx"))
    line = refusal(environment)
    assert "0badc0de" in line
    assert embedder.model_version in line
    assert "run --generation" in line
    assert "products-0badc0de" in refusal(environment, "run", "--generation", "products-1badc0de")
    process = ConsumerProcess(environment, tmp_path / "consumer.log", "--generation", "products-0badc0de")
    process.start()
    assert eventually(process.has_partitions, 60), process.log_tail()
    assert process.end(signal.SIGTERM, 60) == 0, process.log_tail()
    with closing(EdgeStore(shop.folder)) as store:
        assert store.promoted() == f"products-{embedder.model_version}"
        assert {each.name for each in store.generations()} == {store.promoted(), "products-0badc0de"}


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
