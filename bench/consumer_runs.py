"""The consumer as it runs in production, and what it takes from events on Kafka to a searchable index."""

from collections.abc import Mapping, Sequence
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
from bench.memory import peak_resident_mb
from bench.readiness import seconds_until_ready
from bench.sample import Product, image_count
from bench.surroundings import Surroundings, consumer_environment
from consumer.redrive.returned_messages import redrive_topic
from standalone.kafka_topics import count_messages
from standalone.ports import any_free_port
from standalone.publish import publish
from vector_store import ProductIndex
from vector_store.edge import EdgeStore

_START_SECONDS = 120.0
_INDEX_SECONDS = 180.0
_LOOK_SECONDS = 0.05


class ConsumerRuns:
    """Runs `python -m consumer run` again and again, on one topic and one index, which the block keeps.

    name: of topic and index, so that several may be measured in turn. settings: the consumer's, above the
    bench's usual ones. start_seconds, peak_mb: of each run, from the start of the process until it was
    ready, and the most memory that it ever had.
    """

    def __init__(
        self, around: Surroundings, *, name: str = "products", settings: Mapping[str, str] | None = None
    ) -> None:
        self._around = around
        self._settings = dict(settings or {})
        self._topic = around.topic(name)
        self._letters = around.topic(f"{name}.dead-letters")
        self._index = around.folder / f"index-{name}"
        self.start_seconds: list[float] = []
        self.peak_mb: list[float] = []
        self._published = self._images = 0
        self._parts = ExitStack()
        self._never = Event()

    def __enter__(self) -> Self:
        names = (self._topic, self._letters, redrive_topic(self._letters))
        self._parts.enter_context(topics(self._around.kafka, *names))
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
        port, started = any_free_port(), monotonic()
        with ChildProcess(
            ["consumer", "run"],
            environment={
                **consumer_environment(self._around, topic=self._topic, index=self._index),
                "KAFKA_DEAD_LETTER_TOPIC": self._letters,
                "CONSUMER_STATUS_PORT": str(port),
                **self._settings,
            },
            log=self._around.folder / "consumer.log",
        ) as process:
            self.start_seconds.append(
                seconds_until_ready(port, began=started, name="the consumer", check=process.check)
            )
            with closing(self._watch(process)) as watch:
                self._publish(warm_up)
                watch.wait_for(self._published, deadline_seconds=_INDEX_SECONDS, check=process.check)
                began = Clocks.of(process.pid)
                self._publish(products)
                watch.wait_for(self._published, deadline_seconds=_INDEX_SECONDS, check=process.check)
                effort = Effort.between(began, Clocks.of(process.pid))
                self.peak_mb.append(peak_resident_mb(process.pid))
            if status := process.end():
                raise process.failed(f"ended with exit status {status}")
        return effort

    def check(self) -> None:
        """See that everything which was published is indexed, and nothing else. Raises WrongOutcome."""
        letters = count_messages(dict(self._around.kafka.config), self._letters)
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
