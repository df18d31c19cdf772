import http.client
import json
from collections.abc import Iterator

import pytest

from consumer.metric_definitions import DEAD_LETTERS, DEFINITIONS
from telemetry import Liveness, Metrics, Readiness, StatusInWords, StatusServer


class Status:
    """A status server with the parts that it tells of, and a clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.readiness = Readiness()
        self.metrics = Metrics(DEFINITIONS)
        self.liveness = Liveness({"polling": 60}, clock=lambda: self.now)
        self.server = StatusServer(
            "127.0.0.1",
            0,
            service="consumer",
            liveness=self.liveness,
            readiness=self.readiness,
            metrics=self.metrics,
            status=lambda: StatusInWords("Paused: <index> is away", {"generation": "products-0a1b2c3d"}),
        )

    def get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


@pytest.fixture
def status() -> Iterator[Status]:
    made = Status()
    made.server.start()
    yield made
    made.server.stop()


def test_readiness_says_in_words_what_is_waited_for(status: Status) -> None:
    """Ready is 200; waiting is 503 with the reason."""
    assert status.get("/readyz") == (200, json.dumps({"status": "ready", "reasons": {}}))
    status.readiness.wait_for("index", "index does not answer for 12 s")
    code, body = status.get("/readyz")
    assert code == 503
    assert json.loads(body)["reasons"] == {"index": "index does not answer for 12 s"}


def test_health_is_red_only_without_progress_and_without_a_reason(status: Status) -> None:
    """A stall is 503, unless readiness explains it."""
    assert status.get("/healthz")[0] == 200
    status.now = 61.0
    code, body = status.get("/healthz")
    assert code == 503
    assert json.loads(body)["reasons"] == {"polling": "no progress for 61 s"}
    status.readiness.wait_for("kafka", "no broker can be reached")
    assert status.get("/healthz")[0] == 200


def test_metrics_are_exposed(status: Status) -> None:
    """Prometheus finds what was counted."""
    status.metrics.count(DEAD_LETTERS, reason="NotAnEvent")
    code, body = status.get("/metrics")
    assert code == 200
    assert 'consumer_dead_letters_total{reason="NotAnEvent"} 1.0' in body


def test_other_paths_are_not_found(status: Status) -> None:
    """There is nothing else to see."""
    assert status.get("/secrets")[0] == 404


def test_people_get_a_page_and_programs_the_same_as_json(status: Status) -> None:
    """`/` shows the headline and the facts, escaped; `/status` is the same in JSON."""
    code, page = status.get("/")
    assert code == 200
    assert "<h1>Paused: &lt;index&gt; is away</h1>" in page
    assert "products-0a1b2c3d" in page
    code, words = status.get("/status")
    assert json.loads(words) == {"status": "Paused: <index> is away", "generation": "products-0a1b2c3d"}
