"""Topics at start-up: those to read must be there, the dead letters' own two are made."""

import logging
from concurrent.futures import Future
from typing import Any

import structlog
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from consumer.errors import KafkaRefused, KafkaUnreachable, NoSuchTopic, StartRefused
from consumer.kafka.client_errors import ClientErrors
from consumer.kafka.topic_policies import deletes_kept_ms, topic_policies, warn_of_policies

_log = structlog.get_logger()
_KEEP_FOR_EVER = {"retention.ms": "-1"}


def prepare_topics(
    config: dict[str, Any],
    *,
    topics: tuple[str, ...],
    own_topics: tuple[str, ...],
    deadline_seconds: float = 15.0,
) -> dict[str, int]:
    """Check that the topics exist, warn of their policies, and create our own where they do not.

    Returns how long, in milliseconds, each of the compacted ones keeps its deletes.
    Blocks up to the deadline for each of the steps. Raises KafkaUnreachable, KafkaRefused, NoSuchTopic,
    StartRefused.
    """
    admin, present = _topics_there(config, deadline_seconds)
    if missing := [topic for topic in topics if topic not in present]:
        raise NoSuchTopic(
            f"no such topic: {', '.join(missing)}; create it, or set KAFKA_TOPICS to the shop's topics"
        )
    new = [
        NewTopic(topic, num_partitions=1, config=_KEEP_FOR_EVER)
        for topic in own_topics
        if topic not in present
    ]
    policies = topic_policies(admin, topics, deadline_seconds=deadline_seconds)
    warn_of_policies(policies)
    if new:
        for topic, created in admin.create_topics(new, operation_timeout=deadline_seconds).items():
            _confirm(topic, created, deadline_seconds)
    return deletes_kept_ms(policies)


def _topics_there(config: dict[str, Any], deadline_seconds: float) -> tuple[AdminClient, set[str]]:
    errors = ClientErrors()
    try:
        admin = AdminClient(config | {"error_cb": errors.remember}, logger=logging.getLogger("librdkafka"))
    except KafkaException as error:
        raise KafkaRefused(f"KAFKA_CONFIG: {error.args[0].str()}") from error
    try:
        return admin, set(admin.list_topics(timeout=deadline_seconds).topics)
    except KafkaException as error:
        admin.poll(0)
        raise errors.failure(config["bootstrap.servers"], error.args[0]) from error


def _confirm(topic: str, created: "Future[None]", deadline_seconds: float) -> None:
    try:
        created.result(timeout=deadline_seconds)
    except KafkaException as error:
        if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise StartRefused(f"the topic {topic} cannot be created: {error.args[0].str()}") from error
    except TimeoutError as error:
        raise KafkaUnreachable(
            f"creating the topic {topic} got no answer in {deadline_seconds:.0f} s"
        ) from error
    _log.info("topic created", topic=topic)
