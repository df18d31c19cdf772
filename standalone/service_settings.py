"""The two services' settings on one machine. What is not said here, the environment may say: MODEL_PATH."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from consumer.settings import ConsumerSettings
from product_events import OrderKind
from search_api.http.api_keys import Scope
from search_api.settings import SearchApiSettings
from standalone.ports import LOOPBACK
from standalone.topic_names import TopicNames

# What the sample products have besides the named fields, for searches to filter by.
_FILTERABLE: Final = {"audience": "keyword", "colour": "keyword", "material": "keyword", "sizes": "keyword"}
# Ctrl-C should be quick: what is under way is delivered again at the next start.
_DRAIN_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where the parts of one demo are. embedded_broker: whether the Kafka is the demo's own."""

    bootstrap_servers: str
    embedded_broker: bool
    topics: TopicNames
    index: Path
    models: Path
    image_port: int
    api_port: int


def consumer_settings(around: Surroundings) -> ConsumerSettings:
    """The consumer's. KAFKA_CONFIG counts for a Kafka that was named, and not for the demo's own."""
    given = {} if around.embedded_broker else ConsumerSettings().kafka_config
    return ConsumerSettings(
        **_shared(around),
        # librdkafka's own lines would go to the terminal; what matters of them the consumer logs.
        kafka_config={"log_level": 0, **given},
        kafka_bootstrap_servers=around.bootstrap_servers,
        kafka_topics=around.topics.events,
        kafka_dead_letter_topic=around.topics.dead_letters,
        event_order=OrderKind.TIME,
        drain_seconds=_DRAIN_SECONDS,
    )


def search_api_settings(around: Surroundings) -> SearchApiSettings:
    """The search API's: on loopback alone, searches open to whoever is there, writes to holders of a key."""
    events = consumer_settings(around)
    return SearchApiSettings(
        **_shared(around),
        search_api_host=LOOPBACK,
        search_api_port=around.api_port,
        # Any free one: a fixed one would be one more port that can be taken.
        search_api_status_port=0,
        search_api_keys=tuple(
            replace(key, scopes=frozenset({Scope.WRITE}))
            for key in SearchApiSettings().search_api_keys
            if Scope.WRITE in key.scopes
        ),
        kafka_config=events.kafka_config,
        kafka_bootstrap_servers=events.kafka_bootstrap_servers,
        kafka_topics=events.kafka_topics,
        event_order=events.event_order,
        search_api_drain_seconds=_DRAIN_SECONDS,
    )


def _shared(around: Surroundings) -> dict[str, Any]:
    return {
        "qdrant_path": around.index,
        "qdrant_host": None,
        "collection": "products",
        "model_dir": around.models,
        "filterable_attributes": _FILTERABLE,
        # The sample shop's, and those of a backend that is tried beside it.
        "image_local_hosts": (f"{LOOPBACK}:{around.image_port}", *ConsumerSettings().image_local_hosts),
    }
