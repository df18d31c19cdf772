"""Changes that need no image, through the consumer, while shoppers search or while nobody does."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from itertools import cycle
from pathlib import Path
from threading import Event
from time import monotonic, time_ns
from types import TracebackType
from typing import Any, Self

from bench.asked_process import AskedProcess
from bench.commit_watch import CommitWatch, group_of_index
from bench.core_seconds import Clocks
from bench.errors import TooSlow
from bench.http_load import Call, Load, run_load
from bench.kafka import topics
from bench.search_service import search_environment
from bench.surroundings import Surroundings, consumer_environment
from consumer.redrive.returned_messages import redrive_topic
from product_events import EventType
from standalone.ports import any_free_port
from standalone.publish import publish

_DEADLINE_SECONDS = 180.0


class ChangesRun:
    """`bench.both_services` over an index that is there, and a topic of its own; ended with the block."""

    def __init__(self, around: Surroundings, index: Path) -> None:
        self._around = around
        self._index = index
        self._topic = around.topic("changes")
        self._published = 0
        self._parts = ExitStack()

    def __enter__(self) -> Self:
        around = self._around
        letters = around.topic("dead-letters")
        self._parts.enter_context(topics(around.kafka, self._topic, letters, redrive_topic(letters)))
        self._process = self._parts.enter_context(
            AskedProcess(
                ["bench.both_services"],
                environment={
                    **search_environment(self._index, port=any_free_port()),
                    **consumer_environment(around, topic=self._topic, index=self._index),
                },
                log=around.folder / "both-services.log",
            )
        )
        self._port = int(self._process.greeting()["port"])
        group = group_of_index(self._index, f"bench-{around.run_id}")
        if group is None:
            raise TooSlow("the index has no generation")
        self._watch = self._parts.enter_context(
            closing(CommitWatch(around.kafka.config, topic=self._topic, group=group))
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._parts.close()

    def clocks(self) -> Clocks:
        """Of this moment, with both services as what is measured."""
        return Clocks.of(self._process.pid)

    def search(self, calls: Sequence[Call]) -> Load:
        """One client asks, and nothing else happens. Blocks. Raises WrongOutcome."""
        return run_load(self._port, calls, clients=1)

    def change(self, event_type: EventType, products: Sequence[dict[str, Any]]) -> float:
        """Publish the events; seconds until all are in the index. Blocks. Raises TooSlow, ProcessFailed."""
        began = monotonic()
        publish(
            dict(self._around.kafka.config),
            self._topic,
            products,
            event_type=event_type,
            time_ms=time_ns() // 1_000_000,
            on_delivered=lambda: None,
        )
        self._published += len(products)
        self._watch.wait_for(self._published, deadline_seconds=_DEADLINE_SECONDS, check=self._process.check)
        self._process.ask()
        return monotonic() - began

    def change_while_searching(
        self, event_type: EventType, products: Sequence[dict[str, Any]], calls: Sequence[Call]
    ) -> tuple[float, Load]:
        """The same, while one client asks the calls over and over."""
        done = Event()
        with ThreadPoolExecutor(1) as pool:
            load = pool.submit(run_load, self._port, _until(done.is_set, calls), clients=1)
            try:
                seconds = self.change(event_type, products)
            finally:
                done.set()
            return seconds, load.result()


def _until(is_over: Callable[[], bool], calls: Sequence[Call]) -> Iterator[Call]:
    """The calls over and over, one at least."""
    for call in cycle(calls):
        yield call
        if is_over():
            return
