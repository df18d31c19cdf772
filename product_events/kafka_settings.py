"""Where the log of product events is, for the services that read and write it. Knows no client library."""

from typing import Annotated, Any, Final

import orjson
from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_settings import NoDecode

_CONSUMER_ONLY: Final = (
    "group.",
    "session.",
    "heartbeat.",
    "max.poll.",
    "partition.assignment.",
    "fetch.",
    "auto.offset.",
)


class KafkaSettings(BaseModel):
    """The brokers, the topics, and how they are talked to."""

    model_config = ConfigDict(frozen=True)

    kafka_bootstrap_servers: str = Field(
        default="localhost:9092", description="The Kafka brokers to begin with, host:port, comma-separated."
    )
    kafka_topics: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("product.created", "product.updated", "product.deleted"),
        min_length=1,
        description="The topics that carry product events, comma-separated. What the search API publishes "
        "goes to the topic of its event's type if that is among them, else to the first.",
    )
    kafka_config: Annotated[dict[str, Any], NoDecode] = Field(
        default_factory=dict,
        description="Any librdkafka property, as a JSON object; for TLS, SASL, group.protocol and the like.",
        examples=['{"security.protocol": "SSL"}'],
    )

    @field_validator("kafka_topics", mode="before")
    @classmethod
    def _split_topics(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("kafka_config", mode="before")
    @classmethod
    def _parse_kafka_config(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return orjson.loads(value or "{}")
        except orjson.JSONDecodeError as error:
            raise ValueError(f"not a JSON object: {error}") from error

    def client_properties(self) -> dict[str, Any]:
        """For clients of every kind: where the brokers are, and the properties given by the operator."""
        return {
            "bootstrap.servers": self.kafka_bootstrap_servers,
            "client.id": "visual-product-search",
            **{
                name: value
                for name, value in self.kafka_config.items()
                if not name.startswith(_CONSUMER_ONLY)
            },
        }
