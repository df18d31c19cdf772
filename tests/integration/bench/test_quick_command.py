"""The quick bench in a tiny size: that it runs and says what it should, not how fast anything is."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.results import BenchResult
from tests.brokers.broker import Broker
from tests.brokers.readiness import quiet_admin
from tests.services.eventually import eventually

REPOSITORY = Path(__file__).parents[3]


def bench(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", *words],
        cwd=REPOSITORY,
        env={**os.environ, **variables},
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.timeout(300)
def test_a_tiny_run_shows_and_keeps_every_figure(tmp_path: Path) -> None:
    """Broker, image host, consumer, plain service and embedder start, do the work, and are measured."""
    path = tmp_path / "quick.json"
    sizes = ("--rounds", "2", "--images", "6", "--plain-images", "2")
    done = bench("quick", "--embedded", *sizes, "--json", str(path))
    assert done.returncode == 0, done.stderr
    assert "Kafka to searchable" in done.stdout
    assert "round 2 of 2" in done.stdout
    result = BenchResult.model_validate_json(path.read_text("utf-8"))
    assert [figure.key for figure in result.figures] == [
        "images_per_second_to_plain_service",
        "decode_embed_share",
        "images_per_second_to_bound",
    ]
    for figure in result.figures:
        assert len(figure.ratio.rounds) == 2
        assert figure.value.lowest > 0
        assert figure.against_value.lowest > 0
    assert result.settings["kafka"].startswith("noida-db")
    written = json.loads(path.read_text("utf-8"))
    assert written["machine"]["cores"] >= 1
    assert written["versions"]["onnxruntime"]
    assert written["settings"]["seed"] == 1


@pytest.mark.timeout(300)
def test_a_kafka_that_is_there_is_used_and_left_as_it_was(kafka: Broker, tmp_path: Path) -> None:
    """With KAFKA_BOOTSTRAP_SERVERS no broker is started, and no topic stays behind."""
    path = tmp_path / "quick.json"
    sizes = ("--rounds", "1", "--images", "2", "--plain-images", "1")
    done = bench("quick", *sizes, "--json", str(path), KAFKA_BOOTSTRAP_SERVERS=kafka.bootstrap_servers)
    assert done.returncode == 0, done.stderr
    result = BenchResult.model_validate_json(path.read_text("utf-8"))
    assert result.settings["kafka"] == "the Kafka of KAFKA_BOOTSTRAP_SERVERS"
    admin = quiet_admin(kafka.bootstrap_servers)

    def are_gone() -> bool:
        # A broker's metadata follows a deletion with a little delay.
        return not any(topic.startswith("bench-") for topic in admin.list_topics(timeout=10).topics)

    assert eventually(are_gone, timeout_seconds=10)


def test_help_shows_examples() -> None:
    """A person finds out how to call it without reading code."""
    done = bench("quick", "--help")
    assert done.returncode == 0
    assert "python -m bench quick --rounds 1 --images 100" in done.stdout


def test_a_failure_is_one_line() -> None:
    """What cannot be measured ends with an error that says why, and no traceback."""
    done = bench("quick", "--embedded", "--images", "100000")
    assert done.returncode == 1
    assert done.stderr.startswith("error: the sample catalogue has 406 images")
    assert done.stderr.count("\n") == 1
