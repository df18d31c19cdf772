"""The search API beside what no search can do without, and under the load of many clients."""

import random
import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

from bench.asked_process import AskedProcess
from bench.core_seconds import Clocks, Effort
from bench.http_load import Call, Load, run_load
from bench.search_alone import LIMIT
from bench.search_index import CATEGORIES, build_index, product_id
from bench.search_service import SearchService, search_environment

Report = Callable[[str], None]
PHOTO, PRODUCT, FILTERED, REPORTED = "photo", "product", "filtered", "report"
_BATCH = 16
_WARM_UP_CALLS = 16


@dataclass(frozen=True, slots=True)
class SearchSizes:
    """products: in the index. photos: asked for by one client in a round, and as many products.

    many_clients: that ask for photos alone. mixed_calls, mixed_clients: photos, products and reports.
    """

    rounds: int = 3
    products: int = 20_000
    photos: int = 60
    many_clients: int = 16
    mixed_calls: int = 2_000
    mixed_clients: int = 32
    seed: int = 1


@dataclass(frozen=True, slots=True)
class SearchMeasured:
    """What the rounds gave, each list by round.

    *_alone_seconds: medians of a photo or a product, without the service; *_seconds: over HTTP, one client.
    batch_photos_per_second: embedding alone, in batches; photos_per_second: of many clients.
    one_core_seconds, batch_core_seconds: for embedding a photo in a call of its own, and in a batch.
    mixed: 50th and 99th percentile in seconds, by kind. resident_mib, peak_mb: after each round.
    start_seconds: from the service's start until it was ready, of as many starts as there are rounds.
    """

    sizes: SearchSizes
    settings: dict[str, object]
    resident_before_mib: float
    start_seconds: list[float]
    photo_alone_seconds: list[float] = field(default_factory=list)
    photo_seconds: list[float] = field(default_factory=list)
    product_alone_seconds: list[float] = field(default_factory=list)
    product_seconds: list[float] = field(default_factory=list)
    batch_photos_per_second: list[float] = field(default_factory=list)
    photos_per_second: list[float] = field(default_factory=list)
    one_core_seconds: list[float] = field(default_factory=list)
    batch_core_seconds: list[float] = field(default_factory=list)
    mixed: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    mixed_calls_per_second: list[float] = field(default_factory=list)
    resident_mib: list[float] = field(default_factory=list)
    peak_mb: list[float] = field(default_factory=list)
    other_work_cores: list[float] = field(default_factory=list)


def measure_search(
    folder: Path, model_path: Path, photos: Sequence[Path], sizes: SearchSizes, report: Report
) -> SearchMeasured:
    """Run all rounds. Blocks for about two minutes on two cores. Raises BenchError, StoreError.

    Within a round what is compared is measured in turn, and every other round in the reverse order.
    """
    chance = random.Random(sizes.seed)
    report(f"filling an index with {sizes.products:,} products")
    build_index(folder / "served", model_path, products=sizes.products, seed=sizes.seed)
    # The embedded engine allows one process a folder.
    shutil.copytree(folder / "served", folder / "alone")
    with ExitStack() as parts:
        alone = parts.enter_context(
            AskedProcess(
                ["bench.search_alone"],
                environment=search_environment(folder / "alone"),
                log=folder / "alone.log",
            )
        )
        settings = alone.greeting()
        starts = [_start_and_end(folder) for _ in range(sizes.rounds - 1)]
        service = parts.enter_context(_service(folder))
        starts.append(service.seconds_until_ready())
        _warm_up(service, alone, photos)
        measured = SearchMeasured(sizes, settings, service.resident_mib(), starts)
        for number in range(1, sizes.rounds + 1):
            drawn = [chance.choice(photos) for _ in range(sizes.photos)]
            ids = [product_id(chance.randrange(sizes.products)) for _ in range(sizes.photos)]
            began = Clocks.of(service.pid)
            steps = (
                partial(_photos_alone, measured, alone, drawn),
                partial(_photos_of_one, measured, service, drawn),
                partial(_products_alone, measured, alone, ids),
                partial(_products_of_one, measured, service, ids),
                partial(_embedding_alone, measured, alone, drawn),
                partial(_photos_of_many, measured, service, drawn),
            )
            for step in steps if number % 2 else reversed(steps):
                step()
            _mixed(measured, service, photos, chance)
            measured.other_work_cores.append(Effort.between(began, Clocks.of(service.pid)).other_work_cores)
            measured.resident_mib.append(service.resident_mib())
            measured.peak_mb.append(service.peak_resident_mb())
            report(_line(measured, number))
    return measured


def photo_call(path: Path) -> Call:
    """A search by a photo, as the bytes of its file."""
    return Call(PHOTO, "POST", f"/find_similar?limit={LIMIT}", path.read_bytes(), "image/jpeg")


def mixed_calls(photos: Sequence[Path], sizes: SearchSizes, chance: random.Random) -> list[Call]:
    """As shoppers ask: three of ten by photo, the others by product, some of those filtered, and for one."""
    calls = []
    for _ in range(sizes.mixed_calls):
        one = product_id(chance.randrange(sizes.products))
        similar = f"/products/{one}/similar?limit={LIMIT}"
        calls.append(
            chance.choices(
                (
                    photo_call(chance.choice(photos)),
                    Call(PRODUCT, "GET", similar),
                    Call(FILTERED, "GET", f"{similar}&filter.category={chance.choice(CATEGORIES)}"),
                    Call(REPORTED, "GET", f"/products/{one}"),
                ),
                weights=(3, 4, 2, 1),
            )[0]
        )
    return calls


def _service(folder: Path) -> SearchService:
    return SearchService(folder / "served", folder / "search-api.log")


def _start_and_end(folder: Path) -> float:
    with _service(folder) as service:
        return service.seconds_until_ready()


def _warm_up(service: SearchService, alone: AskedProcess, photos: Sequence[Path]) -> None:
    few = list(photos[:_WARM_UP_CALLS])
    run_load(service.port, [photo_call(each) for each in few], clients=2)
    run_load(service.port, [_product_call(product_id(n)) for n in range(_WARM_UP_CALLS)], clients=2)
    alone.ask(photos=[str(each) for each in few])
    alone.ask(products=[product_id(n) for n in range(_WARM_UP_CALLS)])
    alone.ask(photos=[str(each) for each in few], batch_size=_BATCH)


def _product_call(one: str) -> Call:
    return Call(PRODUCT, "GET", f"/products/{one}/similar?limit={LIMIT}")


def _photos_alone(measured: SearchMeasured, alone: AskedProcess, photos: Sequence[Path]) -> None:
    taken = alone.ask(photos=[str(each) for each in photos])["seconds"]
    measured.photo_alone_seconds.append(median(taken))


def _photos_of_one(measured: SearchMeasured, service: SearchService, photos: Sequence[Path]) -> None:
    load = run_load(service.port, [photo_call(each) for each in photos], clients=1)
    measured.photo_seconds.append(load.percentile(PHOTO, 50))


def _products_alone(measured: SearchMeasured, alone: AskedProcess, ids: Sequence[str]) -> None:
    measured.product_alone_seconds.append(median(alone.ask(products=list(ids))["seconds"]))


def _products_of_one(measured: SearchMeasured, service: SearchService, ids: Sequence[str]) -> None:
    load = run_load(service.port, [_product_call(each) for each in ids], clients=1)
    measured.product_seconds.append(load.percentile(PRODUCT, 50))


def _embedding_alone(measured: SearchMeasured, alone: AskedProcess, photos: Sequence[Path]) -> None:
    paths = [str(each) for each in photos]
    batches, ones = (alone.ask(photos=paths, batch_size=size) for size in (_BATCH, 1))
    measured.batch_photos_per_second.append(len(photos) / batches["seconds"])
    measured.batch_core_seconds.append(batches["core_seconds"] / len(photos))
    measured.one_core_seconds.append(ones["core_seconds"] / len(photos))


def _photos_of_many(measured: SearchMeasured, service: SearchService, photos: Sequence[Path]) -> None:
    calls = [photo_call(each) for each in photos] * 4
    load = run_load(service.port, calls, clients=measured.sizes.many_clients)
    measured.photos_per_second.append(load.calls_per_second)


def _mixed(
    measured: SearchMeasured, service: SearchService, photos: Sequence[Path], chance: random.Random
) -> None:
    calls = mixed_calls(photos, measured.sizes, chance)
    load: Load = run_load(service.port, calls, clients=measured.sizes.mixed_clients)
    for kind in load.seconds:
        measured.mixed.setdefault(kind, []).append((load.percentile(kind, 50), load.percentile(kind, 99)))
    measured.mixed_calls_per_second.append(load.calls_per_second)


def _line(measured: SearchMeasured, number: int) -> str:
    beyond_ms = 1000 * (measured.product_seconds[-1] - measured.product_alone_seconds[-1])
    return (
        f"round {number} of {measured.sizes.rounds}: a photo {1000 * measured.photo_seconds[-1]:.1f} ms "
        f"({1000 * measured.photo_alone_seconds[-1]:.1f} alone), a product {beyond_ms:.1f} ms beyond the "
        f"engine, {measured.photos_per_second[-1]:.1f} photos/s, "
        f"{measured.mixed_calls_per_second[-1]:.0f} mixed calls/s, "
        f"{measured.resident_mib[-1]:.0f} MiB resident"
    )
