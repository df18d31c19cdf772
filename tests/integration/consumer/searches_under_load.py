"""Shoppers who search all the time, and what they were shown that they must not be shown."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event, Thread
from time import monotonic
from types import TracebackType
from typing import Self

from flask import Flask

_EVERY_SECONDS = 0.02
_SAME_PHOTO_SCORE = 0.99


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo to search with, and the product that it is of."""

    product_id: str
    body: bytes


@dataclass(slots=True)
class Seen:
    """What has come of all searches. generations: how many each has answered. seconds: how long they took."""

    generations: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def p99_ms(self) -> float:
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]


class SearchesUnderLoad:
    """Searches by photo and by product in turn, every 20 ms, while the block runs.

    steady: photos of products that are for sale all the time. gone: ids of products of which it is known that
    their delete was applied; they must not be shown from then on.
    """

    def __init__(self, app: Flask, steady: Sequence[Photo]) -> None:
        self._client = app.test_client()
        self._steady = steady
        self._stop = Event()
        self._thread = Thread(target=self._run, name="shoppers", daemon=True)
        self.gone: frozenset[str] = frozenset()
        self.seen = Seen()
        self.last_generation: str | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(30)

    def _run(self) -> None:
        number = 0
        while not self._stop.is_set():
            began = monotonic()
            self._search(number)
            self.seen.seconds.append(monotonic() - began)
            number += 1
            self._stop.wait(max(0.0, _EVERY_SECONDS - (monotonic() - began)))

    def _search(self, number: int) -> None:
        photo = self._steady[number // 2 % len(self._steady)]
        gone = self.gone
        if number % 2:
            answer = self._client.get(f"/products/{photo.product_id}/similar?limit=50")
        else:
            upload = {"file": (io.BytesIO(photo.body), "photo.jpg")}
            answer = self._client.post("/find_similar?limit=50", data=upload)
        if answer.status_code != 200:
            self.seen.failures.append(f"{answer.status_code}: {answer.text[:200]}")
            return
        body = json.loads(answer.text)
        generation = body["generation"]
        self.last_generation = generation
        self.seen.generations[generation] = self.seen.generations.get(generation, 0) + 1
        if body["model_version"] not in generation:
            self.seen.failures.append(f"{generation} answered by model {body['model_version']}")
        hits = [(hit["product"]["id"], hit["score"]) for hit in body["hits"]]
        if shown := gone & {product_id for product_id, _ in hits}:
            self.seen.failures.append(f"{generation} shows {shown}, deleted")
        if number % 2 == 0 and (not hits or hits[0][0] != photo.product_id or hits[0][1] < _SAME_PHOTO_SCORE):
            self.seen.failures.append(
                f"{generation} does not find {photo.product_id} by its photo: {hits[:2]}"
            )
