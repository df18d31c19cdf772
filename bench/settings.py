"""What the environment says to the bench, and what of it the measured processes get to see."""

import os
from collections.abc import Collection, Mapping
from typing import Annotated, Any

import orjson
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from consumer.settings import ConsumerSettings

# What a person may want to try other values of. Any other setting of the consumer is the bench's to say: a
# variable left over in somebody's shell must not change what is compared with what.
TUNABLE = frozenset(
    {
        "embed_batch_size",
        "embed_calls",
        "embed_threads",
        "embedder",
        "embedder_providers",
        "fetch_threads",
        "image_fetches_per_host",
        "max_products_in_flight",
        "model_dir",
        "model_path",
    }
)


class BenchSettings(BaseSettings):
    """The Kafka to use instead of an embedded broker. Immutable."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    kafka_bootstrap_servers: str | None = Field(
        default=None, description="A Kafka to use instead of the embedded broker, host:port, comma-separated."
    )
    kafka_config: Annotated[dict[str, Any], NoDecode] = Field(
        default_factory=dict, description="Any librdkafka property for that Kafka, as a JSON object."
    )

    @field_validator("kafka_config", mode="before")
    @classmethod
    def _parse_kafka_config(cls, value: object) -> object:
        return orjson.loads(value or "{}") if isinstance(value, str) else value


SAID_BY_US = ConsumerSettings.model_fields.keys() - TUNABLE


def child_environment(
    ours: Mapping[str, str],
    inherited: Mapping[str, str] | None = None,
    *,
    said_by_us: Collection[str] = SAID_BY_US,
) -> dict[str, str]:
    """The environment of a measured process: what this process has (or `inherited`), and ours above it.

    said_by_us: settings, in lower case, that are not inherited; by default the consumer's but
        the tunable ones.
    """
    inherited = os.environ if inherited is None else inherited
    kept = {name: value for name, value in inherited.items() if name.lower() not in said_by_us}
    return {**kept, **ours}
