"""A store of some generations, groups as Kafka would tell them, and a clock that a test moves."""

from collections.abc import Iterable
from typing import TypeVar

from consumer.kafka.group_lag import GroupLag, PartitionLag
from tests.contract.memory_store import MemoryStore
from tests.contract.samples import a_generation, a_record, a_write
from vector_store import Generation, ProductIndex, Stamp

T = TypeVar("T")
OLD, NEW = a_generation(created_at_ms=1_000), a_generation("next", created_at_ms=2_000)


def a_store() -> MemoryStore:
    """OLD is promoted, NEW is built; each holds a product found, one that waits, and a deleted one."""
    store = MemoryStore()
    for generation in (OLD, NEW):
        ProductIndex(store.create(generation)).write(
            [
                a_write(a_record("found", Stamp(4, 0), indexed=["https://x/a", "https://x/b"])),
                a_write(a_record("pending", Stamp(4, 0), indexed=["https://x/c"], pending=["https://x/d"])),
                a_write(a_record("deleted", Stamp(5, 0))),
            ]
        )
    store.promote(OLD.name)
    return store


def a_lag(
    behind: int = 0, *, members: int | None = 1, end: int = 100, since_ms: int | None = 40_000
) -> GroupLag:
    """Of a group that has committed all but so many of a partition's messages."""
    first = PartitionLag("products", 0, end - behind, 0, end, since_ms if behind else None)
    return GroupLag((first, PartitionLag("products", 1, 5, 0, 5)), members)


class FakeGroups:
    """`Groups` that answer what they were given, in order; the last answer stays."""

    def __init__(
        self,
        *lags: GroupLag | Exception,
        removals: Iterable[bool | Exception] = (True,),
    ) -> None:
        self.lags = list(lags) or [a_lag()]
        self.removals = list(removals)
        self.asked: list[str] = []
        self.removed: list[str] = []

    def name(self, generation: Generation) -> str:
        return f"group of {generation.name}"

    def lag(self, generation: Generation) -> GroupLag:
        self.asked.append(generation.name)
        return _next(self.lags)

    def remove(self, generation: Generation) -> bool:
        answer = _next(self.removals)
        if answer:
            self.removed.append(generation.name)
        return answer


class FakeTime:
    """Pauses pass at once."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return self.seconds

    def now_ms(self) -> int:
        return 50_000 + int(self.seconds * 1000)

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.seconds += seconds


def _next(answers: list[T | Exception]) -> T:
    answer = answers.pop(0) if len(answers) > 1 else answers[0]
    if isinstance(answer, Exception):
        raise answer
    return answer
