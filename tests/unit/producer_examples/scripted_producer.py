"""A producer in memory with the semantics of confluent_kafka's that publishing relies on."""

from collections import deque
from collections.abc import Callable
from typing import Any

from confluent_kafka import KafkaError, KafkaException

Delivery = Callable[[Any, Any], None]


class ScriptedProducer:
    """Takes messages into a queue of limited size, and reports on them when polled or flushed.

    `errors` maps keys to the error that their delivery ends with; `refused` are keys that `produce` raises
    for; what is in `silent` is never reported on. Every report is only there after `waits_needed` waits. From
    the wait after `sound_waits` on, each raises `broken`.
    """

    def __init__(
        self,
        *,
        room: int = 100,
        errors: dict[bytes, KafkaError] | None = None,
        refused: frozenset[bytes] = frozenset(),
        silent: frozenset[bytes] = frozenset(),
        waits_needed: int = 1,
        sound_waits: int = 0,
        broken: BaseException | None = None,
    ) -> None:
        self.delivered: list[tuple[str, bytes, bytes, list[tuple[str, bytes]]]] = []
        self.waits = 0
        self._room = room
        self._errors = errors or {}
        self._refused = refused
        self._silent = silent
        self._waits_needed = waits_needed
        self._sound_waits = sound_waits
        self._broken = broken
        self._queue: deque[tuple[tuple[str, bytes, bytes, list[tuple[str, bytes]]], Delivery]] = deque()

    def produce(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        *,
        headers: Any = None,
        on_delivery: Delivery | None = None,
    ) -> None:
        assert value is not None
        assert key is not None
        assert on_delivery is not None
        if key in self._refused:
            raise KafkaException(KafkaError(KafkaError.MSG_SIZE_TOO_LARGE))
        if len(self._queue) >= self._room:
            raise BufferError("Local: Queue full")
        self._queue.append(((topic, key, value, headers), on_delivery))

    def poll(self, timeout: float) -> int:
        if not timeout:
            return 0
        self.waits += 1
        if self._broken is not None and self.waits > self._sound_waits:
            raise self._broken
        if self.waits % self._waits_needed:
            return 0
        served = 0
        for _ in range(len(self._queue)):
            message, on_delivery = self._queue.popleft()
            if message[1] in self._silent:
                self._queue.append((message, on_delivery))
                continue
            error = self._errors.get(message[1])
            if error is None:
                self.delivered.append(message)
            on_delivery(error, None)
            served += 1
        return served

    def flush(self, timeout: float) -> int:
        self.poll(timeout)
        return len(self._queue)
