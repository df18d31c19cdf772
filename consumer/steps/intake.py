"""Messages are read from Kafka for as long as there is room for them."""

import logging
from collections.abc import Callable, Sequence
from threading import Event
from typing import Any

import structlog
from confluent_kafka import Consumer, KafkaError, KafkaException, Message

from consumer.errors import KafkaFatal, OffsetGap
from consumer.kafka.raw_messages import to_raw
from consumer.kafka.rebalance import Rebalance
from consumer.kafka.start_positions import REPAIR_FROM_RECORDS
from consumer.offsets import OffsetTracker
from consumer.pipeline import Pipeline
from consumer.status.gauges import Gauges
from consumer.steps.commit import Committer
from product_events import RawMessage
from telemetry import Liveness, Readiness

_log = structlog.get_logger()
_POLL_SECONDS = 0.2
_MOST_MESSAGES = 500
_PROBE_SECONDS = 2.0


class Intake:
    """The polling loop: reads, pauses when there is no room, commits. On the thread that calls `run`."""

    def __init__(
        self,
        *,
        config: dict[str, Any],
        topics: tuple[str, ...],
        pipeline: Pipeline,
        offsets: OffsetTracker,
        rebalance: Rebalance,
        committer: Committer,
        gauges: Gauges,
        readiness: Readiness,
        liveness: Liveness,
        find_failure: Callable[[], BaseException | None],
        stop: Event,
        make_consumer: Callable[[dict[str, Any]], Consumer] = Consumer,
    ) -> None:
        self._topics = topics
        self._pipeline = pipeline
        self._offsets = offsets
        self._rebalance = rebalance
        self._committer = committer
        self._gauges = gauges
        self._readiness = readiness
        self._liveness = liveness
        self._find_failure = find_failure
        self._stop = stop
        self._paused = False
        self._consumer = make_consumer(
            {
                **config,
                "on_commit": committer.on_commit,
                "error_cb": self._on_client_error,
                "logger": logging.getLogger("librdkafka"),
            }
        )
        committer.attach(self._consumer)

    def run(self) -> None:
        """Read until stopped. Raises what `find_failure` finds, OffsetGap or KafkaFatal."""
        self._consumer.subscribe(
            list(self._topics),
            on_assign=self._on_assign,
            on_revoke=self._rebalance.on_revoke,
            on_lost=self._rebalance.on_lost,
        )
        while not self._stop.is_set():
            self._liveness.advanced("polling")
            if self._pipeline.is_idle():
                self._liveness.advanced("pipeline")
            self._pause_or_resume()
            delivered = self._consumer.consume(_MOST_MESSAGES, timeout=0 if self._paused else _POLL_SECONDS)
            # A failure found while polling explains whatever the client delivers after it.
            if (failure := self._find_failure()) is not None:
                raise failure
            self._take_in(delivered)
            self._committer.commit_when_due(reading=not self._paused)
            self._gauges.refresh_when_due(self._consumer)
            self._ask_whether_kafka_is_back()

    def close(self) -> None:
        """Commit what is finished and leave the group; blocks for as long as the broker takes."""
        self._committer.commit_now()
        self._consumer.close()

    def _take_in(self, delivered: list[Message]) -> None:
        messages = [to_raw(message) for message in delivered if not self._is_error(message)]
        if messages:
            self._readiness.clear("kafka")
            self._gauges.taken_in(messages)
            self._pipeline.offer(messages)
        self._note_ends(delivered, messages)

    def _note_ends(self, delivered: list[Message], messages: Sequence[RawMessage]) -> None:
        """Note logs that were read to their ends, past what may follow the last message: a mark, a hole."""
        last = {(message.topic, message.partition): message.offset for message in messages}
        for each in delivered:
            topic, partition, offset, error = each.topic(), each.partition(), each.offset(), each.error()
            if error is None or topic is None or partition is None or offset is None:
                continue
            is_end = error.code() == KafkaError._PARTITION_EOF  # noqa: SLF001 - the client's own constant
            is_mine = (topic, partition) in self._rebalance.owned
            if is_end and is_mine and offset > last.get((topic, partition), -1):
                self._offsets.reached_end(topic, partition, offset)

    def _pause_or_resume(self) -> None:
        # A pause makes the client throw away what it has fetched, so room that is there soon is waited for.
        # Polling goes on while paused, so that the group does not take this member for dead.
        full = not self._pipeline.wait_for_room(_POLL_SECONDS)
        if full != self._paused:
            (self._consumer.pause if full else self._consumer.resume)(self._consumer.assignment())
            self._paused = full

    def _on_assign(self, consumer: Consumer, partitions: list[Any]) -> None:
        self._rebalance.on_assign(consumer, partitions)
        self._readiness.clear("assignment")
        # New partitions come unpaused: say so again at the next turn if there is no room.
        self._paused = False

    def _is_error(self, message: Message) -> bool:
        error = message.error()
        if error is None:
            return False
        if error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - the client's own constant
            return True
        if error.code() == KafkaError._AUTO_OFFSET_RESET:  # noqa: SLF001 - the client's own constant
            raise OffsetGap(
                f"{message.topic()}[{message.partition()}]: {error.str()}; events are gone that were never "
                f"read: {REPAIR_FROM_RECORDS}"
            )
        if error.fatal():
            raise KafkaFatal(error.str())
        self._on_client_error(error)
        return True

    def _on_client_error(self, error: KafkaError) -> None:
        if error.code() == KafkaError._ALL_BROKERS_DOWN:  # noqa: SLF001 - the client's own constant
            news = self._readiness.wait_for("kafka", "no broker can be reached")
        else:
            news = error.code() != KafkaError._TRANSPORT  # noqa: SLF001 - the client's own constant
        if news:
            _log.warning("kafka", reason=error.str())

    def _ask_whether_kafka_is_back(self) -> None:
        if "kafka" not in self._readiness.reasons():
            return
        try:
            self._consumer.list_topics(self._topics[0], timeout=_PROBE_SECONDS)
        except KafkaException:
            return
        self._readiness.clear("kafka")
        _log.info("kafka is back")
