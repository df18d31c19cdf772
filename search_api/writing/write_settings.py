"""What the environment says of the endpoints that write; without a key for them nothing of it is used."""

from pydantic import Field

from product_events.kafka_settings import KafkaSettings
from product_events.settings import EventSettings


class WriteSettings(EventSettings, KafkaSettings):
    """Where events are published, and how long that may take."""

    search_api_publish_seconds: float = Field(
        default=10.0,
        ge=0.1,
        le=120,
        description="How long Kafka may take to confirm what a call writes; later is a 503.",
    )
