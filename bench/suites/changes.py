"""Events without images: prices that change, products that are deleted, and what searches feel of it."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

from bench.changes_run import ChangesRun
from bench.core_seconds import Effort
from bench.errors import WrongOutcome
from bench.http_load import Call
from bench.results import Figure, Measure, Samples
from bench.search_index import build_index, product_data, product_id
from bench.surroundings import Surroundings
from product_events import EventType
from vector_store import ProductIndex
from vector_store.edge import EdgeStore

Report = Callable[[str], None]
_IMAGES = 3
_LIMIT = 10
_SEARCH = "search"


@dataclass(frozen=True, slots=True)
class ChangesSizes:
    """changes, deletes: events of a round, once while nobody searches and once while one client does.

    searches: by product, with which nothing else goes on.
    """

    rounds: int = 4
    changes: int = 3_000
    deletes: int = 1_500
    searches: int = 400
    seed: int = 1

    @property
    def products(self) -> int:
        """In the index at the beginning."""
        return self.changes + 2 * self.rounds * self.deletes


@dataclass(frozen=True, slots=True)
class ChangesMeasured:
    """What the rounds gave, each list by round: seconds for all events of a kind, p99 in seconds.

    *_searched: while one client searches.
    """

    sizes: ChangesSizes
    changes: list[float] = field(default_factory=list)
    changes_searched: list[float] = field(default_factory=list)
    deletes: list[float] = field(default_factory=list)
    deletes_searched: list[float] = field(default_factory=list)
    idle_p50: list[float] = field(default_factory=list)
    idle_p99: list[float] = field(default_factory=list)
    changes_p99: list[float] = field(default_factory=list)
    deletes_p99: list[float] = field(default_factory=list)
    other_work_cores: list[float] = field(default_factory=list)


def measure_changes(
    around: Surroundings, model_path: Path, sizes: ChangesSizes, report: Report
) -> ChangesMeasured:
    """Run all rounds, every other one in the reverse order. Blocks for over a minute on two cores.

    Raises BenchError, DemoError, StoreError.
    """
    report(f"filling an index with {sizes.products:,} products of {_IMAGES} images")
    folder = around.folder / "changing"
    build_index(folder, model_path, products=sizes.products, seed=sizes.seed, images=_IMAGES)
    measured = ChangesMeasured(sizes)
    chance = random.Random(sizes.seed)
    to_delete = iter(range(sizes.changes, sizes.products))
    prices = iter(range(1, 2 * sizes.rounds + 1))
    with ChangesRun(around, folder) as run:
        run.search(_searches(chance, sizes))
        run.change(EventType.UPDATED, _repriced(sizes, 0.5))
        for number in range(1, sizes.rounds + 1):
            began = run.clocks()
            steps = (
                partial(_idle, measured, run, chance),
                partial(_change, measured, run, prices),
                partial(_change_searched, measured, run, prices, chance),
                partial(_delete, measured, run, to_delete),
                partial(_delete_searched, measured, run, to_delete, chance),
            )
            for step in steps if number % 2 else reversed(steps):
                step()
            measured.other_work_cores.append(Effort.between(began, run.clocks()).other_work_cores)
            report(_line(measured, number))
    _check(folder, sizes)
    return measured


def changes_figures(measured: ChangesMeasured) -> tuple[Figure, ...]:
    """What a search feels of the events: p99 meanwhile beside p99 when nothing else goes on."""
    idle = _milliseconds(measured.idle_p99)
    meanwhile = (("prices change", measured.changes_p99), ("products are deleted", measured.deletes_p99))
    return tuple(
        Figure(
            key=f"search_p99_while_{what.replace(' ', '_')}",
            title=f"Search by product while {what}, p99",
            unit="ms",
            value=_milliseconds(taken),
            against="p99 while nothing else goes on",
            against_value=idle,
            at_most=3,
        )
        for what, taken in meanwhile
    )


def changes_measures(measured: ChangesMeasured) -> tuple[Measure, ...]:
    """Events a second, while nobody searches and while one client does."""
    sizes = measured.sizes
    kinds = (
        (
            "price_changes",
            f"Price changes of products with {_IMAGES} images",
            sizes.changes,
            measured.changes,
        ),
        (
            "price_changes_searched",
            "The same while a client searches",
            sizes.changes,
            measured.changes_searched,
        ),
        ("deletes", f"Deletes of products with {_IMAGES} images", sizes.deletes, measured.deletes),
        ("deletes_searched", "The same while a client searches", sizes.deletes, measured.deletes_searched),
    )
    return tuple(
        Measure(
            key=f"{key}_per_second",
            title=title,
            unit="events/s",
            value=Samples(rounds=tuple(events / seconds for seconds in taken)),
        )
        for key, title, events, taken in kinds
    )


def changes_beside(measured: ChangesMeasured) -> dict[str, Samples]:
    """What helps to understand the figures, by name."""
    return {
        "idle_search_p50_ms": _milliseconds(measured.idle_p50),
        "other_work_cores_changes": Samples(rounds=tuple(measured.other_work_cores)),
    }


def _idle(measured: ChangesMeasured, run: ChangesRun, chance: random.Random) -> None:
    load = run.search(_searches(chance, measured.sizes))
    measured.idle_p50.append(load.percentile(_SEARCH, 50))
    measured.idle_p99.append(load.percentile(_SEARCH, 99))


def _change(measured: ChangesMeasured, run: ChangesRun, prices: Iterator[int]) -> None:
    measured.changes.append(run.change(EventType.UPDATED, _repriced(measured.sizes, next(prices))))


def _change_searched(
    measured: ChangesMeasured, run: ChangesRun, prices: Iterator[int], chance: random.Random
) -> None:
    products = _repriced(measured.sizes, next(prices))
    seconds, load = run.change_while_searching(EventType.UPDATED, products, _searches(chance, measured.sizes))
    measured.changes_searched.append(seconds)
    measured.changes_p99.append(load.percentile(_SEARCH, 99))


def _delete(measured: ChangesMeasured, run: ChangesRun, to_delete: Iterator[int]) -> None:
    measured.deletes.append(run.change(EventType.DELETED, _deleted(measured.sizes, to_delete)))


def _delete_searched(
    measured: ChangesMeasured, run: ChangesRun, to_delete: Iterator[int], chance: random.Random
) -> None:
    products = _deleted(measured.sizes, to_delete)
    seconds, load = run.change_while_searching(EventType.DELETED, products, _searches(chance, measured.sizes))
    measured.deletes_searched.append(seconds)
    measured.deletes_p99.append(load.percentile(_SEARCH, 99))


def _searches(chance: random.Random, sizes: ChangesSizes) -> list[Call]:
    ids = (product_id(chance.randrange(sizes.changes)) for _ in range(sizes.searches))
    return [Call(_SEARCH, "GET", f"/products/{each}/similar?limit={_LIMIT}") for each in ids]


def _repriced(sizes: ChangesSizes, price: float) -> list[dict[str, object]]:
    return [{**product_data(number, _IMAGES), "price": float(price)} for number in range(sizes.changes)]


def _deleted(sizes: ChangesSizes, to_delete: Iterator[int]) -> list[dict[str, object]]:
    return [{"id": product_id(number)} for number in islice(to_delete, sizes.deletes)]


def _check(folder: Path, sizes: ChangesSizes) -> None:
    """See that the index says what the events said last. Raises WrongOutcome."""
    store = EdgeStore(folder)
    try:
        index = ProductIndex(store.open(store.promoted() or ""))
        live, images = index.count_live(), index.count_images()
        records = index.records([product_id(0), product_id(sizes.changes - 1)]).values()
        prices = {(record.product or {}).get("price") for record in records}
    finally:
        store.close()
    if (live, images, prices) != (sizes.changes, _IMAGES * sizes.changes, {2.0 * sizes.rounds}):
        raise WrongOutcome(
            f"{live} products with {images} images are left of {sizes.changes}, at prices of {prices}"
        )


def _milliseconds(seconds: list[float]) -> Samples:
    return Samples(rounds=tuple(1000 * each for each in seconds))


def _line(measured: ChangesMeasured, number: int) -> str:
    sizes = measured.sizes
    return (
        f"round {number} of {sizes.rounds}: {sizes.changes / measured.changes[-1]:.0f} price changes/s, "
        f"{sizes.deletes / measured.deletes[-1]:.0f} deletes/s; p99 of a search "
        f"{1000 * measured.idle_p99[-1]:.1f} ms, {1000 * measured.changes_p99[-1]:.1f} while prices change, "
        f"{1000 * measured.deletes_p99[-1]:.1f} while products are deleted"
    )
