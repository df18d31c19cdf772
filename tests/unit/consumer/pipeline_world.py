"""A pipeline over a store in memory, with everything around it under the test's control."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Barrier, Event

import numpy as np
import orjson
from PIL import Image

from consumer.batch_writer import BatchWriter
from consumer.dead_letters.letter import DeadLetter, DeadLetterWriter
from consumer.errors import DeadLettersUnavailable
from consumer.image_retry import RetryPolicy
from consumer.jobs import ImageToFetch
from consumer.known_vectors import VectorSource
from consumer.metric_definitions import DEFINITIONS
from consumer.offsets import OffsetTracker
from consumer.persistence import Persistence
from consumer.pipeline import Pipeline, PipelineLimits, PipelineParts
from consumer.pipeline_metrics import PipelineMetrics
from consumer.planner import Planner
from consumer.product_state import StateRules
from consumer.steps.fetch import Pixels
from model.embedder import Embedder
from model.preprocessing import Preprocessing
from product_events import EventPolicy, OrderKind, RawMessage
from telemetry import Liveness, Metrics, Readiness
from tests.contract.memory_store import MemoryCollection
from vector_store import Generation, InvalidPayload, ProductIndex
from vector_store.points import Operation, UpsertPoints, Vector

DIMENSION = 8
REDRIVE_TOPIC = "product.dead-letters.redrive"
NOW_MS = 1_790_000_000_000


class PixelEmbedder(Embedder):
    """A stand-in for a model: the vector is drawn from the pixels, so equal pixels give equal vectors.

    together: how many calls there must be at the same time before one of them ends.
    """

    model_version = "0000test"
    dimension = DIMENSION

    def __init__(self) -> None:
        self.embedded = 0
        self.together: Barrier | None = None

    @property
    def preprocessing(self) -> Preprocessing:
        raise AssertionError("nothing here prepares a picture")

    def prepare(self, image: Image.Image) -> Pixels:
        raise AssertionError("nothing here prepares a picture")

    def embed_prepared(self, batch: Pixels) -> Vector:
        if self.together is not None:
            self.together.wait(timeout=10)
        self.embedded += len(batch)
        return np.stack([vector_of(pixels) for pixels in batch])

    def embed(self, images: Sequence[Image.Image]) -> Vector:
        raise AssertionError("nothing here embeds a picture")


def pixels_of(url: str) -> Pixels:
    """The pixels behind a URL."""
    return np.frombuffer(hashlib.sha256(url.encode()).digest()[:12], dtype=np.uint8).reshape(2, 2, 3)


def vector_of(pixels: Pixels) -> Vector:
    """The vector of these pixels, float32 [DIMENSION]."""
    seed = int.from_bytes(pixels.tobytes()[:4], "big")
    vector = np.random.default_rng(seed).normal(size=DIMENSION).astype(np.float32)
    return vector / np.float32(np.linalg.norm(vector))


@dataclass
class Letters:
    """A dead-letter topic that refuses as often as it is told to."""

    taken: list[DeadLetter] = field(default_factory=list)
    refusals: int = 0
    on_publish: Callable[[], None] = lambda: None

    def publish(self, letters: Sequence[DeadLetter]) -> None:
        if self.refusals:
            self.refusals -= 1
            raise DeadLettersUnavailable("the topic is away")
        self.on_publish()
        self.taken += letters

    def close(self) -> None:
        """Nothing to release."""


class Shelf(MemoryCollection):
    """A collection whose next writes can be made to fail, before or after they took effect."""

    def __init__(self, generation: Generation) -> None:
        super().__init__(generation)
        self.failures: list[Exception] = []
        self.apply_before_failing = False
        self.refused_ids: set[str] = set()
        self.on_apply: Callable[[], None] = lambda: None

    def apply(self, operations: Sequence[Operation]) -> None:
        self.on_apply()
        upserts = (each for each in operations if isinstance(each, UpsertPoints))
        if any(point.id in self.refused_ids for each in upserts for point in each.points):
            raise InvalidPayload("no")
        if self.failures:
            if self.apply_before_failing:
                super().apply(operations)
            raise self.failures.pop(0)
        super().apply(operations)


@dataclass
class World:
    """The pipeline and all that it touches."""

    pipeline: Pipeline
    shelf: Shelf
    index: ProductIndex
    letters: Letters
    offsets: OffsetTracker
    embedder: PixelEmbedder
    fetched: list[str]
    anew: list[str]
    failing: dict[str, Exception]
    held: dict[str, Event]
    readiness: Readiness
    metrics: Metrics
    sent: int = 0

    def offer(self, *messages: RawMessage) -> None:
        self.pipeline.offer(messages)

    def settle(self) -> None:
        """Wait until everything that was offered is dealt with."""
        done = self.pipeline.drain(10, lambda: self.offsets.open_messages() == 0)
        assert done, self.pipeline.failure or self.readiness.reasons()

    def message(self, value: bytes | None, *, key: str | None = None, partition: int = 0) -> RawMessage:
        """The next message of the partition."""
        self.sent += 1
        return RawMessage(
            "products", partition, self.sent, NOW_MS, key.encode() if key is not None else None, value
        )

    def event(
        self, product_id: str, *urls: str, order: int = 1, kind: str = "updated", **data: object
    ) -> RawMessage:
        """The next message: an event of a product with these images."""
        seconds, milliseconds = divmod(order, 1000)
        envelope = {
            "specversion": "1.0",
            "id": str(self.sent),
            "source": "/tests",
            "type": f"product.{kind}",
            "time": f"2026-01-01T00:{seconds // 60:02}:{seconds % 60:02}.{milliseconds:03}Z",
            "data": {"id": product_id, "images": list(urls), **data},
        }
        return self.message(orjson.dumps(envelope), key=product_id)

    def indexed(self, product_id: str) -> list[str] | None:
        """The indexed images of a live product; None of one that is deleted or unknown."""
        record = self.index.record(product_id)
        if record is None or not record.live:
            return None
        return [image.key for image in record.images if record.lists_as_indexed(image.key)]


@contextmanager
def world(limits: PipelineLimits | None = None, elsewhere: VectorSource | None = None) -> Iterator[World]:
    """A running pipeline; its threads end with the block. elsewhere: see Planner."""
    shelf = Shelf(Generation("products-0000test", "0000test", DIMENSION, "x", "time", 0))
    index, letters, offsets, embedder = ProductIndex(shelf), Letters(), OffsetTracker(), PixelEmbedder()
    stop, readiness, metrics = Event(), Readiness(), Metrics(DEFINITIONS)
    persistence, counts = Persistence(stop, readiness, metrics), PipelineMetrics(metrics)
    writer = DeadLetterWriter(shelf.generation.name, "test")
    fetched: list[str] = []
    anew: list[str] = []
    failing: dict[str, Exception] = {}
    held: dict[str, Event] = {}

    def fetch(image: ImageToFetch) -> Pixels:
        url = image.url
        fetched.append(url)
        if image.anew:
            anew.append(url)
        if url in held:
            held[url].wait(10)
        if url in failing:
            raise failing[url]
        return pixels_of(url)

    pipeline = Pipeline(
        PipelineParts(
            planner=Planner(
                index=index,
                policy=EventPolicy(OrderKind.TIME),
                redrive_topic=REDRIVE_TOPIC,
                letters=writer,
                persistence=persistence,
                metrics=counts,
                now_ms=lambda: NOW_MS,
                elsewhere=elsewhere,
            ),
            fetch=fetch,
            embedder=embedder,
            writer=BatchWriter(
                index=index,
                dead_letters=letters,
                letters=writer,
                rules=StateRules(RetryPolicy(), {}),
                persistence=persistence,
                metrics=counts,
                now_ms=lambda: NOW_MS,
            ),
            offsets=offsets,
            metrics=counts,
            liveness=Liveness({"pipeline": 60, "polling": 60}),
        ),
        limits or PipelineLimits(fetch_threads=4, fetches_per_host=2),
        stop,
    )
    pipeline.start()
    try:
        yield World(
            pipeline,
            shelf,
            index,
            letters,
            offsets,
            embedder,
            fetched,
            anew,
            failing,
            held,
            readiness,
            metrics,
        )
    finally:
        for event in held.values():
            event.set()
        pipeline.close(10)
