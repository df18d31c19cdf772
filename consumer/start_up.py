"""A start waits for an index or a Kafka that is away, and says so; what only a person can mend ends it."""

from collections.abc import Callable
from threading import Event
from time import time_ns
from typing import TypeVar

from consumer.errors import KafkaUnreachable
from consumer.generation_choice import open_for_run
from consumer.persistence import Persistence
from consumer.service import ConsumerService
from consumer.settings import ConsumerSettings
from consumer.vitals import Vitals
from consumer.wiring import build_consumer
from telemetry import StatusInWords
from vector_store import StoreRefused, StoreUnavailable, VectorStore

T = TypeVar("T")
_START = "start"


class StartUp:
    """The way from the settings to a consumer that can run, watched like the consumer itself."""

    def __init__(self, settings: ConsumerSettings, store: VectorStore) -> None:
        self._settings = settings
        self._store = store
        self._vitals = Vitals.at_birth()
        self._vitals.readiness.wait_for(_START, "asks the index and Kafka whether they are there")
        self._service: ConsumerService | None = None

    @property
    def vitals(self) -> Vitals:
        """What it waits for; those of the consumer too."""
        return self._vitals

    def status(self) -> StatusInWords:
        """What is waited for, then what the consumer is doing."""
        if self._service is not None:
            return self._service.status()
        reasons = self._vitals.readiness.reasons()
        away = [reason for part, reason in reasons.items() if part in {"index", "kafka"}]
        return StatusInWords(f"Starting: {'; '.join(away) or reasons.get(_START, 'begins')}", {})

    def run(self, generation: str | None) -> ConsumerService:
        """The consumer of this generation, or of the promoted one, ready to run.

        Blocks for as long as a server or Kafka is away. Raises what cannot pass by itself, among it
        StoreRefused and KafkaRefused, and whatever is wrong with an index of this machine's own.
        """
        self._service = self._wait_for(
            "kafka",
            _is_kafka_away,
            lambda: self._wait_for("index", self._is_index_away, lambda: self._build(generation)),
        )
        self._vitals.readiness.clear(_START)
        return self._service

    def _build(self, generation: str | None) -> ConsumerService:
        # Asked for anew at each try: another generation may be promoted while Kafka is waited for.
        opened = open_for_run(
            self._store, self._settings, name=generation, now_ms=lambda: time_ns() // 1_000_000
        )
        return build_consumer(self._settings, self._store, opened, vitals=self._vitals)

    def _wait_for(self, target: str, is_away: Callable[[BaseException], bool], action: Callable[[], T]) -> T:
        readiness, metrics = self._vitals.readiness, self._vitals.metrics
        return Persistence(Event(), readiness, metrics, passes=is_away).call(target, action)

    def _is_index_away(self, error: BaseException) -> bool:
        is_server = self._settings.qdrant_path is None
        return is_server and isinstance(error, StoreUnavailable) and not isinstance(error, StoreRefused)


def _is_kafka_away(error: BaseException) -> bool:
    return isinstance(error, KafkaUnreachable)
