"""Topics that lose what they hold, as by a policy that deletes."""

from confluent_kafka import TopicPartition

from tests.brokers.readiness import quiet_admin
from tests.integration.consumer.conftest import Shop


def forget_everything(shop: Shop) -> None:
    """Remove every record of the shop's topics; blocks until the broker has. Needs Apache Kafka."""
    admin = quiet_admin(shop.bootstrap_servers)
    known = admin.list_topics(timeout=10).topics
    ends = [
        TopicPartition(topic, partition, -1) for topic in shop.topics for partition in known[topic].partitions
    ]
    for forgotten in admin.delete_records(ends).values():
        forgotten.result(timeout=30)
