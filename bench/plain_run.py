"""The plain service as a process, and how long it takes."""

import json
from collections.abc import Sequence
from contextlib import ExitStack
from time import time_ns
from types import TracebackType
from typing import Any, Self

from bench.asked_process import AskedProcess
from bench.core_seconds import Clocks, Effort
from bench.errors import WrongOutcome
from bench.kafka import topics
from bench.sample import Product, image_count
from bench.settings import child_environment
from bench.surroundings import Surroundings
from standalone.publish import publish


class PlainRun:
    """See `bench.plain_service`; ended when its block is left."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._topic = around.topic("plain")
        self._parts = ExitStack()

    def __enter__(self) -> Self:
        around = self._around
        self._parts.enter_context(topics(around.kafka, self._topic))
        self._process = self._parts.enter_context(
            AskedProcess(
                [
                    "bench.plain_service",
                    json.dumps(dict(around.kafka.config)),
                    self._topic,
                    str(around.folder / "plain-index"),
                ],
                environment=child_environment({}),
                log=around.folder / "plain-service.log",
            )
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._parts.close()

    def greeting(self) -> dict[str, Any]:
        """What it says of itself; to be asked for once. Blocks until it has started."""
        return self._process.greeting()

    def index(self, products: Sequence[Product]) -> Effort:
        """Publish an event for each product; what it takes from then until all are searchable. Blocks.

        Raises WrongOutcome, ProcessFailed, PublishFailed.
        """
        began = Clocks.of(self._process.pid)
        publish(
            dict(self._around.kafka.config),
            self._topic,
            products,
            time_ms=time_ns() // 1_000_000,
            on_delivered=lambda: None,
        )
        images = image_count(products)
        indexed = self._process.ask(images=images)["images"]
        if indexed != images:
            raise WrongOutcome(f"the plain service indexed {indexed} images instead of {images}")
        return Effort.between(began, Clocks.of(self._process.pid))
