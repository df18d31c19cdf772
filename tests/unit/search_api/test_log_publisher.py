"""The publisher of the other tests does what Kafka's does."""

import pytest

from product_events import EventPolicy, OrderKind
from tests.services.publisher_contract import PublisherContract, ReadBack
from tests.unit.search_api.log_publisher import LogPublisher


@pytest.fixture
def publisher() -> LogPublisher:
    return LogPublisher(EventPolicy(OrderKind.TIME, max_ahead_seconds=1e12))


@pytest.fixture
def read_back(publisher: LogPublisher) -> ReadBack:
    return lambda: publisher.log


class TestLogPublisher(PublisherContract):
    """All of the contract."""
