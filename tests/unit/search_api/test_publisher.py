"""What becomes of events when Kafka's client gives up for good."""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, Final

import pytest
from confluent_kafka import KafkaError, KafkaException

from search_api.publisher import KafkaPublisher
from search_api.writing.event_publisher import Delivery
from tests.services.publisher_contract import event

# Far beyond what a test may take: whoever waits that long has waited for a report that was not to come.
_DEADLINE_SECONDS: Final = 90
_FATAL: Final = KafkaError(KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER, "out of sequence", fatal=True)


class ScriptedClient:
    """Tells in `poll` what the script has for each event; `None` delivers it.

    Anything else is raised there; after it nothing is taken any more, as by a client after a fatal error.
    """

    def __init__(self, script: list[BaseException | None]) -> None:
        self.taken: list[bytes | None] = []
        self.purged = False
        self._script = script
        self._fatal = False
        self._to_tell: SimpleQueue[Callable[[], None]] = SimpleQueue()

    def produce(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        *,
        headers: Any = None,
        on_delivery: Callable[[Any, Any], None] | None = None,
    ) -> None:
        assert on_delivery is not None
        if self._fatal:
            raise KafkaException(_FATAL)
        self.taken.append(key)
        error = self._script.pop(0)
        self._fatal = error is not None

        def tell() -> None:
            if error is not None:
                raise error
            on_delivery(None, None)

        self._to_tell.put(tell)

    def poll(self, timeout: float) -> int:
        try:
            tell = self._to_tell.get(timeout=timeout)
        except Empty:
            return 0
        tell()
        return 1

    def flush(self, timeout: float) -> int:
        if self._fatal:
            raise KafkaException(_FATAL)
        return 0

    def purge(self) -> None:
        self.purged = True


class Clients:
    """Hands out clients, one script each."""

    def __init__(self, *scripts: list[BaseException | None]) -> None:
        self._scripts = list(scripts)
        self.made: list[ScriptedClient] = []

    def connect(self, properties: dict[str, Any]) -> ScriptedClient:
        assert properties["enable.idempotence"] is True
        self.made.append(ScriptedClient(self._scripts.pop(0)))
        return self.made[-1]


def _interrupted_callback() -> SystemError:
    error = SystemError("<method 'code' of 'KafkaError' objects> returned a result with an exception set")
    error.__cause__ = KafkaException(_FATAL)
    return error


@pytest.mark.parametrize(
    "raised", [KafkaException(_FATAL), _interrupted_callback()], ids=["alone", "amid reports"]
)
def test_after_a_fatal_error_another_client_goes_on(raised: BaseException) -> None:
    """Whoever waits is told at once why, and the next event is delivered by a new client."""
    clients = Clients([None, raised], [None])
    publisher = KafkaPublisher({}, ["products"], deadline_seconds=_DEADLINE_SECONDS, connect=clients.connect)
    try:
        first, lost = publisher.publish([event("a"), event("b")])
        (after,) = publisher.publish([event("c")])
    finally:
        publisher.close()
    assert [each.delivery for each in (first, lost, after)] == [
        Delivery.DELIVERED,
        Delivery.UNKNOWN,
        Delivery.DELIVERED,
    ]
    assert "out of sequence" in lost.reason
    assert [client.taken for client in clients.made] == [[b"a", b"b"], [b"c"]]
    assert clients.made[0].purged


def test_events_behind_the_fatal_one_are_unknown() -> None:
    """What the client takes no more is no error of the caller's, and no other client sends it."""
    clients = Clients([KafkaException(_FATAL)], [None])
    publisher = KafkaPublisher({}, ["products"], deadline_seconds=_DEADLINE_SECONDS, connect=clients.connect)
    try:
        outcomes = publisher.publish([event("a"), event("b")])
        (after,) = publisher.publish([event("b")])
    finally:
        publisher.close()
    assert [each.delivery for each in outcomes] == [Delivery.UNKNOWN] * 2
    assert after.delivery is Delivery.DELIVERED
    assert [client.taken for client in clients.made] == [[b"a"], [b"b"]]


def test_a_client_is_replaced_only_for_an_event() -> None:
    """One that fails each time is not made anew without end, and a failed one can be closed."""
    clients = Clients([KafkaException(_FATAL)], [KafkaException(_FATAL)], [KafkaException(_FATAL)])
    publisher = KafkaPublisher({}, ["products"], deadline_seconds=_DEADLINE_SECONDS, connect=clients.connect)
    try:
        for _ in range(3):
            assert publisher.publish([event("a")])[0].delivery is Delivery.UNKNOWN
    finally:
        publisher.close()
    assert len(clients.made) == 3
