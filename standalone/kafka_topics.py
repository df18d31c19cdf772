"""Kafka answers, and has the demo's topics."""

from collections.abc import Callable
from concurrent.futures import Future
from time import monotonic
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from standalone.errors import DemoError, KafkaNotAnswering

_PROBE_SECONDS = 0.5


def wait_for_kafka(
    config: dict[str, Any],
    *,
    deadline_seconds: float,
    check: Callable[[], None],
    too_late: Callable[[float], DemoError],
) -> None:
    """Block until a broker answers.

    check: raises what makes further waiting useless. too_late: the error for when the time is up.
    """
    # Silent: a broker that starts refuses many connections.
    admin = AdminClient({**config, "log_level": 0, "reconnect.backoff.max.ms": 200})
    end = monotonic() + deadline_seconds
    while monotonic() < end:
        check()
        try:
            if admin.list_topics(timeout=_PROBE_SECONDS).brokers:
                return
        except KafkaException:
            continue
    check()
    raise too_late(deadline_seconds)


def create_topics(config: dict[str, Any], topics: tuple[str, ...], *, deadline_seconds: float = 15.0) -> None:
    """Make those that are missing, with one partition each and for ever. Raises KafkaNotAnswering."""
    admin = AdminClient({**config, "log_level": 0})
    new = [NewTopic(topic, num_partitions=1, config={"retention.ms": "-1"}) for topic in topics]
    futures: dict[str, Future[None]] = admin.create_topics(new, operation_timeout=deadline_seconds)
    for topic, created in futures.items():
        try:
            created.result(timeout=deadline_seconds)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise KafkaNotAnswering(
                    f"Kafka does not make the topic {topic}: {error.args[0].str()}"
                ) from error
        except TimeoutError as error:
            raise KafkaNotAnswering(
                f"Kafka did not make the topic {topic} within {deadline_seconds:.0f} s"
            ) from error


def count_messages(config: dict[str, Any], topic: str, *, deadline_seconds: float = 5.0) -> int:
    """How many messages the topic has ever taken, in its one partition. Raises KafkaNotAnswering."""
    # Reads positions only: it joins no group.
    consumer = Consumer({**config, "group.id": "visual-search-demo-counter", "log_level": 0})
    try:
        _low, high = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=deadline_seconds)
    except KafkaException as error:
        raise KafkaNotAnswering(f"Kafka does not say how long {topic} is: {error.args[0].str()}") from error
    finally:
        consumer.close()
    return int(high)
