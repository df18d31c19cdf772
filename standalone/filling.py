"""The sample catalogue goes through Kafka into the index, and is waited for."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from time import monotonic, time_ns
from typing import Any

from product_events import EventType
from standalone.catalogue import Catalogue
from standalone.kafka_topics import count_messages
from standalone.publish import publish
from standalone.report import Outcome
from standalone.screen import Screen
from standalone.searchable import Searchable, count_indexed, look, wait_until_searchable
from standalone.topic_names import TopicNames
from vector_store import ProductIndex

_LOOK_SECONDS = 0.2
# Longer than the wait before a pending image's first further try.
_STALL_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Filling:
    """All that it takes. check: raises what ended a part that is needed."""

    catalogue: Catalogue
    base_url: str
    kafka_config: dict[str, Any]
    topics: TopicNames
    index: ProductIndex
    check: Callable[[], None]


def fill(filling: Filling, screen: Screen) -> tuple[Outcome, Searchable]:
    """Publish all products and block until searches find them, or nothing moves any more.

    Raises PublishFailed, and what `check` raises.
    """
    catalogue = filling.catalogue
    ids = catalogue.product_ids
    before = count_indexed(filling.index, ids, catalogue.image_urls(filling.base_url))
    time_ms = time_ns() // 1_000_000
    began = monotonic()
    _publish(filling, screen, time_ms)
    with screen.bar("indexing", total=catalogue.image_count, unit="images", rate_from=before) as show:
        seen = wait_until_searchable(
            lambda: look(filling.index, ids, since_ms=time_ms),
            products=len(ids),
            stall_seconds=_STALL_SECONDS,
            waiting=_Waiting(filling.check),
            on_progress=lambda seen: show(seen.settled_images),
        )
    outcome = Outcome(
        products=seen.products,
        images=seen.images,
        failed=seen.failed,
        reused=min(before, seen.images),
        dead_letters=count_messages(filling.kafka_config, filling.topics.dead_letters),
        seconds=monotonic() - began,
    )
    return outcome, seen


def _publish(filling: Filling, screen: Screen, time_ms: int) -> None:
    topic = filling.topics.topic_of(EventType.CREATED)
    delivered = 0

    def on_delivered() -> None:
        nonlocal delivered
        delivered += 1
        show(delivered)

    with screen.bar("publishing", total=len(filling.catalogue.products), unit="events") as show:
        publish(
            filling.kafka_config,
            topic,
            filling.catalogue.events(filling.base_url),
            time_ms=time_ms,
            on_delivered=on_delivered,
        )
    screen.done("published", f"{delivered} product.created events to the topic {topic}")


class _Waiting:
    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check
        self._never = Event()

    def monotonic(self) -> float:
        return monotonic()

    def pause(self) -> None:
        self._check()
        self._never.wait(_LOOK_SECONDS)
