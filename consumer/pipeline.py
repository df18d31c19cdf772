"""The event path from messages taken in to messages dealt with:

    decode → coalesce → decide → fetch → embed → write

Products flow independently: one that waits for a slow image holds up only the commit of its own offset.
One thread plans (decode, coalesce, decide), some fetch, one or some embed, one writes. Every queue between
them is bounded, and so is the number of products in flight.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Condition, Event, Thread
from time import monotonic

from consumer.batch_writer import BatchWriter
from consumer.fetch_pool import FetchPool
from consumer.jobs import ImageToFetch, Job, PutAside
from consumer.offsets import OffsetTracker
from consumer.pipeline_metrics import PipelineMetrics
from consumer.planner import Planner
from consumer.refetches import Refetches
from consumer.steps.embed import embed
from consumer.steps.fetch import Pixels, UnexpectedImageFailure
from consumer.stoppable_queue import StoppableQueue, Stopped
from images.errors import HostBusy, ImageError, MissingImage, RejectedImage
from model.embedder import Embedder
from product_events import RawMessage
from telemetry import Liveness
from vector_store.points import Vector


@dataclass(frozen=True, slots=True)
class PipelineLimits:
    """What bounds the pipeline's memory and concurrency."""

    fetch_threads: int = 48
    fetches_per_host: int = 16
    host_patience_seconds: float = 10.0
    embed_batch_images: int = 16
    embed_calls: int = 1
    write_batch_products: int = 64
    max_products_in_flight: int = 256
    max_message_bytes_in_flight: int = 64 * 2**20
    message_batches_waiting: int = 2


@dataclass(frozen=True, slots=True)
class PipelineParts:
    """What the pipeline works with; it owns none of it.

    fetch: pixels (uint8 [side, side, 3]) of an image, see `steps.fetch`.
    """

    planner: Planner
    fetch: Callable[[ImageToFetch], Pixels]
    embedder: Embedder
    writer: BatchWriter
    offsets: OffsetTracker
    metrics: PipelineMetrics
    liveness: Liveness


@dataclass(frozen=True, slots=True)
class _Embeddable:
    job: Job
    image: ImageToFetch
    pixels: Pixels


class Pipeline:
    """See the module. `offer` and `retry` feed it; completed messages show in the offset tracker."""

    def __init__(self, parts: PipelineParts, limits: PipelineLimits, stop: Event) -> None:
        self._parts = parts
        self._limits = limits
        self._stop = stop
        self._incoming = StoppableQueue[Sequence[RawMessage]](limits.message_batches_waiting)
        self._embeddable = StoppableQueue[_Embeddable](4 * limits.embed_batch_images)
        self._writable = StoppableQueue[Job | PutAside](4 * limits.max_products_in_flight)
        self._fetches = FetchPool[tuple[Job, ImageToFetch]](
            threads=limits.fetch_threads,
            per_host=limits.fetches_per_host,
            patience_seconds=limits.host_patience_seconds,
            fetch=self._fetch,
            give_up=self._give_up,
        )
        self._changed = Condition()
        self._in_flight = 0
        self._bytes_in_flight = 0
        self._retrying: set[str] = set()
        self._refetches = Refetches()
        self._failure: BaseException | None = None
        self._threads = [
            Thread(target=self._run, args=(step,), name=name, daemon=True)
            for name, step in (
                ("plan", self._plan),
                *((f"embed-{number}", self._embed) for number in range(limits.embed_calls)),
                ("write", self._write),
            )
        ]

    def start(self) -> None:
        """Start the threads."""
        self._fetches.start()
        for thread in self._threads:
            thread.start()

    @property
    def failure(self) -> BaseException | None:
        """What ended the pipeline, if anything did. Nothing that it had not finished is committed."""
        return self._failure

    def has_room(self) -> bool:
        """Whether to take in more: `offer` would return at once, and what is unfinished is not too much."""
        return self.wait_for_room(0)

    def wait_for_room(self, seconds: float) -> bool:
        """`has_room`, as soon as it is so; False after this long, or when the pipeline has failed."""
        with self._changed:
            self._changed.wait_for(lambda: self._failure is not None or self._is_roomy(), seconds)
            return self._is_roomy()

    def _is_roomy(self) -> bool:
        return (
            len(self._incoming) < self._limits.message_batches_waiting
            and self._bytes_in_flight < self._limits.max_message_bytes_in_flight
        )

    def offer(self, messages: Sequence[RawMessage]) -> None:
        """Take in messages, in the order of their partitions' offsets. Blocks while there is no room."""
        for message in messages:
            self._parts.offsets.begin(message.topic, message.partition, message.offset)
        with self._changed:
            self._bytes_in_flight += _value_bytes(messages)
        self._incoming.put(messages)

    def retry(self, job: Job) -> bool:
        """Take in a job for pending images, unless one for this product is under way. May block."""
        with self._changed:
            if job.product_id in self._retrying:
                return False
            self._retrying.add(job.product_id)
        self._dispatch(job)
        return True

    def drain(self, deadline_seconds: float, is_done: Callable[[], bool]) -> bool:
        """Wait until `is_done` or the deadline; returns whether it is done. Work goes on meanwhile."""
        until = monotonic() + deadline_seconds
        with self._changed:
            while not is_done():
                left = until - monotonic()
                if left <= 0 or self._failure is not None or self._stop.is_set():
                    return False
                self._changed.wait(min(left, 0.5))
        return True

    def queue_depths(self) -> dict[str, int]:
        """How many things wait, by queue."""
        return {
            "message_batches": len(self._incoming),
            "fetches": self._fetches.waiting(),
            "embeddable_images": len(self._embeddable),
            "writable_products": len(self._writable),
        }

    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return self._parts.offsets.open_messages() == 0 and self.products_in_flight() == 0

    def products_in_flight(self) -> int:
        """Products that were dispatched and are not written."""
        with self._changed:
            return self._in_flight

    def close(self, timeout_seconds: float = 15.0) -> None:
        """End all threads; what is unfinished stays unfinished."""
        self._stop.set()
        for queue in (self._incoming, self._embeddable, self._writable):
            queue.stop()
        with self._changed:
            self._changed.notify_all()
        until = monotonic() + timeout_seconds
        self._fetches.stop(timeout_seconds)
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, until - monotonic()))

    def _run(self, step: Callable[[], None]) -> None:
        try:
            while not self._stop.is_set():
                step()
        except Stopped:
            return
        except Exception as error:  # noqa: BLE001 - it ends the process: the main thread raises it again
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        with self._changed:
            self._failure = self._failure or error
            self._changed.notify_all()

    def _plan(self) -> None:
        [messages] = self._incoming.take()
        with self._changed:
            self._changed.notify_all()
        # Asked before the look-ups, so that what is written by now shows in them.
        refetching = self._refetches.under_way()
        planned = self._parts.planner.plan(messages, refetching)
        self._finish(planned.superseded)
        for each in planned.aside:
            self._writable.put(each)
        for job in planned.jobs:
            self._dispatch(job)

    def _dispatch(self, job: Job) -> None:
        with self._changed:
            while self._in_flight >= self._limits.max_products_in_flight:
                if self._stop.is_set():
                    raise Stopped
                self._changed.wait(0.5)
            self._in_flight += 1
        if job.downloads_anew:
            self._refetches.begin(job.product_id)
        if not job.to_fetch:
            self._writable.put(job)
        for image in job.to_fetch:
            self._fetches.submit(image.url, (job, image))

    def _fetch(self, task: tuple[Job, ImageToFetch]) -> bool:
        job, image = task
        try:
            with self._parts.metrics.stage("fetch"):
                pixels = self._parts.fetch(image)
            self._embeddable.put(_Embeddable(job, image, pixels))
            return True
        except (ImageError, UnexpectedImageFailure) as error:
            self._settle(job, image, error)
            return isinstance(error, RejectedImage | MissingImage)
        except Stopped:
            return False
        except Exception as error:  # noqa: BLE001 - as in _run
            self._fail(error)
            return False

    def _give_up(self, task: tuple[Job, ImageToFetch]) -> None:
        job, image = task
        seconds = self._limits.host_patience_seconds
        self._settle(job, image, HostBusy(f"its host answered nobody for {seconds:.0f} s", url=image.url))

    def _embed(self) -> None:
        batch = self._embeddable.take(self._limits.embed_batch_images)
        with self._parts.metrics.stage("embed"):
            outcomes = embed(self._parts.embedder, [each.pixels for each in batch])
        for each, outcome in zip(batch, outcomes, strict=True):
            self._settle(each.job, each.image, outcome)

    def _settle(self, job: Job, image: ImageToFetch, outcome: Vector | Exception) -> None:
        if job.settle(image.key, outcome):
            try:
                self._writable.put(job)
            except Stopped:
                return

    def _write(self) -> None:
        batch = self._writable.take(self._limits.write_batch_products)
        aside = [each for each in batch if isinstance(each, PutAside)]
        jobs = [each for each in batch if isinstance(each, Job)]
        self._parts.writer.write(jobs, aside)
        self._finish([each.message for each in aside])
        for job in jobs:
            if job.downloads_anew:
                self._refetches.end(job.product_id)
            self._finish(job.messages)
        with self._changed:
            self._in_flight -= len(jobs)
            self._retrying.difference_update(job.product_id for job in jobs if job.message is None)
            self._changed.notify_all()

    def _finish(self, messages: Sequence[RawMessage]) -> None:
        for message in messages:
            self._parts.offsets.finish(message.topic, message.partition, message.offset)
        self._parts.liveness.advanced("pipeline")
        with self._changed:
            self._bytes_in_flight -= _value_bytes(messages)
            self._changed.notify_all()


def _value_bytes(messages: Sequence[RawMessage]) -> int:
    return sum(len(message.value) for message in messages if message.value is not None)
