"""What the settings say to librdkafka."""

from typing import Any

from consumer.settings import ConsumerSettings


def client_config(settings: ConsumerSettings) -> dict[str, Any]:
    """For clients of every kind: where the brokers are, and the properties given by the operator."""
    return settings.client_properties()


def consumer_config(settings: ConsumerSettings, group: str) -> dict[str, Any]:
    """For reading events. What correctness rests on cannot be overridden."""
    return {
        "queued.max.messages.kbytes": 16_384,
        "bootstrap.servers": settings.kafka_bootstrap_servers,
        "client.id": "visual-product-search",
        **settings.kafka_config,
        "group.id": group,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "error",
        "enable.partition.eof": True,
    }


def group_name(settings: ConsumerSettings, generation: str, incarnation: str) -> str:
    """The group of one incarnation of a generation: its offsets are that collection's position in the log."""
    return f"{settings.kafka_group_prefix}.{generation}.{incarnation}"


def is_cooperative(config: dict[str, Any]) -> bool:
    """Whether a group with this configuration rebalances bit by bit instead of all at once."""
    return config.get("group.protocol") == "consumer" or "cooperative" in str(
        config.get("partition.assignment.strategy", "")
    )
