"""Whether a generation can be built from the topics alone."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from confluent_kafka.admin import AdminClient

from consumer.kafka.group_lag import PartitionLag, read_group_lag
from consumer.kafka.topic_policies import topic_policies

_DEADLINE_SECONDS = 15.0

Policy = Mapping[str, str | None]
"""A topic's configuration."""


def look_at_the_log(config: Mapping[str, Any], group: str, topics: Sequence[str]) -> str | None:
    """See `what_the_log_lacks`. Blocks for as long as the broker takes.

    group: a name in the operator's range. Raises KafkaUnreachable, NoSuchTopic.
    """
    partitions = read_group_lag(config, group, topics).partitions
    admin = AdminClient(dict(config), logger=logging.getLogger("librdkafka"))
    return what_the_log_lacks(partitions, topic_policies(admin, topics, deadline_seconds=_DEADLINE_SECONDS))


def what_the_log_lacks(partitions: Sequence[PartitionLag], policies: Mapping[str, Policy]) -> str | None:
    """Why the topics may not hold everything that was ever said, or None where they do. Pure.

    A compacted topic holds every product's last state, which is everything. Of a topic whose policy the
    broker does not tell, only what is gone already counts.
    """
    for each in partitions:
        if each.low > 0:
            return f"{each.topic}[{each.partition}] begins at offset {each.low}: earlier events are gone"
    for topic, policy in sorted(policies.items()):
        if (limit := _deletes_by(policy)) is not None:
            return f"the topic {topic} deletes events by {limit}"
    return None


def _deletes_by(policy: Policy) -> str | None:
    cleanup = [each.strip() for each in (policy.get("cleanup.policy") or "").split(",")]
    if "delete" not in cleanup:
        return None
    for name in ("retention.ms", "retention.bytes"):
        value = policy.get(name)
        if value is not None and value != "-1":
            return f"{name}={value}"
    return None
