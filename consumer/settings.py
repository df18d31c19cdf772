"""The consumer's settings, all of them."""

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from consumer.image_retry import RetryPolicy
from images.settings import ImageSettings
from model.cores import usable_cores
from model.settings import ModelSettings
from product_events.kafka_settings import KafkaSettings
from product_events.settings import EventSettings
from vector_store import VectorStoreSettings

_USUAL_CALLS = 2


class ConsumerSettings(
    EventSettings, KafkaSettings, ImageSettings, ModelSettings, VectorStoreSettings, BaseSettings
):
    """What the environment says to the consumer. Immutable."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", protected_namespaces=())

    kafka_group_prefix: str = Field(
        default="product-index",
        min_length=1,
        description="First part of the consumer group's name; generation and incarnation follow.",
    )
    kafka_dead_letter_topic: str = Field(
        default="product.dead-letters",
        min_length=1,
        description="Where events and images go that cannot be used. Created if missing.",
    )
    image_retry_seconds: Annotated[tuple[float, ...], NoDecode] = Field(
        default=RetryPolicy().delays_seconds,
        min_length=1,
        description="Seconds before each further try of a pending image, comma-separated; the last repeats.",
    )
    image_give_up_seconds: float = Field(
        default=RetryPolicy().give_up_seconds,
        gt=0,
        description="How long after its first failure a pending image is given up.",
    )
    image_missing_grace_seconds: float = Field(
        default=RetryPolicy().missing_grace_seconds,
        ge=0,
        description="How long after its event an image that answers 401, 404 or 410 may still appear.",
    )
    fetch_threads: int = Field(
        default=48,
        ge=1,
        le=256,
        description="Images downloaded at the same time. Of those, as many as there are cores are decoded.",
    )
    embed_batch_size: int = Field(default=8, ge=1, le=256, description="Images embedded in one call.")
    embed_calls: int | None = Field(
        default=None,
        ge=1,
        le=64,
        description="Embedding calls at a time. Default: two, where there are cores for them: what one "
        "leaves idle, waiting for the slowest of its threads or for its next batch, the other takes.",
    )
    max_products_in_flight: int = Field(
        default=256,
        ge=1,
        description="Products between intake and completed write; bounds memory. Beyond it, intake pauses.",
    )
    commit_interval_seconds: float = Field(
        default=1.0, gt=0, description="How often finished offsets are committed."
    )
    drain_seconds: float = Field(
        default=20.0,
        gt=0,
        description="How long a stop or a rebalance waits for work in flight; the rest will be redelivered.",
    )
    mend_interval_seconds: float = Field(
        default=5.0, gt=0, description="How often pending images are looked for."
    )
    audit_interval_seconds: float = Field(
        default=86_400.0,
        ge=0,
        description="How often the index is compared with its own records, and repaired. 0: never by itself.",
    )
    consumer_status_host: str = Field(
        default="127.0.0.1", description="Address of the status server; 0.0.0.0 in a container."
    )
    consumer_status_port: int = Field(
        default=9100,
        ge=0,
        le=65_535,
        description="Port of /healthz, /readyz and /metrics. 0: no status server.",
    )
    log_level: str = Field(
        default="INFO",
        pattern="(?i)^(debug|info|warning|error)$",
        description="The least level that is logged.",
    )

    @field_validator("image_retry_seconds", mode="before")
    @classmethod
    def _split_delays(cls, value: object) -> object:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    def retry_policy(self) -> RetryPolicy:
        """When pending images are tried again."""
        return RetryPolicy(
            delays_seconds=self.image_retry_seconds,
            give_up_seconds=self.image_give_up_seconds,
            missing_grace_seconds=self.image_missing_grace_seconds,
        )

    @property
    def calls_at_a_time(self) -> int:
        """Embedding calls at a time."""
        return self.embed_calls or min(_USUAL_CALLS, usable_cores())

    @property
    def threads_a_call(self) -> int:
        """Cores that one of them may use."""
        return self.embed_threads or max(1, usable_cores() // self.calls_at_a_time)
