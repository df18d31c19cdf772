import re

import pytest

import consumer.metric_definitions as of_consumer
import search_api.metric_definitions as of_search_api
from consumer.metric_definitions import DEAD_LETTERS, LAG_MESSAGES, STAGE_SECONDS
from telemetry import Metrics
from telemetry.metric_definitions import MetricDefinition, MetricKind

_ALL = (*of_consumer.DEFINITIONS, *of_search_api.DEFINITIONS)


@pytest.mark.parametrize("each", _ALL, ids=lambda each: each.name)
def test_a_metric_is_described_and_named_by_its_kind(each: MetricDefinition) -> None:
    """Names are lower case with the service first; counters end in _total; descriptions are sentences."""
    assert re.fullmatch(r"(consumer|search_api)_[a-z_]+", each.name)
    assert each.name.endswith("_total") is (each.kind is MetricKind.COUNTER)
    assert each.description.endswith(".")


def test_no_two_metrics_share_a_name() -> None:
    """A name means one thing, whichever service says it."""
    assert len({each.name for each in _ALL}) == len(_ALL)


def test_values_are_kept_by_label() -> None:
    """Counters add up and gauges are set, each under its labels, and both can be read back."""
    metrics = Metrics(of_consumer.DEFINITIONS)
    metrics.count(DEAD_LETTERS, reason="NotAnEvent")
    metrics.count(DEAD_LETTERS, 2, reason="NotAnImage")
    metrics.set(LAG_MESSAGES, 7, topic="t", partition="0")
    assert metrics.value(DEAD_LETTERS) == 3
    assert metrics.value(DEAD_LETTERS, reason="NotAnImage") == 2
    assert metrics.value(LAG_MESSAGES, topic="t") == 7


def test_the_exposition_holds_what_was_measured() -> None:
    """Prometheus' text has the metrics with their descriptions."""
    metrics = Metrics(of_consumer.DEFINITIONS)
    with metrics.timed(STAGE_SECONDS, stage="write"):
        pass
    text = metrics.exposition().decode()
    assert 'consumer_stage_seconds_count{stage="write"} 1.0' in text
    assert f"# HELP consumer_dead_letters_total {DEAD_LETTERS.description}" in text


def test_two_of_them_do_not_share() -> None:
    """Nothing is global: a second set starts at zero."""
    one, other = Metrics(of_consumer.DEFINITIONS), Metrics(of_consumer.DEFINITIONS)
    one.count(DEAD_LETTERS, reason="x")
    assert other.value(DEAD_LETTERS) == 0
