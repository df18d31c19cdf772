"""Whatever is due is tried again, however much that is."""

from collections.abc import Iterator
from typing import Any, cast

from consumer.jobs import Job
from consumer.mender import Mender
from consumer.persistence import Persistence
from consumer.pipeline import Pipeline
from tests.contract.memory_store import MemoryCollection
from tests.contract.samples import a_generation
from vector_store import (
    EventSource,
    ImageState,
    ImageStatus,
    ProductIndex,
    ProductRecord,
    ProductWrite,
    Stamp,
)

_NOW_MS = 1_000
_DUE = 150


class _Taken:
    """A pipeline that only takes; what it has, it turns away."""

    def __init__(self) -> None:
        self.products: list[str] = []

    def retry(self, job: Job) -> bool:
        if job.product_id in self.products:
            return False
        self.products.append(job.product_id)
        return True


class _AtOnce:
    def call(self, _target: str, action: Any) -> Any:
        return action()


def mender_of(taken: _Taken, seconds: Iterator[float]) -> Mender:
    index = ProductIndex(MemoryCollection(a_generation()))
    for number in range(_DUE + 1):
        retry_at_ms = _NOW_MS if number < _DUE else _NOW_MS + 1
        image = ImageState("a", "a", ImageStatus.PENDING, retry_at_ms=retry_at_ms)
        record = ProductRecord(
            f"p{number}", Stamp(2, 0), (image,), {"id": f"p{number}"}, "", 1, 1, EventSource("t", 0, 0)
        )
        index.write([ProductWrite(record, ())])
    return Mender(
        index,
        cast(Pipeline, taken),
        cast(Persistence, _AtOnce()),
        lambda: _NOW_MS,
        clock=lambda: next(seconds),
    )


def test_a_turn_goes_through_all_that_is_due() -> None:
    """Page by page, and what is not due yet is left."""
    taken = _Taken()
    assert mender_of(taken, iter([0.0] * 10)).run_once() == _DUE
    assert len(taken.products) == _DUE
    assert f"p{_DUE}" not in taken.products


def test_a_turn_ends_after_some_seconds() -> None:
    """The other periodic work has its turn too; the next one goes on."""
    taken = _Taken()
    mender = mender_of(taken, iter([0.0, 6.0, 10.0, 11.0, 12.0, 13.0]))
    first = mender.run_once()
    assert 0 < first < _DUE
    assert first + mender.run_once() == _DUE
