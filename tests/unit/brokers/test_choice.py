from pathlib import Path

import pytest

from tests.brokers.broker import NoBroker
from tests.brokers.choice import Candidate, broker_candidates, choose_broker
from tests.brokers.existing_cluster import ExistingCluster


def candidate(name: str, obstacle: str | None = None) -> Candidate:
    return Candidate(obstacle=lambda: obstacle, make=lambda _: ExistingCluster(name))


def unasked() -> Candidate:
    def obstacle() -> str | None:
        raise AssertionError("a later candidate was looked at")

    return Candidate(obstacle=obstacle, make=lambda _: ExistingCluster("later"))


def test_the_first_open_candidate_is_taken(tmp_path: Path) -> None:
    """The broker comes from the first candidate without an obstacle, and later ones are left alone."""
    broker = choose_broker([candidate("first", "not set"), candidate("second"), unasked()], tmp_path)
    assert broker.bootstrap_servers == "second"


def test_no_candidate_names_every_obstacle(tmp_path: Path) -> None:
    """Where nothing can run, the error says of each kind why not."""
    with pytest.raises(NoBroker, match="no Kafka to test with: not set; no Java"):
        choose_broker([candidate("a", "not set"), candidate("b", "no Java")], tmp_path)


def test_a_named_cluster_comes_first(tmp_path: Path) -> None:
    """KAFKA_BOOTSTRAP_SERVERS wins over whatever else the machine offers."""
    broker = choose_broker(broker_candidates("kafka.example:9092", only_real=True), tmp_path)
    assert broker.bootstrap_servers == "kafka.example:9092"


def test_only_a_laptop_may_use_the_embedded_broker() -> None:
    """In CI the embedded broker is no candidate: what is proved there is proved on Kafka."""
    assert len(broker_candidates(None, only_real=True)) == len(broker_candidates(None, only_real=False)) - 1
