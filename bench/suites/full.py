"""All figures in one run: indexing, changes, replay and search, each beside its bound or its peer."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Self

from bench.results import Figure, Measure, Samples
from bench.search_figures import search_beside, search_figures, search_measures
from bench.settings import BenchSettings
from bench.suites.changes import (
    ChangesMeasured,
    ChangesSizes,
    changes_beside,
    changes_figures,
    changes_measures,
    measure_changes,
)
from bench.suites.indexing import (
    IndexingMeasured,
    IndexingSizes,
    indexing_beside,
    indexing_figures,
    indexing_measures,
    measure_indexing,
)
from bench.suites.quick import QuickMeasured, QuickSizes, beside_figures, measure_quick, quick_figures
from bench.suites.replay import (
    ReplayMeasured,
    ReplaySizes,
    measure_replay,
    replay_beside,
    replay_figures,
    replay_measures,
)
from bench.suites.search import SearchMeasured, SearchSizes, measure_search
from bench.surroundings import surroundings
from standalone.catalogue import Catalogue

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class FullSizes:
    """Of each suite."""

    quick: QuickSizes = field(default_factory=QuickSizes)
    indexing: IndexingSizes = field(default_factory=IndexingSizes)
    changes: ChangesSizes = field(default_factory=ChangesSizes)
    replay: ReplaySizes = field(default_factory=ReplaySizes)
    search: SearchSizes = field(default_factory=lambda: SearchSizes(products=100_000))

    @classmethod
    def scaled(cls, size: float, *, rounds: int | None, seed: int) -> Self:
        """Usual sizes times `size`, each part keeping what it cannot do without; rounds: of every part."""

        def of(number: int, least: int = 1) -> int:
            return max(least, round(number * size))

        full = cls()
        quick, indexing, changes = full.quick, full.indexing, full.changes
        replay, search = full.replay, full.search
        return cls(
            QuickSizes(rounds or quick.rounds, of(quick.images, 2), of(quick.plain_images), seed),
            IndexingSizes(rounds or indexing.rounds, of(indexing.images, 2), indexing.latency_ms, seed),
            ChangesSizes(
                rounds or changes.rounds,
                of(changes.changes, 2),
                of(changes.deletes, 2),
                of(changes.searches, 4),
                seed,
            ),
            ReplaySizes(rounds or replay.rounds, of(replay.products, 2), of(replay.events, 4), seed),
            replace(
                search,
                rounds=rounds or search.rounds,
                products=of(search.products, 60),
                photos=of(search.photos, 2),
                mixed_calls=of(search.mixed_calls, 60),
                seed=seed,
            ),
        )


@dataclass(frozen=True, slots=True)
class FullMeasured:
    """What each suite gave. kafka: the broker's name."""

    kafka: str
    quick: QuickMeasured
    indexing: IndexingMeasured
    changes: ChangesMeasured
    replay: ReplayMeasured
    search: SearchMeasured


def measure_full(
    sizes: FullSizes,
    report: Report,
    *,
    settings: BenchSettings,
    catalogue: Catalogue,
    model_path: Path,
    folder: Path,
    embedded_broker: bool,
) -> FullMeasured:
    """Run the suites one after the other. Blocks for about ten minutes on two cores.

    Raises BenchError, DemoError, StoreError, BrokerFailed.
    """
    with surroundings(settings, catalogue, folder, embedded_broker=embedded_broker) as around:
        kafka = around.kafka.name
        quick = measure_quick(around, catalogue, sizes.quick, _titled(report, "quick"))
        indexing = measure_indexing(around, catalogue, sizes.indexing, _titled(report, "indexing"))
        changes = measure_changes(around, model_path, sizes.changes, _titled(report, "changes"))
        replay = measure_replay(around, model_path, sizes.replay, _titled(report, "replay"))
    # Without the broker, which has no part in it.
    photos = sorted(catalogue.photos.glob("*.jpg"))
    (folder / "search").mkdir()
    search = measure_search(folder / "search", model_path, photos, sizes.search, _titled(report, "search"))
    return FullMeasured(kafka, quick, indexing, changes, replay, search)


def full_figures(measured: FullMeasured) -> tuple[Figure, ...]:
    """The figures of all suites."""
    return (
        *quick_figures(measured.quick),
        *indexing_figures(measured.indexing),
        *changes_figures(measured.changes),
        *replay_figures(measured.replay),
        *search_figures(measured.search),
    )


def full_measures(measured: FullMeasured) -> tuple[Measure, ...]:
    """What stands by itself, of all suites."""
    return (
        *changes_measures(measured.changes),
        *replay_measures(measured.replay),
        *search_measures(measured.search),
        *indexing_measures(measured.indexing),
    )


def full_beside(measured: FullMeasured) -> dict[str, Samples]:
    """What helps to understand them, by name."""
    search = search_beside(measured.search)
    search["other_work_cores_search"] = search.pop("other_work_cores")
    return {
        **beside_figures(measured.quick),
        **indexing_beside(measured.indexing),
        **changes_beside(measured.changes),
        **replay_beside(measured.replay),
        **search,
    }


def full_settings(measured: FullMeasured) -> dict[str, object]:
    """The broker, and of each suite its sizes and what its processes said of themselves."""
    return {"kafka": measured.kafka, **dict(_settings_of_suites(measured))}


def _settings_of_suites(measured: FullMeasured) -> Iterator[tuple[str, dict[str, object]]]:
    yield "quick", {**asdict(measured.quick.sizes), **measured.quick.settings}
    yield "indexing", asdict(measured.indexing.sizes)
    yield "changes", asdict(measured.changes.sizes)
    yield "replay", asdict(measured.replay.sizes)
    yield "search", {**asdict(measured.search.sizes), **measured.search.settings}


def _titled(report: Report, suite: str) -> Report:
    return lambda line: report(f"{suite}: {line}")
