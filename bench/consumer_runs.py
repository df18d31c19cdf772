"""The consumer as it runs in production, and what it takes from events on Kafka to a searchable index."""

from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Event
from time import monotonic, time_ns
from types import TracebackType
from typing import Self

from bench.child_process import ChildProcess
from bench.commit_watch import CommitWatch, group_of_index
from bench.core_seconds import Clocks, Effort
from bench.errors import TooSlow, WrongOutcome
from bench.kafka import topics
from bench.sample import Product, image_count
from bench.surroundings import Surroundings, consumer_environment
from consumer.redrive.returned_messages import redrive_topic
from standalone.kafka_topics import count_messages
from standalone.publish import publish
from vector_store import ProductIndex
from vector_store.edge import EdgeStore

_START_SECONDS = 120.0
_INDEX_SECONDS = 180.0
_LOOK_SECONDS = 0.05


class ConsumerRuns:
    """Runs `python -m consumer run` again and again, on one topic and one index, which the block keeps."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._topic = around.topic("products")
        self._index = around.folder / "index"
        self._published = self._images = 0
        self._parts = ExitStack()
        self._never = Event()

    def __enter__(self) -> Self:
        around = self._around
        letters = around.topic("dead-letters")
        self._parts.enter_context(topics(around.kafka, self._topic, letters, redrive_topic(letters)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._parts.close()

    def measure(self, warm_up: Sequence[Product], products: Sequence[Product]) -> Effort:
        """What it takes the consumer to index the products, once it has started and indexed the others.

        Counted from the first event's publication to the moment when the last commit is seen. The process
        ends afterwards: where a broker answers empty fetches at once, an idle client keeps a core busy, and
        that would be taken from what is measured next.
        Blocks. Raises TooSlow, ProcessFailed, PublishFailed, WrongOutcome.
        """
        with ChildProcess(
            ["consumer", "run"],
            environment=consumer_environment(self._around, topic=self._topic, index=self._index),
            log=self._around.folder / "consumer.log",
        ) as process:
            with closing(self._watch(process)) as watch:
                self._publish(warm_up)
                watch.wait_for(self._published, deadline_seconds=_INDEX_SECONDS, check=process.check)
                began = Clocks.of(process.pid)
                self._publish(products)
                watch.wait_for(self._published, deadline_seconds=_INDEX_SECONDS, check=process.check)
                effort = Effort.between(began, Clocks.of(process.pid))
            if status := process.end():
                raise process.failed(f"ended with exit status {status}")
        return effort

    def check(self) -> None:
        """See that everything which was published is indexed, and nothing else. Raises WrongOutcome."""
        letters = count_messages(dict(self._around.kafka.config), self._around.topic("dead-letters"))
        images, products = _counts(self._index)
        if (images, products, letters) != (self._images, self._published, 0):
            raise WrongOutcome(
                f"of {self._images} images of {self._published} products, {images} images and {products} "
                f"products are in the index, and {letters} dead letters were written"
            )

    def _publish(self, products: Sequence[Product]) -> None:
        publish(
            dict(self._around.kafka.config),
            self._topic,
            products,
            time_ms=time_ns() // 1_000_000,
            on_delivered=lambda: None,
        )
        self._published += len(products)
        self._images += image_count(products)

    def _watch(self, process: ChildProcess) -> CommitWatch:
        until = monotonic() + _START_SECONDS
        while (group := group_of_index(self._index, f"bench-{self._around.run_id}")) is None:
            process.check()
            if monotonic() > until:
                raise TooSlow(f"the consumer has no generation after {_START_SECONDS:.0f} s")
            self._never.wait(_LOOK_SECONDS)
        return CommitWatch(self._around.kafka.config, topic=self._topic, group=group)


def _counts(folder: Path) -> tuple[int, int]:
    store = EdgeStore(folder)
    try:
        index = ProductIndex(store.open(store.promoted() or ""))
        return index.count_images(), index.count_records()
    finally:
        store.close()
