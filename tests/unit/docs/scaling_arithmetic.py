"""The arithmetic of docs/explanation/scaling.md: from what one image costs to what a step of it takes.

`python -m tests.unit.docs.scaling_arithmetic` prints the page's derived tables.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

IMAGES: Final = tuple(10**power for power in range(4, 10))
IMAGES_PER_PRODUCT: Final = 3
CORES_PER_MEMBER: Final = 2
KAFKA_REPLICAS: Final = 3
QDRANT_REPLICAS: Final = 2
IMAGES_PER_SHARD: Final = 20_000_000
LEAST_PARTITIONS: Final = 6
SEARCHES_PER_SECOND: Final = (1, 10, 100, 1_000)
# What of the cores decodes and embeds shoppers' photos; the rest is HTTP, JSON and the engine's client.
USEFUL_PART: Final = 0.75


@dataclass(frozen=True, slots=True)
class Costs:
    """What one of each takes, as the page states it."""

    consumer_core_ms: float
    photo_core_ms: float
    event_bytes: float
    rendition_bytes: float
    memory_bytes: float
    disk_bytes: float
    graph_core_seconds_per_million: float
    search_core_ms: float


def tables(costs: Costs) -> tuple[str, ...]:
    """The derived tables, as Markdown, in the order of the page."""
    return (
        _table("images", IMAGES, _count, _filling(costs)),
        _table("images", IMAGES, _count, _holding(costs)),
        _table("photos a second", SEARCHES_PER_SECOND, _count, _searching(costs)),
    )


def _filling(costs: Costs) -> Mapping[str, Callable[[int], str]]:
    def core_hours(images: int) -> float:
        return images * costs.consumer_core_ms / 3_600_000

    def members(images: int) -> int:
        return ceil(core_hours(images) / CORES_PER_MEMBER / 24)

    return {
        "download": lambda images: _bytes(images * costs.rendition_bytes),
        "Cloudinary credits, first time": lambda images: _count(
            images / 1_000 + images * costs.rendition_bytes / 1e9
        ),
        "core-hours": lambda images: _count(core_hours(images)),
        "on one 2-core member": lambda images: _duration(core_hours(images) / CORES_PER_MEMBER),
        "2-core members, within a day": lambda images: _count(members(images)),
        "partitions": lambda images: _count(max(LEAST_PARTITIONS, ceil(1.5 * members(images)))),
    }


def _holding(costs: Costs) -> Mapping[str, Callable[[int], str]]:
    def products(images: int) -> float:
        return images / IMAGES_PER_PRODUCT

    def shards(images: int) -> int:
        return ceil(images / IMAGES_PER_SHARD)

    return {
        "products": lambda images: _count(products(images)),
        "Kafka's log, 3 replicas": lambda images: _bytes(
            products(images) * costs.event_bytes * KAFKA_REPLICAS
        ),
        "memory": lambda images: _bytes(images * costs.memory_bytes),
        "disk": lambda images: _bytes(images * costs.disk_bytes),
        "shards": lambda images: _count(shards(images)),
        "memory and disk, 2 replicas": lambda images: (
            f"{_bytes(QDRANT_REPLICAS * images * costs.memory_bytes)}, "
            f"{_bytes(QDRANT_REPLICAS * images * costs.disk_bytes)}"
        ),
        "points written a second, if each product changes daily": lambda images: _count(
            products(images) * (IMAGES_PER_PRODUCT + 1) / 86_400
        ),
    }


def _searching(costs: Costs) -> Mapping[str, Callable[[int], str]]:
    def cores(searches: int) -> float:
        return searches * costs.photo_core_ms / 1_000 / USEFUL_PART

    return {
        "cores of the search API": lambda searches: _count(cores(searches)),
        "replicas of 2 cores": lambda searches: _count(ceil(cores(searches) / 2)),
        "cores of the engine, one shard": lambda searches: _count(searches * costs.search_core_ms / 1_000),
        "50 shards": lambda searches: _count(50 * searches * costs.search_core_ms / 1_000),
    }


def _table(
    head: str, steps: Sequence[int], name: Callable[[float], str], columns: Mapping[str, Callable[[int], str]]
) -> str:
    def rows() -> Iterator[Sequence[str]]:
        yield (head, *columns)
        yield ("---",) * (1 + len(columns))
        for step in steps:
            yield (name(step), *(column(step) for column in columns.values()))

    return "\n".join(f"| {' | '.join(row)} |" for row in rows())


def _count(value: float) -> str:
    rounded = _rounded(value)
    return (
        f"{rounded:,.0f}" if rounded >= 10 or rounded == int(rounded) else f"{rounded:.{_digits(rounded)}f}"
    )


def _bytes(value: float) -> str:
    rounded, units = _rounded(value), ["TB", "GB", "MB", "kB", "B"]
    while rounded >= 1_000 and len(units) > 1:
        rounded /= 1_000
        units.pop()
    return f"{_count(rounded)} {units[-1]}"


def _duration(hours: float) -> str:
    if hours < 1:
        return f"{_count(hours * 60)} min"
    return f"{_count(hours)} h" if hours < 48 else f"{_count(hours / 24)} days"


def _rounded(value: float) -> float:
    """To two digits: more would pretend to be known."""
    return round(value, 1 - floor(log10(value))) if value else 0.0


def _digits(value: float) -> int:
    return max(1, -floor(log10(value)) + (0 if value == round(value, -floor(log10(value))) else 1))


if __name__ == "__main__":
    from tests.unit.docs.test_scaling import stated_costs

    print(*tables(stated_costs()), sep="\n\n")
