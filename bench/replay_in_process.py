"""Child process: events that need nothing, without Kafka. `python -m bench.replay_in_process`.

From messages in memory to messages dealt with, by the consumer's own code: each decoded, its product looked
up in the index, found to be superseded, and its offset free to be committed.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from threading import Event
from time import perf_counter
from typing import Any

from bench.answering import answer_questions
from bench.errors import WrongOutcome
from bench.search_index import product_data
from consumer.dead_letters.letter import DeadLetterWriter
from consumer.offsets import OffsetTracker
from consumer.persistence import Persistence
from consumer.pipeline_metrics import PipelineMetrics
from consumer.planner import Planner
from consumer.redrive.returned_messages import redrive_topic
from consumer.settings import ConsumerSettings
from consumer.vitals import Vitals
from product_events import EventType, RawMessage, encode_event
from product_events.settings import event_policy
from telemetry.interpreter import collect_less_often
from vector_store import ProductIndex, open_store

_TOPIC = "products"
_MESSAGES_A_BATCH = 500


def replay(settings: ConsumerSettings, messages: Sequence[RawMessage]) -> float:
    """Seconds for dealing with these messages. Blocks. Raises WrongOutcome where one asks for something."""
    with closing(open_store(settings)) as store:
        index = ProductIndex(store.open(store.promoted() or ""))
        vitals, offsets = Vitals.at_birth(), OffsetTracker()
        planner = Planner(
            index=index,
            policy=event_policy(settings),
            redrive_topic=redrive_topic(settings.kafka_dead_letter_topic),
            letters=DeadLetterWriter(index.generation.name),
            persistence=Persistence(Event(), vitals.readiness, vitals.metrics),
            metrics=PipelineMetrics(vitals.metrics),
            now_ms=lambda: messages[0].timestamp_ms,
        )
        began = perf_counter()
        for start in range(0, len(messages), _MESSAGES_A_BATCH):
            batch = messages[start : start + _MESSAGES_A_BATCH]
            for each in batch:
                offsets.begin(each.topic, each.partition, each.offset)
            for each in planner.plan(batch).superseded:
                offsets.finish(each.topic, each.partition, each.offset)
        seconds = perf_counter() - began
    if still_open := offsets.open_messages():
        raise WrongOutcome(f"{still_open} of {len(messages)} events were not superseded")
    return seconds


def messages_of(products: int, events: int, *, images: int, time_ms: int) -> list[RawMessage]:
    """Events of so many products in turn, as Kafka would deliver them."""
    time = datetime.fromtimestamp(time_ms / 1000, UTC)
    messages = []
    for offset in range(events):
        data = product_data(offset % products, images)
        event = encode_event(EventType.CREATED, data, source="/bench", time=time)
        messages.append(RawMessage(_TOPIC, 0, offset, time_ms, event.key, event.value, tuple(event.headers)))
    return messages


def main() -> None:
    """Answer `{"products": n, "events": n, "images": n, "time_ms": n}` until the parent is gone."""
    collect_less_often()
    settings = ConsumerSettings()

    def answer(question: Mapping[str, Any]) -> Mapping[str, Any]:
        sizes = {name: question[name] for name in ("products", "events", "images", "time_ms")}
        return {"seconds": replay(settings, messages_of(**sizes))}

    answer_questions(answer, greeting={})


if __name__ == "__main__":
    main()
